"""What one person was sent, newest first: for their own page and for the copy of what is held about them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from dateline.core.clock import Instant, from_micros
from dateline.dispatch.archive import COLUMNS, PERSON, lines_with
from dateline.dispatch.models import Archive
from dateline.dispatch.pseudonyms import person_pseudonym
from dateline.dispatch.sql import markers, query

_VERSIONS_AT_ONCE: Final = 500
_COLUMNS: Final = ("language", "state", "done_at", "due_at", "held", "reason", "attempts")
_PLACES: Final = tuple(COLUMNS.index(name) for name in _COLUMNS)
_LOCK: Final = COLUMNS.index("lock_id")


@dataclass(frozen=True, slots=True)
class PersonDelivery:
    """One delivery to a person. `at` is its end; `due_at` when it goes, where it is `held`."""

    release: str
    version: int
    language: str
    state: str
    at: Instant | None
    due_at: Instant | None
    held: str
    reason: str
    attempts: int


def sent_to(person: str, *, limit: int = 0) -> Iterator[PersonDelivery]:
    """Deliveries of released versions to a person (the audience's keyed hash); all with `limit` 0.

    Goes through the versions by the unique index on version and person, because none leads from the person.
    Those that were archived are not among them: `archived_to`.
    """
    versions = [
        row[0]
        for row in query(
            """SELECT DISTINCT version_id, MAX(lifted_at) FROM dispatch_version
            WHERE lifted_at IS NOT NULL AND archived_at IS NULL GROUP BY version_id ORDER BY 2 DESC"""
        )
    ]
    found = 0
    for start in range(0, len(versions), _VERSIONS_AT_ONCE):
        chunk = versions[start : start + _VERSIONS_AT_ONCE]
        rows = query(
            f"""SELECT v.release, v.number, {", ".join(f"d.{name}" for name in _COLUMNS)}
            FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
            WHERE d.version_id IN ({markers(chunk)}) AND d.person_id = %s AND v.lifted_at IS NOT NULL
                AND v.archived_at IS NULL
            ORDER BY v.lifted_at DESC, d.id DESC""",  # noqa: S608
            [*chunk, person],
        )
        for row in rows:
            yield _delivery(*row)
            found += 1
            if found == limit:
                return


def archived_to(person: str) -> Iterator[PersonDelivery]:
    """The same of old releases, out of their archives; also where a pseudonym stands for the person by now.

    Each archive is read: a tenth of a second for one of 86,000 people.
    """
    people = [person, person_pseudonym(person) or person]
    for release in Archive.objects.order_by("-newest_at").values_list("release", flat=True):
        numbers = _numbers(release)
        blob = bytes(Archive.objects.values_list("blob", flat=True).get(release=release))
        lines = [row for row, _ in lines_with(blob, people) if row[PERSON] in people]
        for row in sorted(lines, key=lambda row: (numbers.get(row[_LOCK], 0), row[0]), reverse=True):
            yield _delivery(release, numbers.get(row[_LOCK], 1), *(row[place] for place in _PLACES))


def _numbers(release: str) -> Mapping[str, int]:
    return dict(query("SELECT lock_id, number FROM dispatch_version WHERE release = %s", [release]))


def _delivery(release: str, version: int, *values: Any) -> PersonDelivery:
    """`values` in the order of `_COLUMNS`."""
    language, state, done, due, held, reason, attempts = values
    return PersonDelivery(
        release=release,
        version=version,
        language=language,
        state=state,
        at=None if done is None else from_micros(done),
        due_at=from_micros(due) if held and due is not None and done is None else None,
        held=held,
        reason=reason,
        attempts=attempts,
    )
