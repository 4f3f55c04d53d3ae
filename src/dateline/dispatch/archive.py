"""Old deliveries: a release's rows move into one compressed blob, from which `why` and reports still read.

A version moves as a whole, thirty days after its last row ended. First its rows are copied and the version
is marked, in one transaction; from that commit on the archive tells of them. Then they are deleted, in chunks
that may stop anywhere and go on later. A blob is a chain of gzip members (RFC 1952), one per version that
moved, each of JSON lines: a head, then `[row, attempts]`.
"""

import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog
from django.db import transaction

from dateline.dispatch.models import Archive, Attempt, Delivery, Erasure, Version
from dateline.dispatch.pseudonyms import is_person, person_pseudonym, pseudonym, scrubbed
from dateline.dispatch.sql import MOST_ROWS, change, markers, query
from dateline.plant.db import vault_store
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")

COLUMNS: Final = tuple(str(field.column) for field in Delivery._meta.concrete_fields)
TRIED: Final = tuple(str(field.column) for field in Attempt._meta.concrete_fields if field.column)
PERSON: Final = COLUMNS.index("person_id")
_RECIPIENT: Final = COLUMNS.index("recipient_id")
_TEXTS: Final = (COLUMNS.index("reason"), COLUMNS.index("held"))
_SAID: Final = TRIED.index("text")
_FORM: Final = 1
Line = tuple[list[Any], list[list[Any]]]
"""A row's values in the order of COLUMNS, and those of its attempts in the order of TRIED."""


def archive_next(*, before: int, now: Callable[[], int], between: Callable[[], None]) -> bool:
    """Copies the next version whose last row ended before `before` (microseconds) and marks it. False when
    there is none. `between` is called after each chunk: there others get their turn, or it raises.
    """
    for release, version_id in _candidates(before):
        locks = _locks(version_id)
        ids = _ids(version_id, locks)
        newest = _newest(version_id, locks)
        if newest is None or newest >= before:
            continue
        member = _member(_copied(ids, between, erased_people()))
        if _take_over(release, version_id, _Copy(locks, member, len(ids), newest), now()):
            log.info("dispatch.archived", release=release, rows=len(ids), size=len(member))
            return True
    return False


def empty_next(*, now: Callable[[], int], between: Callable[[], None]) -> bool:
    """Deletes what is left in the tables of the next archived version. False when there is none."""
    version = Version.objects.filter(archived_at__isnull=False, emptied_at__isnull=True).first()
    if version is None:
        return False
    while _delete_some(version):
        between()
    vault_store.destroy(version.lock_id, using=LEDGER)  # its parcels: whoever joins now gets what pages show
    Version.objects.filter(lock_id=version.lock_id).update(emptied_at=now())
    return True


def lines_of(blob: bytes) -> Iterator[Line]:
    """The rows of a blob, in the order in which they moved."""
    with gzip.GzipFile(fileobj=io.BytesIO(blob)) as stream:
        for text in stream:
            found = json.loads(text)
            if isinstance(found, list):
                yield found[0], found[1]


def lines_with(blob: bytes, words: Sequence[str]) -> Iterator[Line]:
    """The rows of a blob that contain one of these as a whole JSON string, without reading the others."""
    text = gzip.decompress(blob)
    for word in words:
        needle, at = json.dumps(word, ensure_ascii=False).encode(), 0
        while (at := text.find(needle, at)) >= 0:
            end = text.find(b"\n", at) + 1 or len(text)
            found = json.loads(text[text.rfind(b"\n", 0, at) + 1 : end])
            if isinstance(found, list):
                yield found[0], found[1]
            at = end


def hidden(line: Line) -> Line:
    """The line without the person: their ids become pseudonyms, addresses in words of servers go."""
    row, attempts = list(line[0]), [list(attempt) for attempt in line[1]]
    if is_person(row[_RECIPIENT]):
        row[_RECIPIENT], row[PERSON] = pseudonym(row[_RECIPIENT]), person_pseudonym(row[PERSON])
    for place in _TEXTS:
        row[place] = scrubbed(row[place])
    for attempt in attempts:
        attempt[_SAID] = scrubbed(attempt[_SAID])
    return row, attempts


def erased_people() -> frozenset[str]:
    """Everybody who asked to be erased."""
    return frozenset(Erasure.objects.values_list("person", flat=True))


def rewritten(blob: bytes, change_row: Callable[[Line], Line]) -> bytes:
    """The blob with each row changed, as one member."""
    return _member(change_row(line) for line in lines_of(blob))


def _candidates(before: int) -> list[tuple[str, str]]:
    """(release, version) of which everything is public, drained, and old by its lift. Oldest first."""
    rows = query(
        """SELECT MIN(release), version_id FROM dispatch_version
        WHERE version_id <> '' AND state NOT IN ('dropped', 'gone') AND archived_at IS NULL
        GROUP BY version_id
        HAVING COUNT(*) = COUNT(lifted_at) AND COUNT(*) = COUNT(drained_at) AND MAX(lifted_at) < %s
        ORDER BY MIN(lifted_at)""",
        [before],
    )
    return [(row[0], row[1]) for row in rows]


def _locks(version_id: str) -> list[str]:
    """The version's own lock and those of its late editions."""
    return list(
        Version.objects.filter(version_id=version_id, lifted_at__isnull=False, archived_at__isnull=True)
        .order_by("lock_id")
        .values_list("lock_id", flat=True)
    )


def _ids(version_id: str, locks: Sequence[str]) -> list[int]:
    rows = query(
        f"""SELECT id FROM dispatch_delivery WHERE version_id = %s AND lock_id IN ({markers(locks)})
        ORDER BY id""",  # noqa: S608
        [version_id, *locks],
    )
    return [row[0] for row in rows]


def _newest(version_id: str, locks: Sequence[str]) -> int | None:
    """When its last row ended; None while one is open. A version without rows ended with its lift."""
    rows, ended, newest = query(
        f"""SELECT COUNT(*), COUNT(done_at), MAX(done_at) FROM dispatch_delivery
        WHERE version_id = %s AND lock_id IN ({markers(locks)})""",  # noqa: S608
        [version_id, *locks],
    )[0]
    if rows == 0:
        return int(
            query("SELECT MAX(lifted_at) FROM dispatch_version WHERE version_id = %s", [version_id])[0][0]
        )
    return int(newest) if rows == ended else None


def _copied(ids: Sequence[int], between: Callable[[], None], erased: frozenset[str]) -> Iterator[Line]:
    """The rows with their attempts; of people who were erased meanwhile, no more than a pseudonym."""
    for start in range(0, len(ids), MOST_ROWS):
        chunk = ids[start : start + MOST_ROWS]
        tried: dict[int, list[list[Any]]] = {}
        for attempt in query(
            f"""SELECT {", ".join(TRIED)} FROM dispatch_attempt
            WHERE delivery_id IN ({markers(chunk)}) ORDER BY delivery_id, at, fence""",  # noqa: S608
            chunk,
        ):
            tried.setdefault(attempt[0], []).append(list(attempt))
        for row in query(
            f"SELECT {', '.join(COLUMNS)} FROM dispatch_delivery WHERE id IN ({markers(chunk)}) ORDER BY id",  # noqa: S608
            chunk,
        ):
            line = list(row), tried.get(row[0], [])
            yield hidden(line) if line[0][PERSON] in erased else line
        between()


def _member(lines: Iterable[Line]) -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", mtime=0) as stream:
        stream.write(
            json.dumps({"dateline-archive": _FORM, "row": COLUMNS, "attempt": TRIED}).encode() + b"\n"
        )
        for line in lines:
            stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return held.getvalue()


@dataclass(frozen=True, slots=True)
class _Copy:
    """The rows of these locks as one gzip member; the newest of them ended at `newest`."""

    locks: Sequence[str]
    member: bytes
    rows: int
    newest: int


def _take_over(release: str, version_id: str, copy: _Copy, now: int) -> bool:
    """Appends the copy and marks the version. False when a row has moved meanwhile, because somebody had it
    resent.
    """
    with transaction.atomic(using=LEDGER):
        standing = Version.objects.select_for_update().filter(lock_id__in=copy.locks)
        held = list(standing.filter(archived_at__isnull=True))
        if len(held) != len(copy.locks) or _newest(version_id, copy.locks) != copy.newest:
            return False
        if len(_ids(version_id, copy.locks)) != copy.rows:
            return False
        old = Archive.objects.select_for_update().filter(release=release).first()
        Archive.objects.update_or_create(
            release=release,
            defaults={
                "rows": copy.rows + (old.rows if old else 0),
                "blob": (bytes(old.blob) if old else b"") + copy.member,
                "newest_at": max(copy.newest, old.newest_at if old else 0),
                "pseudonymised_at": None,
            },
        )
        Version.objects.filter(lock_id__in=copy.locks).update(archived_at=now)
    return True


def _delete_some(version: Version) -> bool:
    """Up to 2,000 rows with their attempts. False when none is left."""
    with transaction.atomic(using=LEDGER):
        ids = [
            row[0]
            for row in query(
                """SELECT id FROM dispatch_delivery
                WHERE version_id = %s AND lock_id = %s AND done_at IS NOT NULL LIMIT %s""",
                [version.version_id, version.lock_id, MOST_ROWS],
            )
        ]
        if not ids:
            return False
        change(f"DELETE FROM dispatch_attempt WHERE delivery_id IN ({markers(ids)})", ids)  # noqa: S608
        change(f"DELETE FROM dispatch_delivery WHERE id IN ({markers(ids)})", ids)  # noqa: S608
    return True
