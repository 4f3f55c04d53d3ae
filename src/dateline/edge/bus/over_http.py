"""The wire log over HTTP: `/api/v1/wire` of the origin or of another edge, waiting there for news."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ssl import create_default_context
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from dateline.edge.bus.port import PAGE, TAIL, CursorBad, CursorGone, OriginError, Page
from dateline.edge.threads import Threads

BEHIND: Final = "Dateline-Behind"
"""Header of every page: how many events the answering log holds beyond it."""
KEYS: Final = "Dateline-Keys"
"""Header of a page whose events open text that was sent ahead: a JSON list of key messages."""
_WAIT_S = 20  # how long the source may keep a question open when there is no news
_PAUSE_S = 0.05  # between empty answers of a source that cannot wait
_READERS: Final = 2  # the follower asks one thing at a time; one it gave up may still hold a thread
_CHECKERS: Final = 4


class Origin:
    """Asks `/api/v1/wire`. Blocking calls run in threads of its own: some for the follower, others for checks
    of cursors, which strangers cause.

    No proxy of the environment is used: the origin is the operator's own machine. `secret`: what edges share,
    shown where much is asked for at once.
    """

    def __init__(self, base_url: str, *, ca_file: str = "", secret: str = "") -> None:
        parts = urlsplit(base_url)
        self._tls = create_default_context(cafile=ca_file or None) if parts.scheme == "https" else None
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port
        self._path = parts.path.rstrip("/") + "/api/v1/wire"
        self._secret = secret
        self._open: set[HTTPConnection] = set()
        self._closed = False
        self._reading, self._checking = Threads("edge-log", _READERS), Threads("edge-cursors", _CHECKERS)

    async def tail(self, count: int = TAIL, *, wait_s: int = 0) -> Page:
        """The newest events; of an empty log the first ones to come within `wait_s` seconds."""
        return await self._ask(self._reading, {"last": count, "wait": wait_s}, self._secret)

    async def after(self, cursor: str, *, wait_s: int = _WAIT_S, limit: int = PAGE) -> Page:
        """What followed `cursor`; waits at the source up to `wait_s` when that is nothing yet."""
        return await self._ask(self._reading, {"after": cursor, "limit": limit, "wait": wait_s})

    async def pages(self, after: str) -> AsyncGenerator[Page, None]:
        cursor = after
        while True:
            asked = time.monotonic()
            page = await (self.after(cursor) if cursor else self.tail(wait_s=_WAIT_S))
            cursor = page.next or cursor
            yield page
            if not page.events and time.monotonic() - asked < 1:
                await asyncio.sleep(_PAUSE_S)

    async def knows(self, cursor: str) -> bool:
        """True when the cursor is genuine and still served; raises CursorBad when it is not genuine."""
        try:
            await self.beyond(cursor)
        except CursorGone:
            return False
        return True

    async def beyond(self, cursor: str) -> int:
        page = await self._ask(self._checking, {"after": cursor, "limit": 1, "wait": 0})
        return len(page.events) + page.behind

    def close(self) -> None:
        """Ends every open question, so that no thread keeps the process from stopping."""
        self._closed = True
        for connection in list(self._open):
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)
        self._reading.close()
        self._checking.close()

    async def aclose(self) -> None:
        self.close()

    async def _ask(self, threads: Threads, query: dict[str, Any], secret: str = "") -> Page:
        return await threads.run(self._read, f"{self._path}?{urlencode(query)}", secret)

    def _read(self, target: str, secret: str) -> Page:
        headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {secret}"} if secret else {})
        connection = self._connection()
        self._open.add(connection)
        try:
            connection.connect()
            if self._closed:
                raise OriginError("this edge is stopping")
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            body = answer.read()
        except HTTPException as error:
            raise OriginError(f"no HTTP answer: {type(error).__name__}") from None
        finally:
            self._open.discard(connection)
            connection.close()
        return _page(answer, body)

    def _connection(self) -> HTTPConnection:
        if self._tls is None:
            return HTTPConnection(self._host, self._port, timeout=_WAIT_S + 10)
        return HTTPSConnection(self._host, self._port, timeout=_WAIT_S + 10, context=self._tls)


def _page(answer: HTTPResponse, body: bytes) -> Page:
    if answer.status == 410:
        raise CursorGone
    if answer.status == 400:
        raise CursorBad
    if answer.status != 200:
        raise OriginError(f"the origin answers {answer.status}")
    try:
        document = json.loads(body)
        events = tuple((row["cursor"], row["event"]) for row in document["events"])
        behind = answer.headers.get(BEHIND, "0")
        keys = tuple(json.loads(answer.headers.get(KEYS, "[]")))
        return Page(events, document["next"], int(behind) if behind.isdecimal() else 0, keys)
    except (ValueError, KeyError, TypeError):
        raise OriginError("the origin's answer is no page of a wire log") from None
