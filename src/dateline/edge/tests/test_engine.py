"""The engine under load and faults: stalled readers, storms, restarts, lost lines, kills, grants, limits."""

import asyncio
import errno
import os
import random
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from dateline.edge import rounds
from dateline.edge.engine import Admission, Profile, Reason
from dateline.edge.hub import Hub
from dateline.edge.index import Index
from dateline.edge.origin import Page
from dateline.edge.poller import LoopPoller
from dateline.edge.process import capacity_of, listener
from dateline.edge.replay import Replays
from dateline.edge.ring import Ring, entry
from dateline.edge.slots import PENDING_MOST, Slots
from dateline.edge.sse import SSE
from dateline.edge.tests.desk import Line, Scene, scene
from dateline.edge.tests.origin_stub import Log, event

pytestmark = pytest.mark.wire

SOAK = os.environ.get("DATELINE_SOAK") == "1"


def play(act: Callable[[Scene], Awaitable[Any]], log: Log | None = None, **options: Any) -> Any:
    async def whole() -> Any:
        async with asyncio.timeout(600 if SOAK else 100), scene(log, **options) as made:
            return await act(made)

    return uvloop.run(whole())


def stalled(port: int) -> socket.socket:
    """A desktop that asks and then reads nothing."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect(("127.0.0.1", port))
    sock.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    return sock


def test_stalled_readers_cost_the_others_nothing_and_memory_stays_bounded() -> None:
    """I6."""
    healthy, asleep, count = (4000, 40, 200) if SOAK else (40, 4, 80)

    async def act(s: Scene) -> list[list[int]]:
        lines = [await s.connect() for _ in range(healthy)]
        sleepers = [stalled(s.port) for _ in range(asleep)]
        await s.until(lambda: s.hub.open == healthy + asleep)
        readers = [asyncio.create_task(line.numbers(count)) for line in lines]
        for number in range(count):
            s.log.add(headline="x" * 8000)
            await s.until(lambda number=number: s.hub.counts.events_total > number)
            owed = s.hub.slots.pending.values()
            assert all(one.size <= one.limit for one in owed)
            assert sum(one.size for one in owed) <= (asleep + healthy) * 2 * PENDING_MOST
        found = await asyncio.gather(*readers)
        await s.until(lambda: s.hub.counts.dropped_slow_total == asleep)
        assert s.hub.open == healthy and not s.hub.slots.pending
        for sleeper in sleepers:
            sleeper.close()
        return found

    for numbers in play(act, capacity=10_000):
        assert numbers == list(range(1, count + 1))


def test_a_storm_of_come_backs_gets_exactly_what_each_missed() -> None:
    many = 4000 if SOAK else 150

    async def act(s: Scene) -> None:
        for _ in range(60):
            s.log.add()
        await s.until(lambda: len(s.hub.ring) == 60)
        chance = random.Random(7)
        places = [chance.randrange(60) for _ in range(many)]

        async def back(place: int) -> None:
            line = await s.connect("/stream", f"Last-Event-ID: c1-{place}")
            assert await line.numbers(61 - place) == list(range(place + 1, 62))

        tasks = [asyncio.create_task(back(place)) for place in places]
        await s.until(lambda: s.hub.open > many // 2)
        s.log.add()  # and it goes on live meanwhile
        await asyncio.gather(*tasks)
        assert s.hub.counts.replays_total == many and s.hub.counts.resets_total == 0

    play(act, capacity=10_000)


def test_a_restarted_edge_leaves_every_diary_without_gap_or_repeat() -> None:
    """The edge dies in the middle of the news; each desktop comes back with the last cursor that it read."""
    many, half, last = (500, 40, 80) if SOAK else (25, 20, 40)
    diaries: list[list[int]] = [[] for _ in range(many)]
    cursors = [""] * many

    async def read(line: Line, desk: int, until: int) -> None:
        try:
            while not diaries[desk] or diaries[desk][-1] < until:
                message = await line.message()
                assert message["kind"] == ""
                diaries[desk].append(message["number"])
                cursors[desk] = message["cursor"]
        except (EOFError, ConnectionError):
            cursors[desk] = cursors[desk] or line.cursor

    async def one_life(log: Log, first: int, until: int, *, kill: bool) -> None:
        async with asyncio.timeout(100), scene(log) as s:
            lines = [
                await s.connect("/stream", *([f"Last-Event-ID: {c}"] if c else [])) for c in list(cursors)
            ]
            tasks = [asyncio.create_task(read(line, n, until)) for n, line in enumerate(lines)]
            for number in range(first, until + 1):
                s.log.add()
                if kill and number == until - 5:
                    await s.until(lambda: any(diaries))
                    s.hub.close_lines()  # as the kernel does when a process is killed
                    s.keep_lines = True
            await asyncio.gather(*tasks)

    async def whole() -> None:
        log = Log()
        await one_life(log, 1, half, kill=True)
        log = Log(log.events)  # the same log, reached by a new edge
        await one_life(log, half + 1, last, kill=False)

    uvloop.run(whole())
    for diary in diaries:
        assert diary == list(range(1, last + 1))


def test_lines_that_were_lost_or_half_closed_leave_their_slot() -> None:
    async def act(s: Scene) -> None:
        lines = [await s.connect() for _ in range(3)]
        await s.until(lambda: s.hub.open == 3)
        sock = lines[0].writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        lines[0].writer.transport.abort()  # a reset
        half = socket.create_connection(("127.0.0.1", s.port))
        half.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await s.until(lambda: s.hub.counts.accepted_total == 4)
        half.shutdown(socket.SHUT_WR)
        await s.until(lambda: s.hub.counts.dropped_left_total == 2)
        assert s.hub.open == 2
        s.log.add()
        assert await lines[1].numbers(1) == [1]
        half.close()

    play(act)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="TCP_USER_TIMEOUT is Linux's")
def test_a_line_whose_other_end_is_silent_ends_by_itself() -> None:
    """A half-open line cannot be made on loopback; what ends it is set on every line by the listener."""
    with listener("127.0.0.1", 0) as sock, socket.create_connection(sock.getsockname()):
        line, _ = sock.accept()
        with line:
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 60_000
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * 64 * 1024


def test_the_first_event_leaves_at_once_and_a_kill_takes_along_what_waits() -> None:
    """With a tick that never ends in this test: what is gathered leaves with the kill, in order."""

    async def act(s: Scene) -> None:
        line = await s.connect("/stream?keyword=number")
        s.log.add()
        assert await line.numbers(1) == [1]
        s.log.add()
        s.log.add()
        await s.until(lambda: len(s.hub.waiting_events) == 2)
        s.log.add(type="killed", headline="Withdrawn")
        assert await line.numbers(3) == [2, 3, 4]

    play(act, tick_s=3600.0)


def test_what_comes_together_is_written_together() -> None:
    async def act(s: Scene) -> int:
        lines = [await s.connect() for _ in range(5)]
        await s.until(lambda: s.hub.open == 5)
        for _ in range(60):
            s.log.add()
        for line in lines:
            assert await line.numbers(60) == list(range(1, 61))
        return s.hub.counts.written_total

    assert play(act, tick_s=0.3) <= 5 * 12


def test_a_full_edge_says_so() -> None:
    async def act(s: Scene) -> None:
        kept = [await s.connect() for _ in range(2)]
        await s.until(lambda: s.hub.open == 2)
        refused = await s.connect()
        assert refused.status == 503 and "Retry-After" in refused.head
        kept[0].close()
        await s.until(lambda: s.hub.open == 1)
        assert (await s.connect()).status == 200

    play(act, capacity=2)


def test_those_who_send_nothing_keep_nobody_out() -> None:
    """Slow-loris: with every place in the lobby taken, who asks at once still comes in."""

    async def act(s: Scene) -> None:
        silent = [socket.create_connection(("127.0.0.1", s.port)) for _ in range(12)]
        for one in silent:
            one.sendall(b"GET /str")
        await s.until(lambda: len(s.lobby.guests) == 4)
        assert (await s.connect()).status == 200
        for one in silent:
            one.close()

    play(act, lobby_most=4)


def test_without_descriptors_the_listener_rests_and_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def act(s: Scene) -> None:
        left = [3]

        class Tired(socket.socket):
            def accept(self) -> Any:
                if left[0]:
                    left[0] -= 1
                    raise OSError(errno.EMFILE, "Too many open files")
                return super().accept()

        own = s.lobby.listening
        assert own is not None
        tired = Tired(fileno=os.dup(own.fileno()))
        s.lobby.stop_listening()
        s.lobby.listen(tired)
        assert (await s.connect()).status == 200
        assert left == [0]

    monkeypatch.setattr("dateline.edge.lobby._RESTED_S", 0.05)
    play(act)


def test_a_cursor_of_any_size_and_form_is_answered_with_400() -> None:
    async def act(s: Scene) -> None:
        for cursor in ("forged", "x" * 65, "x" * 3000, "a b", "é", "c1-1\x00", "c1-99999999999999999999"):
            line = await s.connect("/stream", f"Last-Event-ID: {cursor}")
            assert line.status in {200, 400}, cursor
            if line.status == 200:  # well formed, of this epoch, and beyond the end
                assert (await line.message())["kind"] == "reset"

    play(act)


# --- the engine by itself: socket pairs in place of a lobby -------------------------------------------------


class Known:
    """An origin that knows every cursor."""

    async def knows(self, cursor: str) -> bool:
        return True


@asynccontextmanager
async def alone(count: int, profile: Profile) -> AsyncIterator[tuple[Hub, list[socket.socket]]]:
    """A hub with desktops, all with one profile; their ends."""
    hub = Hub(Known(), capacity=64, tick_s=0.001)
    hub.fill(Page((), "c0"))
    tasks = [asyncio.create_task(one) for one in hub.work(60)]
    ends = []
    for _ in range(count):
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        theirs.setblocking(False)
        hub.admit(ours.detach(), Admission(profile, SSE))
        ends.append(theirs)
    try:
        yield hub, ends
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        hub.close()
        for end in ends:
            end.close()


async def said(end: socket.socket, word: bytes) -> bytes:
    """What was read until `word` came."""
    data = b""
    while word not in data:
        data += await asyncio.get_running_loop().sock_recv(end, 2**20)
    return data


def test_sealed_frames_go_to_grants_only_and_who_owes_misses_them() -> None:
    async def whole() -> None:
        async with asyncio.timeout(60), alone(2, Profile(staged=True)) as (hub, ends):
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            theirs.setblocking(False)
            hub.staged_now = lambda: [b'{"type":"staged","n":0}']
            hub.admit(ours.detach(), Admission(Profile(), SSE))
            body = b'{"type":"staged","n":1,"body":"%b"}' % (b"x" * 3_000_000)
            hub.stage(body)
            first = await said(ends[0], b'"}\n\n')
            assert b"data: " + body in first and b"id: c0" in first
            assert hub.open == 3  # the other reads nothing, owes more than a reader may, and stays
            hub.stage(b'{"type":"key"}', urgent=True)
            assert (await said(ends[0], b"key")).endswith(b'data: {"type":"key"}\n\n')
            whole = await said(ends[1], b'"}\n\n')
            hub.broadcast([entry("c1", event(1))])
            after = await said(ends[1], b"evt_1")
            assert b'"key"' not in whole + after  # it owed when the key came
            assert b"staged" not in await said(theirs, b"evt_1")
            theirs.close()
            late, end = socket.socketpair()
            late.setblocking(False)
            end.setblocking(False)
            hub.admit(late.detach(), Admission(Profile(staged=True), SSE, position="c0"))
            text = await said(end, b'"n":0')
            assert text.index(b"evt_1") < text.index(b'"n":0')
            end.close()

    asyncio.run(whole())


def test_a_desktop_that_joins_during_a_round_sits_down_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a slot freed during the round goes to nobody before its end."""
    monkeypatch.setattr(rounds, "CHUNK", 8)

    async def whole() -> None:
        async with asyncio.timeout(60), alone(24, Profile()) as (hub, ends):
            seen: list[tuple[int, int]] = []
            real = hub._serve
            ours, theirs = socket.socketpair()
            ours.setblocking(False)
            theirs.setblocking(False)

            def serve(*args: Any) -> None:
                if not seen:
                    hub.drop(5, Reason.EXPIRED)
                    hub.admit(ours.detach(), Admission(Profile(), SSE))
                seen.append((hub.open, hub.counts.waiting))
                real(*args)

            monkeypatch.setattr(hub, "_serve", serve)
            hub.broadcast([entry("c1", event(1))])
            text = await said(theirs, b"id: c1")
            assert b"evt_1" not in text  # its place is behind the event
            assert set(seen) == {(23, 1)} and len(seen) >= 3
            assert hub.open == 24 and hub.slots.fd[5] >= 0
            for number, end in enumerate(ends):
                if number != 5:
                    await said(end, b"evt_1")
            theirs.close()

    asyncio.run(whole())


def test_an_expired_desktop_is_told_and_closed() -> None:
    class Due:
        due_now: list[tuple[int, Reason]] = [(1, Reason.EXPIRED)]
        gone: list[int] = []

        def queued(self, visitor: Any) -> None: ...

        def unqueued(self, visitor: Any) -> None: ...

        def seated(self, slot: int, visitor: Any) -> None: ...

        def left(self, slot: int) -> None:
            self.gone.append(slot)

        def due(self) -> list[tuple[int, Reason]]:
            now, self.due_now = self.due_now, []
            return now

    async def whole() -> None:
        async with asyncio.timeout(60), alone(3, Profile()) as (hub, ends):
            hub.doors = doors = Due()
            assert (await said(ends[1], b"expired")).endswith(b": expired\n\n")
            assert await asyncio.get_running_loop().sock_recv(ends[1], 10) == b""
            assert doors.gone == [1] and hub.counts.dropped_expired_total == 1 and hub.open == 2

    asyncio.run(whole())


def test_every_bit_of_a_freed_slot_is_cleared() -> None:
    async def whole() -> None:
        slots = Slots(8, LoopPoller(lambda *_: None))
        index = Index()
        ends = [socket.socketpair() for _ in range(3)]
        taken = [slots.seat(ours.fileno(), Profile(works_in="SG"), SSE) for ours, _ in ends]
        for slot in taken:
            index.add(slot, Profile(works_in="SG"))
        fd = ends[1][0].detach()
        index.remove(1, slots.leave(1))
        assert slots.slot_of(fd) == -1 and slots.taken() == [0, 2] and len(slots) == 2
        ours, theirs = socket.socketpair()
        assert slots.seat(ours.fileno(), Profile(), SSE) == 3  # 1 rests until the round is over
        slots.settle()
        last, other = socket.socketpair()
        assert slots.seat(last.fileno(), Profile(), SSE) == 1
        assert index.select(entry("c", event(1)).facts) == 0b101
        for slot in slots.taken():
            slots.leave(slot)
        for one in (*(end for _, end in ends), theirs, other):
            one.close()
        for one in (ends[0][0], ends[2][0], ours, last):
            one.detach()

    asyncio.run(whole())


def test_one_replay_and_the_replays_of_a_second_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring()
    for number in range(600):
        ring.add(entry(f"c{number}", event(number, headline="x" * 100)))
    replays = Replays(ring)
    assert replays.of("c98", Profile(), SSE) is None  # 501 events
    replay = replays.of("c99", Profile(), SSE)
    assert replay is not None and replay.count(b"id: ") == 500
    assert replays.of("gone", Profile(), SSE) is None
    monkeypatch.setattr("dateline.edge.replay.BYTES_MOST", 10_000)
    assert Replays(ring).of("c500", Profile(), SSE) is None
    monkeypatch.setattr("dateline.edge.replay._WORK_PER_S", 0.0)
    assert [replays.may(500_000), replays.may(0)] == [True, False]


def test_the_room_follows_the_limit_of_open_files() -> None:
    assert capacity_of(100) == 100
    assert 64 <= capacity_of(0) <= 262_144
