"""The lift: one transaction that is the release. Either all of it is there afterwards or nothing (I2)."""

from collections.abc import Mapping
from dataclasses import replace

import structlog
from django.db import transaction

from dateline.core.clock import Clock, FixedClock, Instant, SystemClock, iso_z
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.events import HoldWithdrawn, Lifted
from dateline.core.ids import ReleaseId, VersionId
from dateline.desk import services as desk
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT
from dateline.wire import holds, rules
from dateline.wire.models import Hold, LogEntry, LogHead, PublicRow
from dateline.wire.opening import Opened, OpenedEdition, dumped, open_version
from dateline.wire.public_writing import public_now, publish
from dateline.wire.wide_hold import is_held

log = structlog.get_logger("wire.lift")


class _NotNow(Exception):
    """The hold is not there to be lifted (any more), or T0 is not reached: the transaction is undone."""


class _Void(Exception):
    """The lock was dropped, or the release was killed meanwhile: it must never lift."""


def lift(version_id: str, *, clock: Clock | None = None) -> bool:
    """Releases a held version whose T0 has come; False when it was not held any more, is not due yet, or
    while the whole wire is on hold.

    Raises NotFound when there is no such hold.
    """
    clock = clock or SystemClock()
    found = holds.hold(version_id)
    if found is None:
        raise NotFound(f"there is no hold of {version_id}; it is not approved, or its approval is on its way")
    if found.state != "held" or clock.now() < found.due_at:
        return False
    try:
        opened = open_version(version_id, now=clock.now())
    except (NotFound, Conflict):
        # Its text is gone from the vault: the lock was dropped, and the event that says so is on its way.
        return _never(found, "its lock was dropped", clock)
    return lift_opened(opened, found, clock=clock)


def lift_opened(opened: Opened, found: holds.HoldCard, *, clock: Clock) -> bool:
    """The same for a version that was opened before T0."""
    try:
        with transaction.atomic(using=DEFAULT):
            at = _commit(opened, found, clock)
    except _NotNow:
        return False
    except _Void as error:
        return _never(found, str(error), clock)
    log.info(
        "lift.done",
        version_id=opened.version_id,
        release=opened.release,
        kind=opened.kind,
        editions=len(opened.editions),
        late_ms=round((at - found.due_at).total_seconds() * 1000, 3),
    )
    return True


def _commit(opened: Opened, found: holds.HoldCard, clock: Clock) -> Instant:
    # 1. The head of the log first: from here on no other lift, so instants are in the order of the log.
    outbox.next_number(LogHead, count=0, using=DEFAULT)
    if is_held():
        raise _NotNow
    at = clock.now()
    # 2. The hold, by compare-and-set, never early.
    rows = Hold.objects.using(DEFAULT).filter(version_id=opened.version_id, state="held", due_at__lte=at)
    if not rows.update(state="lifted", lifted_at=at):
        raise _NotNow
    # 3. The lock must still stand: whoever drops it from now on finds it gone out.
    if not desk.begin_lift(opened.version_id):
        raise _Void("its lock was dropped")
    public = public_now(opened.release)
    opened = _fitting(opened, public)
    # 4. The log, without a gap.
    count = len(opened.editions)
    first = outbox.next_number(LogHead, count=count, using=DEFAULT) - count + 1
    numbers: dict[str, int] = {e.edition.language: first + i for i, e in enumerate(opened.editions)}
    languages = _languages(opened, public)
    LogEntry.objects.using(DEFAULT).bulk_create(
        [_entry(opened, e, numbers[e.edition.language], at, languages) for e in opened.editions]
    )
    # 5. What pages and feeds read.
    publish(opened, at, numbers, public)
    # 6. The house is told in the same commit.
    if opened.kind == "kill":
        _end_other_holds(opened, clock)
    outbox.append(
        Lifted(opened.version_id, opened.release, opened.version, opened.kind, found.due_at, at), clock=clock
    )
    return at


def _fitting(opened: Opened, public: Mapping[str, PublicRow]) -> Opened:
    """What may follow what: a release comes first and once, a language joins once, nothing follows a kill.

    A notice or a correction concerns public languages only: it must not tell of one still to come (I1).
    """
    if opened.kind == "release":
        if public:
            raise _Void("the release is out already")
        return opened
    if not public:
        raise _Void("the release it belongs to is not out")
    if any(row.state == "killed" for row in public.values()):
        raise _Void("the release was killed")
    there = [e for e in opened.editions if e.edition.language in public]
    if opened.kind == "late-edition":
        if there:
            raise _Void("the language is out already")
        return opened
    if not there:
        raise _Void("none of its languages is out")
    return replace(opened, editions=tuple(there))


def _languages(opened: Opened, public: Mapping[str, PublicRow]) -> tuple[str, ...]:
    own = [e.edition.language for e in opened.editions]
    before = [] if opened.kind == "kill" else list(public)
    return rules.ordered_languages(opened.editions[0].edition.original_language, [*before, *own])


def _entry(
    opened: Opened, found: OpenedEdition, seq: int, at: Instant, languages: tuple[str, ...]
) -> LogEntry:
    event = {**found.event, "at": iso_z(at), "languages": list(languages)}
    return LogEntry(
        seq=seq,
        event_id=found.edition.event_id,
        version_id=opened.version_id,
        release=opened.release,
        version=opened.version,
        kind=opened.kind,
        language=found.edition.language,
        sha256=found.sha256,
        at=at,
        event=dumped(event),
    )


def _end_other_holds(opened: Opened, clock: Clock) -> None:
    """A kill overtakes all: what was still to come of this release does not come (I7)."""
    rows = Hold.objects.using(DEFAULT).filter(release=opened.release, state__in=("held", "overdue"))
    ended = list(rows.values_list("version_id", flat=True))
    rows.update(state="withdrawn", changed_by="kill")
    for version_id in ended:
        outbox.append(HoldWithdrawn(VersionId(version_id), opened.release), clock=clock)


def _never(found: holds.HoldCard, why: str, clock: Clock) -> bool:
    holds.cancel(VersionId(found.version_id), ReleaseId(found.release), by="clock", clock=clock)
    log.error("lift.refused", version_id=found.version_id, release=found.release, why=why)
    return False


def publish_archived(version_id: str, *, at: Instant) -> None:
    """Puts an approved version on the wire as of a past instant: archives that move in, the sample world.

    Raises BadInput for an instant to come, NotFound, Conflict when it is not approved or is out already.
    """
    if at > SystemClock().now():
        raise BadInput(f"{iso_z(at)} is to come; what is archived was published before now", where="at")
    version = desk.version(version_id)
    then = FixedClock(at)
    if version.state == "approved":
        release_class = desk.show(version.release).release_class
        holds.open_hold(
            version.version_id,
            version.release,
            version.number,
            version.kind,
            due_at=at,
            release_class=release_class,
            clock=then,
        )
        # The clock may have found it first, and found it overdue.
        holds.move(version_id, "overdue", "held", forced=True)
    if not lift(version_id, clock=then):
        raise Conflict(f"{version.release} cannot be published as of {iso_z(at)}: it is not held for then")


def is_public(release: str) -> bool:
    """Whether any version of the release is out, decided by the log; what is archived was out before."""
    return (
        LogEntry.objects.using(DEFAULT).filter(release=release).exists()
        or PublicRow.objects.using(DEFAULT).filter(release=release).exists()
    )
