"""Waiting at the wire log: news wakes everybody, hanging up frees the place, nobody costs a thread."""

import asyncio
import json
import threading
from typing import Any

import pytest
from django.db import OperationalError

from dateline.faces.api import waiting
from dateline.faces.api.counts import COUNTS
from dateline.faces.api.waiting import LongPoll
from dateline.faces.tests import press
from dateline.wire import services as wire

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
]


class Asker:
    """One ASGI request. `hang_up` ends it from the asker's side."""

    def __init__(self, query: str, path: str = "/api/v1/wire") -> None:
        self.scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode()}
        self.sent: list[Any] = []
        self._gone = asyncio.Event()
        self._first = True

    def hang_up(self) -> None:
        self._gone.set()

    async def receive(self) -> dict[str, Any]:
        if self._first:
            self._first = False
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def page(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.sent[1]["body"])
        return document


async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 418, "headers": []})


async def waiting_askers(count: int) -> None:
    while COUNTS.waiting != count:
        await asyncio.sleep(0.01)


async def run_in_thread(work: Any) -> Any:
    """ORM work of the test, beside the loop, on a connection that is closed again."""
    from django.db import connections

    def whole() -> Any:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(whole)


def start(app: LongPoll, *queries: str) -> tuple[list[Asker], "list[asyncio.Task[None]]"]:
    askers = [Asker(query) for query in queries]
    return askers, [asyncio.create_task(app(a.scope, a.receive, a.send)) for a in askers]


def test_news_wakes_everybody_who_waits(house: None) -> None:
    version_id = press.held(press.story(), press.story("ar"))
    cursor = wire.wire_page().next

    async def scene() -> list[Asker]:
        queries = [f"after={cursor}&wait=20"] * 40 + [f"after={cursor}&wait=20&language=ar", "last=5&wait=20"]
        askers, tasks = start(LongPoll(elsewhere), *queries)
        await waiting_askers(len(askers))
        threads = threading.active_count()
        assert await run_in_thread(lambda: wire.lift(version_id))
        await asyncio.gather(*tasks)
        assert threads < 25  # a thread each would be more than forty
        return askers

    askers = asyncio.run(scene())
    assert {a.status for a in askers} == {200}
    counts = [len(a.page["events"]) for a in askers]
    assert counts == [2] * 40 + [1, 2]
    assert len({a.page["next"] for a in askers}) == 1
    assert COUNTS.waiting == 0


def test_news_that_came_before_the_question_is_answered_at_once(house: None) -> None:
    cursor = wire.wire_page().next
    press.out()

    async def scene() -> Asker:
        askers, tasks = start(LongPoll(elsewhere), f"after={cursor}&wait=25")
        await asyncio.gather(*tasks)
        return askers[0]

    assert len(asyncio.run(scene()).page["events"]) == 1


def test_an_empty_answer_ends_the_wait(house: None) -> None:
    cursor = wire.wire_page().next

    async def scene() -> Asker:
        askers, tasks = start(LongPoll(elsewhere), f"after={cursor}&wait=0.2")
        await asyncio.gather(*tasks)
        return askers[0]

    asker = asyncio.run(scene())
    assert asker.status == 200 and asker.page == {"events": [], "next": cursor}


def test_hanging_up_frees_the_place(house: None) -> None:
    cursor = wire.wire_page().next

    async def scene() -> Asker:
        askers, tasks = start(LongPoll(elsewhere), f"after={cursor}&wait=25")
        await waiting_askers(1)
        askers[0].hang_up()
        await asyncio.gather(*tasks)
        return askers[0]

    assert asyncio.run(scene()).sent == []
    assert COUNTS.waiting == 0


def test_who_comes_when_the_last_one_leaves_is_woken_too(house: None) -> None:
    """The watch stops when nobody waits; it must not strand whoever arrives in that moment."""
    version_id = press.held()
    cursor = wire.wire_page().next

    async def scene() -> Asker:
        app = LongPoll(elsewhere)
        for _ in range(10):
            _, tasks = start(app, f"after={cursor}&wait=0.03")
            await asyncio.gather(*tasks)
        askers, tasks = start(app, f"after={cursor}&wait=20")
        await waiting_askers(1)
        await run_in_thread(lambda: wire.lift(version_id))
        await asyncio.gather(*tasks)
        return askers[0]

    assert len(asyncio.run(scene()).page["events"]) == 1


@pytest.mark.parametrize(("query", "status"), [("after=forged&wait=20", 400), ("wait=soon", 400)])
def test_mistakes_are_answered_at_once(house: None, query: str, status: int) -> None:
    async def scene() -> Asker:
        askers, tasks = start(LongPoll(elsewhere), query)
        await asyncio.gather(*tasks)
        return askers[0]

    assert asyncio.run(scene()).status == status


def test_a_database_that_does_not_answer_is_said_plainly(
    house: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(query: str) -> Any:
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(waiting, "answer", broken)

    async def scene() -> Asker:
        askers, tasks = start(LongPoll(elsewhere), "last=1")
        await asyncio.gather(*tasks)
        return askers[0]

    asker = asyncio.run(scene())
    assert asker.status == 503 and asker.page["type"] == "urn:dateline:problem:unavailable"
    assert "server closed" not in json.dumps(asker.page)


def test_everything_else_goes_to_the_faces(house: None) -> None:
    async def scene() -> Asker:
        asker = Asker("", path="/en/")
        await LongPoll(elsewhere)(asker.scope, asker.receive, asker.send)
        return asker

    assert asyncio.run(scene()).status == 418
