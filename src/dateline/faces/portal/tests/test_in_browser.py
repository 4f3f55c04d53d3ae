"""A whole release through the portal in a real browser: without JavaScript, and with it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from dateline.core.words import Block, Run
from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.testing.fake_channel import FakeChannel
from dateline.wire import services as wire

pytestmark = [
    pytest.mark.face,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
]


@pytest.fixture(autouse=True)
def _house(transactional_db: None) -> None:
    kit.house()
    kit.recipients()


def paste_and_draft(page: Page, when: str) -> None:
    """From the empty form to the draft."""
    page.goto("/portal/")
    page.get_by_role("link", name="New release").first.click()
    page.get_by_label("Text", exact=True).fill(kit.TEXTS["en"])
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("heading", name="What was recognised")).to_be_visible()
    page.get_by_label("Text", exact=True).fill(kit.TEXTS["ar"])
    page.get_by_role("button", name="Read it").click()
    page.get_by_label("at this time").check()
    page.get_by_label("Date and time").fill(when)
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("button", name="Lock and submit")).to_be_visible()


def channels() -> dict[str, Any]:
    """Receivers that take a moment, so that lanes can be seen filling."""
    return {
        "mail": FakeChannel(concurrency=1, slow=lambda task: 0.1),
        "webhook": FakeChannel(kind="webhook", concurrency=1, slow=lambda task: 0.1),
    }


def test_a_release_without_javascript(open_as: Any) -> None:
    """Every step, from the pasted text to the report, works with forms and links alone."""
    page = open_as("carl", java_script_enabled=False)
    paste_and_draft(page, "2030-01-01 09:00")
    expect(page.locator(".errorlist")).to_have_count(0)
    page.get_by_role("link", name="Circuit").click()
    page.get_by_label("Circuit").select_option("japan-korea")
    page.get_by_role("button", name="Count").click()
    page.get_by_role("button", name="Use japan-korea").click()
    expect(page.get_by_text("chosen", exact=True)).to_be_visible()
    page.get_by_role("link", name="Preview").click()
    page.get_by_role("link", name="Mail", exact=True).click()
    expect(page.frame_locator("iframe").get_by_role("heading", name="Harbour museum")).to_be_visible()
    page.get_by_role("link", name="Time").click()
    page.get_by_label("Date and time").fill("+5s")
    page.get_by_role("button", name="Keep this time").click()
    with kit.running(**channels()):
        page.get_by_role("button", name="Lock and submit").click()
        expect(page.get_by_text("Locked and approved.")).to_be_visible()
        for _ in range(60):
            page.goto(page.url)
            if (
                page.get_by_text("every delivery is accounted for").count()
                or page.locator(".sentence").count()
            ):
                break
            page.wait_for_timeout(500)
        expect(page.locator(".sentence")).to_contain_text("deliveries accepted")
    [card] = desk.list_releases()
    assert card.state == "released"
    page.get_by_role("link", name="Correct, kill, withdraw").click()
    page.get_by_role("link", name="Kill, one more click").click()
    expect(page.get_by_text("will be told")).to_be_visible()
    page.get_by_label("Reason").fill("Published by mistake")
    with kit.running(**channels()):
        page.get_by_role("button", name="Kill it").click()
        for _ in range(60):
            if desk.show(card.release).state == "killed":
                break
            page.wait_for_timeout(250)
    public = wire.public_edition(card.release, "en")
    assert public is not None and public.state == "killed"


def test_a_release_with_javascript_goes_live_by_itself(open_as: Any) -> None:
    """Reach and clocks follow the fields, lanes fill, and the page turns into the report by itself."""
    page = open_as("carl", timezone_id="Asia/Tokyo")
    paste_and_draft(page, "2030-01-01 09:00+09:00")
    page.get_by_role("link", name="Circuit").click()
    page.get_by_label("Circuit").select_option("dach")
    expect(page.locator("#reach h3")).to_contain_text("dach")
    page.get_by_role("link", name="Time").click()
    page.get_by_label("Date and time").fill("2030-06-01 10:00")
    page.get_by_label("Time zone").fill("Europe/Berlin")
    expect(page.locator("#clocks")).to_contain_text("08:00:00 UTC")
    expect(page.locator("#clocks")).to_contain_text(re.compile("5:00:00.*(GMT\\+9|JST)"))
    page.get_by_label("Date and time").fill("2030-03-31 02:30")
    expect(page.locator("#clocks .errorlist")).to_contain_text("does not exist")
    page.get_by_label("Date and time").fill("+6s")
    page.get_by_role("button", name="Keep this time").click()
    with kit.running(**channels()):
        page.get_by_role("button", name="Lock and submit").click()
        expect(page.locator("time[data-countdown]")).to_be_visible()
        expect(page.locator("#release-state")).to_have_text("held until T0")
        expect(page.locator(".lane progress").first).to_be_visible()
        expect(page.locator(".sentence")).to_be_visible(timeout=30_000)
        expect(page.locator("#live")).to_have_count(0, timeout=30_000)  # final: only the report is left
    expect(page.locator("figure[data-plot] svg.curve")).to_be_visible()
    page.get_by_text("The table behind the curve").click()
    expect(page.locator("[data-plot-table] tbody tr").first).to_be_visible()
    expect(page.locator(".sentence")).to_contain_text("≈ 14 of 14 deliveries accepted")


def test_two_people_in_two_browsers(open_as: Any) -> None:
    """T18: the issuer waits, the editor finds it with the keyboard, and approves."""
    issuers.add_person("eve", role="editor")
    release = kit.draft("en", "de", at=kit.soon())
    issuer, editor = open_as("carl"), open_as("eve")
    issuer.goto(f"/portal/{release}/")
    issuer.get_by_role("button", name="Lock and submit").click()
    expect(issuer.locator(".bar")).to_contain_text("Waiting for another person to approve it.")
    editor.goto("/console/")
    expect(editor.locator("time[data-countdown]").first).to_contain_text(":")
    editor.keyboard.press("j")
    editor.keyboard.press("o")
    expect(editor.get_by_role("heading", name="Harbour museum")).to_be_visible()
    editor.get_by_role("link", name="Deutsch").click()
    expect(editor.locator(".compare")).to_contain_text("Hafenmuseum")
    editor.get_by_role("button", name="Approve").click()
    expect(editor.get_by_text("Approved.")).to_be_visible()
    kit.work()
    assert desk.show(release).state == "held"


def test_a_finding_jumps_to_the_words_it_speaks_of(open_as: Any) -> None:
    release = kit.draft()
    old = desk.drafts(release)[0]
    bad = Block("paragraph", runs=(Run("Lorem ipsum dolor sit amet, [insert quote] TODO"),))
    desk.save_draft(release, replace(old, blocks=(*old.blocks, bad)), by="carl")
    page = open_as("carl")
    page.goto(f"/portal/{release}/")
    place = f"blocks-{len(old.blocks)}"
    page.locator(f'.findings a[href="#{place}"]').first.click()
    expect(page.locator(f"#{place}")).to_be_in_viewport()
