"""Where the two databases are: two SQLite files by default, one PostgreSQL with a schema of its own for the
ledger when grown.
"""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from dateline.core.errors import BadInput
from dateline.plant.settings import Settings

DEFAULT = "default"
LEDGER = "ledger"
LEDGER_SCHEMA = "ledger"
_WHERE = "DATELINE_DATABASE_URL"

# WAL lets readers go on while one writes; FULL because a row written is a promise kept over power loss.
# secure_delete
# overwrites what was deleted, so that a withdrawn release's keys do not stay readable in free pages.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-64000; PRAGMA secure_delete=ON;"
)


def databases(settings: Settings) -> dict[str, dict[str, Any]]:
    """Django's DATABASES. Raises BadInput when the URL is not one of PostgreSQL."""
    url = settings.database_url.get_secret_value()
    if not url:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return {
            DEFAULT: _sqlite(str(settings.home / "dateline.sqlite3")),
            LEDGER: _sqlite(str(settings.home / "ledger.sqlite3")),
        }
    if not settings.on_postgres:
        raise BadInput("must start with postgresql:// or be empty (two SQLite files)", where=_WHERE)
    try:
        return {DEFAULT: _postgres(url, "public"), LEDGER: _postgres(url, LEDGER_SCHEMA)}
    except ValueError:  # a port that is no number, half an IPv6 address; the URL itself may hold a password
        raise BadInput(
            "is no address of a database; write postgresql://USER:PASSWORD@HOST:PORT/NAME", where=_WHERE
        ) from None


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": name,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": _PRAGMAS},
        # A file, also in tests: several processes and threads open it.
        "TEST": {"NAME": name + ".test"},
    }


def _postgres(url: str, schema: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    _check_options(options)
    if not parts.path.strip("/"):
        raise BadInput("names no database; end it with /NAME", where=_WHERE)
    options["options"] = f"-c search_path={schema}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or options.pop("host", "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": True,
    }


def _check_options(options: dict[str, Any]) -> None:
    """Raises BadInput for what the driver does not know, and when the driver itself is not installed."""
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import make_conninfo
    except ImportError:
        raise BadInput(
            "names PostgreSQL, whose driver is not installed; run: pip install 'psycopg[binary]'",
            where=_WHERE,
        ) from None
    try:
        make_conninfo(**options)
    except ProgrammingError as error:
        raise BadInput(
            f"{str(error).strip()}; see PostgreSQL's connection parameters", where=_WHERE
        ) from None
