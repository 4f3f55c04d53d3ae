"""People leave the archives: all of them after thirteen months, one at once who asks to be erased."""

from collections.abc import Callable
from typing import Final

import structlog
from django.db import transaction

from dateline.core.clock import Clock, SystemClock, to_micros
from dateline.dispatch.archive import PERSON, hidden, lines_of, rewritten
from dateline.dispatch.models import Archive, Erasure
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")

PSEUDONYMS_AFTER_S: Final = 396 * 86_400
"""Thirteen months."""


def erase_person(person: str, *, clock: Clock | None = None) -> None:
    """Takes note that this person's traces go: from archives soon, from the rows of the last thirty days when
    these are archived. `person` is the audience's keyed hash. Harmless when it was noted before.
    """
    at = to_micros((clock or SystemClock()).now())
    with transaction.atomic(using=LEDGER):
        Erasure.objects.get_or_create(person=person, defaults={"at": at})


def pseudonymise_next(*, now: Callable[[], int]) -> bool:
    """Hides everybody in the next archive that is old enough. False when there is none."""
    before = now() - PSEUDONYMS_AFTER_S * 1_000_000
    found = Archive.objects.filter(pseudonymised_at__isnull=True, newest_at__lt=before).first()
    if found is None:
        return False
    blob = rewritten(bytes(found.blob), hidden)
    if _replace(found, blob, pseudonymised_at=now()):
        log.info("dispatch.pseudonymised", release=found.release, rows=found.rows)
    return True


def erase_next(*, now: Callable[[], int], between: Callable[[], None]) -> bool:
    """Hides people who asked for it in every archive that names them. False when nobody waits. What was
    looked through is remembered, so that it goes on there after a crash.
    """
    waiting = list(Erasure.objects.filter(done_at__isnull=True))
    if not waiting:
        return False
    people = {row.person for row in waiting}
    behind = min(row.cursor for row in waiting)
    archives = Archive.objects.filter(pseudonymised_at__isnull=True, release__gt=behind).order_by("release")
    for release in list(archives.values_list("release", flat=True)):
        _hide(release, people)
        Erasure.objects.filter(person__in=people).update(cursor=release)
        between()
    Erasure.objects.filter(person__in=people).update(done_at=now())
    return True


def _hide(release: str, people: set[str]) -> None:
    while True:
        found = Archive.objects.filter(release=release).first()
        if found is None or not any(line[0][PERSON] in people for line in lines_of(bytes(found.blob))):
            return
        blob = rewritten(bytes(found.blob), lambda line: hidden(line) if line[0][PERSON] in people else line)
        if _replace(found, blob):
            return


def _replace(found: Archive, blob: bytes, **changes: int) -> bool:
    """False when rows were added to the archive meanwhile: it comes again."""
    with transaction.atomic(using=LEDGER):
        rows = Archive.objects.select_for_update().filter(release=found.release, rows=found.rows)
        return bool(rows.update(blob=blob, **changes))
