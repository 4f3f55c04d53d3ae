"""The browser ring's fixtures."""

from dateline.faces.portal.tests.conftest import chromium, open_as

__all__ = ["chromium", "open_as"]
