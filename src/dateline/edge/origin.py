"""Follows the wire log of the origin over HTTP: gapless, from a cursor, waiting at the origin for news."""

import asyncio
import json
import random
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import structlog

log = structlog.get_logger("edge.origin")

_JITTER = random.SystemRandom()  # of our own, so that no seed brings edges back in step
_WAIT_S = 20  # how long the origin may keep a question open when there is no news
_TAIL = 10_000
_PAGE = 500
_SLOWEST_RETRY_S = 5.0
_PAUSE_S = 0.05  # between empty answers of an origin that cannot wait


class CursorGone(Exception):
    """The origin does not know the cursor any more: too old, or a new epoch."""


class CursorBad(Exception):
    """The origin refuses the cursor as malformed or forged."""


class OriginError(OSError):
    """The origin answered something that is no page of its log."""


@dataclass(frozen=True, slots=True)
class Page:
    """Events with their cursors, and the cursor to go on from (empty while the log is)."""

    events: tuple[tuple[str, Mapping[str, Any]], ...]
    next: str


class Origin:
    """The origin's `/api/v1/wire`. Blocking calls run in threads: the follower's and a few checks of cursors.

    No proxy of the environment is used: the origin is the operator's own machine.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port
        self._path = parts.path.rstrip("/") + "/api/v1/wire"
        self._open: set[HTTPConnection] = set()
        self._closed = False

    async def tail(self, *, wait_s: int = 0) -> Page:
        """The newest events; of an empty log the first ones to come within `wait_s` seconds."""
        return await self._ask({"last": _TAIL, "wait": wait_s})

    async def after(self, cursor: str, *, wait_s: int = _WAIT_S, limit: int = _PAGE) -> Page:
        """What followed `cursor`; waits at the origin up to `wait_s` when that is nothing yet."""
        return await self._ask({"after": cursor, "limit": limit, "wait": wait_s})

    async def knows(self, cursor: str) -> bool:
        """True when the cursor is genuine and still served; raises CursorBad when it is not genuine."""
        try:
            await self._ask({"after": cursor, "limit": 1})
        except CursorGone:
            return False
        return True

    def close(self) -> None:
        """Ends every open question, so that no thread keeps the process from stopping."""
        self._closed = True
        for connection in list(self._open):
            with suppress(OSError, AttributeError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    async def _ask(self, query: dict[str, Any]) -> Page:
        return await asyncio.to_thread(self._read, f"{self._path}?{urlencode(query)}")

    def _read(self, target: str) -> Page:
        connection = self._kind(self._host, self._port, timeout=_WAIT_S + 10)
        self._open.add(connection)
        try:
            connection.connect()
            if self._closed:
                raise OriginError("this edge is stopping")
            connection.request("GET", target, headers={"Accept": "application/json"})
            answer = connection.getresponse()
            body = answer.read()
        except HTTPException as error:
            raise OriginError(f"no HTTP answer: {type(error).__name__}") from None
        finally:
            self._open.discard(connection)
            connection.close()
        return _page(answer.status, body)


def _page(status: int, body: bytes) -> Page:
    if status == 410:
        raise CursorGone
    if status == 400:
        raise CursorBad
    if status != 200:
        raise OriginError(f"the origin answers {status}")
    try:
        document = json.loads(body)
        return Page(tuple((row["cursor"], row["event"]) for row in document["events"]), document["next"])
    except (ValueError, KeyError, TypeError):
        raise OriginError("the origin's answer is no page of a wire log") from None


class Listener(Protocol):
    """What the follower tells."""

    def fill(self, page: Page) -> None:
        """What the log held before anybody listened here."""
        ...

    async def publish(self, page: Page) -> None:
        """News."""
        ...

    async def reset(self) -> None:
        """The origin began a new epoch: nothing that was known is known any more."""
        ...

    def heard(self, reachable: bool) -> None:
        """Whether the origin answered the last question."""
        ...


async def follow(origin: Origin, listener: Listener) -> None:
    """Tells every page to `listener`, for ever. Losing the origin delays, never loses."""
    cursor: str | None = None  # None: not filled yet; "": filled from an empty log that gave no cursor
    failures = 0
    while True:
        asked = time.monotonic()
        try:
            page = await _next(origin, cursor)
        except (CursorGone, CursorBad):
            if cursor:
                log.warning("origin.epoch", action="reset")
                await listener.reset()
            cursor, failures = None, failures + 1
            await asyncio.sleep(_retry_s(failures))
            continue
        except OSError as error:
            failures += 1
            listener.heard(False)
            if failures == 3:
                log.warning("origin.unreachable", error=str(error) or type(error).__name__)
            await asyncio.sleep(_retry_s(failures))
            continue
        failures = 0
        listener.heard(True)
        if cursor is None:
            listener.fill(page)
        elif page.events:
            await listener.publish(page)
        elif time.monotonic() - asked < 1:
            await asyncio.sleep(_PAUSE_S)
        cursor = page.next or cursor or ""


async def _next(origin: Origin, cursor: str | None) -> Page:
    if cursor is None:
        return await origin.tail()
    return await (origin.after(cursor) if cursor else origin.tail(wait_s=_WAIT_S))


def _retry_s(failures: int) -> float:
    """Full jitter, so that edges do not come back in step."""
    return _JITTER.uniform(0.05, min(_SLOWEST_RETRY_S, 0.1 * 2.0 ** min(failures, 10)))
