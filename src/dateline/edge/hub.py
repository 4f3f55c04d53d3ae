"""The engine of one edge process: told by the follower, asked by the lobby; beats for the idle, and drains.

One event loop, no threads.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from dateline.edge.broadcasting import Broadcaster
from dateline.edge.counts import Counts
from dateline.edge.engine import Framing, Reason
from dateline.edge.origin import Page
from dateline.edge.ring import entry
from dateline.edge.rounds import Item, Leg, Walk, serve_chunk

_QUEUE_MOST: Final = 5000  # events; then the follower waits
_CLOSED_PER_S: Final = 1500
_STEP_S: Final = 0.05
_CHECKS_AT_ONCE: Final = 4  # a storm of old cursors must not become a storm at the origin
_SLICES_MOST: Final = 30
_SWEEP_S: Final = 1.0
_GROWING_MOST: Final = 5  # pages in a row, each of which left more behind it than the one before


class Checker(Protocol):
    """Tells genuine cursors from forged ones: the origin."""

    async def knows(self, cursor: str) -> bool:
        """False when it is too old or of another epoch; raises CursorBad when it is not genuine."""
        ...


class Hub(Broadcaster):
    """Implements `Engine` and the follower's listener.

    `tick_s`: how long events are gathered after a first one; 0 gives each a round of its own. `blast` and
    `poller` name another way than the best of this machine: `python`, `loop`.
    """

    def __init__(
        self,
        origin: Checker,
        *,
        capacity: int = 1024,
        blast: str = "",
        poller: str = "",
        tick_s: float = 0.015,
        counts: Counts | None = None,
    ) -> None:
        super().__init__(capacity, poller, counts or Counts(), blast, tick_s)
        self.origin = origin
        self._growing = 0
        self.checks = asyncio.Semaphore(_CHECKS_AT_ONCE)
        """Held by whoever asks the origin about a stranger's cursor."""

    def work(self, heartbeat_s: float) -> tuple[Coroutine[Any, Any, None], ...]:
        """What must run, for ever."""
        return self._run(), self._beat(heartbeat_s), self._sweep()

    # --- what the follower tells ------------------------------------------------------------------------

    def fill(self, page: Page) -> None:
        """Takes what the log held before; nobody is admitted yet, so nobody is written to."""
        for cursor, event in page.events:
            self.ring.add(entry(cursor, event))
        if not page.events and page.next:
            self.ring.begin(page.next)
        self.filled.set()
        self.counts.ready = int(not self.unready())
        self._tell_grown()
        self._work.set()

    async def publish(self, page: Page) -> None:
        """Takes news; waits only while very much of it has not left yet."""
        self.broadcast([entry(cursor, event) for cursor, event in page.events])
        while len(self._queue) > _QUEUE_MOST:
            self._emptied.clear()
            await self._emptied.wait()

    async def reset(self) -> None:
        """A new epoch: every desktop is told, closed, and catches up over the API."""
        self.filled.clear()
        self.counts.ready = 0
        self._queue.clear()
        self._queued.clear()
        async with self._lock:
            self.ring.clear()
            self._replays.clear()
            for slot in self.slots.taken():
                self.drop(slot, Reason.RESET, self._framing(slot).reset())
        self._work.set()

    def heard(self, reachable: bool, behind: int = 0) -> None:
        """Whether the origin answers, and how many events it holds that are not here yet."""
        lag = behind + len(self._queue)
        self._growing = self._growing + 1 if lag > self.counts.lag_events else 0
        self.counts.origin_reachable = int(reachable)
        self.counts.lag_events = lag
        self.counts.ready = int(not self.unready())

    def unready(self) -> str:
        """Why no new desktops should be sent here; empty when they may."""
        if not self.counts.origin_reachable or not self.filled.is_set():
            return "the origin does not answer"
        if self._growing >= _GROWING_MOST:
            return "this edge lags behind the origin, and the lag grows"
        return ""

    # --- what connections ask ---------------------------------------------------------------------------

    async def check(self, after: str) -> None:
        """Asks the origin about a cursor that is not in the ring. Raises CursorBad when it is not genuine."""
        if not after or self.ring.knows(after):
            return
        async with self.checks:
            with suppress(OSError):  # an origin out of reach delays: the desktop is told to catch up later
                await self.origin.knows(after)

    # --- beats, sweeps, the end -------------------------------------------------------------------------

    async def _beat(self, every_s: float) -> None:
        """A sign of life to those who heard nothing since their last beat, a slice of the slots at a time."""
        slices = max(1, min(_SLICES_MOST, int(every_s)))
        while True:
            for number in range(slices):
                await asyncio.sleep(every_s / slices)
                width = -(-self.slots.high // slices)
                start, stop = number * width, min(self.slots.high, (number + 1) * width)
                if start < stop:
                    async with self._lock:
                        await self._beat_slice(start & ~7, stop)
                    self._settle()

    async def _beat_slice(self, start: int, stop: int) -> None:
        own = (1 << stop) - (1 << start)
        idle = self.index.occupied.mask() & own & ~self._spoken
        self._spoken &= ~own
        if idle:
            plan = self._plan([Item(_heartbeat, idle)])
            self._spoken &= ~own
            await Walk(start, stop, backwards=False).go(lambda a, b: plan, lambda: 1, self._serve_beat)

    def _serve_beat(self, walk: Walk, chunk: tuple[int, int], plan: Sequence[Leg]) -> None:
        serve_chunk(self.slots, self._blast, walk, chunk, plan, self.drop)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            if self.doors:
                for slot, reason in self.doors.due():
                    self.end(slot, reason)

    async def drain(
        self, *, within_s: float, retry_most_s: float, hurry: Callable[[], bool] = lambda: False
    ) -> None:
        """See `Engine`. Once `hurry()`, the rest goes at once."""
        self.refuse_waiting()
        slots = self.slots.taken()
        random.shuffle(slots)
        rate = max(_CLOSED_PER_S, len(slots) / max(within_s, _STEP_S))
        step = max(1, int(rate * _STEP_S))
        for first in range(0, len(slots), step):
            async with self._lock:
                for slot in slots[first : first + step]:
                    if framing := self.slots.framings[slot]:
                        self.drop(slot, Reason.DRAINED, _good_bye(framing, retry_most_s))
            if first + step < len(slots):
                await asyncio.sleep(0 if hurry() else _STEP_S)

    def close(self) -> None:
        """Closes what is left, at once."""
        self.close_lines()
        self.poller.close()

    def close_lines(self) -> None:
        """Closes every connection without a word."""
        self.refuse_waiting()
        for slot in self.slots.taken():
            self.drop(slot, Reason.DRAINED)


def _heartbeat(framing: Framing) -> bytes:
    return framing.heartbeat()


def _good_bye(framing: Framing, retry_most_s: float) -> bytes:
    # Not all may come back at once.
    wait_ms = random.randrange(1000, max(1001, int(retry_most_s * 1000)))  # noqa: S311
    return framing.retry(wait_ms) + framing.farewell(Reason.DRAINED)
