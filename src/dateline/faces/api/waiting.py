"""Lets many edges wait at `/api/v1/wire` without a thread each: one thread watches the log for all of them.

Django gives every request a thread of its own as soon as anything synchronous runs in it, and keeps it until
the
answer is sent. A question with `wait` may stay open for 25 s, so this path is answered here, in front of
Django.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from dateline.core.errors import BadInput
from dateline.faces.api.counts import COUNTS
from dateline.faces.api.wire_log import PATH, Answer, Question, answer, has_news, problem, question_of
from dateline.wire import services as wire

log = structlog.get_logger("faces.api")

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]
T = TypeVar("T")

_LOOK_S = 0.025
_READERS = 2
_UNAVAILABLE = problem(503, "unavailable", "The log cannot be read now", "try again in a few seconds")
_HEADERS = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class Watch:
    """Wakes everyone who waits when the log grows. Looks only while somebody waits."""

    def __init__(self) -> None:
        self._grown = asyncio.Event()
        self._looking = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="wire-watch")

    async def news(self) -> asyncio.Event:
        """Set at the next growth of the log. Take it, then look yourself: nothing can fall in between."""
        if self._task is None:
            self._task = asyncio.create_task(self._look())
        await self._looking.wait()
        return self._grown

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            seen = await loop.run_in_executor(self._thread, _position)
            self._looking.set()
            while COUNTS.waiting > 0:
                await asyncio.sleep(_LOOK_S)
                position = await loop.run_in_executor(self._thread, _position)
                if position != seen:
                    self._grown.set()
                    self._grown, seen = asyncio.Event(), position
        finally:
            # In one step, so that whoever comes now starts another look.
            self._task = None
            self._looking.clear()
            self._thread.submit(connections.close_all)


def _position() -> int | None:
    """The log's position; None while the database does not answer (its return wakes everybody)."""
    try:
        return wire.log_position()
    except DatabaseError:
        connections.close_all()  # the next look opens a new one
        return None


class LongPoll:
    """ASGI: answers GET /api/v1/wire, hands everything else on."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._watch: Watch | None = None
        self._readers = ThreadPoolExecutor(max_workers=_READERS, thread_name_prefix="wire-read")
        self._running: dict[str, asyncio.Future[Answer]] = {}

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        query = scope.get("query_string", b"").decode("utf-8", "replace")
        try:
            if await self._waited(query, receive):
                await _send(send, await self._answer(query))
        except DatabaseError:
            log.exception("api.database")
            await _send(send, _UNAVAILABLE)

    async def _waited(self, query: str, receive: Receive) -> bool:
        """Waits for news as long as the question allows. False when the asker hung up."""
        try:
            asked = question_of(query)
        except BadInput:
            return True
        if asked.wait_s == 0:
            return True
        COUNTS.waiting += 1
        gone: asyncio.Future[Any] = asyncio.ensure_future(_hang_up(receive))
        try:
            return await self._news(asked, gone)
        finally:
            COUNTS.waiting -= 1
            gone.cancel()

    async def _news(self, asked: Question, gone: "asyncio.Future[Any]") -> bool:
        self._watch = self._watch or Watch()
        news = await self._watch.news()
        if await self._read(lambda: has_news(asked)):
            return True
        grown: asyncio.Future[Any] = asyncio.ensure_future(news.wait())
        try:
            await asyncio.wait({grown, gone}, timeout=asked.wait_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            grown.cancel()
        return not gone.done()

    async def _answer(self, query: str) -> Answer:
        """One reading of the log for all who ask the same at the same time."""
        if query not in self._running:
            reading = asyncio.ensure_future(self._read(lambda: answer(query)))
            self._running[query] = reading
            reading.add_done_callback(lambda _: self._running.pop(query, None))
        return await asyncio.shield(self._running[query])

    async def _read(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, _fresh, call)


def _fresh(call: Callable[[], T]) -> T:
    """As a request would: no connection older than allowed, none left broken."""
    close_old_connections()
    try:
        return call()
    finally:
        close_old_connections()


async def _hang_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, found: Answer) -> None:
    headers = [
        (b"content-type", found.media_type.encode()),
        (b"content-length", str(len(found.body)).encode()),
        *_HEADERS,
    ]
    headers += [(name.lower().encode(), value.encode()) for name, value in found.headers.items()]
    await send({"type": "http.response.start", "status": found.status, "headers": headers})
    await send({"type": "http.response.body", "body": found.body})
