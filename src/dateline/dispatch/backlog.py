"""What is under way now, counted for the people who watch: lanes, leases, breakers. Of public versions only.

Open rows lie in an index of their own, so that these counts cost what is open, not what the ledger holds.
"""

from dataclasses import dataclass
from typing import Final

from dateline.core.clock import Instant, SystemClock, from_micros, to_micros
from dateline.dispatch.rules import SECOND
from dateline.dispatch.sql import query

_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Lane:
    """Open deliveries of one channel and rank (0 kill, 1 correction, 2 regulated, 3 priority, 4 normal).

    `held` wait for an hour of their own (caps, digests), `retrying` were tried before. `oldest_due_at` is
    that of the rows whose time has come.
    """

    channel: str
    rank: int
    waiting: int
    leased: int
    retrying: int
    held: int
    oldest_due_at: Instant | None


@dataclass(frozen=True, slots=True)
class EndedCell:
    """Deliveries of the last day's versions that ended so."""

    channel: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class WorkerLeases:
    """What one worker holds. `owner` begins with the name of its home and slot."""

    owner: str
    rows: int
    lease_until: Instant


@dataclass(frozen=True, slots=True)
class BreakerRow:
    """An endpoint that rests, or that gets nothing more."""

    endpoint: str
    channel: str
    open_until: Instant | None
    fails: int
    disabled_reason: str


def lanes() -> list[Lane]:
    """Every lane with something open, by rank and channel."""
    now = to_micros(SystemClock().now())
    rows = query(
        """SELECT d.channel, v.rank,
            SUM(CASE WHEN d.state = 'waiting' AND d.held = '' THEN 1 ELSE 0 END),
            SUM(CASE WHEN d.state = 'leased' THEN 1 ELSE 0 END),
            SUM(CASE WHEN d.state = 'deferred' THEN 1 ELSE 0 END),
            SUM(CASE WHEN d.state = 'waiting' AND d.held <> '' THEN 1 ELSE 0 END),
            MIN(CASE WHEN d.state <> 'leased' AND COALESCE(d.due_at, v.lifted_at) <= %s
                THEN COALESCE(d.due_at, v.lifted_at) END)
        FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
        WHERE d.done_at IS NULL AND v.lifted_at IS NOT NULL AND v.drained_at IS NULL
        GROUP BY d.channel, v.rank ORDER BY v.rank, d.channel""",
        [now],
    )
    return [
        Lane(channel, rank, waiting, leased, retrying, held, None if due is None else from_micros(due))
        for channel, rank, waiting, leased, retrying, held, due in rows
    ]


def ended_today() -> list[EndedCell]:
    """How deliveries of versions lifted within a day ended, per channel."""
    since = to_micros(SystemClock().now()) - _DAY_S * SECOND
    rows = query(
        """SELECT channel, state, COUNT(*) FROM dispatch_delivery
        WHERE version_id IN (SELECT version_id FROM dispatch_version WHERE lifted_at >= %s)
            AND done_at IS NOT NULL
        GROUP BY channel, state ORDER BY channel, state""",
        [since],
    )
    return [EndedCell(*row) for row in rows]


def leases() -> list[WorkerLeases]:
    """Who holds how much, for how long at least."""
    rows = query(
        """SELECT owner, COUNT(*), MIN(lease_until) FROM dispatch_delivery WHERE state = 'leased'
        GROUP BY owner ORDER BY owner"""
    )
    return [WorkerLeases(owner, count, from_micros(until)) for owner, count, until in rows]


def breakers(limit: int = 200) -> list[BreakerRow]:
    """Endpoints that rest or are disabled, the longest resting first."""
    rows = query(
        """SELECT endpoint, channel, open_until, fails, disabled_reason FROM dispatch_endpointhealth
        WHERE breaker = 'open' OR disabled_reason <> '' ORDER BY open_until DESC, endpoint LIMIT %s""",
        [limit],
    )
    return [
        BreakerRow(endpoint, channel, from_micros(until) if until else None, fails, disabled)
        for endpoint, channel, until, fails, disabled in rows
    ]


def breaker_counts() -> list[tuple[str, str, int]]:
    """(channel, open or disabled, endpoints)."""
    rows = query(
        """SELECT channel, CASE WHEN disabled_reason <> '' THEN 'disabled' ELSE 'open' END, COUNT(*)
        FROM dispatch_endpointhealth WHERE breaker = 'open' OR disabled_reason <> ''
        GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    return [(row[0], row[1], row[2]) for row in rows]
