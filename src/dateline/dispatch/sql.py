"""The little that plain SQL needs on either database: cursors on the ledger, lists of values, the lock
clause.
"""

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal

from django.db import connections

from dateline.plant.db.databases import LEDGER

Row = tuple[Any, ...]
ColumnType = Literal["bigint", "text"]

MOST_ROWS: Final = 2000  # of one transaction on SQLite, so that nobody waits long for the file


_elsewhere: ContextVar[sqlite3.Connection | None] = ContextVar("elsewhere", default=None)


@contextmanager
def read_from(memory: sqlite3.Connection) -> Iterator[None]:
    """While the block runs, `query` of this thread or task asks this database instead of the ledger."""
    token = _elsewhere.set(memory)
    try:
        yield
    finally:
        _elsewhere.reset(token)


def reads_elsewhere() -> bool:
    """Whether a `read_from` is under way here."""
    return _elsewhere.get() is not None


def query(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """Runs one statement on the ledger; its rows, or none."""
    memory = _elsewhere.get()
    if memory is not None:
        return memory.execute(sql.replace("%s", "?"), list(params)).fetchall()
    with connections[LEDGER].cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


def change(sql: str, params: Sequence[Any] = ()) -> int:
    """Runs one statement on the ledger; how many rows it changed."""
    with connections[LEDGER].cursor() as cursor:
        cursor.execute(sql, params)
        if cursor.rowcount >= 0:
            return int(cursor.rowcount)
        # Python's sqlite3 does not count for statements that begin with WITH.
        cursor.execute("SELECT changes()")
        return int(cursor.fetchone()[0])


def change_each(sql: str, rows: Sequence[Sequence[Any]]) -> bool:
    """Runs one statement for each row where that is the cheap way, on SQLite, whose prepared statement costs
    half of a list of values; False on PostgreSQL, where nothing was done.
    """
    if _on_postgres():
        return False
    with connections[LEDGER].cursor() as cursor:
        cursor.executemany(sql, rows)
    return True


def for_update() -> str:
    """On PostgreSQL several workers pick rows past one another; SQLite has one writer."""
    return "FOR UPDATE SKIP LOCKED" if _on_postgres() else ""


def values(rows: Sequence[Sequence[Any]], types: Sequence[ColumnType]) -> tuple[str, list[Any]]:
    """A list of rows as a query with its parameters; with `for_update` all that differs between the
    databases.

    PostgreSQL gets one array a column: its driver takes 90 microseconds a row for thousands of placeholders.
    """
    if _on_postgres():
        arrays = ", ".join(f"CAST(%s AS {kind}[])" for kind in types)
        return f"SELECT * FROM UNNEST({arrays})", [list(column) for column in zip(*rows, strict=True)]  # noqa: S608
    row = "(" + ", ".join(["%s"] * len(types)) + ")"
    return f"VALUES {', '.join([row] * len(rows))}", [value for row in rows for value in row]


def _on_postgres() -> bool:
    return connections[LEDGER].vendor == "postgresql"


def cleaned(text: str) -> str:
    """Without what a database refuses: NUL on PostgreSQL, halves of surrogate pairs on both."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def markers(items: Sequence[Any]) -> str:
    """`%s, %s` for an IN list."""
    return ", ".join(["%s"] * len(items))


def all_but(column: str, names: Collection[str]) -> tuple[str, list[Any]]:
    """` AND column NOT IN (..)` with its parameters; nothing where there are no names."""
    if not names:
        return "", []
    chosen = sorted(names)
    return f" AND {column} NOT IN ({markers(chosen)})", chosen
