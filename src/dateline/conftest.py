"""Fixtures of the whole house."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dateline.core.clock import FixedClock, Instant
from dateline.testing.pytest_home import home_folder


@pytest.fixture
def home() -> Path:
    """The home of this test run."""
    return Path(home_folder.name)


@pytest.fixture
def clock() -> FixedClock:
    """A clock standing at 2026-11-24T00:00:00Z."""
    return FixedClock(Instant(datetime(2026, 11, 24, tzinfo=UTC)))


@pytest.fixture
def fresh_home(tmp_path: Path) -> Path:
    """An empty home for tests that start processes of their own."""
    return tmp_path / "home"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Both databases of this run's home, brought up by the same migrations that `dateline up` runs.

    Django's own test set-up takes two aliases of one PostgreSQL for copies of each other and never makes the
    ledger's schema. The home (and the PostgreSQL server) belong to this run alone, so they are used as is.
    """
    from dateline.plant.db.setup import migrate

    with django_db_blocker.unblock():
        migrate()
        yield
