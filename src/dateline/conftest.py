"""Fixtures of the whole house."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dateline.core.clock import FixedClock, Instant
from dateline.testing.pytest_home import home_folder

_NO_DATABASE = tuple(
    f"src/dateline/{room}/"
    for room in ("bench", "channels", "client", "core", "edge", "formats", "intake", "testing")
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out of a run on PostgreSQL what no database could change: it has run on SQLite."""
    if os.environ.get("DATELINE_TEST_DATABASE") != "postgres":
        return
    same = [
        item
        for item in items
        if item.get_closest_marker("once")
        or (item.nodeid.startswith(_NO_DATABASE) and item.get_closest_marker("django_db") is None)
    ]
    config.hook.pytest_deselected(items=same)
    left_out = set(same)
    items[:] = [item for item in items if item not in left_out]


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
