"""How much of the log one question to an edge's public port may have, and what it may cause at the origin."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dateline.edge.bus.port import Bus, CursorBad, CursorGone, Page
from dateline.edge.bus.serving import WIRE_PATH, Route, wire_route
from dateline.edge.hub import Hub
from dateline.edge.origin import Origin
from dateline.edge.request import Request
from dateline.edge.tests.origin_stub import event

pytestmark = pytest.mark.unit
SECRET = "what edges share"


class Source(Origin):
    """Counts what is asked of it; answers when it is let."""

    def __init__(self, *, answer: int | type[Exception] = 0) -> None:
        super().__init__("http://127.0.0.1:9")
        self.answer, self.let = answer, asyncio.Event()
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0

    async def beyond(self, cursor: str) -> int:
        self.asked.append(cursor)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.let.wait()
        self.at_once -= 1
        if isinstance(self.answer, int):
            return self.answer
        raise self.answer


@contextmanager
def edge(count: int, bus: Bus, *, summary: str = "") -> Iterator[tuple[Hub, Route]]:
    hub = Hub(bus, capacity=8)
    rows = tuple((f"c{number}", event(number, summary=summary)) for number in range(1, count + 1))
    hub.fill(Page(rows, rows[-1][0]))
    try:
        yield hub, wire_route(hub, bus, secret=SECRET)
    finally:
        hub.close()


async def ask(route: Route, query: str, secret: str = "") -> tuple[int, dict[str, Any]]:
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    head, _, body = (await route(Request("GET", WIRE_PATH, query, headers), "192.0.2.1")).partition(
        b"\r\n\r\n"
    )
    return int(head.split()[1]), json.loads(body)


def numbers(page: dict[str, Any]) -> list[int]:
    return [row["event"]["number"] for row in page["events"]]


def test_a_page_ends_after_500_events_and_goes_on_from_there() -> None:
    async def act() -> None:
        with edge(1200, Source()) as (_, route):
            _, page = await ask(route, "after=c1&limit=10000")
            assert numbers(page) == list(range(2, 502)) and page["next"] == "c501"
            _, page = await ask(route, "after=c501&limit=10000&language=en")
            assert numbers(page) == list(range(502, 1002)) and page["next"] == "c1001"
            _, page = await ask(route, "last=10000")
            assert numbers(page) == list(range(701, 1201)) and page["next"] == "c1200"
            assert len(numbers((await ask(route, "last=10000", "a guess"))[1])) == 500

    asyncio.run(act())


def test_an_edge_that_shows_the_secret_has_the_whole_ring_at_once() -> None:
    async def act() -> None:
        with edge(1200, Source()) as (hub, route):
            assert numbers((await ask(route, "last=10000", SECRET))[1]) == list(range(1, 1201))
            without = wire_route(hub, Source())  # no secret is set: nobody has it, whatever is shown
            assert len(numbers((await ask(without, "last=10000", SECRET))[1])) == 500
            assert len(numbers((await ask(without, "last=10000"))[1])) == 500

    asyncio.run(act())


def test_a_page_ends_after_a_mebibyte_whatever_it_was_asked_for() -> None:
    async def act() -> None:
        with edge(30, Source(), summary="x" * 100_000) as (_, route):
            _, page = await ask(route, "after=c1&limit=500")
            assert numbers(page) == list(range(2, 12)) and page["next"] == "c11"
            _, page = await ask(route, "last=500")
            assert numbers(page) == list(range(21, 31)) and page["next"] == "c30"
            _, page = await ask(route, "after=c1&limit=500&language=ko")  # nothing of it is sent
            assert numbers(page) == [] and page["next"] == "c30"
        with edge(3, Source(), summary="x" * 2_000_000) as (_, route):
            assert numbers((await ask(route, "after=c1"))[1]) == [2]  # one always: nobody stands still

    asyncio.run(act())


def test_a_question_with_many_words_has_shorter_pages() -> None:
    async def act() -> None:
        with edge(300, Source()) as (_, route):
            words = ",".join(["number", *(f"word{number}" for number in range(199))])
            _, page = await ask(route, f"after=c1&limit=500&keyword={words}")
            assert numbers(page) == list(range(2, 102)) and page["next"] == "c101"

    asyncio.run(act())


def test_what_is_no_cursor_never_reaches_the_origin() -> None:
    async def act() -> None:
        source = Source()
        source.let.set()
        with edge(3, source) as (_, route):
            for wrong in ("after=a%20b", "after=%C3%A9", f"after={'a' * 65}", "after=a.b"):
                assert (await ask(route, wrong))[0] == 400, wrong
            assert source.asked == []

    asyncio.run(act())


@pytest.mark.parametrize(("answer", "status"), [(0, 503), (3, 410), (CursorGone, 410), (CursorBad, 400)])
def test_a_crowd_of_strange_cursors_asks_the_origin_few_at_a_time(
    answer: int | type[Exception], status: int
) -> None:
    async def act() -> None:
        source = Source(answer=answer)
        with edge(3, source) as (_, route):
            crowd = [asyncio.create_task(ask(route, f"after=strange{number}")) for number in range(50)]
            for _ in range(20):
                await asyncio.sleep(0)
            assert len(source.asked) == 4
            assert (await ask(route, "after=c1"))[0] == 200  # who is known waits for none of them
            source.let.set()
            assert {found for found, _ in await asyncio.gather(*crowd)} == {status}
            assert source.most_at_once == 4 and len(source.asked) == 50

    asyncio.run(act())
