"""What the terminal does when the wire is busy or breaks: floods, kills, a dead edge, a new epoch."""

import pytest
from playwright.sync_api import expect

from dateline.faces.terminal.tests.conftest import Open, live, row
from dateline.faces.terminal.tests.hand import Hand
from dateline.faces.tests.site import Site

pytestmark = pytest.mark.face

COUNT = 5000


def test_five_thousand_arrive_and_none_is_lost(visit: Open, hand: Hand) -> None:
    """In hundreds and then in one blow, which is more than an edge lets one desktop owe: it drops the line,
    and the page catches up from the log.
    """
    page = visit("/terminal/en/?issuer=flood")
    hand("flood", 1, 100)
    expect(page.locator("#figures")).to_contain_text("Releases: 100")
    page.keyboard.press("j")
    page.keyboard.press("j")
    reading = page.locator("#list [aria-selected=true]")
    expect(reading).to_contain_text("Number 99")
    place = reading.bounding_box()
    for first in range(101, 501, 100):
        hand("flood", first, 100)
    last = hand("flood", 501, COUNT - 500)
    expect(page.locator("#figures")).to_contain_text("Releases: 5,000", timeout=120_000)
    expect(page.locator("#new")).to_have_text("New: 4,900")
    assert reading.bounding_box() == place  # what is being read did not move
    assert page.locator("#list [role=option]").count() < 100
    page.keyboard.press("g")
    expect(row(page, last)).to_contain_text(f"Number {COUNT}")
    expect(row(page, last)).to_have_attribute("aria-setsize", str(COUNT))
    expect(page.locator("#new")).to_be_hidden()
    # Every number is there once: searched for at both ends and by the whole.
    page.keyboard.press("/")
    page.keyboard.type("sgx:n777")
    expect(page.locator("#figures")).to_contain_text("Releases: 1")
    page.keyboard.press("Escape")
    page.keyboard.press("End")
    expect(page.locator("#list [aria-selected=true]")).to_contain_text("Number 1")
    assert page.locator("#list [role=option]").count() < 100


def test_a_correction_and_a_kill_change_the_row_where_it_stands(visit: Open, hand: Hand) -> None:
    """I7: the killed text leaves the screen, open or not."""
    page = visit()
    release, newer = hand("out", "gauge", "A bridge of seven spans"), hand("out", "newer")
    expect(row(page, newer)).to_have_attribute("aria-posinset", "1")
    row(page, release).click()
    expect(page.locator("#pane .body")).to_be_visible()
    hand("correct", release, "gauge", "A bridge of eight spans")
    expect(row(page, release)).to_contain_text("Correction")
    expect(row(page, release)).to_contain_text("A bridge of eight spans")
    expect(row(page, release)).to_have_attribute("aria-posinset", "2")
    expect(page.locator("#pane article")).to_contain_text("A wrong figure.")
    hand("kill", release)
    expect(row(page, release)).to_contain_text("This release has been killed. Do not use it. Sent in error.")
    expect(row(page, release)).to_have_attribute("aria-posinset", "2")
    expect(page.locator("#pane")).to_contain_text("Sent in error.")
    expect(page.locator("#pane .body")).to_have_count(0)
    assert "spans" not in page.locator("body").inner_text()


def test_a_dead_edge_is_told_and_nothing_is_missed(visit: Open, hand: Hand, site: Site) -> None:
    page = visit()
    site.stop("edge", kill=True)
    page.wait_for_selector("#state[data-name=reconnecting]")
    expect(page.locator("#state")).to_contain_text("Last word")
    missed = hand("out", "missed")
    site.start("edge")
    expect(row(page, missed)).to_be_visible()
    live(page)
    after = hand("out", "after")
    expect(row(page, after)).to_be_visible()
    expect(page.locator("#figures")).to_contain_text("Delay:")
    expect(page.locator("#gap")).to_be_hidden()


def test_a_machine_without_network_says_so(visit: Open, hand: Hand) -> None:
    page = visit()
    page.context.set_offline(True)
    expect(page.locator("#state")).to_contain_text("Offline")
    missed = hand("out", "while-offline")
    page.context.set_offline(False)
    live(page)
    expect(row(page, missed)).to_be_visible()


def test_a_log_that_began_anew_is_read_anew_and_the_gap_is_told(visit: Open, hand: Hand) -> None:
    page = visit()
    hand("new-epoch")
    release = hand("out", "new-life")
    expect(row(page, release)).to_be_visible()
    expect(page.locator("#gap")).to_contain_text("Releases may be missing")
    live(page)
