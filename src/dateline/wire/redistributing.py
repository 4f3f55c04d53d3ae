"""What terminal vendors say that they passed on, and to how many desktops: kept as their word."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.plant.db.databases import DEFAULT
from dateline.wire import cursor as cursors
from dateline.wire.models import LogEntry, Redistributed

MOST: Final = 500
_MOST_DESKTOPS: Final = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Restated:
    """One vendor's word on one event."""

    recipient: str
    version: int
    language: str
    desktops: int
    at: Instant


def record_redistributed(recipient: str, counts: Mapping[str, int], *, clock: Clock | None = None) -> int:
    """Takes cursor -> desktops of a vendor; a later word on the same event replaces the earlier. Returns how
    many events were taken.

    Raises BadCursor, CursorTooOld, BadInput for a count that is none, or a cursor behind no event.
    """
    if len(counts) > MOST:
        raise BadInput(f"{len(counts)} events at once; send at most {MOST}", where="events")
    epoch, now = cursors.current_epoch(), (clock or SystemClock()).now()
    wanted: dict[int, int] = {}
    for cursor, desktops in counts.items():
        if not 0 <= desktops <= _MOST_DESKTOPS:
            raise BadInput(f"{desktops} is no number of desktops", where="desktops")
        wanted[cursors.decode(cursor, epoch)] = desktops
    entries = LogEntry.objects.using(DEFAULT).filter(seq__in=wanted).defer("event")
    rows = [
        Redistributed(
            recipient=recipient,
            seq=entry.seq,
            release=entry.release,
            version=entry.version,
            language=entry.language,
            desktops=wanted[entry.seq],
            at=now,
        )
        for entry in entries
    ]
    if len(rows) < len(wanted):
        raise BadInput(
            "a cursor with no event before it; send the one that came with the event", where="cursor"
        )
    Redistributed.objects.using(DEFAULT).bulk_create(
        rows, update_conflicts=True, unique_fields=["recipient", "seq"], update_fields=["desktops", "at"]
    )
    return len(rows)


def redistributed(release: str) -> list[Restated]:
    """What vendors said of all versions of a release."""
    rows = Redistributed.objects.using(DEFAULT).filter(release=release).order_by("seq", "recipient")
    return [Restated(r.recipient, r.version, r.language, r.desktops, Instant(r.at)) for r in rows]
