"""Mail by recipients' domains: how many messages a second, how many at once, and a slow start for each.

Off unless `DATELINE_MAIL_DOMAINS` names something: a relay that queues does this by itself, and better. It
matters where the next hop is the receiver's own server, or a service that passes its answers through. It
stands here and not in the channel, so that it holds whichever process sends; who waits for a domain waits
before the channel draws, so that no connection waits along and everybody else goes first (I6).
"""

import asyncio
import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog

from dateline.core.destinations import Limit, Limits, limits_of
from dateline.core.pacing import Pace
from dateline.core.words import Receipt
from dateline.dispatch import rules
from dateline.dispatch.addressing import Entry
from dateline.dispatch.ledger_clock import LedgerClock
from dateline.dispatch.turns import Queued, Turn
from dateline.plant.remembered_paces import Remembered
from dateline.plant.settings import Settings

log = structlog.get_logger("dispatch")

FILE: Final = "mail-domains.json"
_LINE_S: Final = 5.0
"""Seconds of work that wait here; what is beyond goes back to the table: it would hold leases for long."""
_UNPACED_LINE, _MOST_LINE = 32, 512
_PARKED_S: Final = 50.0
"""The longest that a row is put off at once: less than the minute beyond which a release counts as
settled, and short enough that a rate which has grown is used.
"""
_BEHIND_S: Final = 10.0
_LEAST_WAIT_S: Final = 0.001
Back = Callable[[list[Queued]], None]
_PREFIX: Final = "mail:"
_GO: Final = Turn("go")
_BEHIND: Final = Turn("behind")


@dataclass(slots=True)
class _Destination:
    limit: Limit
    pace: Pace
    busy: int = 0
    line: list[Queued] = field(default_factory=list)
    """A heap."""
    timer: asyncio.TimerHandle | None = None
    called: set[int] = field(default_factory=set)
    """Deliveries that were called back and have not asked again."""
    put_off: float = 0.0
    """When the last row that was put off is due, in seconds of the machine's clock."""

    @property
    def has_room(self) -> bool:
        """Whether one more may be under way."""
        return not self.limit.connections or self.busy < self.limit.connections

    @property
    def longest_line(self) -> int:
        """How many may wait here: with a rate a few seconds of work, for whoever stops his mail meanwhile has
        been looked at already (I13).
        """
        if not self.pace.rate:
            return _UNPACED_LINE
        return max(1, min(_MOST_LINE, int(self.pace.rate * _LINE_S)))

    def takes(self, rank: int) -> bool:
        """Whether one more of this rank may wait here: those of lower ones are never in its way (I7)."""
        most = self.longest_line
        return len(self.line) < most or sum(item[0] <= rank for item in self.line) < most


class Destinations:
    """Every domain that mail goes to. Lives in the event loop. `back` takes what waited here and may go now.

    What is called back is not booked: it asks again, and goes before those that still wait.
    """

    def __init__(
        self,
        back: Back,
        *,
        limits: Limits,
        now: Callable[[], float],
        rng: random.Random,
        memory: Remembered | None = None,
    ) -> None:
        """`now`: seconds of a clock that never steps."""
        self._limits, self._back, self._now, self._rng, self._memory = limits, back, now, rng, memory
        self._remembered = memory.names() if memory is not None else frozenset()
        self._known: dict[str, _Destination] = {}
        self._all: list[_Destination] = []

    def of(self, item: Queued, *, now: int) -> Turn:
        """What to do with it now; `now` in microseconds of the ledger."""
        there = self._at(_domain(item[2]))
        there.called.discard(item[2].row.id)
        # A newcomer may pass those who wait only where its rank says so.
        is_next = not there.line or item[:2] < there.line[0][:2]
        if is_next and there.has_room and not there.pace.ready_in_s():
            return _GO
        if there.takes(item[0]):
            heapq.heappush(there.line, item)
            self._watch(there)
            return _BEHIND
        why = f"waiting for the pace of {there.limit.name}"
        return Turn("park", why, now + int(self._put_off_s(there) * rules.SECOND))

    def begun(self, entry: Entry) -> None:
        """One more under way to its domain."""
        there = self._at(_domain(entry))
        there.busy += 1
        there.pace.wait_s()
        if there.pace.changed:
            self._keep_in_mind(there)
        self._watch(there)

    def ended(self, entry: Entry, receipt: Receipt | None) -> list[Queued]:
        """One less; `receipt` None: nobody can say what came of it. What may go now, in nobody's line any
        more.
        """
        there = self._at(_domain(entry))
        there.busy = max(0, there.busy - 1)
        if receipt is not None and receipt.throttle and (rate := there.pace.throttled()):
            self._keep_in_mind(there)
            log.warning(
                "dispatch.domain_throttles", domain=there.limit.name, rate=round(rate, 2), code=receipt.code
            )
        return self._called(there)

    def waiting(self) -> list[Queued]:
        """All that waits for some domain."""
        return [item for there in self._all for item in there.line]

    def keep(self, wanted: Callable[[Queued], bool]) -> None:
        """Lets the rest of what waits go."""
        for there in self._all:
            there.called.clear()  # of them, too, some may never ask again
            if there.line:
                there.line = [item for item in there.line if wanted(item)]
                heapq.heapify(there.line)
                self._watch(there)

    def forget_waiting(self) -> None:
        """Nothing waits any more."""
        for there in self._all:
            there.line.clear()
            self._watch(there)

    # --- inside

    def _at(self, domain: str) -> _Destination:
        there = self._known.get(domain)
        if there is None:
            limit = self._limits.of(domain)
            if limit.name != domain:  # one of several that share what they take
                there = self._known[domain] = self._at(limit.name)
                return there
            there = self._known[domain] = _Destination(limit, Pace(limit.rate, limit.start, self._now))
            self._all.append(there)
            if self._memory is not None and domain in self._remembered:
                self._memory.restore(limit, there.pace)
        return there

    def _called(self, there: _Destination) -> list[Queued]:
        """The first of the line, when it may go; those behind it when it has gone."""
        called: list[Queued] = []
        if there.line and there.has_room and not there.called and not there.pace.ready_in_s():
            called.append(heapq.heappop(there.line))
            there.called.add(called[0][2].row.id)
        self._watch(there)
        return called

    def _watch(self, there: _Destination) -> None:
        """Wakes up when the pace lets the first of the line go; where it waits for an answer, that does."""
        if there.timer is not None:
            there.timer.cancel()
            there.timer = None
        if there.line and there.has_room and not there.called:
            wait_s = max(_LEAST_WAIT_S, there.pace.ready_in_s())
            there.timer = asyncio.get_running_loop().call_later(wait_s, self._ripe, there)

    def _ripe(self, there: _Destination) -> None:
        there.timer = None
        if called := self._called(there):
            self._back(called)

    def _put_off_s(self, there: _Destination) -> float:
        """Each to a time of its own, at the rate of now, so that they do not all come back at once."""
        if not there.pace.rate:
            return rules.jittered(_BEHIND_S, self._rng)
        now = self._now()
        there.put_off = max(now + len(there.line) / there.pace.rate, there.put_off) + 1 / there.pace.rate
        there.put_off = min(there.put_off, now + _PARKED_S)
        wait_s = there.put_off - now
        return wait_s if wait_s < _PARKED_S else _PARKED_S * self._rng.uniform(0.8, 1.0)

    def _keep_in_mind(self, there: _Destination) -> None:
        there.pace.changed = False
        # Of the thousands that only `*` speaks of, those alone that have complained.
        named = there.limit.name in self._limits.named
        if self._memory is not None and (named or there.pace.too_fast):
            self._memory.keep(there.limit, there.pace)


def paced_by_domain(
    channel: str, settings: Settings, clock: LedgerClock
) -> Callable[[Back], Destinations] | None:
    """What makes the lines of a channel; None where the settings ask for none. Raises BadInput naming the
    setting.
    """
    limits = limits_of(settings.mail_domains) if channel == "mail" else None
    if limits is None:
        return None
    memory = Remembered(settings.home / FILE, lambda: clock.now() / rules.SECOND)
    rng = random.Random()  # noqa: S311 - jitter
    return partial(Destinations, limits=limits, now=clock.monotonic, rng=rng, memory=memory)


def _domain(entry: Entry) -> str:
    return entry.row.endpoint_id.removeprefix(_PREFIX)
