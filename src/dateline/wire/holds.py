"""Holds: opened on approval, withdrawn, overdue, released by a person; each change a compare-and-set."""

from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import structlog
from django.db import IntegrityError, connections, transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import Conflict
from dateline.core.events import Held, HoldWithdrawn, Overdue
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.words import ReleaseClass, VersionKind
from dateline.desk import services as desk
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT
from dateline.wire import rules
from dateline.wire.models import Hold
from dateline.wire.rules import HoldState

log = structlog.get_logger("wire.holds")
_NOT_RANKED = 9


@dataclass(frozen=True, slots=True)
class HoldCard:
    """A hold as others see it. `lifted_at` is set once it is out."""

    version_id: VersionId
    release: ReleaseId
    state: HoldState
    due_at: Instant
    lifted_at: Instant | None
    kind: VersionKind = "release"
    rank: int = _NOT_RANKED
    forced: bool = False


def hold(version_id: str) -> HoldCard | None:
    """The hold of a lock; None while it is not approved."""
    row = Hold.objects.using(DEFAULT).filter(version_id=version_id).first()
    return None if row is None else card(row)


def due_soon(within_s: float, *, now: Instant, limit: int = 1000) -> list[HoldCard]:
    """Holds that are due by `now` plus `within_s` seconds, earliest first."""
    rows = Hold.objects.using(DEFAULT).filter(state="held", due_at__lte=now + timedelta(seconds=within_s))
    return [card(row) for row in rows.order_by("due_at")[:limit]]


def any_due(within_s: float, *, now: Instant) -> bool:
    """Whether `due_soon` finds one. Asked fifty times a second, so in plain SQL: a quarter of the cost."""
    connection = connections[DEFAULT]
    until = connection.ops.adapt_datetimefield_value(now + timedelta(seconds=within_s))
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM wire_hold WHERE state = 'held' AND due_at <= %s LIMIT 1", [until])
        return cursor.fetchone() is not None


def open_of(release: str) -> list[HoldCard]:
    """Holds of a release that are still to come."""
    rows = Hold.objects.using(DEFAULT).filter(release=release, state__in=("held", "overdue"))
    return [card(row) for row in rows]


def card(row: Hold) -> HoldCard:
    """The row as a frozen value."""
    return HoldCard(
        version_id=VersionId(row.version_id),
        release=ReleaseId(row.release),
        state=cast(HoldState, row.state),
        due_at=Instant(row.due_at),
        lifted_at=None if row.lifted_at is None else Instant(row.lifted_at),
        kind=cast(VersionKind, row.kind),
        rank=row.rank,
        forced=row.forced,
    )


def open_hold(
    version_id: VersionId,
    release: ReleaseId,
    version: int,
    kind: VersionKind,
    *,
    due_at: Instant,
    release_class: ReleaseClass,
    clock: Clock | None = None,
) -> bool:
    """Opens the hold and tells the house; False when there is one already, in whatever state (T10)."""
    row = Hold(
        version_id=version_id,
        release=release,
        version=version,
        kind=kind,
        state="held",
        rank=rules.rank_of(kind, release_class),
        due_at=due_at,
        opened_at=(clock or SystemClock()).now(),
    )
    with transaction.atomic(using=DEFAULT):
        if not _insert(row):
            return False
        outbox.append(Held(version_id, release, due_at), clock=clock)
    log.info("hold.opened", version_id=version_id, release=release, kind=kind, due_at=due_at.isoformat())
    return True


def _insert(row: Hold) -> bool:
    """Inserts unless the lock has a hold; the primary key decides between two at once."""
    try:
        with transaction.atomic(using=DEFAULT):
            row.save(using=DEFAULT, force_insert=True)
    except IntegrityError:
        return False
    return True


def move(version_id: str, old: HoldState, new: HoldState, **changes: object) -> bool:
    """Compare-and-set of one hold; False when it was not `old` any more. Raises Conflict for a move that does
    not exist.
    """
    if new not in rules.HOLD_MOVES[old]:
        raise Conflict(f"a hold does not go from {old} to {new}")
    rows = Hold.objects.using(DEFAULT).filter(version_id=version_id, state=old)
    return bool(rows.update(state=new, **changes))


def stand_down(version_id: str, *, by: str) -> HoldState | None:
    """Ends an open hold; the state it is in now, None when there never was one. Never un-lifts (T10)."""
    if move(version_id, "held", "withdrawn", changed_by=by):
        return "withdrawn"
    if move(version_id, "overdue", "withdrawn", changed_by=by):
        return "withdrawn"
    found = hold(version_id)
    return None if found is None else found.state


def forbid(
    version_id: VersionId, release: ReleaseId, version: int, *, due_at: Instant, by: str, now: Instant
) -> None:
    """Leaves a withdrawn hold for a lock that has none yet, so that an approval under way opens nothing."""
    row = Hold(
        version_id=version_id,
        release=release,
        version=version,
        kind="release",
        state="withdrawn",
        rank=_NOT_RANKED,
        due_at=due_at,
        opened_at=now,
        changed_by=by,
    )
    Hold.objects.using(DEFAULT).bulk_create([row], ignore_conflicts=True)


def cancel(version_id: VersionId, release: ReleaseId, *, by: str, clock: Clock | None = None) -> bool:
    """Ends an open hold and tells the house; False when it was not open."""
    with transaction.atomic(using=DEFAULT):
        if not any(move(version_id, old, "withdrawn", changed_by=by) for old in ("held", "overdue")):
            return False
        outbox.append(HoldWithdrawn(version_id, release), clock=clock)
    log.info("hold.withdrawn", version_id=version_id, release=release, by=by)
    return True


def mark_overdue(found: HoldCard, *, clock: Clock | None = None) -> bool:
    """Sets the hold aside for a person and says so once."""
    with transaction.atomic(using=DEFAULT):
        if not move(found.version_id, "held", "overdue"):
            return False
        outbox.append(Overdue(found.version_id, found.release, found.due_at), clock=clock)
    log.error(
        "hold.overdue", version_id=found.version_id, release=found.release, due_at=found.due_at.isoformat()
    )
    return True


def release_overdue(release: str, *, by: str) -> None:
    """A person decides that overdue holds of this release go out. Raises NotFound; Conflict when none is
    overdue.
    """
    with transaction.atomic(using=DEFAULT):
        rows = Hold.objects.using(DEFAULT).filter(release=release, state="overdue")
        chosen = list(rows.values_list("version_id", flat=True))
        moved = [v for v in chosen if move(v, "overdue", "held", forced=True, changed_by=by)]
    if not moved:
        desk.show(release)  # NotFound for a release that never was
        raise Conflict(f"{release} is not overdue; see `dateline release show {release}`")
    log.info("hold.forced", release=release, by=by)
