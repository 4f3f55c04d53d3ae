"""Fixtures of the whole house."""

from datetime import UTC, datetime
from pathlib import Path

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
