"""What reports ask the ledger: one statement each. Rows of a late edition count once it is public."""

import time
from collections import Counter
from dataclasses import dataclass
from threading import Lock
from typing import Final

from dateline.core.clock import Instant, SystemClock, from_micros, to_micros
from dateline.dispatch import pauses, statements, versions
from dateline.dispatch.reading import of_version
from dateline.dispatch.rules import SECOND
from dateline.dispatch.sql import query
from dateline.dispatch.statements import returns

_CURVE_POINTS: Final = 200
_SLOW_S: Final = 0.03
_REST: Final = (
    4  # a slow count may be shown for four times as long as it took: watching must not slow the pump
)

# The version's own lock, and those of late editions that are out.
_COUNTED: Final = """version_id = %s AND (lock_id = version_id
    OR lock_id IN (SELECT lock_id FROM dispatch_version WHERE lifted_at IS NOT NULL))"""


@dataclass(frozen=True, slots=True)
class Cell:
    """How many deliveries are in one state, for one channel, country, language and kind of recipient."""

    channel: str
    state: str
    country: str
    language: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class FailureRow:
    """One delivery that did not arrive, with the last words of the server."""

    recipient: str
    kind: str
    channel: str
    state: str
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Deliveries accepted over a channel up to `ms` after the lift."""

    channel: str
    ms: int
    accepted: int


@dataclass(frozen=True, slots=True)
class Returns:
    """Mails of a version that were accepted and came back, and those whose reader complained."""

    bounces: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class KeptBack:
    """Open deliveries to one kind of recipient that wait because of one pause."""

    pause: pauses.Paused
    kind: str
    count: int


_counted: dict[str, tuple[float, list[Cell]]] = {}
_counted_lock = Lock()


@of_version
def breakdown(version_id: str) -> list[Cell]:
    """Counts of all deliveries of a version, before T0 too."""
    with _counted_lock:
        until, cells = _counted.get(version_id, (0.0, []))
    began = time.monotonic()
    if began < until:
        return cells
    rows = query(
        f"""SELECT channel, state, country, language, kind, COUNT(*) FROM dispatch_delivery
        WHERE {_COUNTED} GROUP BY channel, state, country, language, kind""",  # noqa: S608
        [version_id],
    )
    cells = [Cell(*row) for row in rows]
    took = time.monotonic() - began
    with _counted_lock:
        _counted.clear()
        if took > _SLOW_S:
            _counted[version_id] = (time.monotonic() + _REST * took, cells)
    return cells


@of_version
def first_last(version_id: str) -> dict[str, tuple[Instant, Instant]]:
    """First and last acceptance per channel, of what left with the lift: no late editions, no held mail."""
    rows = query(
        """SELECT channel, MIN(done_at), MAX(done_at) FROM dispatch_delivery
        WHERE version_id = %s AND lock_id = version_id AND state = 'accepted' AND held = ''
        GROUP BY channel""",
        [version_id],
    )
    return {channel: (from_micros(first), from_micros(last)) for channel, first, last in rows}


@of_version
def failures(version_id: str, *, limit: int = 1000) -> list[FailureRow]:
    """Refused, expired and uncertain deliveries, newest first."""
    rows = query(
        f"""SELECT recipient_id, kind, channel, state, last_code, reason FROM dispatch_delivery
        WHERE {_COUNTED} AND state IN ('refused', 'expired', 'uncertain')
        ORDER BY done_at DESC, id LIMIT %s""",  # noqa: S608
        [version_id, limit],
    )
    return [FailureRow(*row) for row in rows]


@of_version
def returned(version_id: str) -> Returns:
    """What came back of this version, each delivery counted once."""
    return Returns(*returns.returned_of(version_id))


def returns_by_kind(*, days: int = 30) -> dict[str, int]:
    """kind of feedback -> how often, over the last days."""
    return returns.kinds_since(to_micros(SystemClock().now()) - days * 86_400 * SECOND)


@of_version
def curve(version_id: str) -> list[CurvePoint]:
    """Accepted so far, cumulative over the milliseconds since the lift; at most 200 points per channel."""
    rows = query(
        f"""WITH a AS (
            SELECT d.channel, (d.done_at - v.lifted_at) / 1000 AS ms
            FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
            WHERE d.version_id = %s AND d.lock_id = d.version_id AND d.state = 'accepted' AND d.held = ''),
        span AS (SELECT channel AS name, MAX(ms) / {_CURVE_POINTS} + 1 AS step FROM a GROUP BY channel),
        bucket AS (
            SELECT channel, (ms / step + 1) * step AS ms, COUNT(*) AS n
            FROM a JOIN span ON span.name = a.channel
            GROUP BY channel, (ms / step + 1) * step)
        SELECT channel, ms, SUM(n) OVER (PARTITION BY channel ORDER BY ms) FROM bucket
        ORDER BY channel, ms""",  # noqa: S608
        [version_id],
    )
    return [CurvePoint(channel, int(ms), int(accepted)) for channel, ms, accepted in rows]


def is_settled(version_id: str) -> bool:
    """Lifted, prepared, and every row final, held, or deferred beyond 60 s; for good once the pump saw it."""
    if _was_settled(version_id):
        return True
    found = versions.lifted_of(version_id)
    if version_id not in found or not all(one.prepared for one in found.values()):
        return False
    now = to_micros(SystemClock().now())
    stops = pauses.stops(found)
    return not any(statements.unsettled(lock, now=now, but=stops.keeps_back(lock)) for lock in found)


@of_version
def kept_back(version_id: str) -> list[KeptBack]:
    """What waits because something is paused, by pause and kind of recipient; none of what is under way."""
    held = pauses.paused()
    found = versions.lifted_of(version_id) if held else {}
    counts: Counter[tuple[int, str]] = Counter()
    for lock, version in found.items():
        condition, params = pauses.stops(found, held).keeps_back(lock)
        if not condition:
            continue
        rows = query(
            f"""SELECT channel, kind, CASE WHEN person_id IS NULL THEN recipient_id ELSE '' END, COUNT(*)
            FROM dispatch_delivery WHERE lock_id = %s AND done_at IS NULL AND {condition}
            GROUP BY 1, 2, 3""",  # noqa: S608
            [lock, *params],
        )
        for channel, kind, recipient, count in rows:
            reason = next(
                number
                for number, one in enumerate(held)
                if pauses.keeps(
                    one,
                    recipient,
                    channel=channel,
                    rank=version.rank,
                    circuit=version.circuit,
                    provider=version.provider,
                )
            )
            counts[reason, kind] += count
    return [KeptBack(held[number], kind, count) for (number, kind), count in sorted(counts.items())]


def _was_settled(version_id: str) -> bool:
    """Whether the pump saw the version and all its late editions settled."""
    return bool(
        query(
            """SELECT 1 FROM dispatch_version v WHERE v.lock_id = %s AND v.settled_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM dispatch_version late WHERE late.version_id = v.lock_id
                AND late.lifted_at IS NOT NULL AND late.settled_at IS NULL)""",
            [version_id],
        )
    )


def was_unprepared(version_id: str) -> bool:
    """Whether T0 came before preparation had ended."""
    return bool(query("SELECT 1 FROM dispatch_version WHERE lock_id = %s AND unprepared", [version_id]))


def is_prepared(version_id: str) -> bool:
    """Whether parcels and rows are all on disk."""
    return bool(
        query("SELECT 1 FROM dispatch_version WHERE lock_id = %s AND state = 'prepared'", [version_id])
    )
