"""After a restore: what may have gone out since the backup was made, and what becomes of it.

The backup knows nothing of the time between its making and the loss. A delivery that was open then may have
been made since; a release that was held then may have become public. Nothing of either is sent again by
itself: deliveries end as uncertain, releases wait as overdue, and a person decides.
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import structlog
from django.db import connections, transaction

from dateline.core.clock import Clock, Instant, SystemClock, from_micros, to_micros
from dateline.core.errors import BadInput, Conflict
from dateline.dispatch import pauses, statements, versions
from dateline.dispatch.jobs import CONSUMER, HANDLERS
from dateline.dispatch.models import Restored
from dateline.dispatch.sql import MOST_ROWS, change, for_update, markers, query
from dateline.plant.db.databases import LEDGER
from dateline.plant.db.outbox import follow
from dateline.wire import services as wire

log = structlog.get_logger("dispatch")

Outcome = Literal["uncertain", "nothing-went-out"]
ID_GAP: Final = 1_000_000_000
"""Deliveries made after the backup had ids that the restored ledger would give out again, and every public id
derives from these: so its numbering goes on far beyond.
"""
_BY: Final = "restore"
_OPEN: Final = """FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
    WHERE d.done_at IS NULL AND v.lifted_at IS NOT NULL AND (d.due_at IS NULL OR d.due_at <= %s
        OR d.state = 'leased' OR (d.person_id IS NULL AND d.held = ''))"""
"""An outlet's next try comes forward when its endpoint recovers (`endpoints.due_now`), so one that the backup
saw due tomorrow may have left today; a person's mail leaves when it is due.
"""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Open deliveries of one release over one channel that may have been made since the backup."""

    release: str
    version: int
    channel: str
    deliveries: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What nobody can know. `holds` were due between the backup and its restoring."""

    backup_at: Instant
    restored_at: Instant
    deliveries: tuple[Doubt, ...]
    holds: tuple[wire.HoldCard, ...]


def begin_reconciling(backup_at: Instant, *, clock: Clock | None = None) -> None:
    """For a home that was just restored, before any process runs on it: the whole wire on hold, dispatch with
    it, every cursor ended, and no id given out twice.
    """
    clock = clock or SystemClock()
    at = clock.now()
    # The ledger was copied first: it hears of what the main database knew beyond it.
    while follow(CONSUMER, HANDLERS, positions=LEDGER):
        pass
    words = f"restored from a backup of {backup_at:%Y-%m-%d %H:%M:%S} UTC"
    with transaction.atomic(using=LEDGER):
        Restored.objects.create(restored_at=to_micros(at), backup_at=to_micros(backup_at))
        _jump()
        pauses.pause("wire", pauses.HOLD, by=_BY, reason=words, clock=clock)
    if not wire.hold_wire(by=_BY, reason=words, needs=wire.RECONCILE, clock=clock):
        wire.need_reconciling()
    wire.begin_epoch()
    log.warning("dispatch.restored", backup_at=backup_at.isoformat())


def unreconciled() -> Reconciliation | None:
    """What a person must look at before the hold may be taken off; None when there is nothing."""
    row = Restored.objects.filter(reconciled_at__isnull=True).order_by("restored_at").first()
    if row is None:
        return None
    backup_at, restored_at = from_micros(row.backup_at), from_micros(row.restored_at)
    found = query(
        f"""SELECT v.release, v.number, d.channel, COUNT(*) {_OPEN}
        GROUP BY v.release, v.number, d.channel ORDER BY v.release, v.number, d.channel""",
        [row.restored_at],
    )
    return Reconciliation(
        backup_at, restored_at, tuple(Doubt(*one) for one in found), tuple(wire.due_soon(0, now=restored_at))
    )


def reconcile(outcome: Outcome, *, by: str, clock: Clock | None = None) -> Reconciliation:
    """Decides about all of it on the word of a named person; returns what it was.

    `uncertain`: doubtful deliveries end so (`resend --missing` sends them on another word), holds that were
    due meanwhile wait as overdue. `nothing-went-out`: the wire was stopped before the backup was made, so
    everything goes on as it was. May run again after a crash. Raises Conflict when there is nothing to
    decide.
    """
    if not by.strip():
        raise BadInput("reconciling needs the name of a person", where="by")
    found = unreconciled()
    if found is None and (half := _half_told(clock)):
        return half
    if found is None:
        raise Conflict("no restored backup waits to be reconciled")
    clock = clock or SystemClock()
    if outcome == "uncertain":
        _must_be_prepared()
        words = f"may have gone out after the backup of {found.backup_at:%Y-%m-%d %H:%M:%S} UTC was made"
        while _end_some(to_micros(found.restored_at), words, to_micros(clock.now())):
            pass
        wire.set_aside(found.holds, clock=clock)
    elif query("SELECT 1 FROM dispatch_delivery WHERE state = 'leased' LIMIT 1"):
        _give_back(to_micros(clock.now()))
    Restored.objects.filter(reconciled_at__isnull=True).update(
        reconciled_at=to_micros(clock.now()), by=by[:80], outcome=outcome
    )
    wire.reconciled(by=by, words=outcome, clock=clock)
    log.warning("dispatch.reconciled", by=by, outcome=outcome)
    return found


def _half_told(clock: Clock | None) -> Reconciliation | None:
    """What was decided and cut short between the two databases: the wire hears of it now. None when nothing
    was.
    """
    row = Restored.objects.order_by("-restored_at").first()
    if row is None or wire.wide_hold().needs != wire.RECONCILE:
        return None
    wire.reconciled(by=row.by, words=row.outcome, clock=clock)
    return Reconciliation(from_micros(row.backup_at), from_micros(row.restored_at), (), ())


def _must_be_prepared() -> None:
    """Rows that are still to come could not be judged now."""
    waiting = versions.to_prepare()
    if any(version.lifted_at is not None for version in waiting):
        raise Conflict(
            "a public release has deliveries that are not in the ledger yet; start the wire (it stays on "
            "hold), wait a moment and decide then"
        )


def _end_some(restored_at: int, words: str, now: int) -> bool:
    """Ends up to 2,000 doubtful rows as uncertain, each with its line of history. False when none is left."""
    with transaction.atomic(using=LEDGER):
        rows = query(
            f"SELECT d.id, d.fence, d.state, d.lock_id {_OPEN} LIMIT %s {_locked()}",
            [restored_at, MOST_ROWS],
        )
        if not rows:
            return False
        # Each counts as claimed and lost: who may have it must hear of a correction too.
        claims = [(r[0], r[1] if r[2] == "leased" else r[1] + 1) for r in rows]
        statements.add_attempts([(id_, fence, "lost", now, 0, words, 0) for id_, fence in claims])
        _to_uncertain([r[0] for r in rows if r[2] == "deferred"], [r[0] for r in rows], words, now)
    return True


def _to_uncertain(deferred: list[Any], ids: list[Any], words: str, now: int) -> None:
    """A deferred row has no move to uncertain of its own: it passes through the hands of nobody."""
    if deferred:
        change(
            f"""UPDATE dispatch_delivery SET state = 'leased', owner = %s, fence = fence + 1
            WHERE id IN ({markers(deferred)})""",  # noqa: S608
            [_BY, *deferred],
        )
    change(
        f"""UPDATE dispatch_delivery SET state = 'uncertain', reason = %s, done_at = %s, owner = '',
            lease_until = NULL, fence = fence + CASE WHEN state = 'waiting' THEN 1 ELSE 0 END
        WHERE id IN ({markers(ids)})""",  # noqa: S608
        [words, now, *ids],
    )


def _give_back(now: int) -> None:
    """Leases of workers that are gone end at once instead of after their time."""
    change("UPDATE dispatch_delivery SET lease_until = %s WHERE state = 'leased'", [now])


def _jump() -> None:
    """Moves the numbering of deliveries on by ID_GAP."""
    if connections[LEDGER].vendor == "postgresql":
        query(
            """SELECT setval(pg_get_serial_sequence('dispatch_delivery', 'id'),
            (SELECT COALESCE(MAX(id), 0) FROM dispatch_delivery) + %s)""",
            [ID_GAP],
        )
        return
    highest = query("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'dispatch_delivery'")[0][
        0
    ]
    change("DELETE FROM sqlite_sequence WHERE name = 'dispatch_delivery'")
    change("INSERT INTO sqlite_sequence (name, seq) VALUES ('dispatch_delivery', %s)", [highest + ID_GAP])


def _locked() -> str:
    return for_update().replace("UPDATE", "UPDATE OF d") if for_update() else ""
