"""What one person was sent, newest first: for their own page and for the copy of what is held about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dateline.core.clock import Instant, from_micros
from dateline.dispatch.sql import markers, query

_VERSIONS_AT_ONCE: Final = 500


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
    Those that were archived are not among them.
    """
    versions = [
        row[0]
        for row in query(
            """SELECT DISTINCT version_id, MAX(lifted_at) FROM dispatch_version WHERE lifted_at IS NOT NULL
            GROUP BY version_id ORDER BY 2 DESC"""
        )
    ]
    found = 0
    for start in range(0, len(versions), _VERSIONS_AT_ONCE):
        chunk = versions[start : start + _VERSIONS_AT_ONCE]
        rows = query(
            f"""SELECT v.release, v.number, d.language, d.state, d.done_at, d.due_at, d.held, d.reason,
                d.attempts
            FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
            WHERE d.version_id IN ({markers(chunk)}) AND d.person_id = %s AND v.lifted_at IS NOT NULL
            ORDER BY v.lifted_at DESC, d.id DESC""",  # noqa: S608
            [*chunk, person],
        )
        for release, number, language, state, done, due, held, reason, attempts in rows:
            yield PersonDelivery(
                release=release,
                version=number,
                language=language,
                state=state,
                at=None if done is None else from_micros(done),
                due_at=from_micros(due) if held and due is not None and done is None else None,
                held=held,
                reason=reason,
                attempts=attempts,
            )
            found += 1
            if found == limit:
                return
