"""The wire log: what became public, in order, without a gap; read by pages of cursors or by number inside."""

import json
from dataclasses import dataclass
from typing import Any, cast

from dateline.core.clock import Instant
from dateline.core.errors import BadInput, NotFound
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import VersionKind
from dateline.plant.db.databases import DEFAULT
from dateline.wire import cursor as cursors
from dateline.wire import staging
from dateline.wire.cursor import BadCursor, CursorTooOld
from dateline.wire.models import LogEntry, LogHead

MOST = 10_000


@dataclass(frozen=True, slots=True)
class WirePage:
    """(cursor, wire event) oldest first, and the cursor to go on from: usable also when there is no event.

    `behind`: how many events the log holds beyond it. `keys`: key messages of text that was sent ahead and is
    public with these events.
    """

    events: tuple[tuple[str, dict[str, Any]], ...]
    next: str
    behind: int = 0
    keys: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class LogRow:
    """One entry as dispatch reads it. `seq` counts from 1 without a gap."""

    seq: int
    version_id: VersionId
    release: ReleaseId
    version: int
    kind: VersionKind
    language: Language
    sha256: str
    at: Instant


def wire_page(*, after: str | None = None, last: int | None = None, limit: int = 100) -> WirePage:
    """What followed `after` (None: from the first event), at most `limit`; or the newest `last` events.

    A page ends early where it would need more keys than fit into its head: `next` goes on.
    Raises BadCursor (400), CursorTooOld (410), BadInput for a count below 1. Counts over 10,000 mean 10,000.
    """
    epoch = cursors.current_epoch()
    entries = LogEntry.objects.using(DEFAULT).values_list("seq", "event", "version_id")
    if last is not None:
        if after is not None:
            raise BadInput("ask with `after` or with `last`, not with both", where="last")
        start = 0
        rows = list(entries.order_by("-seq")[: _count(last, "last")])[::-1]
    else:
        start = 0 if after is None else _known(cursors.decode(after, epoch))
        rows = list(entries.filter(seq__gt=start).order_by("seq")[: _count(limit, "limit")])
    # Of a tail nobody needs keys: its text is public and fetched like that of any page.
    room, keys = staging.keys_of_page([version for *_, version in rows]) if last is None else (len(rows), [])
    rows = rows[:room]
    events = tuple((cursors.encode(seq, epoch), json.loads(event)) for seq, event, _ in rows)
    end = rows[-1][0] if rows else start
    behind = max(0, log_position() - end) if rows else 0
    return WirePage(events, cursors.encode(end, epoch), behind, tuple(keys))


def _count(value: int, name: str) -> int:
    if value < 1:
        raise BadInput(f"{value} is too few; ask for 1 to {MOST}", where=name)
    return min(value, MOST)


def _known(seq: int) -> int:
    """The position, when the log reaches that far. Raises CursorTooOld otherwise, BadCursor for one of the
    archive's, which is on no log.
    """
    if seq < 0:
        raise BadCursor(
            "it is the cursor of a list and not of the log; start again without one", where="cursor"
        )
    if seq > log_position():
        raise CursorTooOld("this cursor is ahead of the log; start again without one")
    return seq


def log_position() -> int:
    """The number of the newest entry; 0 while nothing was ever released."""
    return LogHead.objects.using(DEFAULT).filter(id=1).values_list("seq", flat=True).first() or 0


def lifted_after(position: int, limit: int = 100) -> list[LogRow]:
    """Entries after a position, oldest first."""
    rows = LogEntry.objects.using(DEFAULT).filter(seq__gt=position).order_by("seq").defer("event")[:limit]
    return [
        LogRow(
            seq=row.seq,
            version_id=VersionId(row.version_id),
            release=ReleaseId(row.release),
            version=row.version,
            kind=cast(VersionKind, row.kind),
            language=Language(row.language),
            sha256=row.sha256,
            at=Instant(row.at),
        )
        for row in rows
    ]


def event_document(version_id: str, language: str) -> dict[str, Any]:
    """The wire event exactly as it stands on the log. Raises NotFound while it is not there."""
    found = _events(version_id).filter(language=language).values_list("event", flat=True).first()
    if found is None:
        raise NotFound(f"the wire log has no event of {version_id} in {language}")
    return cast(dict[str, Any], json.loads(found))


def public_languages_at(version_id: str) -> tuple[str, ...]:
    """`languages` of the version's events: all that were public at that commit. Raises NotFound before it."""
    found = _events(version_id).values_list("event", flat=True).first()
    if found is None:
        raise NotFound(f"the wire log has no event of {version_id}")
    return tuple(json.loads(found)["languages"])


def _events(version_id: str) -> Any:
    return LogEntry.objects.using(DEFAULT).filter(version_id=version_id)
