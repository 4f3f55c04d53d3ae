"""The little that plain SQL needs on either database: cursors on the ledger, lists of values, the lock
clause.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal

from django.db import connections

from dateline.plant.db.databases import LEDGER

Row = tuple[Any, ...]
ColumnType = Literal["bigint", "text"]

MOST_ROWS: Final = 2000  # of one transaction on SQLite, so that nobody waits long for the file


def query(sql: str, params: Sequence[Any] = ()) -> list[Row]:
    """Runs one statement on the ledger; its rows, or none."""
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


def for_update() -> str:
    """The only words that differ: on PostgreSQL several workers pick rows past one another, SQLite has one
    writer.
    """
    return "FOR UPDATE SKIP LOCKED" if connections[LEDGER].vendor == "postgresql" else ""


def values(rows: Sequence[Sequence[Any]], types: Sequence[ColumnType]) -> tuple[str, list[Any]]:
    """`VALUES (..), (..)` with its parameters. The first row names the types, or PostgreSQL takes a column of
    nulls for text.
    """
    first = "(" + ", ".join(f"CAST(%s AS {kind})" for kind in types) + ")"
    other = "(" + ", ".join(["%s"] * len(types)) + ")"
    text = ", ".join([first, *([other] * (len(rows) - 1))])
    return f"VALUES {text}", [value for row in rows for value in row]


def markers(items: Sequence[Any]) -> str:
    """`%s, %s` for an IN list."""
    return ", ".join(["%s"] * len(items))
