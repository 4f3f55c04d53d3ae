"""Text sent ahead: sealed until the key comes, bounded, and never in the way of the news."""

import asyncio
import json
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dateline.core
from dateline.client import AsyncStream, Stream
from dateline.client.staged import Staged
from dateline.client.tests.wire_stub import Wire, frame, running
from dateline.core.errors import BadInput
from dateline.core.words import canonical_bytes, sha256_hex
from dateline.plant import prestage
from dateline.plant.prestage import key_message, seal, size_class

SCHEMAS = Path(dateline.core.__file__).parent / "schemas"
CANARY = "canary-4711-unreleased"


def told(number: int = 1, text: str = CANARY) -> dict[str, Any]:
    """The event whose edition has that headline."""
    return {"id": f"evt_{number}", "sha256": sha256_hex(canonical_bytes({"headline": text}))}


def body(event: str = "evt_1", text: str = CANARY) -> bytes:
    return json.dumps({"editions": [{"event": event, "edition": {"headline": text}}]}).encode()


def line(document: Any) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()


def news(number: int) -> bytes:
    event = json.dumps(told(number) | {"type": "released", "number": number})
    return f"id: c{number}\ndata: {event}\n\n".encode()


@pytest.mark.unit
@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=60_000))
def test_a_body_opens_again_and_shows_nothing_before(text: bytes) -> None:
    """I1."""
    sealed, staged = seal(body(text=text.hex())), Staged()
    for part in sealed.frames:
        assert CANARY not in json.dumps(part)
        staged.take(part)
    event = told(text=text.hex())
    assert staged.body_of(event) is None
    staged.take(key_message(sealed.id, sealed.key))
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
        assert fits(key_message(sealed.id, sealed.key))
    assert not fits({**seal(b"").frames[0], "headline": "x"})


@pytest.mark.unit
def test_a_body_that_is_too_long_is_not_sent_ahead() -> None:
    assert size_class(0) == size_class(2 * prestage.PART - 4) < size_class(2 * prestage.PART - 3)
    with pytest.raises(BadInput, match="too many to be sent ahead"):
        seal(bytes(prestage.MOST))


@pytest.mark.unit
def test_what_does_not_fit_is_left_sealed() -> None:
    sealed, other, staged = seal(body()), seal(body()), Staged()
    for part in sealed.frames:
        staged.take(part)
        staged.take(part)  # twice is once
    staged.take(key_message(sealed.id, other.key))
    staged.take(key_message(other.id, other.key))
    for nonsense in ({}, {"type": "staged"}, {"type": "key", "id": sealed.id, "key": "!"}, {"type": "key"}):
        staged.take(nonsense)
    staged.take({**sealed.frames[0], "part": 9})
    staged.take({**sealed.frames[0], "data": "AAAA"})
    assert staged.body_of(told()) is None
    staged.take(key_message(sealed.id, sealed.key))
    assert staged.body_of(told()) is not None


@pytest.mark.unit
def test_text_that_is_not_what_the_event_names_is_not_given_out() -> None:
    """Whoever stands between may not pass off other words."""
    sealed, staged = seal(body(text="something else")), Staged()
    for part in sealed.frames:
        staged.take(part)
    staged.take(key_message(sealed.id, sealed.key))
    assert staged.body_of(told()) is None


@pytest.mark.unit
def test_a_swapped_or_changed_frame_opens_nothing() -> None:
    sealed, staged = seal(body()), Staged()
    first, second = sealed.frames
    staged.take({**first, "data": second["data"]})
    staged.take({**second, "data": first["data"]})
    staged.take(key_message(sealed.id, sealed.key))
    assert staged.body_of(told()) is None


@pytest.mark.unit
def test_memory_is_bounded_whatever_comes() -> None:
    staged, whole = Staged(most_bytes=200_000), [seal(body(f"evt_{n}")) for n in range(12)]
    for sealed in whole:
        for part in sealed.frames:
            staged.take(part)
        assert staged.size <= 200_000 + 2 * prestage.PART
    for sealed in whole:
        staged.take(key_message(sealed.id, sealed.key))
    assert staged.body_of(told(0)) is None and staged.body_of(told(11)) is not None


@pytest.mark.wire
def test_the_event_brings_the_text_that_came_ahead_or_none() -> None:
    sealed, late = seal(body("evt_1")), seal(body("evt_2"))
    frames = [line(part) for part in (*sealed.frames, late.frames[0])]
    keys = [line(key_message(s.id, s.key)) for s in (sealed, late)]
    wire = Wire([b"".join([*frames, *keys, news(1), news(2)])])
    with running(wire):
        found = list(islice(Stream(wire.url, prestage=True), 2))
    assert [m.body for m in found] == [{"headline": CANARY}, None]  # of the second a frame is missing
    assert wire.asked[0][1] == {"prestage": "1"}


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
