"""Fixtures of the faces."""

import runpy
from pathlib import Path
from typing import Any

import pytest

from dateline.faces import interface
from dateline.faces.newsroom import sitemaps
from dateline.faces.tests import press
from dateline.testing.browser import chromium

__all__ = ["chromium"]


@pytest.fixture(autouse=True)
def _new_sitemaps() -> None:
    """Each test has a log of its own, with the same numbers as the last one's."""
    sitemaps.forget()


@pytest.fixture
def house(request: pytest.FixtureRequest) -> None:
    """An issuer and a person, in the test's transaction or committed, as its mark asks."""
    marker = request.node.get_closest_marker("django_db")
    in_commits = bool(marker and marker.kwargs.get("transaction"))
    request.getfixturevalue("transactional_db" if in_commits else "db")
    press.add_house()


@pytest.fixture
def anonymous() -> Any:
    """A browser without cookies that follows the language of its header only."""
    from django.test import Client

    return Client(enforce_csrf_checks=True)


@pytest.fixture(scope="session")
def compiled_catalogues() -> None:
    """The catalogues of the desks' pages as they lie in the tree, compiled where that was not done yet."""
    script = Path(__file__).parents[4] / "scripts" / "build_messages.py"
    for _unfinished in runpy.run_path(str(script))["build"]():
        pass
    interface.offered.cache_clear()
