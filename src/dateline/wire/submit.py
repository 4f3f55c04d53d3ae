"""From a draft to an approved lock: what `send`, the portal and the console do in one act."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog
from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import Conflict
from dateline.core.events import HoldWithdrawn
from dateline.core.ids import VersionId
from dateline.core.words import Edition, Finding, Story, VersionKind
from dateline.desk import services as desk
from dateline.languages import services as languages
from dateline.plant.db import outbox
from dateline.plant.settings import get_settings
from dateline.wire import holds
from dateline.wire.lift import is_public
from dateline.wire.public import public_edition

log = structlog.get_logger("wire.submit")
_STOPS_NEWS: frozenset[VersionKind] = frozenset({"kill", "withdrawal"})


@dataclass(frozen=True, slots=True)
class Submitted:
    """A new lock and its hash; what the checks found in its editions and whether one of that blocks; whether
    every approval is there.
    """

    version_id: VersionId
    hash: str
    findings: tuple[Finding, ...]
    blocked: bool
    approved: bool


def lock_and_check(release: str, *, by: str, revision: int | None = None) -> Submitted:
    """Locks and checks every edition, without approval; with `revision` only what was seen under it.

    Raises NotFound, Conflict.
    """
    return _checked(desk.lock(release, by=by, revision=revision))


def check_lock(version: desk.VersionCard) -> Submitted:
    """Checks every edition of a lock that somebody made, without approval."""
    return _checked(version)


def submit(release: str, *, by: str, clock: Clock | None = None, revision: int | None = None) -> Submitted:
    """Locks, checks, and approves in the name of `by`, unless a finding blocks or another person must. With
    `revision` only what was seen under it.

    Raises NotFound, Conflict, NotAllowed when T0 is past by `clock`.
    """
    return _approved(desk.lock(release, by=by, revision=revision), by, clock)


def move(release: str, at: Instant, *, by: str) -> Submitted:
    """Chooses another T0 under a new lock, which needs new approvals; the old hold ends in the same commit.

    Raises Conflict once the release is out (T10), BadInput for a time that is not ahead.
    """
    with transaction.atomic():
        for held in holds.open_of(release):
            if held.kind == "release" and holds.stand_down(held.version_id, by=by) == "lifted":
                raise Conflict(_out(release))
        if is_public(release):
            raise Conflict(_out(release))
        desk.set_time(release, at, by=by)
    # Outside, for it works out who receives: no transaction may keep the clock waiting that long.
    return _checked(desk.lock(release, by=by))


def _out(release: str) -> str:
    return f"{release} is out; correct, kill or withdraw it, its T0 cannot move any more"


def withdraw(release: str, *, by: str, reason: str = "") -> bool:
    """True before T0: nothing of it will be public; `by` and `reason` stand in its history. False after it:
    nothing changed (`submit_withdrawal`).

    Atomic against the lift: exactly one of them wins (T10). Raises NotFound, Conflict.
    """
    desk.show(release)
    with transaction.atomic():
        if is_public(release):
            return False
        try:
            version = desk.latest_version(release)
        except Conflict:  # nothing is locked, so there is nothing that a clock could lift
            if desk.show(release).state == "spiked":
                return True  # said twice: as after a hold that was withdrawn
            desk.spike(release, reason=reason or "withdrawn before it was locked", by=by)
            return True
        stood_down = _stand_down(version, by)
        if stood_down:
            desk.note_withdrawal(release, reason=reason, by=by)
        return stood_down


def _stand_down(version: desk.VersionCard, by: str) -> bool:
    now = SystemClock().now()
    before = holds.hold(version.version_id)
    if before is not None and before.state == "withdrawn":
        return True
    # An approval may be on its way to its hold: a withdrawn one left here in its place opens nothing.
    holds.forbid(
        version.version_id, version.release, version.number, due_at=version.due_at or now, by=by, now=now
    )
    if holds.stand_down(version.version_id, by=by) == "lifted":
        return False
    outbox.append(HoldWithdrawn(version.version_id, version.release))
    log.info("release.withdrawn", release=version.release, version_id=version.version_id, by=by)
    return True


def submit_late_edition(release: str, story: Story, *, by: str) -> Submitted:
    """Adds a language to a release that is out. Raises Conflict when it is not, or has that language."""
    _must_be_out(release)
    return _approved(desk.lock_late_edition(release, (story,), by=by), by)


def submit_correction(release: str, stories: Sequence[Story], *, reason: str, by: str) -> Submitted:
    """Puts new text in place of public editions; the old one stays readable, marked."""
    _must_be_out(release)
    return _approved(desk.lock_correction(release, tuple(stories), reason=reason, by=by), by)


def submit_kill(release: str, *, reason: str, by: str) -> Submitted:
    """Takes a public release away in every language."""
    _must_be_out(release)
    return _approved(desk.lock_kill(release, reason=reason, by=by), by)


def submit_withdrawal(release: str, *, reason: str, by: str) -> Submitted:
    """Marks a public release as withdrawn by its issuer; its pages stay."""
    _must_be_out(release)
    return _approved(desk.lock_withdrawal(release, reason=reason, by=by), by)


def _must_be_out(release: str) -> None:
    if not is_public(release):
        desk.show(release)  # NotFound for a release that never was
        raise Conflict(f"{release} is not out yet; change its draft, or withdraw it")


def _approved(version: desk.VersionCard, by: str, clock: Clock | None = None) -> Submitted:
    submitted = _checked(version)
    if submitted.blocked or not _may_approve(version):
        return submitted
    # This lock and no other: somebody may have put another one in its place since it was made.
    state = desk.approve(version.release, by=by, clock=clock, version_id=version.version_id)
    return replace(submitted, approved=state.complete)


def _may_approve(version: desk.VersionCard) -> bool:
    """Third-party text waits for a person's own act unless its provider is trusted; a notice does not."""
    card = desk.show(version.release)
    trusted = card.origin != "third-party" or card.provider in get_settings().auto_approve_providers
    return trusted or version.kind in _STOPS_NEWS


def _checked(version: desk.VersionCard) -> Submitted:
    editions = desk.editions(version.version_id)
    for edition in editions:
        languages.gate(edition, _source(edition, editions), release=version.release)
    # The desk adds what intake said of the file. Of several languages, each finding names its own.
    said = desk.findings(version.release)
    found = [
        replace(finding, where=f"{language} {finding.where}") if len(said) > 1 else finding
        for language, findings in said.items()
        for finding in findings
    ]
    blocked = any(finding.severity == "block" for finding in found)
    return Submitted(version.version_id, version.hash, tuple(found), blocked, approved=False)


def _source(edition: Edition, editions: Sequence[Edition]) -> Edition | None:
    """The original that the edition was made from: of the same lock, else the public one."""
    if edition.is_original:
        return None
    for other in editions:
        if other.is_original:
            return other
    public = public_edition(edition.release, edition.original_language)
    return public.edition if public else None
