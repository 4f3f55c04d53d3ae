"""The public pages in a real browser: axe, both themes, four scripts, keyboard, no scripts, weight, print."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from dateline.core.languages import WIRE_LANGUAGES
from dateline.demo.releases import main_releases
from dateline.faces.tests.site import Site
from dateline.formats import registry
from dateline.formats.mail import SLOTS, filled, html_pieces, read_mail
from dateline.formats.tests.agency import kinds
from dateline.formats.tests.test_agency_schemas import edition_of
from dateline.formats.tests.test_round_trips import AFTER
from dateline.testing.browser import box, overflow, violations
from dateline.testing.counts import reduced

pytestmark = pytest.mark.face
PAGES = [
    "front-en",
    "front-ar",
    "front-ja",
    "front-th",
    "empty-front",
    "rich-en",
    "rich-ar",
    "rich-ja",
    "rich-th",
    "plain-en",
    "corrected",
    "withdrawn",
    "killed",
    "missing",
    "search",
    "sector",
    "stop",
    "preferences",
    "sign-in",
    "accounts",
    "nothing",
]
IN_EVERY_LANGUAGE = {"front-ja", "front-th", "rich-ja", "rich-th"}
"""Whose like test_axe_finds_nothing_in_any_language looks at."""
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A wire with releases of every kind."""
    made = Site(Path(tmp_path_factory.mktemp("site")) / "home")
    made.shown = made.act("fill")
    made.start("web")
    yield made
    made.stop_all()


def address(site: Site, name: str) -> str:
    """The path of a page by its name in PAGES."""
    kind, _, language = name.partition("-")
    fixed = {
        "front": f"/{language}/",
        "empty": "/ko/",
        "search": "/en/search/?q=museum",
        "sector": "/ar/sector/energy/",
        "stop": site.shown["stop"] + "?language=ar",
        "preferences": site.shown["preferences"],
        "sign": site.shown["sign_in"],
        "accounts": "/accounts/",
        "nothing": "/nothing/",
    }
    if kind in fixed:
        return str(fixed[kind])
    return str(site.shown[kind][language] if language else site.shown[kind])


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Open]:
    """`visit("front-en", color_scheme="dark")`: the page, loaded; errors of the page fail the test."""
    contexts = []
    problems: list[str] = []

    def open_page(name: str, **options: Any) -> Page:
        options = {"viewport": {"width": 1280, "height": 900}, "timezone_id": "Asia/Singapore"} | options
        context = chromium.new_context(base_url=site.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.goto(address(site, name), wait_until="load")
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A page that answers 404 or 410 on purpose is an error to the console, so is a terminal without an edge.
    assert [p for p in problems if not any(why in p for why in ("404", "410", "CONNECTION_REFUSED"))] == []


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_in_either_theme_and_nothing_is_wider_than_the_window(
    visit: Open, name: str
) -> None:
    page = visit(name, color_scheme="light")
    if name not in IN_EVERY_LANGUAGE:
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        assert violations(page, "color-contrast", "link-in-text-block") == []
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) <= 0, width


def test_axe_finds_nothing_in_any_language(visit: Open, site: Site) -> None:
    """The article and one other page of each language, all pages of each in the full counts; themes in turn.

    A name of a control, a heading or a place that a catalogue leaves empty or says twice is found here.
    """
    page = visit("front-en")
    found = []
    for number, tag in enumerate(WIRE_LANGUAGES):
        page.set_extra_http_headers({"Accept-Language": tag})
        page.emulate_media(color_scheme="dark" if number % 2 else "light")
        others = others_in(site, tag)
        turn = number % len(others)
        for path in (site.shown["every"][tag], *others[turn : turn + reduced(1, len(others))]):
            page.goto(path, wait_until="load")
            shown = page.evaluate("[document.documentElement.lang, document.dir || 'ltr']")
            if shown != [tag, "rtl" if tag == "ar" else "ltr"]:
                found.append(f"{path}: shown in {shown}")
            found += [f"{path}: {said}" for said in violations(page)]
            if overflow(page) > 0:
                found.append(f"{path}: wider than the window")
    assert not found, "\n".join(found)


def others_in(site: Site, tag: str) -> list[str]:
    """Every kind of public page but the article, as a reader of that language is given it."""
    missing = site.shown["killed"].replace("/en/", f"/{tag}/")
    lists = [f"/{tag}/{path}" for path in ("", "sector/05000000/", "country/gb/", "search/?q=26")]
    people = [f"{site.shown['stop']}?language={tag}", f"/preferences/?language={tag}", "/accounts/"]
    return [*lists, f"/terminal/{tag}/", *people, missing, "/nothing/"]


def test_axe_finds_nothing_in_a_mail_of_any_language(chromium: Browser) -> None:
    """The release's mail: released and corrected in turn, all kinds in the full counts, on a telephone."""
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    found = []
    boats = next(sample for sample in main_releases() if sample.original == "en")
    for number, story in enumerate(boats.stories()):
        every = list(kinds(edition_of(replace(story, origin="third-party", provider="Feed"), "en")))
        turn = number % len(every)
        for edition in every[turn : turn + reduced(1, len(every))]:
            document = read_mail(registry.codec("mail").render(edition, AFTER))
            pieces = html_pieces(document, frozenset(SLOTS))
            page.set_content(filled(pieces, dict.fromkeys(SLOTS, "https://wire.example/a"), html=True))
            found += [f"{edition.language} {edition.type}: {said}" for said in violations(page)]
            if overflow(page) > 0:
                found.append(f"{edition.language} {edition.type}: wider than a telephone")
    page.close()
    assert not found, "\n".join(found)


def test_arabic_runs_from_the_right(visit: Open) -> None:
    page = visit("rich-ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    wire, search = box(page, ".masthead .wire"), box(page, ".masthead form")
    assert wire["x"] > search["x"] + search["width"]
    headline, related = box(page, ".headline"), box(page, ".related")
    assert headline["x"] > related["x"]
    bar = page.locator("blockquote").evaluate("e => getComputedStyle(e).borderRightWidth")
    assert bar == "3px"
    phone = page.locator(".phone")
    assert phone.get_attribute("dir") == "ltr" and phone.inner_text() == "+65 5550 1234"


def test_english_runs_from_the_left(visit: Open) -> None:
    page = visit("rich-en")
    assert box(page, ".masthead .wire")["x"] < box(page, ".masthead form")["x"]
    assert box(page, ".headline")["x"] < box(page, ".related")["x"]


def test_one_column_on_a_telephone(visit: Open) -> None:
    page = visit("rich-en", viewport={"width": 390, "height": 800})
    assert box(page, ".related")["y"] > box(page, ".provenance")["y"]


@pytest.mark.parametrize("name", ["front-en", "rich-ar", "stop", "accounts"])
def test_the_first_key_leads_past_the_furniture(visit: Open, name: str) -> None:
    page = visit(name)
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    assert box(page, ".skip")["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_every_stop_of_the_keyboard_is_visible(visit: Open) -> None:
    page = visit("rich-en")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        state = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.tagName, s.outlineStyle, parseFloat(s.outlineWidth)] }"
        )
        if state[0] == "BODY":
            break
        seen.append(state)
    assert len(seen) > 10
    assert all(style == "solid" and width >= 2 for _, style, width in seen), seen
    assert ["DIV", "solid", 3] in seen  # the table's frame scrolls by keyboard


def test_all_is_readable_before_any_script(visit: Open, site: Site) -> None:
    page = visit("front-en", java_script_enabled=False)
    page.get_by_label("Search").fill("second hall")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name="Harbour museum opens its second hall").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbour museum opens its second hall")
    page.get_by_role("link", name="1", exact=True).click()
    page.get_by_role("link", name="This is version 1.").click()
    assert urlsplit(page.url).path == site.shown["corrected"]


def test_a_language_is_one_click_away_without_scripts(visit: Open, site: Site) -> None:
    page = visit("plain-en", java_script_enabled=False)
    page.locator(".languages").get_by_role("link", name="日本語").click()
    assert urlsplit(page.url).path == site.shown["plain"]["ja"]


def test_signing_in_without_scripts(visit: Open, site: Site) -> None:
    site.shown["sign_in"] = site.act("link")["sign_in"]
    page = visit("sign-in", java_script_enabled=False)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/accounts/")
    expect(page.get_by_text("You are signed in as")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("dateline user link NAME")).to_be_visible()


def test_the_reader_sees_their_own_time_beside_utc(visit: Open) -> None:
    page = visit("rich-en")
    expect(page.locator(".published .own-time")).to_contain_text("GMT+8")
    expect(page.locator(".published time")).to_contain_text("UTC")


@pytest.mark.parametrize("name", ["plain-en", "plain-ar", "plain-ja", "plain-th"])
def test_an_article_weighs_at_most_100_kb(chromium: Browser, site: Site, name: str) -> None:
    """Without pictures, fonts included; and nobody else is asked for anything."""
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  it marks its handler
    page.goto(address(site, name), wait_until="networkidle")
    weight = sum(answer.request.sizes()["responseBodySize"] for answer in answers)
    hosts = {urlsplit(answer.url).netloc for answer in answers}
    assert context.cookies() == []
    context.close()
    assert hosts == {urlsplit(site.url).netloc}
    assert weight <= 100 * 1024, f"{weight} bytes: " + ", ".join(
        f"{urlsplit(a.url).path} {a.status}" for a in answers
    )


def test_print_shows_the_text_alone(visit: Open) -> None:
    page = visit("rich-en")
    page.emulate_media(media="print")
    for hidden in (".search", ".languages", ".related"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".headline")).to_be_visible()
    expect(page.locator(".hash")).to_be_visible()


def test_motion_stops_for_those_who_ask(visit: Open) -> None:
    page = visit("front-en", reduced_motion="reduce")
    seconds = page.evaluate(
        "() => { const e = document.createElement('progress'); document.body.append(e);"
        " return parseFloat(getComputedStyle(e).transitionDuration) }"
    )
    assert seconds <= 0.001


def test_stopping_in_the_browser(visit: Open) -> None:
    page = visit("stop", java_script_enabled=False)
    page.get_by_role("button").click()
    expect(page.get_by_role("status")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "ar"


def test_a_page_of_the_wire_may_follow_the_stream(visit: Open, site: Site) -> None:
    """/stream answers 307 to the edge at another port, which is another origin to a browser."""
    site.start("edge")
    page = visit("front-en")
    page.evaluate(
        "() => { window.heard = []; window.line = new EventSource('/stream?language=en');"
        " window.line.onmessage = m => window.heard.push(JSON.parse(m.data).release) }"
    )
    page.wait_for_function("() => window.line.readyState === EventSource.OPEN")
    release = site.act("out", "live")["release"]
    page.wait_for_function("release => window.heard.includes(release)", arg=release)
    page.evaluate("() => window.line.close()")
    site.stop("edge")
