"""The port between an edge and the wire log, and the loop that follows it."""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final, Protocol

import structlog

log = structlog.get_logger("edge.origin")

TAIL: Final = 10_000
PAGE: Final = 500
_JITTER = random.SystemRandom()  # of our own, so that no seed brings edges back in step
_SLOWEST_RETRY_S = 5.0
_TOLD_AFTER = 3


class CursorGone(Exception):
    """The log does not know the cursor any more: too old, or a new epoch."""


class CursorBad(Exception):
    """The cursor is malformed or forged."""


class OriginError(OSError):
    """The origin answered something that is no page of its log."""


@dataclass(frozen=True, slots=True)
class Page:
    """Events with their cursors, oldest first, and the cursor to go on from (empty while the log is).

    `behind`: how many events the log holds beyond `next`, as far as the source knows. `keys`: messages that
    open text sent ahead, public with these events.
    """

    events: tuple[tuple[str, Mapping[str, Any]], ...]
    next: str
    behind: int = 0
    keys: tuple[Mapping[str, Any], ...] = ()


class Bus(Protocol):
    """Two implementations, one contract: gapless, in order, at least once, from any position it still holds.

    Every call raises OSError when the source is out of reach: that delays, never loses.
    """

    async def tail(self, count: int = TAIL) -> Page:
        """The newest events and the position behind them."""
        ...

    def pages(self, after: str) -> AsyncGenerator[Page, None]:
        """What follows `after` (empty: of a log that gave no cursor), for ever; the first event of each page
        follows the `next` of the page before. A page without events says that the source is still there.

        Raises CursorGone when the log no longer reaches that far back, CursorBad for a forged cursor.
        """
        ...

    async def knows(self, cursor: str) -> bool:
        """Whether the cursor is still served. Raises CursorBad where forged ones can be told apart."""
        ...

    async def beyond(self, cursor: str) -> int:
        """How many events the source holds after the cursor. Raises CursorGone, CursorBad."""
        ...

    def close(self) -> None:
        """Ends every open question at once, from any thread."""
        ...

    async def aclose(self) -> None:
        """Gives back what is open; nothing may be asked afterwards."""
        ...


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

    def heard(self, reachable: bool, behind: int = 0) -> None:
        """Whether the source answers, and how many events it holds that we do not have yet."""
        ...


async def follow(bus: Bus, listener: Listener) -> None:
    """Tells every page to `listener`, for ever. Losing the source delays, never loses."""
    cursor: str | None = None  # None: not filled yet; "": filled from an empty log that gave no cursor
    failures = 0
    try:
        while True:
            try:
                if cursor is None:
                    page = await bus.tail()
                    listener.fill(page)
                    cursor, failures = page.next, 0
                    listener.heard(True, page.behind)
                async with aclosing(bus.pages(cursor)) as pages:
                    async for page in pages:
                        failures = 0
                        cursor = await _told(page, cursor, listener)
            except (CursorGone, CursorBad):
                if cursor:
                    log.warning("origin.epoch", action="reset")
                    await listener.reset()
                cursor, failures = None, failures + 1
            except OSError as error:
                failures += 1
                listener.heard(False)
                if failures == _TOLD_AFTER:
                    log.warning("origin.unreachable", error=str(error) or type(error).__name__)
            await asyncio.sleep(retry_s(failures))
    finally:
        await bus.aclose()


async def _told(page: Page, cursor: str | None, listener: Listener) -> str:
    listener.heard(True, page.behind)
    if page.events:
        await listener.publish(page)
    return page.next or cursor or ""


def retry_s(failures: int) -> float:
    """Full jitter, so that edges do not come back in step."""
    return _JITTER.uniform(0.05, min(_SLOWEST_RETRY_S, 0.1 * 2.0 ** min(failures, 10)))
