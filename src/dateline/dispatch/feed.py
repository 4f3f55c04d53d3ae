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
from dateline.dispatch.breaker import Breaker, Heard, admits, heard, is_disabled, then, watched
from dateline.dispatch.hosts import Hosts
from dateline.dispatch.ledger_clock import LedgerClock
from dateline.dispatch.pace import Pace
from dateline.dispatch.pauses import Stops
from dateline.dispatch.statements import Claimed, HandBack, Outcome
from dateline.dispatch.writer import Writer
from dateline.plant.settings import get_settings

_AHEAD_S: Final = 0.2  # of work claimed ahead, so that a kill overtakes soon
_LEAST_AHEAD: Final = 64
_CLAIMS_AHEAD: Final = 3
_BEHIND_ENDPOINT: Final = 8  # rows kept in memory behind a busy endpoint; more go back to the table
_MOST_BACKLOG: Final = 2048
_PAUSED_S: Final = 60  # until a digest that lists something paused is looked at again

Queued = tuple[int, int, Entry]


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
        self._breakers = breakers
        self._clock = clock
        self._now = clock.now
        self._lease_s = lease_s
        self._fresh_until = clock.monotonic() + lease_s
        """Every lease of ours is at least this good: newer claims are, older ones were renewed."""
        self._most_at_once = most_at_once
        self._low = 0
        """Rows ahead at which it is time to claim more."""
        self._rng = random.Random()  # noqa: S311 - jitter
        self._watched = watched(channel)
        self._hosts = Hosts(self._rng)
        self._give_up_s = get_settings().endpoint_disable_days * 86_400.0
        self._queue: list[Queued] = []
        self._behind: dict[str, list[Queued]] = {}
        self._busy: set[str] = set()
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
        if self._watched:
            breaker, news = self._heard(entry, receipt, now)
            self._hosts.ended(entry.task.endpoint.address, entry.row.endpoint_id, receipt, now=now)
            self._writer.add(self._told(entry.row, receipt, breaker, now), news)
            self._free(entry.row.endpoint_id)
        else:
            self._writer.add(self._told(entry.row, receipt, None, now))
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
        for entry in entries:
            row = entry.row
            replaced = row.lock_id in self._replaced or not entry.locks.isdisjoint(self._replaced)
            if self.closed or replaced or self._stopped(row):
                self._give_back(entry)
            elif not entry.locks.isdisjoint(self._stops.locks_of(self.channel)):
                self._park(row, self._now() + _PAUSED_S * rules.SECOND, "something it lists is paused")
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
        behind = (item for items in self._behind.values() for item in items)
        return {item[2].row.id for item in (*self._queue, *behind)}

    def renewed(self, lost: set[int]) -> None:
        """Our leases are new, except of those, which somebody else has by now; unbegun, so dropped."""
        self._fresh_until = self._clock.monotonic() + self._lease_s
        if lost:
            self._queue = [item for item in self._queue if item[2].row.id not in lost]
            heapq.heapify(self._queue)
            for endpoint, items in self._behind.items():
                self._behind[endpoint] = [item for item in items if item[2].row.id not in lost]
        self._wake(len(self._queue))

    def undo(self, rows: list[Claimed]) -> None:
        """Gives back claims that could not be addressed; they come again in a second."""
        for row in rows:
            self._park(row, self._now() + rules.SECOND, "")

    def is_closed(self) -> bool:
        """Whether the house stops."""
        return self.closed

    def close(self) -> None:
        """Ends the iterator; what nobody drew goes back as if it had never been claimed."""
        self.closed = True
        for _, _, entry in [*self._queue, *(item for items in self._behind.values() for item in items)]:
            self._give_back(entry)
        self._queue.clear()
        self._behind.clear()
        self._wake(len(self._waiters))

    def abandon(self) -> None:
        """The channel ended without answering: nobody can say whether these left."""
        for entry in list(self.in_flight.values()):
            row = entry.row
            receipt = Receipt(row.id, row.fence, "lost", text="the channel ended without an answer")
            now = self._now()
            self._writer.add(self._told(row, receipt, None, now))
            self._busy.discard(row.endpoint_id)
            self._hosts.ended(entry.task.endpoint.address, row.endpoint_id, None, now=now)
        self.in_flight.clear()
        for endpoint in list(self._behind):
            self._free(endpoint)

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
            if self._watched and not self._may_go(item):
                continue
            if self._watched:
                self._busy.add(entry.row.endpoint_id)
                self._hosts.begun(entry.task.endpoint.address)
            self._journal.mark(entry.row.id, entry.row.fence)
            self.in_flight[entry.row.id] = entry
            return entry
        self.news.set()
        return None

    def _may_go(self, item: Queued) -> bool:
        """One in flight per endpoint; nothing to one that is disabled or resting (I6)."""
        entry = item[2]
        row = entry.row
        breaker = self._breakers.get(row.endpoint_id)
        if breaker is not None and is_disabled(breaker, entry.task.endpoint.address):
            why = f"endpoint disabled: {breaker.disabled_reason}"
            self._writer.add(outcomes.refusal(row, why, now=self._now()))
            return False
        if breaker is not None and not admits(breaker, now=self._now(), rank=entry.rank):
            self._park(row, breaker.open_until, "waiting for the endpoint to recover")
            return False
        if row.endpoint_id not in self._busy:
            return entry.rank == 0 or not self._host_rests(entry, breaker)
        behind = self._behind.setdefault(row.endpoint_id, [])
        if len(behind) < _BEHIND_ENDPOINT or entry.rank == 0:
            heapq.heappush(behind, item)
        else:
            wait = int(rules.jittered(2.0, self._rng) * rules.SECOND)
            self._park(row, self._now() + wait, "behind other deliveries to this endpoint")
        return False

    def _host_rests(self, entry: Entry, breaker: Breaker | None) -> bool:
        clean = breaker is None or not breaker.fails
        until = self._hosts.waits_until(entry.task.endpoint.address, clean=clean, now=self._now())
        if until:
            self._park(entry.row, until, "waiting for the endpoint's host to recover")
        return bool(until)

    def _free(self, endpoint: str) -> None:
        """The endpoint is idle again: what waited behind it comes back into the queue."""
        self._busy.discard(endpoint)
        for item in self._behind.pop(endpoint, []):
            heapq.heappush(self._queue, item)
            self._wake(1)

    def _heard(self, entry: Entry, receipt: Receipt, now: int) -> tuple[Breaker | None, Heard | None]:
        """The endpoint's health after this answer, where it changed, and what to add to its row."""
        endpoint = entry.row.endpoint_id
        known = self._breakers.get(endpoint)
        if known is None and receipt.outcome == "accepted":
            return None, None
        old = known or Breaker(endpoint, self.channel)
        news = heard(
            old,
            receipt,
            address=entry.task.endpoint.address,
            now=now,
            rng=self._rng,
            give_up_s=self._give_up_s,
        )
        new = then(old, news)
        if new == old:
            return None, None
        self._breakers[endpoint] = new
        return new, news

    def _told(self, row: Claimed, receipt: Receipt, breaker: Breaker | None, now: int) -> Outcome:
        return outcomes.told(row, receipt, breaker, now=now, rng=self._rng, stopping=self.closed)

    def _park(self, row: Claimed, due_at: int, why: str) -> None:
        # A row whose last try is lost stays `waiting`: without a further try it must end as uncertain.
        state: rules.State = "waiting" if row.losses else "deferred"
        self._writer.give_back(HandBack(row.id, row.fence, state, why, row.held, due_at, None))

    def _give_back(self, entry: Entry) -> None:
        row = entry.row
        first = row.fence == 1 and not row.held
        due = None if first else self._now()
        state: rules.State = "waiting" if first or row.losses or row.held else "deferred"
        person = row.person_id or "" if entry.day else ""
        back = HandBack(row.id, row.fence, state, "", row.held, due, None, person=person, day=entry.day)
        self._writer.give_back(back)

    def _stopped(self, row: Claimed) -> bool:
        return self._stops.stop(self.channel, row.lock_id, row.recipient_id)

    def _sort_out(self, unwanted: Callable[[Claimed], bool]) -> None:
        """Gives back whatever nobody has drawn and somebody says is unwanted."""
        kept = [item for item in self._queue if not self._dropped(item, unwanted)]
        heapq.heapify(kept)
        self._queue = kept
        for endpoint, items in self._behind.items():
            self._behind[endpoint] = [item for item in items if not self._dropped(item, unwanted)]

    def _dropped(self, item: Queued, unwanted: Callable[[Claimed], bool]) -> bool:
        if not unwanted(item[2].row) and item[2].locks.isdisjoint(self._replaced):
            return False
        self._give_back(item[2])
        return True
