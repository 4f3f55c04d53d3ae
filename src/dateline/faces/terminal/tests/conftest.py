"""A wire with web and edge, a hand to act on it, and pages of the terminal in a real browser."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dateline.faces.terminal.tests.hand import Hand
from dateline.faces.tests.conftest import anonymous, house
from dateline.faces.tests.site import Site
from dateline.testing.browser import chromium

__all__ = ["anonymous", "chromium", "house"]
Open = Callable[..., Page]


# One wire for all modules here: three processes cost more than most of the tests.
@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An empty wire; web and edge run."""
    made = Site(Path(tmp_path_factory.mktemp("terminal")) / "home")
    made.start("web")
    made.start("edge")
    yield made
    made.stop_all()


@pytest.fixture(scope="package")
def hand(site: Site) -> Iterator[Hand]:
    """Acts on the wire."""
    made = Hand(site)
    try:
        made("house")
        yield made
    finally:
        made.close()


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """What a page is to show may take long on a busy machine."""
    expect.set_options(timeout=60_000)
    yield
    expect.set_options(timeout=None)


@pytest.fixture
def context(chromium: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """`context(viewport=...)`: a browser of its own; whatever its pages throw fails the test."""
    made: list[BrowserContext] = []
    problems: list[str] = []

    def new(**options: Any) -> BrowserContext:
        options = {"viewport": {"width": 1280, "height": 800}, "timezone_id": "Asia/Singapore"} | options
        found = chromium.new_context(base_url=site.url, **options)
        found.set_default_timeout(60_000)
        found.on("weberror", lambda error: problems.append(str(error.error)))
        made.append(found)
        return found

    yield new
    for found in made:
        found.close()
    assert problems == []


@pytest.fixture
def visit(context: Callable[..., BrowserContext]) -> Open:
    """`visit("/terminal/en/")`: the page once it is live."""

    def open_page(path: str = "/terminal/en/", **options: Any) -> Page:
        page = context(**options).new_page()
        page.goto(path)
        live(page)
        return page

    return open_page


def live(page: Page) -> None:
    """Waits until the line is held."""
    page.wait_for_selector("#state[data-name=live]")


def row(page: Page, release: str) -> Any:
    """The line of a release."""
    return page.locator(f"#row-{release}")


def until_connected(site: Site, count: int) -> None:
    """Waits until the edge holds so many lines; it notices those that were hung up after a moment."""
    for _ in range(600):
        if connected(site) == count:
            return
        time.sleep(0.1)
    raise AssertionError(f"{connected(site)} lines, not {count}")


def connected(site: Site) -> int:
    """Lines that the edge holds."""
    with urlopen(f"{site.edge_url}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return int(next(line for line in lines if line.startswith("dateline_edge_connected ")).split(" ")[1])
