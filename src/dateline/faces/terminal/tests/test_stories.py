"""The terminal in a real browser: reading, keys, filters, alerts, watchlist, tabs; axe, themes, phones."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from dateline.faces.terminal.tests.conftest import Open, live, row, until_connected
from dateline.faces.terminal.tests.hand import Hand
from dateline.faces.tests.site import Site
from dateline.testing.browser import overflow, violations

pytestmark = pytest.mark.face


@pytest.fixture(scope="module")
def shown(hand: Hand) -> dict[str, str]:
    """Releases on the wire, by name."""
    names = {"plain": hand("out", "plain", "", ["en", "ar", "ja"]), "rich": hand("rich", "en", "ar")}
    names["killed"] = hand("out", "killed")
    hand("kill", names["killed"])
    return names


def clean(page: Page, *schemes: str) -> None:
    """Nothing for axe in these themes, nothing wider than the window."""
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert violations(page) == []
    assert overflow(page) <= 0


def test_reading_with_the_keyboard_alone(visit: Open, hand: Hand) -> None:
    hand("out", "plain", "", ["en", "ja"])
    rich, killed = hand("rich", "en", "ar"), hand("out", "killed")
    hand("kill", killed)
    page = visit()
    expect(page.locator("#list [role=option] .text").first).to_contain_text("This release has been killed.")
    clean(page, "light", "dark")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(row(page, rich)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#pane h2.headline")).to_contain_text("Harbour museum opens its new hall")
    expect(page.locator("#pane .boilerplate")).to_be_visible()
    clean(page, "light")
    page.keyboard.press("j")
    expect(page.locator("#pane .provenance")).to_contain_text("Harbour Museum")
    expect(page.locator("#pane .boilerplate")).to_have_count(0)
    page.locator("#pane .languages").get_by_role("link", name="日本語").click()
    expect(page.locator("#pane article")).to_have_attribute("lang", "ja")
    page.keyboard.press("Escape")
    expect(page.locator("#pane")).to_be_hidden()
    expect(page.locator("#list")).to_be_focused()
    ring = page.locator("#list [aria-selected=true]").evaluate("e => getComputedStyle(e).outlineStyle")
    assert ring == "solid"
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    clean(page, "dark")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()
    clean(page, "light")


def test_a_reader_sees_their_language_and_zone_and_the_others_at_a_key(
    visit: Open, shown: dict[str, str]
) -> None:
    page = visit("/terminal/ar/")
    line = row(page, shown["plain"]).locator(".headline-text")
    expect(line).to_have_attribute("dir", "rtl")
    page.keyboard.press("o")
    expect(line).to_have_text("Harbour museum opens its new hall HB-7 to the public")
    expect(line).to_have_attribute("lang", "en")
    page.keyboard.press("o")
    expect(line).to_have_attribute("lang", "ar")
    time = row(page, shown["plain"]).locator(".time")
    own = time.inner_text()
    page.keyboard.press("z")
    expect(page.locator("#zone")).to_have_value("UTC")
    utc = time.inner_text()
    assert own[-10:] == utc[-10:] and own[-12:-10] != utc[-12:-10]  # eight hours apart, to the millisecond
    expect(page.locator("#figures")).to_contain_text("انحراف الساعة")


def test_the_stream_of_one_language_still_gives_the_original(visit: Open, shown: dict[str, str]) -> None:
    page = visit("/terminal/en/?language=ja")
    line = row(page, shown["plain"]).locator(".headline-text")
    expect(line).to_have_attribute("lang", "en")  # the reader's, fetched
    expect(row(page, shown["rich"])).to_have_count(0)


def test_arabic_on_a_telephone(visit: Open, shown: dict[str, str]) -> None:
    page = visit("/terminal/ar/", viewport={"width": 390, "height": 800}, has_touch=True)
    assert page.locator("html").get_attribute("dir") == "rtl"
    clean(page, "dark", "light")
    row(page, shown["plain"]).tap()
    expect(page.locator("#pane article")).to_have_attribute("lang", "ar")
    clean(page, "light")
    page.locator("#pane [data-close]").tap()
    expect(page.locator("#pane")).to_be_hidden()
    page.set_viewport_size({"width": 320, "height": 700})
    assert overflow(page) <= 0


def test_filters_are_the_address_and_the_question_to_the_stream(
    visit: Open, hand: Hand, shown: dict[str, str]
) -> None:
    page = visit()
    page.keyboard.press("f")
    page.get_by_label("Country the news is about").fill("SG, ID")
    page.get_by_label("Third party", exact=True).check()
    page.get_by_role("button", name="Show").click()
    live(page)
    expect(row(page, shown["rich"])).to_contain_text("Third-party content")
    expect(row(page, shown["plain"])).to_have_count(0)
    other, fits = hand("out", "other"), hand("rich")
    expect(row(page, fits)).to_be_visible()
    expect(row(page, other)).to_have_count(0)
    page.keyboard.press("s")
    page.get_by_label("Save the current filters").fill("Two harbours")
    page.get_by_role("button", name="Save", exact=True).click()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Clear all").first.click()
    live(page)
    expect(row(page, other)).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("link", name="Remove: Country the news is about: Singapore")).to_be_visible()
    live(page)
    assert page.url.endswith("?country=SG,ID&origin=third-party")


def test_searching_and_muting_narrow_the_list_alone(visit: Open, shown: dict[str, str]) -> None:
    page = visit("/terminal/en/?issuer=harbour-museum")
    page.keyboard.press("/")
    page.keyboard.type("SGX:HMU museum")
    expect(row(page, shown["rich"])).to_be_visible()
    expect(row(page, shown["plain"])).to_have_count(0)
    page.keyboard.press("Escape")
    expect(row(page, shown["plain"])).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("m")
    expect(page.locator("#nothing")).to_be_visible()
    page.get_by_role("button", name="Remove: Muted: Harbour Museum").click()
    expect(row(page, shown["plain"])).to_be_visible()


def test_alert_words_mark_and_notify_only_when_asked(
    context: Callable[..., BrowserContext], hand: Hand
) -> None:
    browser = context(permissions=["notifications"])
    browser.add_init_script(
        "window.told = []; class Told { constructor(t, o) { told.push(`${t} | ${o.body}`) } close() {} };"
        "Told.permission = 'granted'; Told.requestPermission = async () => 'granted';"
        "window.Notification = Told;"
    )
    page = browser.new_page()
    page.goto("/terminal/en/")
    live(page)
    page.keyboard.press("a")
    assert not page.get_by_label("Play a sound").is_checked()
    assert not page.get_by_label("Show a desktop notification").is_checked()
    page.get_by_label("Words, one on each line").fill("ferry\nlighthouse*")
    page.get_by_label("Show a desktop notification").check()
    page.get_by_role("button", name="Save", exact=True).click()
    quiet = hand("out", "ferrying", "The ferryman retires")
    loud = hand("out", "houses", "Seven Lighthouses are lit again")
    expect(row(page, loud).locator(".bell")).to_contain_text("Alert: lighthouse*")
    expect(row(page, quiet).locator(".bell")).to_have_count(0)
    expected = ["Alert: lighthouse* | Harbour Museum: Seven Lighthouses are lit again"]
    page.wait_for_function("() => told.length > 0")
    assert page.evaluate("told") == expected
    hand("correct", loud, "houses", "Eight Lighthouses are lit again")
    expect(row(page, loud)).to_contain_text("Eight Lighthouses")
    assert page.evaluate("told") == expected


def test_a_watchlist_names_its_bad_lines(visit: Open, shown: dict[str, str], tmp_path: Path) -> None:
    page = visit()
    file = tmp_path / "list.csv"
    file.write_text('isin;ticker\n"US0378331005";AAPL\nUS0378331006;\n;SGX:HMU\n', encoding="utf-8")
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog", name="Watchlist")
    page.set_input_files("#watch-file", file)
    expect(dialog.get_by_text("On the list: 3")).to_be_visible()
    expect(dialog.get_by_role("listitem")).to_have_text(["Line 3: “US0378331006” is not an ISIN"])
    clean(page, "dark")
    page.get_by_label("Show the watchlist only").check()
    page.keyboard.press("Escape")
    expect(row(page, shown["rich"]).locator(".star")).to_have_count(1)
    expect(row(page, shown["plain"])).to_have_count(0)
    page.get_by_role("button", name="Remove: Show the watchlist only").click()
    expect(row(page, shown["plain"])).to_be_visible()


def test_tabs_share_one_line_and_pass_it_on(
    context: Callable[..., BrowserContext], hand: Hand, site: Site
) -> None:
    browser = context()
    first, second = browser.new_page(), browser.new_page()
    until_connected(site, 0)
    for page in (first, second):
        page.goto("/terminal/en/?country=FR")  # a question that no other test has
        live(page)
    until_connected(site, 1)
    first.close()
    second.wait_for_function("() => document.getElementById('state').title === ''")
    live(second)
    second.goto("/terminal/en/")
    live(second)
    release = hand("out", "handed-on")
    expect(row(second, release)).to_be_visible()


def test_without_scripts_it_is_a_list_with_filters(
    context: Callable[..., BrowserContext], shown: dict[str, str]
) -> None:
    page = context(java_script_enabled=False).new_page()
    page.goto("/terminal/en/")
    expect(page.locator(".latest")).to_contain_text(
        "This release has been killed. Do not use it. Sent in error."
    )
    page.locator("summary").click()
    page.get_by_role("textbox", name="Ticker").fill("hmu")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".latest .ticker").first).to_have_text("SGX:HMU")
    page.locator("summary").click()
    page.get_by_label("Country the news is about").fill("Utopia")
    page.get_by_role("button", name="Show").click()
    expect(
        page.get_by_text("“Utopia” cannot be read in the field Country the news is about.")
    ).to_be_visible()
    expect(page.get_by_label("Country the news is about")).to_have_value("Utopia")
    expect(page.get_by_role("textbox", name="Ticker")).to_have_value("hmu")
    page.get_by_role("link", name="العربية").click()
    assert page.locator("html").get_attribute("dir") == "rtl"
