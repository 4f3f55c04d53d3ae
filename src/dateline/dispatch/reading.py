"""Questions about a release whose rows are archived: the same statements, asked of a copy in memory.

Everything that the ledger knows of the release, archived or not, is laid out in a database of its own in this
process; `sql.query` asks it for as long as the block runs. So no question needs a second text.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, Final, ParamSpec, TypeVar

from django.apps import apps

from dateline.dispatch import sql
from dateline.dispatch.archive import COLUMNS, TRIED, lines_of
from dateline.dispatch.models import Archive, Attempt, Version
from dateline.dispatch.sql import markers, query

P = ParamSpec("P")
T = TypeVar("T")

_VERSION: Final = tuple(str(field.column) for field in Version._meta.concrete_fields)
_CHUNK: Final = 5000
_STATE: Final = COLUMNS.index("state")
_FENCE: Final = COLUMNS.index("fence")
_lock: Final = threading.Lock()
_newest: dict[str, sqlite3.Connection] = {}
"""The last one that was laid out, by the hash of its blob: pages ask several things in a row, and who was
erased meanwhile is not in it.
"""


def of_release(asks: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
    """Makes a question about a release (its first argument) see archived rows too."""

    @wraps(asks)
    def asked(release: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with reading(release):
            return asks(release, *args, **kwargs)

    return asked


def of_version(asks: Callable[Concatenate[str, P], T]) -> Callable[Concatenate[str, P], T]:
    """The same for a question about a version."""

    @wraps(asks)
    def asked(version_id: str, /, *args: P.args, **kwargs: P.kwargs) -> T:
        archived = Version.objects.filter(lock_id=version_id, archived_at__isnull=False)
        release = archived.values_list("release", flat=True).first()
        if release is None:
            return asks(version_id, *args, **kwargs)
        with reading(release):
            return asks(version_id, *args, **kwargs)

    return asked


@contextmanager
def reading(release: str) -> Iterator[None]:
    """While the block runs, queries of this thread see all of the release's rows, and of no other."""
    if (
        sql.reads_elsewhere()
        or not Version.objects.filter(release=release, archived_at__isnull=False).exists()
    ):
        yield
        return
    with sql.read_from(_laid_out(release)):
        yield


def _laid_out(release: str) -> sqlite3.Connection:
    found = Archive.objects.get(release=release)
    key = hashlib.sha256(found.blob).hexdigest()
    live = query(
        """SELECT 1 FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
        WHERE v.release = %s AND v.archived_at IS NULL LIMIT 1""",
        [release],
    )
    with _lock:
        memory = None if live else _newest.get(key)
        if memory is None:
            memory = _memory(release, bytes(found.blob))
            _newest.clear()
            if not live:
                _newest[key] = memory
    return memory


def _memory(release: str, blob: bytes) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    tables = {"dispatch_delivery": COLUMNS, "dispatch_attempt": TRIED, "dispatch_version": _VERSION}
    for table, columns in {**tables, **_beside()}.items():
        memory.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
    memory.execute("BEGIN")
    for row, attempts in lines_of(blob):
        if row[_STATE] == "accepted" and not row[_FENCE]:
            row[_FENCE] = 1  # it went out within a digest, whose own row is not here
        _insert(memory, "dispatch_delivery", len(COLUMNS), [row])
        _insert(memory, "dispatch_attempt", len(TRIED), attempts)
    memory.execute("CREATE INDEX of_version ON dispatch_delivery (version_id)")
    memory.execute("CREATE INDEX of_attempt ON dispatch_attempt (delivery_id)")
    _copy_live(memory, release)
    memory.execute("COMMIT")
    return memory


def _copy_live(memory: sqlite3.Connection, release: str) -> None:
    """Versions, rows that are still in the table, and what other tables say of any of them."""
    rows = query(f"SELECT {', '.join(_VERSION)} FROM dispatch_version WHERE release = %s", [release])  # noqa: S608
    _insert(memory, "dispatch_version", len(_VERSION), rows)
    of_release_ = """(SELECT d.id FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
        WHERE v.release = %s AND v.archived_at IS NULL)"""
    live = query(f"SELECT {', '.join(COLUMNS)} FROM dispatch_delivery WHERE id IN {of_release_}", [release])  # noqa: S608
    _insert(memory, "dispatch_delivery", len(COLUMNS), live)
    tried = query(
        f"SELECT {', '.join(TRIED)} FROM dispatch_attempt WHERE delivery_id IN {of_release_}",  # noqa: S608
        [release],
    )
    _insert(memory, "dispatch_attempt", len(TRIED), tried)
    ids = [row[0] for row in memory.execute("SELECT id FROM dispatch_delivery")]
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for table, columns in _beside().items():
            found = query(
                f"SELECT {', '.join(columns)} FROM {table} WHERE delivery_id IN ({markers(chunk)})",  # noqa: S608
                chunk,
            )
            _insert(memory, table, len(columns), found)


def _beside() -> dict[str, tuple[str, ...]]:
    """Tables about single deliveries (where it was published, what came back) with their columns."""
    found = {}
    for model in apps.get_app_config("dispatch").get_models():
        columns = tuple(str(field.column) for field in model._meta.concrete_fields if field.column)
        if "delivery_id" in columns and model is not Attempt:
            found[model._meta.db_table] = columns
    return found


def _insert(memory: sqlite3.Connection, table: str, width: int, rows: Iterable[Iterable[object]]) -> None:
    holes = ", ".join("?" * width)
    memory.executemany(f"INSERT INTO {table} VALUES ({holes})", [tuple(row) for row in rows])  # noqa: S608
