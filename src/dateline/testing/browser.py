"""Debian's Chromium for tests, and axe-core to look at pages with.

Import the fixture into a conftest: `from dateline.testing.browser import chromium`. It ends with its module:
Playwright keeps an event loop running in the test's thread, in which nobody else could call `asyncio.run`.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM: Final = "/usr/bin/chromium"
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
_AXE: Final = Path(__file__).resolve().parents[3] / "node_modules" / "axe-core" / "axe.min.js"
_ASYNC_UNSAFE: Final = "DJANGO_ALLOW_ASYNC_UNSAFE"
_RUN_AXE: Final = """
async (rules) => {
  const only = rules.length ? {runOnly: {type: "rule", values: rules}} : {};
  const found = await axe.run(document, {resultTypes: ["violations"], ...only});
  const shown = v => v.nodes.map(n => n.html.slice(0, 160)).join(" | ");
  return found.violations.map(v => `${v.id}: ${v.help}: ${shown(v)}`);
}
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of one module."""
    if not Path(CHROMIUM).exists():
        pytest.fail(f"{CHROMIUM} is missing; run: make setup-test")
    before = os.environ.get(_ASYNC_UNSAFE)
    # Django takes Playwright's loop for asynchronous code of ours and would refuse its ORM.
    os.environ[_ASYNC_UNSAFE] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        yield browser
        browser.close()
    if before is None:
        del os.environ[_ASYNC_UNSAFE]


def violations(page: Page, *rules: str) -> list[str]:
    """What axe-core finds wrong with the page as it stands: rule, help, and the elements. Empty = nothing.

    `rules`: these of its rules alone, for a page that was looked at and has only changed its colours.
    """
    if not _AXE.is_file():
        pytest.fail("node_modules/axe-core is missing; run: npm ci")
    page.evaluate(
        _AXE.read_text(encoding="utf-8")
    )  # evaluated, not loaded: the page's own policy stays in force
    found: list[str] = page.evaluate(_RUN_AXE, list(rules))
    return found


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def box(page: Page, selector: str) -> dict[str, Any]:
    """Where the first such element stands: x, y, width, height."""
    found = page.locator(selector).first.bounding_box()
    assert found is not None, f"{selector} is not shown"
    return dict(found)
