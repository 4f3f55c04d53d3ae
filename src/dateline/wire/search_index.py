"""Asks the public index for words: FTS5 in SQLite, a tsvector in PostgreSQL narrow down, the text decides."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from django.db import connections
from django.db.models import F, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex

from dateline.plant.db.databases import DEFAULT
from dateline.wire.models import PublicRow
from dateline.wire.search_words import Needle

if TYPE_CHECKING:
    from django.db.models import QuerySet

NEWEST: Final = 500
"""Rows that are looked at one by one, newest first, before the index is asked. What is in many texts fills a
page from these; the index would have to name every text that has it.
"""
_PAGES, _BETWEEN_S = 64, 0.01
_MOST_TOKENS: Final = 60
"""FTS5 takes expressions of 256 levels; fewer tokens narrow down less and leave the answer as it is."""
_SQLITE: Final = "SELECT rowid FROM wire_searchtokens WHERE wire_searchtokens MATCH %s"
# OFFSET 0 is a fence: without it the planner reads all texts first, for it takes `strpos` of a long text to
# cost no more than an addition.
_POSTGRES: Final = (
    "SELECT row_id FROM (SELECT row_id, text FROM wire_searchtext"
    " WHERE wire_search_vector(tokens) @@ %s::tsquery OFFSET 0) AS near WHERE true"
)
_POSTGRES_NEEDLE: Final = " AND strpos(text, %s) > 0"


def search(
    rows: "QuerySet[PublicRow]", needles: Sequence[Needle], language: str | None, limit: int
) -> list[PublicRow]:
    """The first `limit` of the rows, which come newest first, in whose text every needle is."""
    after = rows.values_list("seq", flat=True)[NEWEST : NEWEST + 1].first()
    if after is None:
        return list(_containing(rows, needles, language)[:limit])
    found = list(_containing(rows.filter(seq__gt=after), needles, language)[:limit])
    if len(found) == limit:
        return found
    return found + list(having(rows.filter(seq__lte=after), needles, language)[: limit - len(found)])


def having(
    rows: "QuerySet[PublicRow]", needles: Sequence[Needle], language: str | None
) -> "QuerySet[PublicRow]":
    """Those of the rows in whose text every needle is, by the index. It finds those that have the tokens;
    whether the needle is there is asked of their texts, in both databases alike.
    """
    tokens = dict.fromkeys(token for needle in needles for token in needle.tokens())
    chosen = list(tokens)[:_MOST_TOKENS]
    if connections[DEFAULT].vendor == "postgresql":
        query = " & ".join(f"'{token}'{':*' if begins else ''}" for token, begins in chosen)
        sql = _POSTGRES + _POSTGRES_NEEDLE * len(needles)
        asked = [query, *(needle.string(language) for needle in needles)]
        return rows.filter(pk__in=RawSQL(sql, asked))  # noqa: S611  constants; tokens are [a-z0-9]+
    query = " AND ".join(f'"{token}"{" *" if begins else ""}' for token, begins in chosen)
    near = rows.filter(pk__in=RawSQL(_SQLITE, [query]))  # noqa: S611  a constant; tokens are [a-z0-9]+
    return _containing(near, needles, language)


def forget_deleted() -> None:
    """Writes SQLite's index anew without the words of texts that were emptied, as after a kill.

    FTS5 only marks what is deleted, and drops it when segments merge, some day; `secure_delete` of the file
    does not reach into them (the option of FTS5 for this wants SQLite 3.42). PostgreSQL has its vacuum.
    Outside a transaction each step is one of its own, of some 20 ms, and lifts go in between.
    """
    connection = connections[DEFAULT]
    if connection.vendor != "sqlite":
        return
    pages = -_PAGES  # below 0: all segments are to become one; the steps after it go on with that
    with connection.cursor() as cursor:
        while True:
            before = connection.connection.total_changes
            cursor.execute(
                "INSERT INTO wire_searchtokens(wire_searchtokens, rank) VALUES ('merge', %s)", [pages]
            )
            if connection.connection.total_changes - before < 2:  # SQLite's own sign that nothing is left
                return
            pages = _PAGES
            time.sleep(_BETWEEN_S)


def _containing(
    rows: "QuerySet[PublicRow]", needles: Sequence[Needle], language: str | None
) -> "QuerySet[PublicRow]":
    for number, needle in enumerate(needles):
        rows = rows.alias(**{f"at_{number}": StrIndex(F("search__text"), Value(needle.string(language)))})
        rows = rows.filter(**{f"at_{number}__gt": 0})
    return rows
