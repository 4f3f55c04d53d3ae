"""Whose turn it is: one delivery in flight per endpoint, and none to one that is disabled or rests (I6).

For channels whose endpoints are watched; mail has none, there an endpoint is a domain behind our own relay.
"""

import heapq
import random
from collections.abc import Callable, MutableMapping
from typing import Final, Literal, NamedTuple

from dateline.core.words import Receipt
from dateline.dispatch import rules
from dateline.dispatch.addressing import Entry
from dateline.dispatch.breaker import Breaker, Heard, admits, heard, is_disabled, then
from dateline.dispatch.hosts import Hosts
from dateline.plant.settings import get_settings

_BEHIND_ENDPOINT: Final = 8  # rows kept in memory behind a busy endpoint; more go back to the table
_DAY_S: Final = 86_400.0

Queued = tuple[int, int, Entry]
"""Rank, number in order of coming, and the entry."""


class Turn(NamedTuple):
    """`go`; `refuse` it or `park` it until `due_at`, saying why; `behind`: it waits here for its endpoint."""

    what: Literal["go", "refuse", "park", "behind"]
    why: str = ""
    due_at: int = 0


_GO: Final = Turn("go")
_BEHIND: Final = Turn("behind")


class Turns:
    """`breakers` is shared by all channels: the health of endpoints as last heard."""

    def __init__(self, channel: str, breakers: MutableMapping[str, Breaker], rng: random.Random) -> None:
        self._channel, self._breakers, self._rng = channel, breakers, rng
        self._hosts = Hosts(rng)
        self._give_up_s = get_settings().endpoint_disable_days * _DAY_S
        self._busy: set[str] = set()
        self._behind: dict[str, list[Queued]] = {}

    def of(self, item: Queued, *, now: int) -> Turn:
        """What to do with it now."""
        entry = item[2]
        row = entry.row
        breaker = self._breakers.get(row.endpoint_id)
        if breaker is not None and is_disabled(breaker, entry.task.endpoint.address):
            return Turn("refuse", f"endpoint disabled: {breaker.disabled_reason}")
        if breaker is not None and not admits(breaker, now=now, rank=entry.rank):
            return Turn("park", "waiting for the endpoint to recover", breaker.open_until)
        if row.endpoint_id not in self._busy:
            return _GO if entry.rank == 0 else self._of_host(entry, breaker, now)
        behind = self._behind.setdefault(row.endpoint_id, [])
        if len(behind) < _BEHIND_ENDPOINT or entry.rank == 0:
            heapq.heappush(behind, item)
            return _BEHIND
        wait = int(rules.jittered(2.0, self._rng) * rules.SECOND)
        return Turn("park", "behind other deliveries to this endpoint", now + wait)

    def _of_host(self, entry: Entry, breaker: Breaker | None, now: int) -> Turn:
        clean = breaker is None or not breaker.fails
        until = self._hosts.waits_until(entry.task.endpoint.address, clean=clean, now=now)
        return Turn("park", "waiting for the endpoint's host to recover", until) if until else _GO

    def begun(self, entry: Entry) -> None:
        """Its endpoint is busy from here on."""
        self._busy.add(entry.row.endpoint_id)
        self._hosts.begun(entry.task.endpoint.address)

    def ended(self, entry: Entry, receipt: Receipt | None, *, now: int) -> list[Queued]:
        """Its endpoint is idle again (`receipt` None: nobody can say what came of it). What waited behind
        it, which is in nobody's line now.
        """
        endpoint = entry.row.endpoint_id
        self._hosts.ended(entry.task.endpoint.address, endpoint, receipt, now=now)
        self._busy.discard(endpoint)
        return self._behind.pop(endpoint, [])

    def heard(self, entry: Entry, receipt: Receipt, *, now: int) -> tuple[Breaker | None, Heard | None]:
        """The endpoint's health after this answer, where it changed, and what to add to its row."""
        endpoint = entry.row.endpoint_id
        known = self._breakers.get(endpoint)
        if known is None and receipt.outcome == "accepted":
            return None, None
        old = known or Breaker(endpoint, self._channel)
        address = entry.task.endpoint.address
        news = heard(old, receipt, address=address, now=now, rng=self._rng, give_up_s=self._give_up_s)
        new = then(old, news)
        if new == old:
            return None, None
        self._breakers[endpoint] = new
        return new, news

    def waiting(self) -> list[Queued]:
        """All that waits behind busy endpoints."""
        return [item for items in self._behind.values() for item in items]

    def keep(self, wanted: Callable[[Queued], bool]) -> None:
        """Lets the rest of what waits go."""
        for endpoint, items in self._behind.items():
            self._behind[endpoint] = [item for item in items if wanted(item)]

    def forget_waiting(self) -> None:
        """Nothing waits any more."""
        self._behind.clear()
