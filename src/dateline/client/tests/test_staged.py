"""Text sent ahead: sealed until the key comes, bounded, and never in the way of the news."""

import asyncio
import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.request import build_opener

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dateline.core
from dateline.client import AsyncStream, Stream
from dateline.client.keys import WireKeys
from dateline.client.staged import Staged
from dateline.client.tests.wire_stub import Wire, frame, running
from dateline.core.errors import BadInput, Unavailable
from dateline.core.words import canonical_bytes, sha256_hex
from dateline.plant import prestage
from dateline.plant.passes import BadPass, Signer, Verifier, key_set
from dateline.plant.prestage import key_message, seal, size_class

SCHEMAS = Path(dateline.core.__file__).parent / "schemas"
CANARY = "canary-4711-unreleased"
SIGNER = Signer(bytes(range(32)))
KEYS = Verifier([SIGNER.public])


def signed(message: Mapping[str, Any]) -> bool:
    """What a client knows that has the wire's keys."""
    try:
        prestage.check_key(message, KEYS)
    except BadPass:
        return False
    return True


def told(number: int = 1, text: str = CANARY) -> dict[str, Any]:
    """The event whose edition has that headline."""
    return {"id": f"evt_{number}", "sha256": sha256_hex(canonical_bytes({"headline": text}))}


def body(event: str = "evt_1", text: str = CANARY) -> bytes:
    return json.dumps({"editions": [{"event": event, "edition": {"headline": text}}]}).encode()


EDITION = "/api/v1/editions/rel_1/1/en"


NAMED = {"type": "released", "release": "rel_1", "version": 1, "language": "en"}


def published() -> dict[str, Any]:
    """Where a client learns the wire's keys."""
    return {"/api/v1/desktop/keys": key_set([SIGNER.public])}


def line(document: Any) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()


def news(number: int) -> bytes:
    event = json.dumps(told(number) | NAMED | {"number": number})
    return f"id: c{number}\ndata: {event}\n\n".encode()


@pytest.mark.unit
@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=60_000))
def test_a_body_opens_again_and_shows_nothing_before(text: bytes) -> None:
    """I1."""
    sealed, staged = seal(body(text=text.hex())), Staged(signed)
    for part in sealed.frames:
        assert CANARY not in json.dumps(part)
        staged.take(part)
    event = told(text=text.hex())
    assert staged.body_of(event) is None
    staged.take(key_message(sealed.id, sealed.key, SIGNER))
    assert staged.body_of(event) == {"headline": text.hex()}
    assert staged.body_of(event) is None and staged.size == 0


@pytest.mark.unit
@given(st.integers(0, 40_000), st.integers(0, 40_000))
def test_bodies_of_one_size_class_look_alike(first: int, second: int) -> None:
    """I1: neither length nor count of editions can be read off."""
    one, two = seal(b"a" * first), seal(b"b" * second)
    shape = [(f["part"], f["parts"], len(f["data"]), len(f["id"])) for f in one.frames]
    assert shape == [(f["part"], f["parts"], len(f["data"]), len(f["id"])) for f in two.frames]
    assert one.id != two.id and one.key != two.key


@pytest.mark.unit
def test_frames_and_key_have_the_shape_that_is_published() -> None:
    schema = json.loads((SCHEMAS / "staged.json").read_text(encoding="utf-8"))
    fits = jsonschema_rs.validator_for(schema).is_valid
    for length in (0, 100_000, prestage.MOST - 4):
        sealed = seal(bytes(length))
        assert all(fits(frame) for frame in (sealed.frames[0], sealed.frames[-1]))
        small = key_message(sealed.id, sealed.key, SIGNER)
        assert fits(small) and len(json.dumps(small, separators=(",", ":"))) < 260
    assert not fits({**seal(b"").frames[0], "headline": "x"})


@pytest.mark.unit
def test_a_body_that_is_too_long_is_not_sent_ahead() -> None:
    assert size_class(0) == size_class(2 * prestage.PART - 4) < size_class(2 * prestage.PART - 3)
    with pytest.raises(BadInput, match="too many to be sent ahead"):
        seal(bytes(prestage.MOST))


@pytest.mark.unit
def test_what_does_not_fit_is_left_sealed() -> None:
    sealed, other, staged = seal(body()), seal(body()), Staged(signed)
    for part in sealed.frames:
        staged.take(part)
        staged.take(part)  # twice is once
    staged.take(key_message(sealed.id, other.key, SIGNER))
    staged.take(key_message(other.id, other.key, SIGNER))
    for nonsense in ({}, {"type": "staged"}, {"type": "key", "id": sealed.id, "key": "!"}, {"type": "key"}):
        staged.take(nonsense)
    staged.take({**sealed.frames[0], "part": 9})
    staged.take({**sealed.frames[0], "data": "AAAA"})
    assert staged.body_of(told()) is None
    staged.take(key_message(sealed.id, sealed.key, SIGNER))
    assert staged.body_of(told()) is not None


@pytest.mark.unit
def test_text_that_is_not_what_the_event_names_is_not_given_out() -> None:
    """Whoever stands between may not pass off other words."""
    sealed, staged = seal(body(text="something else")), Staged(signed)
    for part in sealed.frames:
        staged.take(part)
    staged.take(key_message(sealed.id, sealed.key, SIGNER))
    assert staged.body_of(told()) is None


@pytest.mark.unit
def test_a_swapped_or_changed_frame_opens_nothing() -> None:
    sealed, staged = seal(body()), Staged(signed)
    first, second = sealed.frames
    staged.take({**first, "data": second["data"]})
    staged.take({**second, "data": first["data"]})
    staged.take(key_message(sealed.id, sealed.key, SIGNER))
    assert staged.body_of(told()) is None


@pytest.mark.unit
def test_memory_is_bounded_whatever_comes() -> None:
    staged, whole = Staged(signed, most_bytes=200_000), [seal(body(f"evt_{n}")) for n in range(12)]
    for sealed in whole:
        for part in sealed.frames:
            staged.take(part)
        assert staged.size <= 200_000 + 2 * prestage.PART
    for sealed in whole:
        staged.take(key_message(sealed.id, sealed.key, SIGNER))
    assert staged.body_of(told(0)) is None and staged.body_of(told(11)) is not None


@pytest.mark.wire
def test_the_event_brings_the_text_that_came_ahead_or_none() -> None:
    sealed, late = seal(body("evt_1")), seal(body("evt_2"))
    frames = [line(part) for part in (*sealed.frames, late.frames[0])]
    keys = [line(key_message(s.id, s.key, SIGNER)) for s in (sealed, late)]
    wire = Wire([b"".join([*frames, *keys, news(1), news(2)])], others=published())
    with running(wire):
        stream = Stream(wire.url, prestage=True)
        found = list(islice(stream, 2))
        assert [m.body for m in found] == [{"headline": CANARY}, None]  # of the second a frame is missing
        assert stream.text(found[0]) == {"headline": CANARY}
        wire.others[EDITION] = {"edition": {"headline": CANARY}}
        assert stream.text(found[1]) == {"headline": CANARY}  # what did not come ahead is fetched
        wire.others[EDITION] = {"edition": {"headline": "other words"}}
        with pytest.raises(Unavailable, match="other words than the event names"):
            stream.text(found[1])
        wire.others[EDITION] = {"edition": {"headline": 2**60}}  # has no canonical form, thus no hash
        with pytest.raises(Unavailable, match="other words than the event names"):
            stream.text(found[1])
        wire.others[EDITION] = {"detail": "gone"}
        with pytest.raises(Unavailable, match="answers no edition"):
            stream.text(found[1])
        del wire.others[EDITION]
        assert stream.text(found[1]) is None  # killed meanwhile, or not public any more
    assert [path for path, *_ in wire.asked[:3]] == ["/api/v1/desktop/keys", "/stream", EDITION]
    assert wire.asked[1][1] == {"prestage": "1"}


@pytest.mark.wire
def test_a_key_that_the_wire_did_not_sign_opens_nothing_and_the_text_is_fetched() -> None:
    sealed, thief = seal(body("evt_1")), Signer(bytes(range(1, 33)))
    said = [*sealed.frames, key_message(sealed.id, sealed.key, thief)]
    wire = Wire([b"".join([*map(line, said), news(1)])], others=published())
    with running(wire):
        stream = Stream(wire.url, prestage=True)
        message = next(iter(stream))
        assert message.body is None
        wire.others[EDITION] = {"edition": {"headline": CANARY}}
        assert stream.text(message) == {"headline": CANARY}
    assert [path for path, *_ in wire.asked].count("/api/v1/desktop/keys") == 1  # no storm of questions


@pytest.mark.wire
def test_a_wire_that_changed_its_key_is_asked_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.client.keys._AGAIN_S", 0.0)
    wire = Wire(others={"/api/v1/desktop/keys": key_set([Signer(bytes(32)).public])})
    with running(wire):
        keys = WireKeys(wire.url, build_opener())
        keys.learn()
        sealed = seal(b"")
        wire.others |= published()
        assert keys.lets_out(key_message(sealed.id, sealed.key, SIGNER))
        keys.learn()
    assert len(wire.asked) == 2


@pytest.mark.wire
def test_without_the_wires_keys_text_stays_sealed_and_the_news_comes() -> None:
    sealed = seal(body("evt_1"))
    said = [*sealed.frames, key_message(sealed.id, sealed.key, SIGNER)]
    wire = Wire([b"".join([*map(line, said), news(1)])])
    with running(wire):
        message = next(iter(Stream(wire.url, prestage=True)))
    assert message.body is None and message.event["number"] == 1


@pytest.mark.wire
def test_who_does_not_ask_for_it_sees_nothing_of_it() -> None:
    wire = Wire([line(seal(body()).frames[0]) + news(1)])
    with running(wire):
        assert next(iter(Stream(wire.url))).event["number"] == 1


@pytest.mark.wire
def test_the_async_stream_gives_the_same_and_ends_when_told() -> None:
    wire = Wire([b"".join(frame(n) for n in range(1, 200))], hang=True)

    async def act() -> tuple[list[int], str]:
        async with asyncio.timeout(60), AsyncStream(wire.url) as stream:
            seen = []
            async for message in stream:
                seen.append(message.event["number"])
                if len(seen) == 150:
                    break
            return seen, stream.cursor

    with running(wire):
        assert asyncio.run(act()) == (list(range(1, 151)), "c150")


@pytest.mark.wire
def test_the_async_stream_fetches_what_did_not_come_ahead() -> None:
    wire = Wire([news(1)], others={EDITION: {"edition": {"headline": CANARY}}}, hang=True)

    async def act() -> Any:
        async with asyncio.timeout(60), AsyncStream(wire.url) as stream:
            async for message in stream:
                return await stream.text(message)

    with running(wire):
        assert asyncio.run(act()) == {"headline": CANARY}


@pytest.mark.wire
def test_the_async_stream_raises_as_the_other_does() -> None:
    async def act(url: str) -> None:
        async with AsyncStream(url) as stream:
            async for _ in stream:
                pass

    with running(Wire([400])) as wire, pytest.raises(BadInput):
        asyncio.run(act(wire.url))


@pytest.mark.wire
def test_closing_ends_an_iteration_that_waits_for_news() -> None:
    import threading

    wire = Wire([frame(1)], hang=True)
    with running(wire):
        stream, seen = Stream(wire.url), threading.Event()

        def read() -> None:
            for _ in stream:
                seen.set()

        reader = threading.Thread(target=read)
        reader.start()
        assert seen.wait(30)
        stream.close()
        reader.join(30)
        assert not reader.is_alive() and stream.cursor == "c1"
