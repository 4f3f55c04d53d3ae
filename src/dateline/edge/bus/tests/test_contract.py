"""Both buses keep the same promises: in order, gapless, from any position, through loss of the source."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest
import uvloop

from dateline.core.errors import BadInput
from dateline.edge.bus.port import CursorBad, CursorGone, follow
from dateline.edge.bus.tests.stage import Diary, Stage, stage, tail, until
from dateline.edge.origin import connect
from dateline.edge.tests.origin_stub import Log

pytestmark = pytest.mark.wire

KINDS = ["http", "nats", "either"]


def play(act: Callable[[Stage], Awaitable[Any]], log: Log | None = None, **options: Any) -> Any:
    async def whole() -> Any:
        async with asyncio.timeout(120), stage(log, **options) as made:
            return await act(made)

    return uvloop.run(whole())


def log_of(count: int) -> Log:
    log = Log()
    for _ in range(count):
        log.add()
    return log


@pytest.mark.parametrize("kind", KINDS)
def test_the_tail_then_every_event_in_order(kind: str) -> None:
    """Also when they come while nobody reads, and in pages of any size."""

    async def act(s: Stage) -> None:
        bus, diary = s.bus(kind), Diary()
        await until_built(s, kind, 7)
        following = asyncio.create_task(follow(bus, diary))
        await until(lambda: diary.ready)
        assert diary.filled == [1, 2, 3, 4, 5, 6, 7]
        for _ in range(1200):
            s.log.add()
        await until(lambda: len(diary.numbers) >= 1200)
        assert diary.numbers == list(range(8, 1208)) and diary.reachable
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    play(act, log_of(7), nats=kind != "http")


@pytest.mark.parametrize("kind", KINDS)
def test_positions_from_before_the_first_to_the_last(kind: str) -> None:
    async def act(s: Stage) -> None:
        bus = s.bus(kind)
        await until_built(s, kind, 5)
        for start in (0, 3, 5):
            s.log.add() if start == 5 else None
            seen: list[int] = []
            async with aclosing(bus.pages(s.log.cursor(start))) as pages:
                async for page in pages:
                    seen += [event["number"] for _, event in page.events]
                    if len(seen) >= len(s.log.events) - start:
                        break
            assert seen == list(range(start + 1, len(s.log.events) + 1))
            assert page.next == s.log.cursor(len(s.log.events))
        assert await bus.knows(s.log.cursor(2))
        with pytest.raises(CursorBad):
            await bus.knows("not.a.cursor")
        await bus.aclose()

    play(act, log_of(5), nats=kind != "http")


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_event_of_an_empty_log(kind: str) -> None:
    async def act(s: Stage) -> None:
        bus, diary = s.bus(kind), Diary()
        following = asyncio.create_task(follow(bus, diary))
        await until(lambda: diary.ready)
        assert diary.filled == []
        s.log.add()
        await until(lambda: diary.numbers)
        assert diary.numbers == [1]
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    play(act, nats=kind != "http")


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_epoch_resets_once_and_fills_anew(kind: str) -> None:
    async def act(s: Stage) -> None:
        bus, diary = s.bus(kind), Diary()
        following = asyncio.create_task(follow(bus, diary))
        await until(lambda: diary.ready)
        s.log.add()
        await until(lambda: diary.numbers == [1])
        s.log.epoch = 2
        s.log.add()
        await until(lambda: diary.resets == 1 and diary.ready)
        s.log.add()
        await until(lambda: diary.numbers[-1] == 3)
        assert diary.resets == 1
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    play(act, nats=kind != "http")


@pytest.mark.parametrize("kind", KINDS)
def test_a_position_of_another_epoch_is_gone(kind: str) -> None:
    async def act(s: Stage) -> None:
        bus = s.bus(kind)
        await until_built(s, kind, 3)
        with pytest.raises(CursorGone):
            async with aclosing(bus.pages("c9-1")) as pages:
                async for _ in pages:
                    pass
        assert await bus.knows("c9-1") is False
        await bus.aclose()

    play(act, log_of(3), nats=kind != "http")


@pytest.mark.parametrize(
    "address", ["ftp://u:hunter2@x", "nats://u:hunter2@", "http://:hunter2@", "hunter2.example"]
)
def test_an_address_that_is_none_is_refused_without_repeating_it(address: str) -> None:
    """I14. It may hold a password."""
    with pytest.raises(BadInput) as error:
        connect([address])
    assert "hunter2" not in str(error.value)
    with pytest.raises(BadInput):
        connect([])


async def until_built(s: Stage, kind: str, count: int) -> None:
    """NATS has what was there before."""
    if kind != "http":
        bus = s.bus("nats")
        while len((await tail(bus)).events) < count:
            await asyncio.sleep(0.02)
        await bus.aclose()
