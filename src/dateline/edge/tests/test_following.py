"""Following the origin: an empty log, an origin that is down, confused, or begins anew."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop

from dateline.edge.origin import Origin
from dateline.edge.tests.desk import Line, Scene, scene
from dateline.edge.tests.origin_stub import Log

pytestmark = pytest.mark.wire


def play(act: Callable[[Scene], Awaitable[Any]], log: Log | None = None, **options: Any) -> Any:
    async def whole() -> Any:
        async with asyncio.timeout(60), scene(log, **options) as made:
            return await act(made)

    return uvloop.run(whole())


@pytest.mark.parametrize("can_wait", [True, False])
def test_the_first_event_of_an_empty_log_arrives(can_wait: bool) -> None:
    """Also from an origin that cannot keep a question open."""

    async def act(s: Scene) -> list[int]:
        assert (await s.connect("/readyz")).status == 200
        line = await s.connect()
        await asyncio.sleep(0.2)
        s.log.add()
        return await line.numbers(1)

    assert play(act, Log(can_wait=can_wait)) == [1]


def test_what_was_there_before_is_not_news() -> None:
    log = Log()
    for _ in range(5):
        log.add()

    async def act(s: Scene) -> list[int]:
        line = await s.connect()
        s.log.add()
        return await line.numbers(1)

    assert play(act, log) == [6]


def test_a_quiet_origin_is_not_asked_in_a_hot_loop() -> None:
    async def act(s: Scene) -> int:
        before = s.log.asked
        await asyncio.sleep(0.5)
        return s.log.asked - before

    assert play(act, Log(can_wait=False)) < 15


@pytest.mark.parametrize("fault", [{"status": 503}, {"status": 400}, {"status": 410}, {"nonsense": True}])
def test_an_origin_that_is_out_is_waited_for(fault: dict[str, Any]) -> None:
    """Nobody is admitted who would miss what comes meanwhile; afterwards all is as ever."""

    async def act(s: Scene) -> None:
        refused = await s.connect()
        assert refused.status == 503 and "Retry-After: 5" in refused.head
        assert (await s.connect("/readyz")).status == 503
        assert (await s.connect("/healthz")).status == 200
        assert s.log.asked < 60
        s.log.status, s.log.nonsense = 200, False
        await s.hub.filled.wait()
        line = await s.connect()
        s.log.add()
        assert await line.numbers(1) == [1]

    play(act, Log(**fault), fill=False, fill_s=0.3)


def test_losing_the_origin_delays_and_loses_nothing() -> None:
    async def act(s: Scene) -> None:
        line = await s.connect()
        s.log.add()
        assert await line.numbers(1) == [1]
        s.log.status = 500
        s.log.add()
        await s.until(lambda: s.hub.counts.origin_reachable == 0)
        s.log.add()
        s.log.status = 200
        assert await line.numbers(2) == [2, 3]

    play(act)


def test_a_new_epoch_resets_everybody_and_repeats_nothing() -> None:
    async def act(s: Scene) -> None:
        line = await s.connect()
        s.log.add()
        await line.numbers(1)
        s.log.epoch = 2
        s.log.add()
        assert (await line.message())["kind"] == "reset"
        assert await line.rest() == b""  # closed: its cursor is worth nothing any more
        await s.hub.filled.wait()
        again = await s.connect("/stream?after=c2-2")
        live = await s.connect()
        s.log.add()
        assert await again.numbers(1) == [3] and await live.numbers(1) == [3]

    play(act)


def test_while_the_origin_is_out_an_unknown_cursor_is_told_to_catch_up() -> None:
    async def act(s: Scene) -> None:
        s.log.status = 500
        line = await s.connect("/stream?after=c1-77")
        assert (await line.message())["kind"] == "reset"

    play(act)


def test_stopping_does_not_wait_for_an_open_question() -> None:
    """The follower's thread sits in a question of twenty seconds; closing the origin ends it."""

    async def whole() -> None:
        log = Log()
        server = await asyncio.start_server(log.serve, "127.0.0.1", 0)
        origin = Origin(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        question = asyncio.create_task(origin.after("c1-0"))
        while log.asked == 0:
            await asyncio.sleep(0.01)
        origin.close()
        async with asyncio.timeout(10):
            with pytest.raises(OSError, match=r".*"):
                await question
            with pytest.raises(OSError, match=r".*"):
                await origin.tail()
        server.close()
        await log.close()
        await asyncio.sleep(0.05)

    uvloop.run(whole())


def test_stopping_does_not_wait_for_a_reader_that_reads_nothing() -> None:
    """Also not for one that never finished its request."""

    async def act(s: Scene) -> None:
        await s.connect()
        reader, writer = await asyncio.open_connection("127.0.0.1", s.port, limit=2**10)
        writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        s.lines.append(Line(reader, writer))
        half, other = await asyncio.open_connection("127.0.0.1", s.port)
        other.write(b"GET /str")
        s.lines.append(Line(half, other))
        await s.until(lambda: s.hub.counts.connected == 2)
        for _ in range(20):
            s.log.add(headline="x" * 4000)
        await s.until(lambda: s.hub.counts.written_total >= 2)
        s.keep_lines = True

    play(act)
