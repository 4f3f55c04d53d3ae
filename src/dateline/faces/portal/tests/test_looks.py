"""Every signed-in page is free of what axe finds, light and dark, from left and from right, narrow and wide.

`DATELINE_SCREENSHOTS=FOLDER` keeps a picture of each, to be looked at.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from dateline.desk import services as desk
from dateline.dispatch import services as dispatch
from dateline.faces.portal.tests import kit
from dateline.intake.tests import provider_documents, provider_feeds
from dateline.issuers import services as issuers
from dateline.testing.browser import overflow, violations
from dateline.testing.fake_channel import FakeChannel
from dateline.wire import services as wire

pytestmark = [
    pytest.mark.face,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
]
# The two that differ most in every run; the others where pictures or full counts are asked for.
LOOKS = (
    ("wide-light", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "locale": "en"}),
    ("narrow-dark-rtl", {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "locale": "en"}),
    ("wide-dark-rtl", {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark", "locale": "en"}),
    ("narrow-light", {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "locale": "en"}),
)

WIDER = """[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right >
    document.documentElement.clientWidth + 1 || e.getBoundingClientRect().left < -1)
    .map(e => e.tagName + '.' + e.className).slice(0, 5).join(' ')"""


@pytest.fixture(autouse=True)
def _house(transactional_db: None, compiled_catalogues: None) -> None:
    kit.house()
    kit.recipients(outlets=12, journalists=30)


def world() -> dict[str, str]:
    """One release in each state that has a page of its own; name -> id."""
    before = kit.draft("en", "de", "ar")
    held = kit.draft("en", "ar", at=kit.soon(3600))
    wire.submit(held, by="carl")
    out = kit.draft("en", "de")
    with kit.running(mail=FakeChannel(answer=kit.refusing(3)), webhook=FakeChannel(kind="webhook")):
        wire.submit(out, by="carl")
        kit.until(out, "final")
    issuers.add_person("eve", role="editor")
    dispatch.pause("circuit", "dach", by="eve", reason="a list to look at")
    waiting = kit.draft("en", "ar", at=kit.soon(7200))
    wire.submit(waiting, by="carl")
    kit.work()
    provider_feeds.added()
    bad = provider_documents.item("bad", title=" ")
    provider_feeds.polled("kyoto", provider_documents.rss(provider_documents.item("good"), bad))
    return {"draft": before, "held": held, "out": out, "waiting": waiting}


def pages(ids: dict[str, str]) -> list[tuple[str, str, str]]:
    """(name, person, address)."""
    draft, held, out, waiting = (f"/portal/{ids[name]}/" for name in ("draft", "held", "out", "waiting"))
    return [
        ("releases", "carl", "/portal/"),
        ("new-empty", "dora", "/portal/new/"),
        ("new-tray", "carl", "/portal/new/"),
        ("draft", "carl", draft),
        ("draft-ar", "carl", f"{draft}text/ar/"),
        ("edit", "carl", f"{draft}text/ar/edit/"),
        ("language", "carl", f"{draft}language/"),
        ("circuit", "carl", f"{draft}circuit/?circuit=dach"),
        ("time", "carl", f"{held}time/"),
        ("preview-page", "carl", f"{draft}preview/ar/page/"),
        ("preview-mail", "carl", f"{draft}preview/en/mail/"),
        ("preview-text", "carl", f"{draft}preview/ar/text/"),
        ("withdraw", "carl", f"{held}withdraw/"),
        ("held", "carl", held),
        ("live", "carl", f"{held}live/"),
        ("waiting", "carl", waiting),
        ("report", "carl", out),
        ("after", "carl", f"{out}after/"),
        ("correct", "carl", f"{out}correct/"),
        ("kill", "carl", f"{out}kill/"),
        ("history", "carl", f"{out}history/"),
        ("console", "eve", "/console/"),
        ("operations", "eve", "/console/operations/"),
        ("providers", "eve", "/console/providers/"),
        ("provider", "eve", "/console/providers/kyoto/"),
        ("console-item", "eve", f"/console/{ids['waiting']}/ar/"),
        ("reports", "ops", "/reports/"),
        ("reports-one", "ops", f"/reports/{ids['out']}/"),
        ("reports-empty", "dora", "/reports/"),
    ]


EVERY = bool(os.environ.get("DATELINE_SCREENSHOTS") or os.environ.get("DATELINE_SOAK"))
SHOWN = LOOKS if EVERY else LOOKS[:2]


@pytest.mark.parametrize(("look", "options"), SHOWN, ids=[name for name, _ in SHOWN])
def test_no_page_has_what_axe_finds(open_as: Any, look: str, options: dict[str, Any]) -> None:
    """WCAG 2.2 A and AA by axe, and no page scrolls sideways."""
    ids = world()
    kit.signed_in("carl").post("/portal/new/", {"act": "read", "text": kit.TEXTS["en"]})
    kit.signed_in("carl").post("/portal/new/", {"act": "read", "text": kit.TEXTS["ar"]})
    if look.endswith("rtl"):
        for person in ("carl", "dora", "eve", "ops"):
            issuers.choose_language(person, "ar")
    people = {person: open_as(person, **dict(options)) for person in ("carl", "dora", "eve", "ops")}
    found: list[str] = []
    for name, person, address in pages(ids):
        page = people[person]
        answer = page.goto(address, wait_until="load")
        assert answer is not None and answer.status == 200, address
        if look.endswith("rtl") and page.evaluate("[document.dir, document.documentElement.lang]") != [
            "rtl",
            "ar",
        ]:
            found.append(f"{name}: not in Arabic, from right to left")
        if name == "operations":  # the forms that are folded away are looked at too
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        keep(page, f"{name}-{look}")
        found += [f"{name}: {said}" for said in violations(page)]
        if overflow(page) > 0:
            found.append(f"{name}: scrolls sideways: {page.evaluate(WIDER)}")
    assert not found, "\n".join(found)
    assert desk.show(ids["draft"]).state == "draft"  # looking changed nothing


def keep(page: Any, name: str) -> None:
    """A picture of the whole page, where a folder for them is named."""
    if folder := os.environ.get("DATELINE_SCREENSHOTS"):
        page.wait_for_timeout(150)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
