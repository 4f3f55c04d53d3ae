"""One channel's tasks: claimed a little ahead, handed out by rank, one at a time per endpoint, answered once
each.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from typing import Final

from dateline.core.channel import Recall
from dateline.core.words import Receipt, Task
from dateline.dispatch import outcomes, rules
from dateline.dispatch.addressing import Entry
from dateline.dispatch.begun import Journal
from dateline.dispatch.breaker import Breaker, watched
from dateline.dispatch.destinations import Back, Destinations
from dateline.dispatch.feed_queue import Queue, Waiters
from dateline.dispatch.feed_recall import CalledBack
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
        destinations: Callable[[Back], Destinations] | None = None,
    ) -> None:
        self.channel = channel
        self.in_flight: dict[int, Entry] = {}
        self.news = asyncio.Event()
        """Set when there may be something to claim: a lift, new rows, room in the queue."""
        self.room_made = asyncio.Event()
        self.closed = False
        self.addressing: set[int] = set()
        """Claimed deliveries that are not offered yet."""
        self.recall: Recall | None = None
        """Set by a channel that draws ahead of what it sends; see core.channel.Recalling."""
        self._called_back = CalledBack()
        self._writer, self._journal = writer, journal
        self._clock, self._now, self._lease_s = clock, clock.now, lease_s
        self._fresh_until = clock.monotonic() + lease_s
        """Every lease of ours is at least this good: newer claims are, older ones were renewed."""
        self._most_at_once = most_at_once
        self._low = 0
        """Rows ahead at which it is time to claim more."""
        self._rng = random.Random()  # noqa: S311 - jitter
        self._turns = Turns(channel, breakers, self._rng) if watched(channel) else None
        self._destinations = destinations(self._again) if destinations is not None else None
        self._lines = [one for one in (self._turns, self._destinations) if one is not None]
        self._queue = Queue()
        self._replaced: set[str] = set()
        self._stops = Stops()
        self._waiters = Waiters()
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
            await self._waiters.wait()

    async def report(self, receipt: Receipt) -> None:
        """One receipt per task, in any order. A second one, or one for a claim that is over, only leaves its
        trace.
        """
        entry = self.in_flight.get(receipt.delivery)
        if entry is None or entry.row.fence != receipt.fence:
            self._writer.add(outcomes.late(receipt, now=self._now()))
            return
        del self.in_flight[receipt.delivery]
        if self._called_back.is_back(receipt):
            self._give_back(entry)
            self._idle(entry, None)
            return
        self._pace.answered()
        if self._turns is None or receipt.ended_with:
            self._writer.add(self._told(entry.row, receipt, None, self._now()))
            self._idle(entry, None if receipt.ended_with else receipt)
        else:
            now = self._now()
            breaker, news = self._turns.heard(entry, receipt, now=now)
            self._writer.add(self._told(entry.row, receipt, breaker, now), news)
            self._idle(entry, receipt)
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
                self._queue.add(entry)
        self._waiters.wake(len(entries))

    def drop(self, lock_ids: set[str]) -> None:
        """Gives back unbegun rows of superseded versions; the writer cancels them there (I7)."""
        if lock_ids <= self._replaced:
            return
        self._replaced = lock_ids
        self._sort_out(lambda row: row.lock_id in lock_ids)

    def stop(self, stops: Stops) -> None:
        """Gives back unbegun rows of what is paused; what a channel has begun ends."""
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
            drawn = self.in_flight.values()
            self._called_back.ask(self.recall, drawn, lambda entry: entry.row.id in lost)
        self._waiters.wake(len(self._queue))

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
        for line in self._lines:
            line.forget_waiting()
        self._waiters.wake_all()

    def abandon(self) -> None:
        """The channel ended without answering: nobody can say whether these left."""
        for entry in list(self.in_flight.values()):
            claim = (entry.row.id, entry.row.fence)
            receipt = Receipt(*claim, "lost", text="the channel ended without an answer")
            self._writer.add(self._told(entry.row, receipt, None, self._now()))
            self._idle(entry, None)
        self.in_flight.clear()
        self._called_back.clear()

    # --- inside ---------------------------------------------------------------------------------------------

    def _next(self) -> Entry | None:
        while self._queue:
            item = self._queue.next()
            if len(self._queue) + len(self.addressing) <= self._low:
                self.news.set()
            entry = item[2]
            if self._clock.monotonic() > self._fresh_until:
                # We slept through our leases: others may have these rows. A renewal says which are still
                # ours.
                self._queue.add_again(item)
                return None
            if (before := self.in_flight.pop(entry.row.id, None)) is not None:
                self._idle(before, None)  # that claim was lost to another worker: what answers it is too late
            if self._turns is not None:
                if not self._may_go(self._turns, item):
                    continue
                self._turns.begun(entry)
            if self._destinations is not None:
                if not self._may_go(self._destinations, item):
                    continue
                self._destinations.begun(entry)
            self._journal.mark(entry.row.id, entry.row.fence)
            self.in_flight[entry.row.id] = entry
            return entry
        self.news.set()
        return None

    def _may_go(self, turns: Turns | Destinations, item: Queued) -> bool:
        now = self._now()
        turn = turns.of(item, now=now)
        if turn.what == "refuse":
            self._writer.add(outcomes.refusal(item[2].row, turn.why, now=now))
        elif turn.what == "park":
            self._park(item[2], turn.due_at, turn.why)
        return turn.what == "go"

    def _idle(self, entry: Entry, receipt: Receipt | None) -> None:
        """Its endpoint is free for the next one; `receipt` None: nobody can say anything of it."""
        if self._turns is not None:
            self._again(self._turns.ended(entry, receipt, now=self._now()))
        if self._destinations is not None:
            self._again(self._destinations.ended(entry, receipt))

    def _again(self, items: list[Queued]) -> None:
        for item in items:
            self._queue.add_again(item)
            self._waiters.wake(1)

    def _undrawn(self) -> list[Queued]:
        return [*self._queue.items(), *(item for line in self._lines for item in line.waiting())]

    def _keep(self, wanted: Callable[[Queued], bool]) -> None:
        """Of what nobody has drawn."""
        self._queue.keep(wanted)
        for line in self._lines:
            line.keep(wanted)

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
        """Gives back whatever nobody has begun and somebody says is unwanted."""

        unlisted = self._replaced | self._stops.locks_of(self.channel)

        def is_unwanted(entry: Entry) -> bool:
            return unwanted(entry.row) or not entry.locks.isdisjoint(unlisted)

        for item in self._undrawn():
            if is_unwanted(item[2]):
                self._give_back(item[2])
        self._keep(lambda item: not is_unwanted(item[2]))
        self._called_back.ask(self.recall, self.in_flight.values(), is_unwanted)
