"""The stream over real sockets: filters, resume, reset, slow readers, limits, heartbeat, drain."""

import asyncio
import random
import re
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from dateline.edge import replay, rounds
from dateline.edge.blast import WAYS
from dateline.edge.counts import NAMES
from dateline.edge.tests.desk import SITE, Scene, scene
from dateline.edge.tests.origin_stub import Log

pytestmark = pytest.mark.wire

# Both send loops and both ways of watching connections pass the same tests.
every_engine = pytest.mark.parametrize(
    "engine",
    [
        pytest.param({"blast": name, "poller": poller}, id=f"{name}-{poller}")
        for name, poller in (("uring", "epoll"), ("c", "epoll"), ("python", "epoll"), ("python", "loop"))
        if name in WAYS
    ],
)


def play(act: Callable[[Scene], Awaitable[Any]], log: Log | None = None, **options: Any) -> Any:
    """Runs `act` on a fresh edge, within a minute."""

    async def whole() -> Any:
        async with asyncio.timeout(60), scene(log, **options) as made:
            return await act(made)

    return uvloop.run(whole())


def test_an_event_is_an_id_and_one_line_of_data() -> None:
    async def act(s: Scene) -> list[dict[str, str]]:
        line = await s.connect()
        assert line.status == 200
        assert "Content-Type: text/event-stream; charset=utf-8" in line.head
        assert "no-store" in line.head
        s.log.add(headline="Überschrift\nmit Umbruch")
        return [await line.block() for _ in range(3)]

    retry, head, event = play(act)
    assert retry == {"retry": "2000"}
    assert head == {"id": "c1-0"}
    assert set(event) == {"id", "data"} and event["id"] == "c1-1"


def test_a_desktop_can_resume_before_its_first_event() -> None:
    """The line drops while nothing was heard yet: what came meanwhile is not lost."""

    async def act(s: Scene) -> list[int]:
        line = await s.connect()
        await line.block()
        cursor = (await line.block())["id"]
        line.close()
        s.log.add()
        await s.until(lambda: len(s.hub.ring) == 1)
        return await (await s.connect("/stream", f"Last-Event-ID: {cursor}")).numbers(1)

    assert play(act) == [1]


@every_engine
def test_everybody_gets_what_they_asked_for(engine: dict[str, Any]) -> None:
    """Filters of the stream are those of the log; a desktop without any takes everything."""

    async def act(s: Scene) -> list[list[int]]:
        lines = [
            await s.connect(f"/stream?{query}")
            for query in (
                "",
                "language=ar",
                "language=en,ar&country=KR",
                "sector=industries",
                "keyword=three",
            )
        ]
        s.log.add()
        s.log.add(language="ar", countries=["KR"], sectors=["07000000"])
        s.log.add(headline="Number three", sectors=[])
        s.log.add(language="ja", headline="last", sectors=[])
        await lines[0].numbers(4)
        await s.hub.drain(within_s=0.1, retry_most_s=10)
        texts = [(await line.rest()).decode() for line in lines[1:]]
        return [[int(n) for n in re.findall(r'"number":(\d+)', text)] for text in texts]

    assert play(act, **engine) == [[2], [2], [1], [3]]


@every_engine
def test_a_desktop_resumes_where_it_left(engine: dict[str, Any]) -> None:
    async def act(s: Scene) -> None:
        for _ in range(5):
            s.log.add()
        await s.until(lambda: len(s.hub.ring) == 5)
        by_header = await s.connect("/stream", "Last-Event-ID: c1-2")
        by_query = await s.connect("/stream?after=c1-3")
        both = await s.connect("/stream?after=c1-1", "Last-Event-ID: c1-4")
        live = await s.connect("/stream")
        s.log.add()
        assert await by_header.numbers(4) == [3, 4, 5, 6]
        assert await by_query.numbers(3) == [4, 5, 6]
        assert await both.numbers(2) == [5, 6]
        assert await live.numbers(1) == [6]

    play(act, **engine)


@every_engine
def test_no_gap_and_no_repeat_while_joins_drops_and_rounds_interleave(
    engine: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thirty desktops come and go at random while events pour in; each sees every number once, in order."""
    monkeypatch.setattr(rounds, "CHUNK", 8)
    last = 300

    async def desktop(s: Scene, seed: int) -> list[int]:
        chance = random.Random(seed)
        seen: list[int] = []
        cursor = ""
        while not seen or seen[-1] < last:
            headers = [f"Last-Event-ID: {cursor}"] if cursor else []
            line = await s.connect("/stream", *headers)
            try:
                for _ in range(chance.randrange(60)):
                    message = await line.message()
                    assert message["kind"] == "", "a reset would hide a gap"
                    seen.append(message["number"])
                    cursor = message["cursor"]
                    if seen[-1] == last:
                        break
                cursor = cursor or line.cursor
            finally:
                line.close()
        return seen

    async def act(s: Scene) -> list[list[int]]:
        tasks = [asyncio.create_task(desktop(s, seed)) for seed in range(30)]
        await s.until(lambda: s.hub.counts.connected == 30)
        for number in range(last):
            s.log.add()
            if number % 7 == 0:
                await asyncio.sleep(0.001)
        return await asyncio.gather(*tasks)

    for seen in play(act, **engine):
        assert seen == list(range(seen[0], last + 1))
        assert seen[0] == 1


def test_a_cursor_older_than_the_ring_is_told_to_catch_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "EVENTS_MOST", 3)
    log = Log()
    for _ in range(10):
        log.add()

    async def act(s: Scene) -> None:
        far = await s.connect("/stream?after=c1-2")
        assert (await far.message())["kind"] == "reset"
        near = await s.connect("/stream?after=c1-7")
        assert await near.numbers(3) == [8, 9, 10]
        old_epoch = await s.connect("/stream?after=c0-1")
        assert (await old_epoch.message())["kind"] == "reset"
        s.log.add()  # and the line goes on live
        assert await far.numbers(1) == [11]

    play(act, log)


@pytest.mark.parametrize("cursor", ["forged", "a%20b", "x" * 65, "c1-%0d%0aevil"])
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    async def act(s: Scene) -> None:
        assert (await s.connect(f"/stream?after={cursor}")).status == 400

    play(act)


@every_engine
def test_a_slow_reader_is_dropped_and_hurts_nobody(engine: dict[str, Any]) -> None:
    """I6."""

    async def act(s: Scene) -> None:
        healthy = await s.connect()
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", s.port))
        slow.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await s.until(lambda: s.hub.counts.connected == 2)
        count = 0
        while s.hub.counts.dropped_slow_total == 0:
            s.log.add(headline="x" * 8000)
            count += 1
            assert await healthy.numbers(1) == [count]
        slow.close()
        assert s.hub.counts.connected == 1
        s.log.add()
        assert await healthy.numbers(1) == [count + 1]

    play(act, **engine)


def test_only_the_wires_own_pages_may_read_across_origins() -> None:
    async def act(s: Scene) -> tuple[str, str]:
        own = await s.connect("/stream", f"Origin: {SITE}")
        other = await s.connect("/stream", "Origin: http://evil.example")
        return own.head, other.head

    own, other = play(act)
    assert f"Access-Control-Allow-Origin: {SITE}\r\n" in own and "Vary: Origin" in own
    assert "Access-Control" not in other


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"GET /stream HTTP/1.1\r\n\r\n", 200),
        ("GET /stream?keyword=展示館 HTTP/1.1\r\n\r\n".encode(), 200),
        (b"GET /stream?colour=red HTTP/1.1\r\n\r\n", 400),
        (b"GET /stream?" + b"&".join([b"country=SG"] * 60) + b" HTTP/1.1\r\n\r\n", 400),
        (b"POST /stream HTTP/1.1\r\n\r\n", 405),
        (b"GET /stream HTTP/1.1\r\nContent-Length: 3\r\n\r\n", 400),
        (b"GET /stream HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /stream HTTP/2.0\r\n\r\n", 505),
        (b"GET\r\n\r\n", 400),
        (b"\xff\xfe / HTTP/1.1\r\n\r\n", 400),
        (b"GET /stream HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /stream HTTP/1.1\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(80)) + b"\r\n", 431),
        (b"GET /stream HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n", 431),
        (b"GET /elsewhere HTTP/1.1\r\n\r\n", 404),
        (b"GET /ws HTTP/1.1\r\n\r\n", 426),
        (b"GET /stream HTTP/1.1\r\nHost: x", 408),
    ],
)
def test_requests_have_limits(raw: bytes, status: int) -> None:
    async def act(s: Scene) -> int:
        named = raw.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nHost: x\r\n", 1)
        return (await s.connect(raw=named)).status

    assert play(act, head_s=0.3) == status


@every_engine
def test_a_quiet_line_gets_a_heartbeat(engine: dict[str, Any]) -> None:
    async def act(s: Scene) -> list[dict[str, str]]:
        line = await s.connect("/stream?language=ko")
        return [await line.block() for _ in range(4)]

    assert play(act, **engine, heartbeat_s=0.05)[2:] == [{"": ""}, {"": ""}]


@every_engine
def test_draining_says_when_to_come_back(engine: dict[str, Any]) -> None:
    async def act(s: Scene) -> str:
        line = await s.connect()
        await s.hub.drain(within_s=0.1, retry_most_s=10)
        return (await line.rest()).decode()

    text = play(act, **engine)
    first, second = (int(part.split("\n")[0]) for part in text.split("retry: ")[1:])
    assert first == 2000 and 1000 <= second < 10_000


def test_what_the_edge_counts_is_for_this_machine() -> None:
    async def act(s: Scene) -> str:
        line = await s.connect()
        s.log.add()
        await line.numbers(1)
        return (await (await s.connect("/metrics")).rest()).decode()

    figures = dict(line.split(" ") for line in play(act).splitlines())
    assert set(figures) == {f"dateline_edge_{name}" for name in NAMES}
    assert {name for name, value in figures.items() if value == "1"} >= {
        "dateline_edge_connected",
        "dateline_edge_accepted_total",
        "dateline_edge_events_total",
        "dateline_edge_written_total",
        "dateline_edge_origin_reachable",
        "dateline_edge_ready",
    }
    assert figures["dateline_edge_dropped_slow_total"] == "0"
    assert int(figures["dateline_edge_bytes_total"]) > 200
