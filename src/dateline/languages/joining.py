"""A finished translation joins a release that is out: lock, gate, and approval where nothing speaks against
it; what is not whole is tried again, or a person is asked.
"""

from datetime import timedelta
from typing import Final

import structlog

from dateline.core.clock import Instant
from dateline.core.errors import Conflict, DatelineError
from dateline.core.ids import new_token
from dateline.core.words import Edition, Finding, Story, sha256_hex
from dateline.desk import services as desk
from dateline.languages.gating import blocks, holds
from dateline.languages.models import HumanTask, TranslationOrder
from dateline.languages.order_rows import MOST_ATTEMPTS, move, pause_s
from dateline.languages.wishes import Outcome
from dateline.plant.settings import get_settings

log = structlog.get_logger("languages.joining")
TASK_DAYS: Final = 30


def join(row: TranslationOrder, outcome: Outcome, source: Edition, now: Instant) -> None:
    """Locks what is whole as a late edition and approves it unless the gate or a rule keeps it back."""
    if outcome.story is None:
        _not_whole(row, outcome, now)
        return
    version_id, why = lock_and_approve(row.release, outcome.story, source, by=row.asked_by)
    said = [*outcome.said, why] if why else list(outcome.said)
    move(row, "locked" if why else "joined", now, engine=outcome.engine, version_id=version_id, said=said)
    if why:
        log.info("translation.held", release=row.release, language=row.language, engine=outcome.engine)
    else:
        log.info("translation.joined", release=row.release, language=row.language, engine=outcome.engine)


def lock_and_approve(release: str, story: Story, source: Edition, *, by: str) -> tuple[str, str]:
    """(version id, why it waits for a person; "" when it goes out). Raises Conflict when the language is
    there already or nothing is public.
    """
    version = desk.lock_late_edition(release, (story,), by=by)
    return version.version_id, approve_unless(release, version.version_id, source, by=by)


def approve_unless(release: str, version_id: str, source: Edition, *, by: str) -> str:
    """Has every edition of a lock checked and approves it; why it waits for a person, "" when it goes out."""
    from dateline.languages import services

    findings: list[Finding] = []
    for edition in desk.editions(version_id):
        findings += services.gate(edition, source, release=edition.release)
    return _kept_back(tuple(findings), release) or _unapproved(release, version_id, by)


def _kept_back(findings: tuple[Finding, ...], release: str) -> str:
    codes = tuple(dict.fromkeys((*blocks(findings), *holds(findings))))
    if not codes:
        return ""
    return f"held, the gate found {', '.join(codes)}; a person must look: dateline release approve {release}"


def _unapproved(release: str, version_id: str, by: str) -> str:
    """Approves in the name of who asked for it, as `send` does; why that is not enough, "" when it is."""
    card = desk.show(release)
    if card.origin == "third-party" and card.provider not in get_settings().auto_approve_providers:
        return "held, third-party text waits for a person's approval"
    try:
        if desk.approve(release, by=by, version_id=version_id).complete:
            return ""
    except DatelineError as error:
        return f"held: {error}"
    return "held, another person must approve it"


def _not_whole(row: TranslationOrder, outcome: Outcome, now: Instant) -> None:
    said = list(outcome.said)
    if outcome.missing:
        said.append(f"{len(outcome.missing)} blocks have no text that passed")
    attempts = row.attempts + 1
    if outcome.retry and attempts < MOST_ATTEMPTS:
        move(row, "waiting", now, said=said, attempts=attempts, next_at=now + pause_s(attempts))
        return
    if outcome.human:
        ask_person(row.release, row.language, now)
        said = [*said, "a person was asked; dateline translations export writes the sheet"]
    move(row, "person" if outcome.human else "failed", now, said=said, attempts=attempts)
    log.warning(
        "translation.failed", release=row.release, language=row.language, missing=len(outcome.missing)
    )


def ask_person(release: str, language: str, now: Instant) -> None:
    """Opens the task for a person, once."""
    if not HumanTask.objects.filter(release=release, language=language, state="open").exists():
        HumanTask.objects.create(
            token_hash=sha256_hex(new_token().encode()),  # the link is drawn when somebody asks for it
            release=release,
            language=language,
            state="open",
            asked_at=now,
            ends_at=now + timedelta(days=TASK_DAYS),
        )


def original_edition(release: str) -> Edition:
    """The newest approved edition in the original's language. Raises Conflict when there is none."""
    language = desk.show(release).original_language
    for version in reversed(desk.versions(release)):
        there = version.kind in {"release", "correction"} and version.state == "approved"
        if there and any(ref.language == language for ref in version.editions):
            return desk.edition(version.version_id, language)
    raise Conflict(f"nothing of {release} is approved in {language}")
