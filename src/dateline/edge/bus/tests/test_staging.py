"""Sealed frames go to connections with the grant alone, a key before its news, and memory stays bounded."""

import asyncio
import json
from typing import Any

import pytest
import uvloop

from dateline.edge.bus.port import Page, follow
from dateline.edge.bus.staging import StagedBuffer, WithKeys
from dateline.edge.bus.tests.stage import Diary, StubSource, stage, until
from dateline.edge.door import Doors
from dateline.edge.engine import Profile
from dateline.edge.tests.desk import scene
from dateline.edge.tests.origin_stub import Log, event
from dateline.edge.trust import Trust
from dateline.plant.bus_publisher import Row
from dateline.plant.passes import Signer, key_set
from dateline.plant.prestage import Sealed, key_message, seal

CANARY = "canary-9917"
SIGNER, THIEF = Signer(bytes(range(32))), Signer(bytes(range(1, 33)))


def trust() -> Trust:
    """That of an edge which knows the wire's key."""
    made = Trust()
    made.take_keys(key_set([SIGNER.public]))
    return made


class Source:
    """An origin that has these bodies staged."""

    def __init__(self, *bodies: Sealed) -> None:
        self.staged = {body.id: body for body in bodies}
        self.asked: list[str] = []

    async def bodies(self) -> list[str]:
        return list(self.staged)

    async def frames(self, name: str) -> list[bytes]:
        self.asked.append(name)
        return [json.dumps(frame).encode() for frame in self.staged[name].frames]


class Sent:
    """A hub's stage that keeps a diary."""

    def __init__(self) -> None:
        self.lines: list[tuple[bytes, bool]] = []

    def stage(self, data: bytes, *, urgent: bool = False) -> None:
        self.lines.append((data, urgent))


@pytest.mark.unit
def test_each_body_is_fetched_once_sent_once_and_forgotten_when_it_is_gone() -> None:
    async def act() -> None:
        one, two, sent = seal(b"one"), seal(b"two"), Sent()
        source, buffer = Source(one, two), StagedBuffer(sent, trust().lets_out)
        await buffer.look(source)
        await buffer.look(source)
        assert source.asked == [one.id, two.id] and len(sent.lines) == 4 == len(buffer.now())
        del source.staged[one.id]
        await buffer.look(source)
        assert len(buffer.now()) == 2
        buffer.opened(Page((("c1", {}),), "c1", keys=(key_message(two.id, two.key, SIGNER),)))
        assert buffer.now() == [] and sent.lines[-1][1]  # at once
        assert (
            buffer.keys_of(["c1", "c1"]) == [key_message(two.id, two.key, SIGNER)]
            and buffer.keys_of(["c2"]) == []
        )
        await buffer.look(source)
        assert buffer.now() == []  # opened; not fetched again

    asyncio.run(act())


@pytest.mark.unit
def test_a_newcomer_is_handed_the_bodies_due_first_whole_and_not_all_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dateline.edge.bus.staging._NEWCOMER_MOST", 150_000)

    async def act() -> None:
        bodies = [seal(b"x") for _ in range(5)]
        buffer = StagedBuffer(Sent(), trust().lets_out)
        await buffer.look(Source(*bodies))
        names = [json.loads(frame)["id"] for frame in buffer.now()]
        frames = len(bodies[0].frames)
        assert names == [bodies[0].id] * frames + [bodies[1].id] * frames and buffer.size > 150_000

    asyncio.run(act())


@pytest.mark.unit
def test_the_bodies_due_last_make_room() -> None:
    async def act() -> None:
        bodies = [seal(b"x") for _ in range(5)]
        buffer = StagedBuffer(Sent(), trust().lets_out, most_bytes=150_000)
        await buffer.look(Source(*bodies))
        kept = {json.loads(frame)["id"] for frame in buffer.now()}
        assert kept == {bodies[0].id, bodies[1].id} and buffer.size <= 150_000

    asyncio.run(act())


@pytest.mark.unit
def test_bodies_stand_in_the_order_of_t0_also_when_a_later_hold_is_due_sooner() -> None:
    async def act() -> None:
        one, two, three = seal(b"1"), seal(b"2"), seal(b"3")
        buffer = StagedBuffer(Sent(), trust().lets_out)
        await buffer.look(Source(one, two))
        await buffer.look(Source(three, one, two))
        assert [json.loads(f)["id"] for f in buffer.now()[::2]] == [three.id, one.id, two.id]

    asyncio.run(act())


@pytest.mark.unit
def test_a_key_that_the_wire_did_not_sign_opens_nothing_and_goes_no_further() -> None:
    """A bus or a parent edge that is not what it seems cannot let a key out."""

    async def act() -> None:
        one, two, sent, trusted = seal(b"one"), seal(b"two"), Sent(), trust()
        buffer = StagedBuffer(sent, trusted.lets_out)
        await buffer.look(Source(one, two))
        before = len(sent.lines)
        good = key_message(one.id, one.key, SIGNER)
        false: list[Any] = [
            key_message(one.id, one.key, THIEF),
            {name: value for name, value in good.items() if name != "signature"},
            good | {"id": two.id},
            good | {"key": key_message(two.id, two.key, SIGNER)["key"]},
            good | {"kid": THIEF.id},
            {"type": "key"},
            {"type": "released", "headline": CANARY},
        ]
        buffer.opened(Page((("c1", {}),), "c1", keys=tuple(false)))
        assert len(sent.lines) == before and buffer.keys_of(["c1"]) == [] and len(buffer.now()) == 4
        buffer.opened(Page((("c2", {}),), "c2", keys=(*false, good)))
        assert len(sent.lines) == before + 1 and buffer.keys_of(["c2"]) == [good]
        signed = SIGNER.sign("revocations", {"number": 1, "keys": [], "retired": [SIGNER.id]})
        trusted.take_revocations(signed)  # stolen: what it signs from now on is a thief's
        buffer.opened(Page((("c3", {}),), "c3", keys=(key_message(two.id, two.key, SIGNER),)))
        assert buffer.keys_of(["c3"]) == []

    asyncio.run(act())


@pytest.mark.unit
def test_words_in_clear_never_pass_for_a_frame() -> None:
    """I1, whatever the origin answers."""

    class Talkative(Source):
        async def frames(self, name: str) -> list[bytes]:
            return [*(await super().frames(name))[:1], *said]

    async def act() -> None:
        sealed, sent = seal(b"text"), Sent()
        frame = dict(sealed.frames[1])
        for line in (frame | {"headline": CANARY}, frame | {"data": CANARY}, [CANARY], CANARY):
            said[:] = [json.dumps(line).encode()]
            await StagedBuffer(sent, trust().lets_out).look(Talkative(sealed))
        said[:] = [CANARY.encode()]
        await StagedBuffer(sent, trust().lets_out).look(Talkative(sealed))
        assert sent.lines == []

    said: list[bytes] = []
    asyncio.run(act())


@pytest.mark.wire
def test_frames_reach_the_granted_and_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """I1. The key comes before the news; who was granted nothing sees the news alone."""
    sealed = seal(CANARY.encode())
    granted = [False]
    admit = Doors.admit

    async def admitted(self: Any, request: Any, peer: str) -> Any:
        from dataclasses import replace

        found = await admit(self, request, peer)
        return replace(found, profile=Profile(staged=True)) if granted[0] else found

    monkeypatch.setattr(Doors, "admit", admitted)

    async def act() -> None:
        async with asyncio.timeout(60), scene() as s:
            hub = s.hub
            buffer = StagedBuffer(hub, trust().lets_out)
            hub.staged_now = buffer.now
            other = await s.connect()
            granted[0] = True
            early = await s.connect()
            await buffer.look(Source(sealed))
            assert [(await early.message())["part"] for _ in sealed.frames] == [0, 1]
            late = await s.connect()
            assert [(await late.message())["part"] for _ in sealed.frames] == [0, 1]
            buffer.opened(Page((), "", keys=(key_message(sealed.id, sealed.key, SIGNER),)))
            await hub.publish(Page((("c1-1", event(1)),), "c1-1"))  # in the same round
            for line in (early, late):
                assert [(await line.message())["type"] for _ in range(2)] == ["key", "released"]
            seen = await other.message()
            assert seen["type"] == "released" and seen["number"] == 1

    uvloop.run(act())


@pytest.mark.wire
@pytest.mark.parametrize("kind", ["http", "nats"])
def test_keys_travel_with_the_news_over_both_buses(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal(b"text")
    key = key_message(sealed.id, sealed.key, SIGNER)

    class Keyed(StubSource):
        def rows_after(self, seq: int, limit: int) -> list[Row]:
            from dataclasses import replace

            return [replace(r, key=json.dumps(key)) for r in super().rows_after(seq, limit)]

    log = Log(keys=json.dumps([key]))

    async def act() -> None:
        async with asyncio.timeout(100), stage(log, nats=kind == "nats", publish=False) as s:
            if kind == "nats":
                s.publish(Keyed(log))
            bus, diary = WithKeys(s.bus(kind)), Diary()
            order: list[Any] = []
            bus.on_page = lambda page: order.append(page.keys)
            task = asyncio.create_task(follow(bus, diary))
            await until(lambda: diary.ready)
            log.add()
            await until(lambda: diary.numbers == [1])
            assert order[0] == (key,)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    uvloop.run(act())
