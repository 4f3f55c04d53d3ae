"""Fixtures of the browser ring: the live site, signed in as somebody."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from dateline.faces.portal.tests import kit
from dateline.faces.tests.conftest import compiled_catalogues
from dateline.testing.browser import chromium

__all__ = ["chromium", "compiled_catalogues"]
Open = Callable[..., Page]


@pytest.fixture
def open_as(chromium: Browser, live_server: Any) -> Iterator[Open]:
    """`open_as("carl", java_script_enabled=False)`: a page of that person; its errors fail the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def start(person: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **{"locale": "en", **options})
        context.add_cookies([session_cookie(kit.signed_in(person), live_server.url)])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        return page

    yield start
    for context in contexts:
        context.close()
    # A refused form answers 422, which the console of the browser calls an error.
    assert [problem for problem in problems if "422" not in problem] == []


def session_cookie(client: Client, url: str) -> Any:
    """The client's session for the browser."""
    name = django_settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}
