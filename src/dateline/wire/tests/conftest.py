"""Fixtures of the room."""

import pytest

from dateline.wire.tests import builders


@pytest.fixture
def house(request: pytest.FixtureRequest) -> None:
    """An issuer and a person in the test database."""
    request.getfixturevalue("transactional_db" if _in_commits(request) else "db")
    builders.add_issuer()


def _in_commits(request: pytest.FixtureRequest) -> bool:
    marker = request.node.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction"))
