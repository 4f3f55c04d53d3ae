"""A journalist joins, narrows, pauses and stops: in a browser, without scripts, from a mailed link."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dateline.core.phrases import phrase
from dateline.faces.tests.site import Site
from dateline.testing.browser import overflow, violations

pytestmark = pytest.mark.face
WIDTHS = {"phone": 390, "desktop": 1280}
SHOTS = os.environ.get("DATELINE_SCREENSHOTS", "")
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A wire with one release out; letters are read where the ledger would mail them."""
    made = Site(Path(tmp_path_factory.mktemp("site")) / "home")
    made.shown = made.act("fill")
    made.start("web")
    yield made
    made.stop_all()


@pytest.fixture
def browse(chromium: Browser, site: Site) -> Iterator[Open]:
    """`browse("ar", "phone")`: a page without scripts in that language; errors of the page fail the test."""
    contexts = []
    problems: list[str] = []

    def open_page(language: str, width: str) -> Page:
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": WIDTHS[width], "height": 900},
            locale=language,
            timezone_id="Asia/Singapore",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [p for p in problems if "404" not in p and "410" not in p] == []


def pictured(page: Page, name: str) -> None:
    """A picture where wanted."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def looked_at(page: Page, name: str) -> None:
    """No violation (phones dark, desktops light), nothing wider than the window."""
    pictured(page, name)
    page.emulate_media(color_scheme="dark" if "phone" in name else "light")
    assert violations(page) == [], name
    assert overflow(page) <= 0, name


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_journalist_joins_narrows_pauses_and_stops(
    browse: Open, site: Site, language: str, width: str
) -> None:
    def word(key: str, **values: Any) -> str:
        return phrase(key, language, wire="Dateline", **values)

    address = f"bo-{language}-{width}@post.example"
    name = f"{language}-{width}"
    page = browse(language, width)

    page.goto("/preferences/")
    looked_at(page, f"ask-{name}")
    page.get_by_role("link", name=word("preferences.join-title")).click()
    page.get_by_label(word("preferences.address")).fill(address)
    page.get_by_label(word("preferences.name")).fill("Bo Lee")
    page.get_by_label(word("preferences.country")).select_option("SG")
    page.locator("input[name=sectors][value='20000256']").check()
    looked_at(page, f"join-{name}")
    page.get_by_role("button", name=word("preferences.join-button")).click()
    expect(page.get_by_role("status")).to_be_visible()
    pictured(page, f"asked-{name}")

    page.goto(site.act("letter", address)["path"])
    looked_at(page, f"confirm-{name}")
    page.get_by_role("button", name=word("letter.join-button")).click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.get_by_text(address)).to_be_visible()
    looked_at(page, f"own-{name}")

    page.get_by_label(word("preferences.mode-digest"), exact=True).check()
    page.get_by_label(word("preferences.digest-at")).fill("06:45")
    page.get_by_label(word("preferences.countries")).select_option(["ID", "SG"])
    page.get_by_role("button", name=word("preferences.save"), exact=True).click()
    expect(page.get_by_role("status")).to_have_text(word("preferences.saved"))
    expect(page.get_by_text(word("preferences.say-digest", time="06:45"))).to_be_visible()

    page.get_by_role("button", name=word("preferences.pause-week")).click()
    expect(page.locator("#what + ul")).to_contain_text(word("preferences.paused", until="|").split("|")[0])
    pictured(page, f"paused-{name}")

    page.get_by_role("button", name=word("stop.button")).click()
    expect(page.get_by_role("status")).to_have_text(word("stop.done"))
    pictured(page, f"stopped-{name}")
    page.goto("/preferences/")
    expect(page.get_by_label(word("preferences.address"))).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_link_in_a_mail_lessens_in_one_step(browse: Open, site: Site, width: str) -> None:
    page = browse("en", width)
    page.goto(site.shown["stop"])
    looked_at(page, f"stop-{width}")
    page.get_by_role("link", name="Fewer mails").click()
    looked_at(page, f"fewer-{width}")
    if width == "phone":
        page.get_by_role("button", name="At most 3 a day").click()
        expect(page.get_by_role("status")).to_have_text("Saved.")
    else:
        page.get_by_role("button", name="Pause for a week").click()
        expect(page.get_by_role("status")).to_contain_text("Paused until")


def test_a_used_link_says_so(browse: Open, site: Site) -> None:
    page = browse("en", "phone")
    path = site.act("letter", "mei@paper.example", "ask")["path"]
    page.goto(path)
    page.get_by_role("button", name="Open my preferences").click()
    page.goto("/preferences/erase/")
    looked_at(page, "erase")
    page.goto(path)
    expect(page.get_by_role("status")).to_contain_text("This link was used at")
    looked_at(page, "used")
