"""Real receivers and fresh homes for tests of the command line."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from dateline.cli.tests.forked import commands
from dateline.cli.tests.wire_home import WireHome, wire_home
from dateline.testing.postgres import create_database
from dateline.testing.smtp_sink import MailRule, SmtpSink
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver


@pytest.fixture(scope="session", autouse=True)
def _forking() -> Iterator[None]:
    """Ends the process that the commands are forks of."""
    yield
    commands.stop()


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """A database of its own on the run's PostgreSQL, or empty for SQLite."""
    url = os.environ.get("DATELINE_DATABASE_URL", "")
    if not url:
        yield ""
        return
    name = f"home_{os.getpid()}_{abs(hash(folder)) % 10**8}"
    yield create_database(url, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def receiving_home(folder: Path, database: str) -> Iterator[WireHome]:
    """A fresh home and its receivers; `gone@...` does not exist at the relay."""
    hooks = WebhookReceiver(rules=[HookRule("503", pattern="/failing")], store=True)
    sink = SmtpSink(folder / "mail", rules=[MailRule("550", pattern="gone@*")], store=True)
    extra = {"DATELINE_DATABASE_URL": database} if database else {}
    with hooks, sink, wire_home(folder, sink, hooks, **extra) as home:
        yield home


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """See own_database."""
    with own_database(tmp_path) as url:
        yield url


@pytest.fixture
def wire(tmp_path: Path, database_url: str) -> Iterator[WireHome]:
    """A fresh, empty home."""
    with receiving_home(tmp_path, database_url) as home:
        yield home


@pytest.fixture
def populated(wire: WireHome) -> WireHome:
    """The same with issuer, outlets, journalists and desktops."""
    wire.populate()
    return wire


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WireHome]:
    """A populated home that the tests of a module share: for what is refused and changes nothing."""
    folder = tmp_path_factory.mktemp("standing")
    with own_database(folder) as url, receiving_home(folder, url) as home:
        home.populate()
        yield home
