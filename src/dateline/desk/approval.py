"""Approvals, and the ways back: return and spike."""

from django.db.models import Q

from dateline.core.clock import Clock, Instant
from dateline.core.errors import Conflict, NotAllowed
from dateline.core.events import Approved
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.words import ReleaseClass
from dateline.desk import gate, rows, rules
from dateline.desk.cards import ApprovalState, utc
from dateline.desk.models import Approval, Release, Version
from dateline.issuers import services as issuers
from dateline.plant.db import outbox


def approve(
    release: str, *, by: str, clock: Clock | None = None, version_id: str | None = None
) -> ApprovalState:
    """Records one person's approval of the newest lock that awaits it (or of `version_id`); the last one
    needed sends it.

    Whoever wrote or locked the text may approve it; where two are needed, they are two people, however often
    one of them is renamed. Approving twice counts once, and an approval that comes after the last one needed
    changes nothing. Raises NotFound; Conflict when nothing awaits approval; NotAllowed when an edition is
    unchecked or blocked, T0 is past, or the person may not.
    """
    by, now = rules.checked_name(by), rows.now_of(clock)
    with rows.changing(release) as row:
        version = _awaited(row, version_id)
        needed = rules.approvals_needed(issuers.policy(), _class(row))
        if version.state == "approved":
            return ApprovalState(_have(version), min(needed, _have(version)), complete=True)
        member = _allowed(row, by)
        _must_be_ahead(version, now)
        gate.must_pass(version)
        new = _add(version, by, member, now)
        have = _have(version)
        if new:
            detail = f"{have} of {needed}, {version.kind} {version.number}, hash {version.hash}"
            rows.write(row, "approved", by=by, detail=detail, at=now)
        if have < needed:
            return ApprovalState(have, needed, complete=False)
        _complete(row, version, now)
        return ApprovalState(have, needed, complete=True)


def _awaited(row: Release, version_id: str | None) -> Version:
    """The lock to approve: a kill before all others, then the newest. One that was approved a moment ago and
    is not out yet is the answer to a second click.
    """
    waiting = rows.open_locks(row.release, states=("locked",))[::-1]
    waiting.sort(key=lambda version: version.kind != "kill")
    approved = rows.open_locks(row.release, states=("approved",))[::-1]
    for version in [*waiting, *approved]:
        if version_id in {None, version.version_id}:
            return version
    if version_id is None:
        rows.allowed(row, "approve")
    raise Conflict(
        f"nothing of {row.release} awaits approval; lock it first: dateline release lock {row.release}"
    )


def _add(version: Version, by: str, member: int | None, now: Instant) -> bool:
    """False when this person has approved it before, under whatever name."""
    given = Approval.objects.filter(version_id=version.version_id)
    same = Q(person=by) if member is None else Q(member=member) | Q(person=by, member=None)
    if given.filter(same).exists():
        return False
    Approval.objects.create(
        version_id=version.version_id, person=by, member=member, hash=version.hash, at=now
    )
    return True


def _allowed(row: Release, by: str) -> int | None:
    """Who that is, or None for a program. People of an issuer speak for that issuer alone; a person who left
    speaks for nobody. Names of programs pass.
    """
    person = next((p for p in issuers.people() if p.name == by), None)
    if person is not None and not person.active:
        raise NotAllowed(f"{by} is no longer active and may not approve; another person must")
    if person is not None and person.role == "issuer" and person.issuer != row.issuer:
        raise NotAllowed(
            f"{by} may not approve releases of {row.issuer}; a person of that issuer or the desk must"
        )
    return person.id if person is not None else None


def _must_be_ahead(version: Version, now: Instant) -> None:
    if version.due_at is not None and utc(version.due_at) <= now:
        raise NotAllowed(
            f"T0 of {version.release} ({utc(version.due_at).isoformat()}) is past; choose a new one, which "
            f"locks it anew: dateline release schedule {version.release} --at INSTANT"
        )


def _complete(row: Release, version: Version, now: Instant) -> None:
    """The last approval: the lock is approved by compare-and-set, and the event goes out with the same
    commit.

    Other locks that wait are for what this version replaces, so they go; a kill takes approved ones with it
    too (I7). Raises NotAllowed while a kill waits: it comes first.
    """
    others = rows.open_locks(
        row.release, states=("locked", "approved") if version.kind == "kill" else ("locked",)
    )
    if version.kind != "kill" and any(other.kind == "kill" for other in others):
        raise NotAllowed(f"a kill of {row.release} awaits approval; approve that, or return it first")
    moved = Version.objects.filter(pk=version.pk, state="locked").update(state="approved")
    if not moved:
        raise Conflict(
            f"the lock of {row.release} was changed by somebody else just now; look at it and try again"
        )
    if version.kind == "release":
        rows.move(row, "approve")
    if version.kind != "late-edition":
        rows.drop([other for other in others if other.pk != version.pk])
    outbox.append(
        Approved(
            version_id=VersionId(version.version_id),
            release=ReleaseId(row.release),
            version=version.number,
            kind=version.kind,  # type: ignore[arg-type]
            at=now,
            due_at=utc(version.due_at) if version.due_at else None,
        )
    )


def _have(version: Version) -> int:
    return Approval.objects.filter(version_id=version.version_id).count()


def _class(row: Release) -> ReleaseClass:
    return row.release_class  # type: ignore[return-value]


def to_review(release: str, *, by: str) -> None:
    """Hands a draft to the desk. Raises NotFound, Conflict when its state forbids it."""
    by = rules.checked_name(by)
    with rows.changing(release) as row:
        rows.move(row, "review")
        rows.write(row, "handed in", by=by, at=rows.now_of(None))


def return_release(release: str, *, reason: str, by: str) -> None:
    """Gives it back to who wrote it, with a reason; a spiked one comes back to life. Drops the lock that
    was there.

    Raises NotFound, BadInput without a reason, Conflict when its state forbids it.
    """
    _back(release, "return", "returned", reason=reason, by=by)


def spike(release: str, *, reason: str, by: str) -> None:
    """Stops it for a reason without deleting it. Drops the lock that was there. Raises as the other."""
    _back(release, "spike", "spiked", reason=reason, by=by)


def note_withdrawal(release: str, *, reason: str, by: str) -> None:
    """Writes down who withdraws it before T0, and why; the state follows its hold. Said twice, it is one
    line.
    """
    by = rules.checked_name(by)
    with rows.changing(release) as row:
        if not rows.has_line(row, "withdrawn"):
            words = rules.checked_reason(reason) if reason.strip() else ""
            rows.write(row, "withdrawn", by=by, detail="before T0", reason=words, at=rows.now_of(None))


def _back(release: str, act: rules.Act, done: str, *, reason: str, by: str) -> None:
    by, reason = rules.checked_name(by), rules.checked_reason(reason)
    with rows.changing(release) as row:
        out = rows.is_public(row)
        locks = rows.open_locks(release, states=("locked",) if out else ())
        if out and not locks:
            rows.allowed(row, act)
            raise Conflict(f"{release} is {row.state} and nothing of it awaits approval")
        rows.move(row, act)
        rows.write(row, done, by=by, reason=reason, at=rows.now_of(None))
        rows.drop(locks)
