"""Follows the wire log of the origin over HTTP: gapless, from a cursor, waiting at the origin for news."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import structlog

log = structlog.get_logger("edge.origin")

_WAIT_S = 20  # how long the origin may keep a question open when there is no news
_TAIL = 10_000
_PAGE = 500
_SLOWEST_RETRY_S = 5.0


class CursorGone(Exception):
    """The origin does not know the cursor any more: too old, or a new epoch."""


class CursorBad(Exception):
    """The origin refuses the cursor as malformed or forged."""


@dataclass(frozen=True, slots=True)
class Page:
    """Events with their cursors, and the cursor to go on from."""

    events: tuple[tuple[str, Mapping[str, Any]], ...]
    next: str


class Origin:
    """The origin's `/api/v1/wire`. Blocking calls run in threads: a handful at most."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")

    async def tail(self) -> Page:
        """The newest events, to fill the ring at start."""
        return await self._ask({"last": _TAIL})

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

    async def _ask(self, query: dict[str, Any]) -> Page:
        return await asyncio.to_thread(self._read, f"{self._base}/api/v1/wire?{urlencode(query)}")

    def _read(self, address: str) -> Page:
        request = Request(address, headers={"Accept": "application/json"})  # noqa: S310  the operator's own origin
        try:
            with urlopen(request, timeout=_WAIT_S + 10) as answer:  # noqa: S310
                document = json.load(answer)
        except HTTPError as error:
            if error.code == 410:
                raise CursorGone from None
            if error.code == 400:
                raise CursorBad from None
            raise
        return Page(tuple((row["cursor"], row["event"]) for row in document["events"]), document["next"])


async def follow(
    origin: Origin,
    publish: Callable[[Page], Awaitable[None]],
    reset: Callable[[], Awaitable[None]],
    heard: Callable[[bool], None],
) -> None:
    """Hands every page to `publish`, for ever. Losing the origin delays, never loses; a new epoch calls `reset`."""
    cursor: str | None = None
    failures = 0
    while True:
        try:
            page = await (origin.tail() if cursor is None else origin.after(cursor))
        except (CursorGone, CursorBad):
            log.warning("origin.epoch", action="reset")
            await reset()
            cursor = None
            continue
        except (HTTPError, URLError, OSError, ValueError, KeyError) as error:
            failures += 1
            heard(False)
            if failures == 3:
                log.warning("origin.unreachable", error=type(error).__name__)
            # Full jitter, so that edges do not come back in step.
            await asyncio.sleep(random.uniform(0.05, min(_SLOWEST_RETRY_S, 0.1 * 2**failures)))  # noqa: S311
            continue
        failures = 0
        heard(True)
        cursor = page.next or cursor
        if page.events:
            await publish(page)
        elif cursor is None:
            await asyncio.sleep(0.2)  # an empty wire has no cursor to wait on yet
