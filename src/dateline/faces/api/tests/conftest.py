"""Fixtures of the API's tests: a house, and programs with keys."""

import pytest

from dateline.faces.api.keys import ASKED, WRONG
from dateline.faces.api.tests.program import Program, program
from dateline.faces.portal.tests import kit
from dateline.testing.browser import chromium

__all__ = ["chromium"]


@pytest.fixture(autouse=True)
def _rates() -> None:
    """Every test begins with full buckets."""
    ASKED.clear()
    WRONG.clear()


@pytest.fixture
def house(request: pytest.FixtureRequest) -> None:
    """Two issuers with a person each, and an operator; committed where the test's mark asks for it."""
    marker = request.node.get_closest_marker("django_db")
    in_commits = bool(marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if in_commits else "db")
    kit.house()


@pytest.fixture
def acme(house: None) -> Program:
    """A program of Acme with everything an issuer's key may have."""
    return program("carl")


@pytest.fixture
def minato(house: None) -> Program:
    """The same of another issuer."""
    return program("dora")


@pytest.fixture
def desk_program(house: None) -> Program:
    """A program of the desk, bound to nothing."""
    return program("ops", wire=True)
