"""Who has acknowledged a correction, kill or withdrawal, and who has published: for the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from dateline.core.clock import Instant, from_micros
from dateline.dispatch.reading import of_release
from dateline.dispatch.sql import query

WITHIN_S: Final = 60
"""95 % of push endpoints are to have a correction or kill within this many seconds (delivery.md)."""

_KINDS: Final = "('correction', 'kill', 'withdrawal')"
_ENDPOINTS: Final = "d.person_id IS NULL AND d.channel <> 'mail'"


@dataclass(frozen=True, slots=True)
class Notice:
    """One correction, kill or withdrawal, and how many outlets' endpoints have taken it."""

    version: int
    kind: str
    lifted_at: Instant
    endpoints: int
    acknowledged: int
    within: int
    """Of those, within 60 s of the lift."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """One endpoint's answer to a notice. `at` None: not yet, or never."""

    version: int
    kind: str
    recipient: str
    channel: str
    language: str
    state: str
    code: int
    at: Instant | None
    after_ms: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Where an outlet says that it has published an edition."""

    recipient: str
    version: int
    language: str
    url: str
    at: Instant


@of_release
def notices(release: str) -> list[Notice]:
    """Every correction, kill and withdrawal of the release that is out, oldest first."""
    rows = query(
        f"""SELECT v.number, v.kind, v.lifted_at, COUNT(d.id),
            SUM(CASE WHEN d.state = 'accepted' THEN 1 ELSE 0 END),
            SUM(CASE WHEN d.state = 'accepted' AND d.done_at - v.lifted_at <= %s THEN 1 ELSE 0 END)
        FROM dispatch_version v LEFT JOIN dispatch_delivery d ON d.lock_id = v.lock_id AND {_ENDPOINTS}
        WHERE v.release = %s AND v.lifted_at IS NOT NULL AND v.kind IN {_KINDS}
        GROUP BY v.number, v.kind, v.lifted_at ORDER BY v.number""",  # noqa: S608  only our own constants
        [WITHIN_S * 1_000_000, release],
    )
    return [
        Notice(n, kind, from_micros(at), total, took or 0, soon or 0)
        for n, kind, at, total, took, soon in rows
    ]


@of_release
def acknowledgements(release: str, *, limit: int = 100_000) -> list[Acknowledgement]:
    """Each endpoint's answer to each notice, quickest first."""
    rows = query(
        f"""SELECT v.number, v.kind, d.recipient_id, d.channel, d.language, d.state, d.last_code,
            CASE WHEN d.state = 'accepted' THEN d.done_at END, v.lifted_at, d.attempts
        FROM dispatch_version v JOIN dispatch_delivery d ON d.lock_id = v.lock_id
        WHERE v.release = %s AND v.lifted_at IS NOT NULL AND v.kind IN {_KINDS} AND {_ENDPOINTS}
        ORDER BY v.number, CASE WHEN d.state = 'accepted' THEN 0 ELSE 1 END, d.done_at, d.id LIMIT %s""",  # noqa: S608
        [release, limit],
    )
    return [Acknowledgement(*_values(row)) for row in rows]


def _values(row: Sequence[Any]) -> list[Any]:
    """With the instant of the answer and milliseconds since the lift in the place of both instants."""
    *first, at, lifted_at, attempts = row
    when = (None, None) if at is None else (from_micros(at), max(0, (at - lifted_at) // 1000))
    return [*first, *when, attempts]


@of_release
def pickups(release: str, *, limit: int = 10_000) -> list[PickedUp]:
    """What receivers of the release say they have published, oldest first."""
    rows = query(
        """SELECT d.recipient_id, v.number, d.language, p.url, p.at
        FROM dispatch_version v JOIN dispatch_delivery d ON d.lock_id = v.lock_id
        JOIN dispatch_pickup p ON p.delivery_id = d.id
        WHERE v.release = %s AND v.lifted_at IS NOT NULL ORDER BY p.at, d.id LIMIT %s""",
        [release, limit],
    )
    return [PickedUp(who, number, language, url, from_micros(at)) for who, number, language, url, at in rows]
