"""What the room does when the desk and the wire tell of locks and lifts. Handlers only note what is due; the
work itself has a thread of its own, so that no engine keeps other events waiting.
"""

from typing import Final

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import DatelineError
from dateline.core.events import Approved, HoldWithdrawn, Lifted, LockDropped
from dateline.core.languages import Language
from dateline.desk import services as desk
from dateline.languages import kept_results, memory
from dateline.languages.joining import ask_person, original_edition
from dateline.languages.models import TranslationOrder
from dateline.languages.order_rows import move
from dateline.languages.outdated import is_machines, published
from dateline.plant.db.outbox import Handlers

CONSUMER: Final = "languages"


def approved(event: Approved) -> None:
    """An edition that waited for a person has its approval."""
    now = SystemClock().now()
    TranslationOrder.objects.filter(version_id=event.version_id, state="locked").update(
        state="joined", changed_at=now
    )


def dropped(event: LockDropped) -> None:
    """A person returned the edition, or put another text in its place."""
    TranslationOrder.objects.filter(version_id=event.version_id, state__in=("locked", "joined")).update(
        state="cancelled", changed_at=SystemClock().now(), said=["its lock was dropped"]
    )


def withdrawn(event: HoldWithdrawn) -> None:
    """Nothing of it will be public, so nothing is translated or kept."""
    TranslationOrder.objects.filter(release=event.release).exclude(state="joined").update(
        state="cancelled", changed_at=SystemClock().now(), said=["the release was withdrawn"]
    )
    kept_results.forget(event.release)


def lifted(event: Lifted) -> None:
    """What waited for the release is due; what people translated enters the memory."""
    now = SystemClock().now()
    waiting = TranslationOrder.objects.filter(release=event.release)
    if event.kind in {"kill", "withdrawal"}:
        waiting.filter(state__in=("waiting", "person", "failed")).update(
            state="cancelled", changed_at=now, said=[f"the release is out of date: {event.kind}"]
        )
        kept_results.forget(event.release)
        if event.kind == "kill":  # what is withdrawn stays readable
            memory.forget(event.release)
        return
    waiting.filter(state="ready").update(state="joined", changed_at=now, version_id=event.version_id)
    # What was being made for the drafts comes too late for them; who makes it finds the order changed.
    waiting.filter(state__in=("waiting", "working"), next_at=None).update(
        state="waiting", next_at=now, changed_at=now
    )
    if event.kind == "correction":
        _follow(event, now)
    _learn(event)


def _follow(event: Lifted, now: Instant) -> None:
    """Editions that engines made of the older original are made again; people are asked for theirs."""
    found = published(event.release)
    changed = {ref.language for ref in desk.version(event.version_id).editions}
    if found is None or found.original not in changed:
        return
    rows = TranslationOrder.objects.filter(release=event.release, state__in=("joined", "locked"))
    for row in rows:
        language = Language(row.language)
        if language in found.newest and not found.is_outdated(language):
            continue
        if language not in found.newest or is_machines(found.edition(language)):
            move(row, "waiting", now, next_at=now, attempts=0, said=["the original was corrected"])
            continue
        ask_person(event.release, language, now)
        move(row, "person", now, said=["the original was corrected; a person made this edition and is asked"])


def _learn(event: Lifted) -> None:
    try:
        original = original_edition(event.release)
        editions = [e for e in desk.editions(event.version_id) if not e.is_original]
    except DatelineError:
        return  # killed meanwhile: there is nothing to learn from
    for edition in editions:
        memory.learn(original, edition)


HANDLERS: Final[Handlers] = {
    Approved: approved,
    LockDropped: dropped,
    HoldWithdrawn: withdrawn,
    Lifted: lifted,
}
