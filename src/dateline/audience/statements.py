"""Set-based SQL for crowds, one text for SQLite and PostgreSQL, over the main database."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from django.db import connections

from dateline.audience.rules import Profile
from dateline.core.clock import Instant
from dateline.plant.db.databases import DEFAULT

T = TypeVar("T")
CHUNK = 1000
"""Rows in one statement: with up to 20 columns, well below SQLite's 32,766 parameters."""

TABLES = {"outlet": "audience_outlet", "journalist": "audience_journalist", "desktop": "audience_desktop"}

# The columns of `Profile`, in its order.
_OUTLETS = """
    SELECT r.recipient, r.address_key, 'outlet', r.kind, r.country, r.languages, r.sectors, '',
        r.channel, r.domain, r.format, 1 = 1, r.third_party, 1 = 0, COALESCE(s.reason, ''), '', '', ''
    FROM audience_outlet r
    LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.address_key
"""
_JOURNALISTS = """
    SELECT r.recipient, r.person, 'journalist', 'journalist', r.country, r.languages, r.sectors, r.keywords,
        'mail', r.domain, 'mail', r.consent <> '', r.third_party,
        (r.paused_until IS NOT NULL AND r.paused_until > %s), COALESCE(s.reason, ''),
        r.countries, r.issuers_only, r.issuers_not
    FROM audience_journalist r
    LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.person
"""
_DESKTOPS = """
    SELECT r.recipient, '', 'desktop', 'desktop', r.country, r.languages, r.sectors, r.keywords, '', '', '',
        1 = 1, 1 = 0, 1 = 0, '', '', '', ''
    FROM audience_desktop r
"""
_GROUP_BY = {
    "outlet": "r.country, r.languages, r.sectors",
    "journalist": "r.country, r.languages, r.sectors, r.keywords, r.countries, r.issuers_only, r.issuers_not",
    "desktop": "r.country, r.languages, r.sectors, r.keywords",
}
# Who is reachable at all, in groups that share everything the rules look at.
_GROUPED = {
    "outlet": """
        SELECT r.country, r.languages, r.sectors, '', '', '', '', COUNT(*)
        FROM audience_outlet r
        LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.address_key
        WHERE s.key IS NULL
    """,
    "journalist": """
        SELECT r.country, r.languages, r.sectors, r.keywords, r.countries, r.issuers_only, r.issuers_not,
            COUNT(*)
        FROM audience_journalist r
        LEFT JOIN audience_suppression s ON s.scope = 'all' AND s.key = r.person
        WHERE s.key IS NULL AND r.consent <> '' AND (r.paused_until IS NULL OR r.paused_until <= %s)
    """,
    "desktop": """
        SELECT r.country, r.languages, r.sectors, r.keywords, '', '', '', COUNT(*)
        FROM audience_desktop r
        WHERE 1 = 1
    """,
}


def chunked(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """`values` in lists of at most `size`."""
    source = iter(values)
    while chunk := list(islice(source, size)):
        yield chunk


def fetch(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """All rows of a query."""
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute(sql, list(parameters))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def marks(values: Sequence[object]) -> str:
    """`%s, %s, ...` for an IN list; `NULL` for an empty one, which nothing is in."""
    return ", ".join(["%s"] * len(values)) or "NULL"


def stored_instant(at: Instant) -> Any:
    """The instant in the form this database keeps it."""
    return connections[DEFAULT].ops.adapt_datetimefield_value(at)


def outlets(countries: Iterable[str] | None = None) -> list[Profile]:
    """Outlets in these countries; None = in all."""
    return _profiles(_OUTLETS, (), "country", countries)


def journalists(now: Instant, countries: Iterable[str] | None = None) -> list[Profile]:
    """Journalists in these countries; None = in all."""
    return _profiles(_JOURNALISTS, (stored_instant(now),), "country", countries)


def profiles(recipients: Iterable[str], now: Instant) -> list[Profile]:
    """Recipients of any kind by id; unknown ones are left out."""
    ids = sorted(recipients)
    return [
        *_profiles(_OUTLETS, (), "recipient", ids),
        *_profiles(_JOURNALISTS, (stored_instant(now),), "recipient", ids),
        *_profiles(_DESKTOPS, (), "recipient", ids),
    ]


def outlets_at(address_key: str) -> list[Profile]:
    """Outlets mailed at this address."""
    return _profiles(_OUTLETS, (), "address_key", [address_key])


def _profiles(
    select: str, parameters: Sequence[Any], column: str, values: Iterable[str] | None
) -> list[Profile]:
    if values is None:
        return list(map(Profile._make, fetch(select, parameters)))
    wanted = sorted(values)
    where = f"{select} WHERE r.{column} IN ({marks(wanted)})"
    return list(map(Profile._make, fetch(where, [*parameters, *wanted])))


class Group(NamedTuple):
    """How many recipients share all that the rules look at; the lists as in `Profile`, empty where a role has
    none.
    """

    country: str
    languages: str
    sectors: str
    keywords: str
    about: str
    issuers_only: str
    issuers_not: str
    how_many: int


def groups(
    role: str, now: Instant, *, countries: Iterable[str] | None = None, kinds: Iterable[str] | None = None
) -> list[Group]:
    """Who is reachable at all. `kinds` narrow outlets only."""
    sql = _GROUPED[role]
    parameters: list[Any] = [stored_instant(now)] if role == "journalist" else []
    narrowings = [("country", countries)] + ([("kind", kinds)] if role == "outlet" else [])
    for column, values in narrowings:
        if values is not None:
            wanted = sorted(values)
            sql += f" AND r.{column} IN ({marks(wanted)})"
            parameters += wanted
    return list(map(Group._make, fetch(f"{sql} GROUP BY {_GROUP_BY[role]}", parameters)))


def stored(table: str, columns: Sequence[str], recipients: Sequence[str]) -> dict[str, tuple[Any, ...]]:
    """The columns of rows already there, by recipient."""
    rows = fetch(
        f"SELECT recipient, {', '.join(columns)} FROM {table} WHERE recipient IN ({marks(recipients)})",  # noqa: S608
        recipients,
    )
    return {row[0]: row[1:] for row in rows}


ERASURE = "erasure"
"""The source of a suppression that stands for somebody who was erased."""


def erased(persons: Sequence[str]) -> set[str]:
    """Those of these people who asked to be erased."""
    rows = fetch(
        f"SELECT key FROM audience_suppression WHERE source = %s AND key IN ({marks(persons)})",  # noqa: S608
        [ERASURE, *persons],
    )
    return {row[0] for row in rows}


def upsert(
    table: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    replaced: Sequence[str],
    kept_by: str = "",
) -> None:
    """Writes rows, the first column being the recipient; of rows already there only `replaced` change.

    `kept_by` names a column that lists columns which stay as they are: decided by the database, so that a
    choice made this very moment is not overwritten either.
    """
    one = f"({marks(columns)})"
    changes = ", ".join(
        f"{name} = CASE WHEN ';' || {table}.{kept_by} || ';' LIKE '%%;{name};%%' THEN {table}.{name}"
        f" ELSE excluded.{name} END"
        if kept_by
        else f"{name} = excluded.{name}"
        for name in replaced
    )
    with connections[DEFAULT].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * len(rows))}"  # noqa: S608
            f" ON CONFLICT (recipient) DO UPDATE SET {changes}",
            [value for row in rows for value in row],
        )
