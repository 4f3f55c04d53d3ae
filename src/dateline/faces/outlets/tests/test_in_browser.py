"""An outlet changes its webhook and tests it, in a real browser: telephone and desk, English and Arabic."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dateline.audience import services as audience
from dateline.core.phrases.outlets import outlet_phrase
from dateline.faces.outlets.tests.conftest import delivered, new_outlet
from dateline.testing.browser import overflow, violations
from dateline.testing.webhook_receiver import WebhookReceiver

pytestmark = [
    pytest.mark.face,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
]
SHOTS = os.environ.get("DATELINE_SCREENSHOTS", "")
PHONE, DESK = {"width": 390, "height": 800}, {"width": 1280, "height": 900}
Open = Callable[..., Page]


@pytest.fixture
def visit(chromium: Browser, live_server: Any) -> Iterator[Open]:
    """`visit(path, language=..)`: a page without scripts; its errors fail the test."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def open_page(path: str, **options: Any) -> Page:
        context = chromium.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    # A refused form answers 422 and a closed door 403, which the console of the browser calls errors.
    assert [problem for problem in problems if "422" not in problem and "403" not in problem] == []


def sound(page: Page, name: str = "") -> None:
    """No violation, nothing wider than the window; a picture where wanted."""
    if SHOTS and name:
        page.screenshot(path=f"{SHOTS}/outlet-{name}.png", full_page=True)
    assert violations(page) == []
    assert overflow(page) <= 0


@pytest.mark.parametrize(("window", "language"), [(PHONE, "ar"), (PHONE, "en"), (DESK, "ar"), (DESK, "en")])
def test_an_outlet_changes_its_webhook_and_tests_it(
    visit: Open, receiver: WebhookReceiver, window: dict[str, int], language: str
) -> None:
    """Axe on every page; the whole story works with scripts and without (no page of it has any)."""

    def said(key: str, **values: object) -> str:
        return outlet_phrase(key, language, **values)

    shot = f"{language}-{window['width']}"
    card = new_outlet("Cairo Post", receiver.url("/broken"))
    delivered(card, "ddddddddd2", "refused", reason="500 Out of paper", last_code=500)
    token = audience.new_invite(card.recipient, by="ana")
    page = visit(f"/outlets/in/{token}/?language={language}", viewport=window, locale=language)
    sound(page, f"invite-{shot}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    page.get_by_role("button", name=said("invite-button")).click()
    sound(page, f"home-{shot}")
    assert page.evaluate("document.scripts.length") == 0

    page.get_by_role("button", name=said("test-button")).click()
    expect(page.get_by_text(said("test-done", count=0, total=6))).to_be_visible()
    sound(page, f"tested-{shot}")

    page.get_by_label(said("address")).fill("https://10.0.0.8/hook")
    page.get_by_role("button", name=said("save")).click()
    expect(page.get_by_role("alert")).to_contain_text("10.0.0.8")
    expect(page.get_by_label(said("address"))).to_have_value("https://10.0.0.8/hook")
    sound(page, f"refused-{shot}")

    page.get_by_label(said("address")).fill(receiver.url("/mended"))
    page.get_by_label(said("format")).select_option("html")
    page.get_by_role("button", name=said("save")).click()
    expect(page.get_by_role("status")).to_have_text(said("saved"))

    page.get_by_role("button", name=said("rotate")).click()
    expect(page.locator("code.hash")).to_contain_text("whsec_")
    sound(page, f"rotated-{shot}")

    page.get_by_role("button", name=said("test-button")).click()
    expect(page.get_by_text(said("test-done", count=6, total=6))).to_be_visible()
    sound(page, f"mended-{shot}")
    assert [entry.path for entry in receiver.diary()[-6:]] == ["/mended"] * 6

    page.get_by_role("button", name=said("resend")).click()
    expect(page.get_by_role("status")).to_have_text(said("resent"))
    page.get_by_role("button", name=said("leave")).click()
    expect(page.get_by_role("alert")).to_have_text(said("invite-refused"))


def test_the_keyboard_reaches_every_button(visit: Open, receiver: WebhookReceiver) -> None:
    card = new_outlet("Cairo Post", receiver.url("/a"))
    page = visit(f"/outlets/in/{audience.new_invite(card.recipient, by='ana')}/?language=en", viewport=DESK)
    page.get_by_role("button").press("Enter")
    page.wait_for_url("**/outlets/")
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.innerText || document.activeElement.name"))
    for key in ("save", "test-button", "rotate", "leave"):
        assert outlet_phrase(key, "en") in seen
    assert {"endpoint", "channel"} <= seen
