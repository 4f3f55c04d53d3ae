"""The translation desk in a browser: what axe finds, no sideways scrolling, by keyboard, without JavaScript.

`DATELINE_SCREENSHOTS=FOLDER` keeps pictures, of more languages.
"""

import os
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from dateline.core.languages import Language
from dateline.core.words import Finding
from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.faces.portal.tests.test_looks import WIDER, keep
from dateline.intake import services as intake
from dateline.languages import gating
from dateline.languages.services import translation_desk as work
from dateline.testing.browser import overflow, violations

pytestmark = [
    pytest.mark.face,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
]
SOURCE = """---
headline: Harbour museum opens its new hall to the media outlets of the region
subhead: Twelve boats from four centuries, under one roof
language: en
issuer: acme
sectors: [01000000]
---
SEOUL, Nov. 24, 2026 /Dateline/ -- The harbour museum (KRX: 123456) opens its **new hall** next week.

Write to press@acme.example or see https://acme.example/hall for pictures worth 3.2 billion won.

> "We built it for the children of the harbour," the director said.

- Twelve boats
- Four centuries
"""
TEXTS = {
    "ar": (
        "متحف الميناء يفتتح قاعته الجديدة لوسائل الإعلام",
        "اكتب إلى {1} أو انظر {2} للحصول على صور بقيمة 3.2 مليار وون.",
    ),
    "ja": ("港の博物館、新しい展示館を報道機関に公開", "写真は{1}か{2}へ。32億ウォン相当です。"),
    "th": (
        "พิพิธภัณฑ์ท่าเรือเปิดห้องโถงใหม่ให้สื่อมวลชนในภูมิภาค",
        "เขียนถึง {1} หรือดู {2} สำหรับภาพ 3.2 พันล้านวอน",
    ),
    "zh-Hant": ("港口博物館向媒體開放新展廳", "請致函{1}或瀏覽{2}索取價值32億韓元的照片。"),
}  # fmt: skip
EVERY = bool(os.environ.get("DATELINE_SCREENSHOTS") or os.environ.get("DATELINE_SOAK"))
SHOWN = ("ar", "ja", "th", "zh-Hant") if EVERY else ("ar", "ja")
WIDE = {"viewport": {"width": 1280, "height": 900}}
NARROW = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.fixture(autouse=True)
def _house(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    kit.house()
    finding = Finding("numbers", "hold", "headline", "12 of the original is missing")
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (finding,), lambda *_: (finding,)))


def begun() -> str:
    """A release with work of every kind in its sheets."""
    release = desk.add_release(
        [intake.read_bytes(SOURCE.encode(), "en.md")], issuer="acme", circuit="all", at=None, by="carl"
    )
    work.import_csv(
        "source_language,source,target_language,target,forbidden\n"
        "en,media outlets,ar,وسائل الإعلام,متاجر الإعلام\nen,media outlets,ja,報道機関,メディア店舗\n",
        by="ops", issuer="acme", where="terms.csv",
    )  # fmt: skip
    for tag in SHOWN:
        head, text = TEXTS[tag]
        _put(release, tag, "headline", head + (" متاجر الإعلام" if tag == "ar" else ""), checked=False)
        told = text.replace("{1}", '<x id="1"/>').replace("{2}", '<x id="2"/>')
        _put(release, tag, "blocks[1]", told, checked=True)
    _entries()
    return release


def _put(release: str, tag: str, place: str, text: str, *, checked: bool) -> None:
    row = work.open_sheet(release, Language(tag)).row(place)
    saved = work.save(release, Language(tag), [work.Edit(place, text, row.seen, checked)], by="carl")
    assert not saved.refused, saved.refused


def _entries() -> None:
    """A near match in memory for the quotation."""
    said = '"We built it for the people of the harbour," the director said.'
    pair = (
        f'<tu creationdate="20261101T000000Z"><tuv xml:lang="en"><seg>{said}</seg></tuv>'
        '<tuv xml:lang="{}"><seg>{}</seg></tuv></tu>'
    )
    body = "".join(pair.format(tag, TEXTS[tag][0]) for tag in SHOWN)
    empty = work.export_tmx(issuer="acme").decode()
    work.import_tmx(empty.replace("</body>", body + "</body>").encode(), issuer="acme", where="m.tmx")


def looked_at(page: Any, name: str, address: str, *, rtl: bool = False) -> list[str]:
    """What axe and a ruler find wrong."""
    answer = page.goto(address, wait_until="load")
    assert answer is not None and answer.status == 200, address
    if rtl:
        page.evaluate("document.documentElement.dir = 'rtl'")  # also while the catalogue is not complete
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    keep(page, name)
    found = [f"{name}: {said}" for said in violations(page)]
    if overflow(page) > 0:
        found.append(f"{name}: scrolls sideways: {page.evaluate(WIDER)}")
    return found


def test_no_page_has_what_axe_finds(open_as: Any, chromium: Browser, live_server: Any) -> None:
    """WCAG 2.2 A and AA: an Arabic column in an English page, wide and narrow, light and dark."""
    release = begun()
    wide, narrow = open_as("ops", **WIDE), open_as("carl", locale="ar", **NARROW)
    found = looked_at(wide, "list", "/translations/")
    found += looked_at(narrow, "list-narrow", "/translations/?state=all", rtl=True)
    found += looked_at(wide, "release", f"/translations/{release}/")
    found += looked_at(wide, "memory", "/translations/memory/?q=harbour&issuer=acme")
    found += looked_at(narrow, "glossary", "/translations/glossary/")
    for tag in SHOWN:
        found += looked_at(wide, f"editor-{tag}", f"/translations/{release}/{tag}/")
    found += looked_at(narrow, "editor-ar-narrow", f"/translations/{release}/ar/", rtl=True)
    wide.get_by_label("Translator's name").fill("Budi")
    wide.get_by_role("button", name="Draw a one-time link").click()
    link = wide.get_by_label("Link", exact=True).input_value()
    outside = chromium.new_context(base_url=live_server.url, **NARROW)  # type: ignore[arg-type]
    page = outside.new_page()
    found += looked_at(page, "enter", link[link.index("/translator") :])
    page.get_by_role("button", name="Open the text").click()
    found += looked_at(page, "translator", "/translator/")
    outside.close()
    assert not found, "\n".join(found)


def test_a_block_is_translated_without_javascript(open_as: Any) -> None:
    release = begun()
    page = open_as("carl", java_script_enabled=False)
    page.goto(f"/translations/{release}/ja/")
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_text("The proposed text is in its place.")).to_be_visible()
    page.get_by_label("subhead  in 日本語").fill("四世紀の船")
    page.get_by_role("button", name="Save all").click()
    expect(page.get_by_text("1 block saved.")).to_be_visible()
    assert work.open_sheet(release, Language("ja")).row("subhead").kept.text == "四世紀の船"


def test_slots_and_terms_are_put_at_the_cursor_by_keyboard(open_as: Any) -> None:
    release = begun()
    page = open_as("carl")
    page.goto(f"/translations/{release}/ja/")
    row = page.locator(".block-row", has_text="paragraph blocks[1]")
    area = row.locator("textarea")
    area.fill("")
    row.get_by_role("button", name="⟦2⟧").focus()
    page.keyboard.press("Enter")
    row.get_by_role("button", name="⟦1⟧").focus()
    page.keyboard.press("Space")
    page.keyboard.type("です")
    expect(area).to_have_value("⟦2⟧⟦1⟧です")
    page.keyboard.press("Alt+s")
    expect(page.get_by_text("1 block saved.")).to_be_visible()
    assert work.open_sheet(release, Language("ja")).row("blocks[1]").kept.text == '<x id="2"/><x id="1"/>です'
