"""Rounds, one after another: what waits is gathered, enters the ring, and is written to all who take it.

Events wait in a queue until their round begins; only then do they enter the ring, so that outside a round the
ring is exactly what everybody was sent, and joining can neither lose nor repeat.
"""

import asyncio
import time
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from dateline.edge import blast as blasts
from dateline.edge.counts import Counts
from dateline.edge.engine import Framing
from dateline.edge.ring import Entry
from dateline.edge.rounds import Item, Leg, Walk, legs, serve_chunk
from dateline.edge.seats import Seats

_EVENTS_AT_ONCE: Final = 128
_BYTES_AT_ONCE: Final = 256 * 1024
_ASKERS_MOST: Final = 256
_ASKERS_OF_SOURCE: Final = 32


class Broadcaster(Seats):
    """The half of `Hub` that writes.

    `tick_s`: how long events are gathered after a first one; 0 gives each a round of its own. `blast` names
    another send loop than the best of this machine: `python`.
    """

    def __init__(self, capacity: int, poller: str, counts: Counts, blast: str, tick_s: float) -> None:
        super().__init__(capacity, poller, counts)
        self.blast_name, self._blast = blasts.chosen(blast)
        self._tick_s = tick_s
        self._events_at_once = _EVENTS_AT_ONCE if tick_s > 0 else 1
        self._queue: deque[Entry] = deque()
        self._queued: set[str] = set()
        self._staged: list[bytes] = []
        self._urgent = asyncio.Event()
        self._grown = asyncio.Event()
        self._emptied = asyncio.Event()
        self._askers: Counter[str] = Counter()
        self._rounds = 0
        self._last_start = 0.0

    @property
    def waiting_events(self) -> Sequence[Entry]:
        """Events that are not written yet."""
        return self._queue

    async def wait_for_news(self, cursor: str, seconds: float, source: str | None = None) -> None:
        """Until the ring's head is another than `cursor`, or the time is over.

        Of strangers only some wait at once, in all and from one `source` ("": not counted; None: no
        stranger); one more does not wait.
        """
        if source is not None and (
            self._askers.total() >= _ASKERS_MOST or (source and self._askers[source] >= _ASKERS_OF_SOURCE)
        ):
            return
        own = Counter() if source is None else Counter([source])
        self._askers.update(own)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while self.ring.head == cursor:
                        await self._grown.wait()
        finally:
            self._askers -= own

    def broadcast(self, entries: Sequence[Entry]) -> None:
        """See `Engine`."""
        for new in entries:
            if not self.ring.knows(new.cursor) and new.cursor not in self._queued:
                self._queue.append(new)
                self._queued.add(new.cursor)
                if new.urgent:
                    self._urgent.set()
        if self._queue:
            self._work.set()

    def stage(self, data: bytes, *, urgent: bool = False) -> None:
        """See `Engine`."""
        self._staged.append(data)
        self._work.set()
        if urgent:
            self._urgent.set()

    async def _run(self) -> None:
        while True:
            await self._work.wait()
            self._work.clear()
            if not self._lock.locked():
                self._settle()
            while self._queue or self._staged:
                await self._quiet()
                async with self._lock:
                    await self._round()
                self._settle()

    async def _quiet(self) -> None:
        """The first event after quiet goes at once; what follows it is gathered for a tick."""
        left = self._last_start + self._tick_s - time.monotonic()
        if left > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._urgent.wait()

    def _settle(self) -> None:
        """Between rounds: freed slots become free, newcomers sit down."""
        self.slots.settle()
        self._admit_waiting()

    async def _round(self) -> None:
        begun = self._last_start = time.monotonic()
        items: list[Item] = []
        self._take(items)
        self._rounds += 1

        def more() -> int:
            if self._urgent.is_set():  # into the chunks to come, and alone to those already served
                self._take(items)
            return len(items)

        walk = Walk(0, self.slots.high, backwards=bool(self._rounds & 1))
        await walk.go(lambda first, last: self._plan(items[first:last]), more, self._serve)
        self.counts.last_round_seconds = time.monotonic() - begun

    def _take(self, items: list[Item]) -> None:
        """Moves what waits into the round and into the ring."""
        self._urgent.clear()
        # A key goes before the news that it opens.
        granted = self.index.staged.mask()
        items += [Item(partial(_frame, "", data), granted, misses=True) for data in self._staged]
        self._staged.clear()
        size = count = 0
        while self._queue and count < self._events_at_once and size < _BYTES_AT_ONCE:
            new = self._queue.popleft()
            self._queued.discard(new.cursor)
            self.ring.add(new)
            size, count = size + len(new.data), count + 1
            items.append(Item(partial(_frame, new.cursor, new.data), self.index.select(new.facts)))
        self.counts.events_total += count
        self._tell_grown()
        self._emptied.set()

    def _plan(self, items: Sequence[Item]) -> list[Leg]:
        made = legs(items, [(framing, bits.mask()) for framing, bits in self.slots.of_framing.values()])
        for leg in made:
            self._spoken |= int.from_bytes(leg.mask, "little")
        return made

    def _serve(self, walk: Walk, chunk: tuple[int, int], plan: Sequence[Leg]) -> None:
        done = serve_chunk(self.slots, self._blast, walk, chunk, plan, self.drop)
        self.counts.written_total += done.frames
        self.counts.bytes_total += done.size

    def _tell_grown(self) -> None:
        self._grown.set()
        self._grown = asyncio.Event()


def _frame(cursor: str, data: bytes, framing: Framing) -> bytes:
    return framing.event(cursor, data)
