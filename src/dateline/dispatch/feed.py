"""One channel's tasks: claimed a little ahead, handed out by rank, one at a time per endpoint, answered once
each.
"""

import asyncio
import heapq
import random
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

from dateline.core.words import Receipt, Task
from dateline.dispatch import outcomes, rules
from dateline.dispatch.addressing import Entry
from dateline.dispatch.begun import Journal
from dateline.dispatch.breaker import Breaker, watched
from dateline.dispatch.ledger_clock import LedgerClock
from dateline.dispatch.pace import Pace
from dateline.dispatch.pauses import Stops
from dateline.dispatch.statements import Claimed, Outcome
from dateline.dispatch.turns import Queued, Turns
from dateline.dispatch.writer import Writer

_AHEAD_S: Final = 0.2  # of work claimed ahead, so that a kill overtakes soon
_LEAST_AHEAD: Final = 64
_CLAIMS_AHEAD: Final = 3
_MOST_BACKLOG: Final = 2048
_PAUSED_S: Final = 60  # until a digest that lists something paused is looked at again


class Feed:
    """The async iterator a channel draws from, and the `report` it answers to. Lives in the event loop alone.

    Nothing a channel draws is ever out twice at the same time, and whatever happens to the channel, each task
    ends as one outcome in the writer.
    """

    def __init__(
        self,
        channel: str,
        *,
        writer: Writer,
        journal: Journal,
        breakers: dict[str, Breaker],
        clock: LedgerClock,
        most_at_once: int,
        lease_s: int,
    ) -> None:
        self.channel = channel
        self.in_flight: dict[int, Entry] = {}
        self.news = asyncio.Event()
        """Set when there may be something to claim: a lift, new rows, room in the queue."""
        self.room_made = asyncio.Event()
        self.closed = False
        self.addressing: set[int] = set()
        """Claimed deliveries that are not offered yet."""
        self._writer = writer
        self._journal = journal
        self._clock = clock
        self._now = clock.now
        self._lease_s = lease_s
        self._fresh_until = clock.monotonic() + lease_s
        """Every lease of ours is at least this good: newer claims are, older ones were renewed."""
        self._most_at_once = most_at_once
        self._low = 0
        """Rows ahead at which it is time to claim more."""
        self._rng = random.Random()  # noqa: S311 - jitter
        self._turns = Turns(channel, breakers, self._rng) if watched(channel) else None
        self._queue: list[Queued] = []
        self._replaced: set[str] = set()
        self._stops = Stops()
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._count = 0
        self._pace = Pace()

    # --- what the channel sees ------------------------------------------------------------------------------

    def __aiter__(self) -> AsyncIterator[Task]:
        return self

    async def __anext__(self) -> Task:
        """The next task; several workers of a channel may ask at once. Ends when the house stops."""
        while True:
            entry = self._next()
            if entry is not None:
                return entry.task
            if self.closed:
                raise StopAsyncIteration
            waiter = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled():
                    self._wake(1)  # it was our turn; the next one takes it
                raise

    async def report(self, receipt: Receipt) -> None:
        """One receipt per task, in any order. A second one, or one for a claim that is over, only leaves its
        trace.
        """
        entry = self.in_flight.get(receipt.delivery)
        if entry is None or entry.row.fence != receipt.fence:
            self._writer.add(outcomes.late(receipt, now=self._now()))
            return
        del self.in_flight[receipt.delivery]
        self._pace.answered()
        now = self._now()
        if self._turns is None:
            self._writer.add(self._told(entry.row, receipt, None, now))
        else:
            breaker, news = self._turns.heard(entry, receipt, now=now)
            self._writer.add(self._told(entry.row, receipt, breaker, now), news)
            self._in_line_again(self._turns.ended(entry, receipt, now=now))
        if self._writer.backlog > _MOST_BACKLOG:
            self.room_made.clear()
            await self.room_made.wait()

    # --- what the pump does ---------------------------------------------------------------------------------

    def room(self) -> int:
        """How many rows to claim now: up to 0.2 s of work ahead, in claims of at most `most_at_once`, nothing
        while half of that is still there.
        """
        target = max(_LEAST_AHEAD, int(self._pace.per_s * _AHEAD_S))
        target = min(target, self._most_at_once * _CLAIMS_AHEAD)
        self._low = target // 2
        have = len(self._queue) + len(self.addressing)
        return min(target - have, self._most_at_once) if have <= self._low else 0

    def offer(self, entries: list[Entry]) -> None:
        """Takes what was claimed and addressed; gives it back when the house stops."""
        # Before any of them can be drawn or given back: they are counted by now.
        self._journal.looked_at((entry.row.id, entry.row.fence) for entry in entries)
        for entry in entries:
            row = entry.row
            replaced = row.lock_id in self._replaced or not entry.locks.isdisjoint(self._replaced)
            if self.closed or replaced or self._stopped(row):
                self._give_back(entry)
            elif not entry.locks.isdisjoint(self._stops.locks_of(self.channel)):
                self._park(entry, self._now() + _PAUSED_S * rules.SECOND, "something it lists is paused")
            else:
                self._push(entry)
        self._wake(len(entries))

    def drop(self, lock_ids: set[str]) -> None:
        """Gives back unbegun rows of superseded versions; the writer cancels them there (I7)."""
        if lock_ids <= self._replaced:
            return
        self._replaced = lock_ids
        self._sort_out(lambda row: row.lock_id in lock_ids)

    def stop(self, stops: Stops) -> None:
        """Gives back unbegun rows of what is paused; what a channel has drawn ends."""
        if stops == self._stops:
            return
        self._stops = stops
        self._sort_out(self._stopped)

    def known(self) -> set[int]:
        """Every delivery that is on its way through here."""
        return self.queued() | self.addressing | set(self.in_flight)

    def queued(self) -> set[int]:
        """Deliveries nobody has drawn."""
        return {id_ for id_, _ in self.claims_in_line()}

    def claims_in_line(self) -> list[tuple[int, int]]:
        """The same with their fences."""
        return [(item[2].row.id, item[2].row.fence) for item in self._undrawn()]

    def renewed(self, lost: set[int]) -> None:
        """Our leases are new, except of those, which somebody else has by now; unbegun, so dropped."""
        self._fresh_until = self._clock.monotonic() + self._lease_s
        if lost:
            self._keep(lambda item: item[2].row.id not in lost)
        self._wake(len(self._queue))

    def undo(self, rows: list[Claimed]) -> None:
        """Gives back claims that could not be addressed; they come again in a second."""
        for row in rows:
            self._writer.give_back(outcomes.parked(row, self._now() + rules.SECOND, ""))

    def is_closed(self) -> bool:
        """Whether the house stops."""
        return self.closed

    def close(self) -> None:
        """Ends the iterator; what nobody drew goes back as if it had never been claimed."""
        self.closed = True
        for _, _, entry in self._undrawn():
            self._give_back(entry)
        self._queue.clear()
        if self._turns is not None:
            self._turns.forget_waiting()
        self._wake(len(self._waiters))

    def abandon(self) -> None:
        """The channel ended without answering: nobody can say whether these left."""
        for entry in list(self.in_flight.values()):
            row = entry.row
            receipt = Receipt(row.id, row.fence, "lost", text="the channel ended without an answer")
            now = self._now()
            self._writer.add(self._told(row, receipt, None, now))
            if self._turns is not None:
                self._in_line_again(self._turns.ended(entry, None, now=now))
        self.in_flight.clear()

    # --- inside ---------------------------------------------------------------------------------------------

    def _push(self, entry: Entry) -> None:
        self._count += 1
        heapq.heappush(self._queue, (entry.rank, self._count, entry))

    def _wake(self, count: int) -> None:
        while count > 0 and self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                count -= 1

    def _next(self) -> Entry | None:
        while self._queue:
            item = heapq.heappop(self._queue)
            if len(self._queue) + len(self.addressing) <= self._low:
                self.news.set()
            entry = item[2]
            if self._clock.monotonic() > self._fresh_until:
                # We slept through our leases: others may have these rows. A renewal says which are still
                # ours.
                heapq.heappush(self._queue, item)
                return None
            if self._turns is not None:
                if not self._may_go(self._turns, item):
                    continue
                self._turns.begun(entry)
            self._journal.mark(entry.row.id, entry.row.fence)
            self.in_flight[entry.row.id] = entry
            return entry
        self.news.set()
        return None

    def _may_go(self, turns: Turns, item: Queued) -> bool:
        now = self._now()
        turn = turns.of(item, now=now)
        if turn.what == "refuse":
            self._writer.add(outcomes.refusal(item[2].row, turn.why, now=now))
        elif turn.what == "park":
            self._park(item[2], turn.due_at, turn.why)
        return turn.what == "go"

    def _in_line_again(self, items: list[Queued]) -> None:
        """Their endpoint is idle."""
        for item in items:
            heapq.heappush(self._queue, item)
            self._wake(1)

    def _undrawn(self) -> list[Queued]:
        return [*self._queue, *(self._turns.waiting() if self._turns is not None else ())]

    def _keep(self, wanted: Callable[[Queued], bool]) -> None:
        """Of what nobody has drawn."""
        kept = [item for item in self._queue if wanted(item)]
        heapq.heapify(kept)
        self._queue = kept
        if self._turns is not None:
            self._turns.keep(wanted)

    def _told(self, row: Claimed, receipt: Receipt, breaker: Breaker | None, now: int) -> Outcome:
        return outcomes.told(row, receipt, breaker, now=now, rng=self._rng, stopping=self.closed)

    def _park(self, entry: Entry, due_at: int, why: str) -> None:
        self._writer.give_back(outcomes.parked(entry.row, due_at, why, entry.day))

    def _give_back(self, entry: Entry) -> None:
        row = entry.row
        first = row.fence == 1 and not row.held
        due = None if first else self._now()
        state: rules.State = "waiting" if first or row.losses or row.held else "deferred"
        self._writer.give_back(outcomes.handed_back(row, state, "", due, entry.day))

    def _stopped(self, row: Claimed) -> bool:
        return self._stops.stop(self.channel, row.lock_id, row.recipient_id)

    def _sort_out(self, unwanted: Callable[[Claimed], bool]) -> None:
        """Gives back whatever nobody has drawn and somebody says is unwanted."""
        self._keep(lambda item: not self._dropped(item, unwanted))

    def _dropped(self, item: Queued, unwanted: Callable[[Claimed], bool]) -> bool:
        if not unwanted(item[2].row) and item[2].locks.isdisjoint(self._replaced):
            return False
        self._give_back(item[2])
        return True
