"""Who waits for a slot: newcomers behind nobody, come-backs bounded and counted, the dead at no cost."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from dateline.edge import replay
from dateline.edge.engine import Admission, Profile
from dateline.edge.hub import Hub
from dateline.edge.ring import entry
from dateline.edge.slots import PENDING_MOST
from dateline.edge.sse import SSE, Sse
from dateline.edge.tests.desk import Scene, scene
from dateline.edge.tests.origin_stub import event
from dateline.edge.tests.test_engine import alone, said

pytestmark = pytest.mark.wire


def on_hub(act: Callable[[Hub], Awaitable[Any]], events: int = 10) -> None:
    """Runs `act` on a hub without desktops whose ring holds c0 (its base) to c`events`."""

    async def whole() -> None:
        async with asyncio.timeout(60), alone(0, Profile()) as (hub, _):
            for number in range(1, events + 1):
                hub.ring.add(entry(f"c{number}", event(number)))
            await act(hub)

    asyncio.run(whole())


def joins(hub: Hub, position: str = "", profile: Profile | None = None) -> socket.socket:
    """A desktop admitted by the door; its end."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    hub.admit(ours.detach(), Admission(profile or Profile(), SSE, position=position))
    return theirs


async def until(condition: Callable[[], object]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def spend(hub: Hub, monkeypatch: pytest.MonkeyPatch, left: float = -1.0) -> None:
    """The second's work is done, and no more comes."""
    monkeypatch.setattr(replay, "_WORK_PER_S", 0.0)
    hub._replays._left = left


def test_a_newcomer_does_not_wait_behind_those_who_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(hub: Hub) -> None:
        spend(hub, monkeypatch)
        with joins(hub, "c3"), joins(hub) as newcomer:
            assert hub.open == 1 and hub.counts.waiting == 1
            assert b"id: c10" in await said(newcomer, b"\n\n")

    on_hub(act)


def test_who_is_far_behind_is_told_to_catch_up_rather_than_keep_others_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(hub: Hub) -> None:
        spend(hub, monkeypatch, left=4000.0)  # not enough for dear ones, plenty for others
        with joins(hub, "c0") as far, joins(hub, "c1198") as near:
            assert hub.open == 2 and hub.counts.waiting == 0
            assert b"event: reset" in await said(far, b"\n\n")
            assert b"id: c1199" in await said(near, b"id: c1200")
            assert hub.counts.resets_total == 1

    on_hub(act, events=1200)


def test_who_hung_up_is_not_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(hub: Hub) -> None:
        spend(hub, monkeypatch, left=5.0)
        await hub._lock.acquire()  # a round runs
        for _ in range(200):
            joins(hub, "c3").close()
        with joins(hub, "c3") as alive:
            hub._lock.release()
            hub._work.set()
            assert b"evt_4" in await said(alive, b"id: c10")
            assert hub.open == 1 and hub.counts.replays_total == 1 and hub._replays._left > 3

    on_hub(act)


def test_who_hangs_up_while_it_waits_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(hub: Hub) -> None:
        spend(hub, monkeypatch)
        ends = [joins(hub, "c3") for _ in range(64)]
        assert [hub.crowded, hub.counts.waiting] == [True, 64]
        for end in ends[:63]:
            end.close()
        await until(lambda: hub.counts.waiting == 1)
        assert [hub.crowded, hub.counts.accepted_total] == [False, 0]
        ends[63].close()

    on_hub(act)


def play(act: Callable[[Scene], Awaitable[Any]], **options: Any) -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), scene(**options) as made:
            await act(made)

    uvloop.run(whole())


def asks(s: Scene, cursor: str) -> socket.socket:
    """A desktop that comes back; the answer is not read."""
    sock = socket.create_connection(("127.0.0.1", s.port))
    sock.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: %b\r\n\r\n" % cursor.encode())
    return sock


def test_the_queue_of_those_who_come_back_is_bounded_and_keeps_no_newcomer_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def act(s: Scene) -> None:
        s.log.add()
        await s.until(lambda: len(s.hub.ring) == 1)
        spend(s.hub, monkeypatch)
        waiting = [asks(s, "c1-0") for _ in range(64)]
        await s.until(lambda: s.hub.counts.waiting == 64)
        assert (await s.connect("/stream", "Last-Event-ID: c1-0")).status == 503
        assert (await s.connect()).status == 200
        for one in waiting:
            one.close()
        await s.until(lambda: not s.hub.counts.waiting)

    play(act, capacity=100)


def test_who_waits_counts_for_its_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.edge.door.source_of", lambda peer, exempt: "192.0.2.1")

    async def act(s: Scene) -> None:
        s.log.add()
        await s.until(lambda: len(s.hub.ring) == 1)
        spend(s.hub, monkeypatch)
        waiting = [asks(s, "c1-0") for _ in range(2)]
        await s.until(lambda: s.hub.counts.waiting == 2)
        assert (await s.connect()).status == 429
        for one in waiting:
            one.close()
        await s.until(lambda: not s.hub.counts.waiting)
        assert (await s.connect()).status == 200

    play(act, door={"per_source": 2})


def test_who_gets_its_slot_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dateline.edge.door.source_of", lambda peer, exempt: "192.0.2.1")

    async def act(s: Scene) -> None:
        kept = [await s.connect() for _ in range(2)]
        assert [line.status for line in kept] == [200, 200]
        assert (await s.connect()).status == 429

    play(act, door={"per_source": 2})


def test_those_who_come_back_share_the_bytes_of_a_long_replay(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(hub: Hub) -> None:
        for number in range(11, 21):
            hub.ring.add(entry(f"c{number}", event(number, headline="x" * 90_000)))
        ends = [joins(hub, "c10") for _ in range(5)]
        owed = list(hub.slots.pending.values())
        assert len(owed) == 5 and len({id(part.obj) for one in owed for part in one.parts}) == 1
        for end in ends:
            assert (await said(end, b"id: c20")).count(b"id: ") == 10
            end.close()

    on_hub(act)


def test_the_replays_kept_are_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "_CACHED_BYTES_MOST", 10_000)

    async def act(hub: Hub) -> None:
        for number in range(10):
            hub._replays.of(f"c{number}", Profile(), SSE)
            assert sum(len(one or b"") for one in hub._replays._cache.values()) < 20_000

    on_hub(act)


def test_sealed_text_is_framed_once_and_shared_by_all_who_come(monkeypatch: pytest.MonkeyPatch) -> None:
    framed: list[int] = []
    real = Sse.event

    def counted(self: Sse, cursor: str, data: bytes) -> bytes:
        framed.append(len(data))
        return real(self, cursor, data)

    monkeypatch.setattr(Sse, "event", counted)

    async def act(hub: Hub) -> None:
        sealed = [b'{"type":"staged","n":%d,"body":"%b"}' % (n, b"x" * 400_000) for n in range(4)]
        hub.staged_now = lambda: list(sealed)
        ends = [joins(hub, profile=Profile(staged=True)) for _ in range(6)]
        assert framed == [len(one) for one in sealed]
        owed = list(hub.slots.pending.values())
        assert len(owed) == 6 and len({id(part.obj) for one in owed for part in one.parts}) == 4
        assert all(one.size <= one.limit <= PENDING_MOST + sum(map(len, sealed)) + 1000 for one in owed)
        for end in ends:
            assert (await said(end, b'"n":3')).count(b'"n":') == 4
            end.close()
        sealed.pop(0)
        with joins(hub, profile=Profile(staged=True)):
            assert len(framed) == 4  # what is gone is forgotten, what stays is as it was
            assert [len(kept) for kept in hub._framed.values()] == [3]

    on_hub(act)
