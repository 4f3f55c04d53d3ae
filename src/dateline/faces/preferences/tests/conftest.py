"""Fixtures of preferences."""

from dateline.faces.tests.conftest import anonymous, house
from dateline.testing.browser import chromium

__all__ = ["anonymous", "chromium", "house"]
