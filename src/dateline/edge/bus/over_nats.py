"""The wire log over NATS JetStream: an ordered consumer from the position this edge stands at.

The numbers of the stream mean nothing here beyond one connection: the position is the cursor, and the chain
of cursors in the messages shows that nothing is missing. On a gap or silence the consumer is made anew.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Final

import structlog

from dateline.edge.bus.nats_messages import Link, Message, Place, chained, message_of, page_of
from dateline.edge.bus.port import PAGE, TAIL, CursorBad, CursorGone, Page
from dateline.plant.bus import SILENT_S, BusAway, Names, away, connected
from dateline.plant.passes import BadPass

log = structlog.get_logger("edge.bus")

_CURSOR = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_HEARTBEAT_S: Final = 2.0
_IDLE_S: Final = 1.0
"""A page without events comes at least this often."""
_PENDING: Final = 4096
"""Messages that wait for us; more are dropped by the client library, and the gap has us ask again."""


class NatsBus:
    """`nats://` as a source of the log (the port is `edge.bus.port.Bus`)."""

    def __init__(
        self,
        url: str,
        *,
        names: Names | None = None,
        ca_file: str = "",
        on_revoked: Callable[[str], None] = lambda signed: None,
    ) -> None:
        """`on_revoked` is told the signed list of revoked keys whenever the publisher says it."""
        self._url, self._ca_file, self._on_revoked = url, ca_file, on_revoked
        self._names = names or Names()
        self._link: Link | None = None
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._closed = False

    async def tail(self, count: int = TAIL) -> Page:
        link = await self._linked()
        info = await self._info(link)
        if info.state.messages == 0:
            beat = await link.first_beat()
            if beat.head > 0:
                raise BusAway("the stream is empty while the log is not; it is being built anew")
            return Page((), beat.cursor)
        first = max(info.state.first_seq, info.state.last_seq - count + 1)
        return await self._read(link, first, info.state.last_seq)

    async def _read(self, link: Link, first: int, last: int) -> Page:
        """The events with these numbers; fewer when some are gone meanwhile."""
        found: list[Message] = []
        async with self._consumer(link, first) as consumer:
            while not found or found[-1].number < last:
                batch = [m for m in await self._batch(consumer) if not found or m.number > found[-1].number]
                if not batch:
                    raise BusAway("the stream does not deliver what it holds")
                found += batch
        return page_of(found, link)

    async def pages(self, after: str) -> AsyncGenerator[Page, None]:
        link = await self._linked()
        place = await self._place(link, after)
        while True:
            async with self._consumer(link, place.number + 1) as consumer:
                while True:
                    batch = [m for m in await self._batch(consumer) if m.number > place.number]
                    whole = chained(batch, place)
                    if whole:
                        place = Place(whole[-1].number, whole[-1].seq, whole[-1].cursor)
                        yield page_of(whole, link)
                    if len(whole) < len(batch):
                        log.warning("bus.gap", after_seq=place.seq)
                        await self._must_hold(link, place)
                        break
                    if not batch:
                        link.must_beat()
                        if await self._silent(link, place):
                            log.warning("bus.silent", after_seq=place.seq)
                            break
                        yield Page((), place.cursor, link.behind(place.seq))

    async def knows(self, cursor: str) -> bool:
        """Forged cursors cannot be told from old ones here, only malformed ones."""
        try:
            await self.beyond(cursor)
        except CursorGone:
            return False
        return True

    async def beyond(self, cursor: str) -> int:
        link = await self._linked()
        place = await self._place(link, cursor)
        await link.first_beat()
        return link.behind(place.seq)

    def close(self) -> None:
        self._closed = True

    async def aclose(self) -> None:
        self._closed = True
        self._link = None
        await self._stack.aclose()

    # --- connection -------------------------------------------------------------------------------------

    async def _linked(self) -> Link:
        """The connection, a new one when the last is dead."""
        async with self._opening:
            if self._closed:
                raise BusAway("this edge is stopping")
            if self._link is not None and not self._link.js._nc.is_closed:
                return self._link
            await self._stack.aclose()
            self._stack = AsyncExitStack()
            nc = await self._stack.enter_async_context(
                connected(self._url, name="dateline edge", ca_file=self._ca_file)
            )
            with away():
                link = Link(nc.jetstream(timeout=SILENT_S), self._names, time.monotonic())
                await nc.subscribe(self._names.head, cb=link.take)
                await nc.subscribe(self._names.revoked, cb=self._revoked)
                await nc.flush()
            self._link = link
            return link

    async def _revoked(self, message: Any) -> None:
        try:
            self._on_revoked(message.data.decode("ascii"))
        except (BadPass, ValueError) as error:
            log.debug("bus.revocations", error=type(error).__name__)

    async def _info(self, link: Link) -> Any:
        with away():
            return await link.js.stream_info(self._names.stream)

    # --- positions --------------------------------------------------------------------------------------

    async def _place(self, link: Link, cursor: str) -> Place:
        """Where the cursor stands in this stream. Raises CursorGone when the whole log is here without it."""
        if not _CURSOR.fullmatch(cursor):
            raise CursorBad
        # Not a word to the stream before it stands: nats-server 2.9 dies of being asked for a message of one
        # that is still being made. The publisher beats when it is, and what holds messages is.
        beat = await link.first_beat()
        info = await self._info(link)
        if info.state.messages == 0:
            if beat.cursor == cursor:
                return Place(info.state.last_seq, beat.head, cursor)
            raise BusAway("the stream holds nothing yet; it is being built anew")
        found = await self._message(link, subject=self._names.event(cursor))
        if found is not None:
            return Place(found.number, found.seq, cursor)
        first = await self._message(link, number=info.state.first_seq)
        if first is not None and first.prev == cursor:
            return Place(first.number - 1, first.seq - 1, cursor)
        last = await self._message(link, number=info.state.last_seq)
        if last is None or last.cursor != beat.cursor:
            raise BusAway("the stream does not hold this position yet")
        raise CursorGone

    async def _message(self, link: Link, *, number: int | None = None, subject: str = "") -> Message | None:
        from nats.js.errors import NotFoundError

        with away(), suppress(NotFoundError):
            raw = await link.js.get_msg(self._names.stream, seq=number, subject=subject or None)
            return message_of(raw.seq, raw.subject, raw.headers or {}, raw.data or b"", self._names)
        return None

    async def _must_hold(self, link: Link, place: Place) -> None:
        """Raises BusAway when what follows `place` is not in the stream any more: the place is then looked
        up anew, in another life of the stream or elsewhere.
        """
        info = await self._info(link)
        asked = place.cursor and info.state.messages
        own = await self._message(link, subject=self._names.event(place.cursor)) if asked else None
        if info.state.first_seq > place.number + 1 or own is None or own.number != place.number:
            raise BusAway("the stream was built anew or no longer reaches back so far")

    async def _silent(self, link: Link, place: Place) -> bool:
        """Whether the stream holds more than the consumer gives."""
        info = await self._info(link)
        if info.state.last_seq < place.number:
            raise BusAway("the stream was built anew")
        return bool(info.state.last_seq > place.number)

    # --- the consumer -----------------------------------------------------------------------------------

    @asynccontextmanager
    async def _consumer(self, link: Link, first: int) -> AsyncIterator[Any]:
        from nats.js import api

        config = api.ConsumerConfig(
            deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE, opt_start_seq=max(1, first)
        )
        with away():
            consumer = await link.js.subscribe(
                self._names.events,
                stream=self._names.stream,
                config=config,
                ordered_consumer=True,
                idle_heartbeat=_HEARTBEAT_S,
                pending_msgs_limit=_PENDING,
            )
        try:
            yield consumer
        finally:
            with suppress(Exception):  # the connection may be dead; the server then forgets the consumer
                await consumer.unsubscribe()

    async def _batch(self, consumer: Any) -> list[Message]:
        """What waits, at most a page; empty when nothing came within a second."""
        found: list[Message] = []
        with away():
            try:
                wait_s = _IDLE_S
                while len(found) < PAGE:
                    message = await consumer.next_msg(timeout=wait_s)
                    number = message.metadata.sequence.stream
                    found.append(
                        message_of(number, message.subject, message.headers or {}, message.data, self._names)
                    )
                    if consumer._sub._pending_queue.qsize() == 0:
                        break
                    wait_s = 0.1
            except TimeoutError:
                pass
        return found
