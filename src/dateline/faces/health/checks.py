"""What a ready wire stands on, asked one by one."""

from dataclasses import dataclass

from django.db import DatabaseError, connections

from dateline.core.clock import iso_z
from dateline.core.errors import DatelineError
from dateline.plant.db.databases import DEFAULT, LEDGER
from dateline.plant.settings import get_settings
from dateline.wire import services as wire


@dataclass(frozen=True, slots=True)
class Check:
    """`state` is `ok` or what is wrong, without secrets. `needed`: pages cannot be served without it."""

    name: str
    state: str
    needed: bool


def checks() -> list[Check]:
    """database and ledger (both must answer), keys (must be readable), clock (who lifts, for people to
    see).
    """
    return [
        _database(DEFAULT, "database"),
        _database(LEDGER, "ledger"),
        _keys(),
        Check("clock", clock(), False),
        Check("wire", wide_hold(), False),
    ]


def _database(alias: str, name: str) -> Check:
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        return Check(name, f"does not answer ({type(error).__name__})", True)
    return Check(name, "ok", True)


def _keys() -> Check:
    try:
        get_settings().secret("web")
    except (OSError, DatelineError):
        return Check("keys", "cannot be read; see `dateline doctor`", True)
    return Check("keys", "ok", True)


def wide_hold() -> str:
    """`ok` unless the whole wire is on hold: then pages are served and nothing new comes."""
    try:
        found = wire.wide_hold()
    except DatabaseError:
        return "not known: its database does not answer"
    return f"on hold since {iso_z(found.since)}; nothing lifts" if found.on and found.since else "ok"


def clock() -> str:
    """`ok` while a clock leads: one of this home, on PostgreSQL one on any machine."""
    try:
        led = wire.clock_leads(get_settings())
    except DatabaseError:
        return "not known: its database does not answer"
    return "ok" if led else "no clock runs: nothing lifts; start `dateline up`"
