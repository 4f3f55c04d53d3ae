"""NATS first, the origin's HTTP while NATS is away or does not hold our position: delayed, never lost."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

import structlog

from dateline.edge.bus.over_http import Origin
from dateline.edge.bus.over_nats import NatsBus
from dateline.edge.bus.port import TAIL, CursorBad, CursorGone, Page

log = structlog.get_logger("edge.bus")

_BACK_AFTER_S: Final = 2.0
"""While HTTP serves us, NATS is asked this often whether it holds our position again."""
_WAIT_S: Final = 2


class Either:
    """Both sources as one (the port is `edge.bus.port.Bus`). Only the origin's word counts for a cursor that
    is gone: a stream may have been built anew, shorter than the log.
    """

    def __init__(self, nats: NatsBus, http: Origin) -> None:
        self._nats, self._http = nats, http
        self.source = "nats"
        """Where the last page came from."""

    async def tail(self, count: int = TAIL) -> Page:
        try:
            return self._from("nats", await self._nats.tail(count))
        except OSError:
            return self._from("http", await self._http.tail(count))

    async def pages(self, after: str) -> AsyncGenerator[Page, None]:
        cursor = after
        while True:
            try:
                async with aclosing(self._nats.pages(cursor)) as pages:
                    async for page in pages:
                        cursor = page.next or cursor
                        yield self._from("nats", page)
            except (OSError, CursorGone, CursorBad):
                log.debug("bus.leaves_nats")
            async with aclosing(self._over_http(cursor)) as pages:
                async for page in pages:
                    cursor = page.next or cursor
                    yield self._from("http", page)

    async def _over_http(self, cursor: str) -> AsyncGenerator[Page, None]:
        """Pages of the origin until NATS holds our position again."""
        tried_at = time.monotonic()
        while True:
            page = await (
                self._http.after(cursor, wait_s=_WAIT_S) if cursor else self._http.tail(wait_s=_WAIT_S)
            )
            cursor = page.next or cursor
            yield page
            if not page.events and await self._back(cursor, tried_at):
                return
            if not page.events:
                tried_at = time.monotonic() if time.monotonic() - tried_at > _BACK_AFTER_S else tried_at
                await asyncio.sleep(0.05)

    async def _back(self, cursor: str, tried_at: float) -> bool:
        if not cursor or time.monotonic() - tried_at < _BACK_AFTER_S:
            return False
        try:
            return await self._nats.knows(cursor)
        except (OSError, CursorBad):
            return False

    def _from(self, source: str, page: Page) -> Page:
        if source != self.source:
            log.warning("bus.source", source=source)
            self.source = source
        return page

    async def knows(self, cursor: str) -> bool:
        """Asked of the origin, which tells forged cursors from old ones; of NATS while it is away."""
        try:
            return await self._http.knows(cursor)
        except OSError:
            return await self._nats.knows(cursor)

    async def beyond(self, cursor: str) -> int:
        try:
            return await self._http.beyond(cursor)
        except OSError:
            return await self._nats.beyond(cursor)

    def close(self) -> None:
        self._http.close()
        self._nats.close()

    async def aclose(self) -> None:
        self._http.close()
        await self._nats.aclose()
