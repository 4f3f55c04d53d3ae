"""What the wire does about content providers' items: approvals that the operator allowed, corrections and
kills of what is public. Each is a lock with its checks; without that permission it waits for a person.

Never inside a transaction: a lock works out who receives, which takes seconds on a large audience.
"""

from typing import Final

import structlog

from dateline.core.clock import Clock
from dateline.core.errors import DatelineError
from dateline.core.phrases import phrase
from dateline.desk import services as desk
from dateline.intake.services import providers
from dateline.issuers import services as issuers
from dateline.wire.submit import Submitted, check_lock, lock_and_check

log = structlog.get_logger("wire.items")
_STOPS: Final = frozenset({"block", "hold"})
"""Findings that are for a person; `warn` is for whoever reads it later."""


def follow_items(*, clock: Clock | None = None) -> int:
    """Does what is to be done now; returns how much that was. One item that fails keeps back no other."""
    found = desk.wanted_items()
    for card in found:
        try:
            note, look = _done(card, clock)
        except DatelineError as error:
            note, look = str(error), True
        desk.item_done(card, note, look=look)
        log.info("wire.item_followed", provider=card.provider, release=card.release, wanted=card.wanted)
    return len(found) + desk.put_aside_expired(clock=clock)


def _done(card: desk.ItemCard, clock: Clock | None) -> tuple[str, bool]:
    """(what came of it, whether a person must look)."""
    allowed_by = _allowed_by(card.provider)
    if card.wanted == "approve":
        if not allowed_by:
            return "nobody allows approval without a look any more", False
        return _approve(card, lock_and_check(card.release, by=allowed_by), allowed_by, clock), False
    by = allowed_by or desk.by_of(card.provider)
    if card.wanted == "kill":
        version = desk.lock_kill(card.release, reason=_reason(card, "killed"), by=by)
    else:
        story = providers.item(card.item).story
        if story is None:
            return "the newer version is not here any more", False
        version = desk.lock_correction(card.release, (story,), reason=_reason(card, "corrected"), by=by)
    submitted = check_lock(version)
    return _approve(card, submitted, allowed_by, clock), False


def _approve(card: desk.ItemCard, submitted: Submitted, by: str, clock: Clock | None) -> str:
    """Approves in the name of the person who allowed it, unless a check wants a person."""
    what = {"approve": "text", "correct": "correction", "kill": "kill"}[card.wanted]
    codes = sorted({f.code for f in submitted.findings if f.severity in _STOPS})
    if not by:
        return f"{what} waits for approval"
    if codes:
        return f"{what} waits for a person: {', '.join(codes)[:200]}"
    state = desk.approve(card.release, by=by, clock=clock, version_id=submitted.version_id)
    return f"{what} approved in the name of {by}" if state.complete else f"{what} waits for another approval"


def _allowed_by(provider: str) -> str:
    """The person who allowed this provider's items, while provider and person are there; else ""."""
    try:
        name = providers.provider(provider).auto_approve_by
        return issuers.person(name).name if name else ""
    except DatelineError:
        return ""


def _reason(card: desk.ItemCard, act: str) -> str:
    """The reason that readers see, in the release's own language."""
    release = desk.show(card.release)
    return phrase(f"reason.provider-{act}", release.original_language, provider=release.provider)
