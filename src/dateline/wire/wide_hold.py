"""The hold of the whole wire: while it is on nothing lifts, and dispatch sends nothing.

One person puts it on. Where releases need two people, two take it off. After a restore it stays until
somebody has looked at what may have gone out since the backup. What was due meanwhile lifts when it is taken
off, or waits as overdue, by `late_limit`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import structlog
from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict
from dateline.core.events import WireFreed, WireHeld
from dateline.issuers import services as issuers
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT
from dateline.wire.holds import HoldCard, mark_overdue
from dateline.wire.models import LogHead, WideHold, WideHoldChange

log = structlog.get_logger("wire.hold")

RECONCILE: Final = "reconcile"
_ROW: Final = 1


@dataclass(frozen=True, slots=True)
class WideHoldCard:
    """Whether it is on, who put it on and why. `needs` names what must be done before it may come off;
    `off_asked_by` the first of two people who want it off.
    """

    on: bool
    by: str = ""
    reason: str = ""
    since: Instant | None = None
    needs: str = ""
    off_asked_by: str = ""


@dataclass(frozen=True, slots=True)
class WideHoldLine:
    """One line of its history: `act` is on, off, asked or reconciled."""

    act: str
    by: str
    reason: str
    at: Instant


def wide_hold() -> WideHoldCard:
    """As it stands now."""
    row = WideHold.objects.using(DEFAULT).filter(id=_ROW).first()
    if row is None or not row.on:
        return WideHoldCard(False)
    return WideHoldCard(True, row.by, row.reason, Instant(row.since), row.needs, row.off_asked_by)


def is_held() -> bool:
    """Whether nothing may lift."""
    return WideHold.objects.using(DEFAULT).filter(id=_ROW, on=True).exists()


def wide_hold_history(limit: int = 100) -> list[WideHoldLine]:
    """Newest first."""
    rows = WideHoldChange.objects.using(DEFAULT).order_by("-id")[:limit]
    return [WideHoldLine(row.act, row.by, row.reason, Instant(row.at)) for row in rows]


def hold_wire(*, by: str, reason: str, needs: str = "", clock: Clock | None = None) -> bool:
    """Puts it on; False when it is on already. When this returns no lift is under way any more.

    Raises BadInput without a person or a reason.
    """
    for value, where in ((by, "by"), (reason, "reason")):
        if not value.strip():
            raise BadInput("the hold of the whole wire needs a person and a word of reason", where=where)
    clock = clock or SystemClock()
    with transaction.atomic(using=DEFAULT):
        # The head of the log, as every lift does: whoever lifts now has ended or finds the hold.
        outbox.next_number(LogHead, count=0, using=DEFAULT)
        if is_held():
            return False
        at = clock.now()
        WideHold.objects.using(DEFAULT).update_or_create(
            id=_ROW,
            defaults={
                "on": True,
                "by": by[:80],
                "reason": reason[:300],
                "since": at,
                "needs": needs,
                "off_asked_by": "",
            },
        )
        _note("on", by, reason, at)
        outbox.append(WireHeld(by, reason, at), clock=clock)
    log.warning("wire.held", by=by, reason=reason)
    return True


def free_wire(*, by: str, reason: str = "", clock: Clock | None = None) -> bool:
    """Takes it off; False when a second person must do the same first. Raises BadInput without a person,
    Conflict when it is not on, or when a restored backup has not been reconciled.
    """
    by = by.strip()[:80]  # as it is stored: the same person must not count as another
    if not by:
        raise BadInput("taking the hold off needs the name of a person", where="by")
    clock = clock or SystemClock()
    with transaction.atomic(using=DEFAULT):
        outbox.next_number(LogHead, count=0, using=DEFAULT)
        found = wide_hold()
        if not found.on:
            raise Conflict("the wire is not on hold")
        if found.needs:
            raise Conflict(
                "a backup was restored and nobody has looked at what may have gone out since: "
                "run `dateline hold reconcile`"
            )
        row = WideHold.objects.using(DEFAULT).filter(id=_ROW)
        at = clock.now()
        if issuers.policy() == "two" and found.off_asked_by in {"", by}:
            row.update(off_asked_by=by)
            if not found.off_asked_by:
                _note("asked", by, reason, at)
            return False
        row.update(on=False, off_asked_by="")
        _note("off", by, reason, at)
        outbox.append(WireFreed(by, at), clock=clock)
    log.warning("wire.freed", by=by)
    return True


def need_reconciling() -> None:
    """The hold that is on stays until a restored backup has been reconciled."""
    WideHold.objects.using(DEFAULT).filter(id=_ROW, on=True).update(needs=RECONCILE)


def set_aside(found: Iterable[HoldCard], *, clock: Clock | None = None) -> None:
    """Makes these holds wait for a person, whatever their lateness: they may have gone out once already."""
    for hold in found:
        mark_overdue(hold, clock=clock)


def reconciled(*, by: str, words: str, clock: Clock | None = None) -> None:
    """A person has looked at what may have gone out since the backup: the hold may be taken off."""
    with transaction.atomic(using=DEFAULT):
        rows = WideHold.objects.using(DEFAULT).filter(id=_ROW, needs=RECONCILE)
        if rows.update(needs=""):
            _note("reconciled", by, words, (clock or SystemClock()).now())


def _note(act: str, by: str, reason: str, at: Instant) -> None:
    WideHoldChange.objects.using(DEFAULT).create(act=act, by=by[:80], reason=reason[:300], at=at)
