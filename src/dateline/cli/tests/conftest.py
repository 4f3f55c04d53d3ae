"""Real receivers and fresh homes for tests of the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dateline.cli.tests.wire_home import WireHome, wire_home
from dateline.testing.postgres import create_database
from dateline.testing.smtp_sink import MailRule, SmtpSink
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A database of its own on the run's PostgreSQL, or empty for SQLite."""
    import os

    url = os.environ.get("DATELINE_DATABASE_URL", "")
    if not url:
        yield ""
        return
    import psycopg

    name = f"home_{os.getpid()}_{abs(hash(tmp_path)) % 10**8}"
    yield create_database(url, name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def wire(tmp_path: Path, database_url: str) -> Iterator[WireHome]:
    """A fresh home with issuer, outlets, journalists and desktops; `gone@...` does not exist at the relay."""
    hooks = WebhookReceiver(rules=[HookRule("503", pattern="/failing")], store=True)
    sink = SmtpSink(tmp_path / "mail", rules=[MailRule("550", pattern="gone@*")], store=True)
    extra = {"DATELINE_DATABASE_URL": database_url} if database_url else {}
    with hooks, sink, wire_home(tmp_path, sink, hooks, **extra) as home:
        yield home


@pytest.fixture
def populated(wire: WireHome) -> WireHome:
    """The same with people in it."""
    wire.populate()
    return wire
