"""Fixtures of the browser ring: Debian's Chromium on the live site, signed in as somebody."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from dateline.faces.portal.tests import kit

CHROMIUM = "/usr/bin/chromium"
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the run."""
    # Playwright keeps a loop running in this thread; Django would take that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium: Browser, live_server: Any) -> Iterator[Open]:
    """`open_as("carl", javascript=False)`: a page with that person's session; its errors fail the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def start(person: str, *, javascript: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            java_script_enabled=javascript,
            locale=options.pop("locale", "en"),
            **options,
        )
        context.add_cookies([session_cookie(kit.signed_in(person), live_server.url)])
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.problems = problems  # type: ignore[attr-defined]
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
