"""Good files through intake and checks: what is recognised as what, in every form and language."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import dateline.core
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.words import Contact, DatelineLine, Story
from dateline.formats import registry, wording
from dateline.formats.facts import PageFacts
from dateline.formats.tests.strategies import PLACES
from dateline.intake import services as intake
from dateline.intake.tests.documents import docx, paragraph, picture, png
from dateline.languages.services import check_story
from dateline.languages.tests.editions import edition

pytestmark = pytest.mark.unit
MARKDOWN = """---
language: en
subhead: A hall by the sea
sectors: [04000000]
countries: [KR, "NO"]
embargo: 2026-11-24T09:00+09:00
contacts:
  - {name: Ana Lima, email: press@museum.example}
media:
  - {file: hall.png, alt: The hall, caption: The new hall, credit: Museum}
---
# Museum opens hall

SEOUL, November 24, 2026 /Dateline/ -- The museum **opens** its [hall](https://museum.example/hall) today.

> We are glad, said the director.

- forty rooms
- one cafe

## About the museum

It keeps ships.
"""


def check(story: Story) -> dict[str, Any]:
    document = intake.check_document(story, check_story(story))
    schema = json.loads((Path(dateline.core.__file__).parent / "schemas/check.json").read_text())
    assert [error.message for error in jsonschema_rs.validator_for(schema).iter_errors(document)] == []
    json.dumps(document)
    return document


def test_markdown_is_read_with_all_its_parts(tmp_path: Path) -> None:
    (tmp_path / "hall.png").write_bytes(png(4, 3))
    (tmp_path / "release.md").write_text(MARKDOWN, encoding="utf-8")
    story = intake.read_file(tmp_path / "release.md")
    document = check(story)
    assert (document["headline"], document["subhead"]) == ("Museum opens hall", "A hall by the sea")
    assert document["dateline"] == {"place": "SEOUL", "date": "2026-11-24", "source": "Dateline"}
    assert [b["kind"] for b in document["blocks"]] == ["paragraph", "quote", "list"]
    assert [b["text"] for b in document["boilerplate"]] == ["About the museum", "It keeps ships."]
    assert story.contacts == (Contact("Ana Lima", email="press@museum.example"),)
    assert story.countries == ("KR", "NO") and document["findings"] == []
    (item,) = story.media
    assert (item.alt, item.caption, item.credit, item.width, item.height) == (
        "The hall",
        "The new hall",
        "Museum",
        4,
        3,
    )
    assert story.attachments[0][0] == "hall.png"


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_a_text_in_each_language_keeps_its_dateline(language: str) -> None:
    line = wording.dateline(DatelineLine(PLACES[language], "2026-11-24", "Dateline"), language)
    story = intake.read_bytes(f"Headline 1\n\n{line} Text 1.\n\nText 2.\n".encode(), "r.txt", lang=language)
    assert story.dateline is not None
    assert (story.dateline.place, story.dateline.date) == (PLACES[language], "2026-11-24")
    assert story.headline == "Headline 1" and [b.text for b in story.blocks] == ["Text 1.", "Text 2."]
    check(story)


def test_html_and_its_language(tmp_path: Path) -> None:
    page = "<!doctype html><html lang=de><title>x</title><h1>Werk öffnet</h1><p>BERLIN, 24. November 2026 -- Das Werk öffnet.</p><h2>Über Acme</h2><p>Acme baut.</p>"  # noqa: E501
    story = intake.read_bytes(page.encode(), "r.html")
    assert (story.language, story.headline) == ("de", "Werk öffnet")
    assert story.dateline is not None and story.dateline.place == "BERLIN"
    assert story.boilerplate[-1].text == "Acme baut."


def test_docx_with_a_picture() -> None:
    body = (
        paragraph("Museum opens hall", "Heading1")
        + paragraph("SEOUL, November 24, 2026 /Dateline/ -- The museum opens its new hall today.")
        + picture("The hall")
        + paragraph("About the museum", "Heading2")
        + paragraph("It keeps ships.")
    )
    story = intake.read_bytes(docx(body), "r.docx", lang="en")
    assert story.headline == "Museum opens hall" and story.dateline is not None
    assert [b.kind for b in story.blocks] == ["paragraph", "image"]
    assert story.media[0].alt == "The hall" and story.attachments[0][1] == png(2, 2)
    assert [b.text for b in story.boilerplate] == ["About the museum", "It keeps ships."]


def test_utf16_with_its_mark_is_read() -> None:
    story = intake.read_bytes("# 제목\n\n본문입니다.".encode("utf-16"), "r.md", lang="ko")
    assert story.headline == "제목"


def test_a_file_without_language_says_what_was_detected() -> None:
    text = "Museum öffnet neue Halle\n\nDas Museum eröffnet morgen eine neue Halle und erwartet viele Besucher aus der ganzen Region.\n"  # noqa: E501
    story = intake.read_bytes(text.encode(), "r.txt")
    assert story.language == "de" and [f.code for f in story.findings] == ["language-detected"]


def test_our_own_pages_come_back() -> None:
    """I8: what the wire wrote as HTML, intake reads."""
    data = registry.codec("html").render(edition(), PageFacts("https://wire.example", "Dateline"))
    story = intake.read_bytes(data, "r.html")
    assert (story.headline, story.blocks, story.dateline) == (
        edition().headline,
        edition().blocks,
        edition().dateline,
    )


def test_third_party_without_disclaimer_gets_the_standing_one() -> None:
    text = "---\nlanguage: ja\norigin: third-party\nprovider: P\n---\n# 見出し\n\n本文です。"
    story = intake.read_bytes(text.encode(), "r.md")
    assert story.disclaimer and "disclaimer-added" in {f.code for f in story.findings}


def _demo() -> list[Path]:
    root = Path(__file__).resolve().parents[2] / "demo"
    return sorted(p for folder in ("releases", "archive") for p in (root / folder).rglob("*.md"))


def test_every_demo_release_is_recognised_whole() -> None:
    files = _demo()
    if not files:
        pytest.skip("the demo's releases are not here yet")
    wrong: list[tuple[object, ...]] = []
    for path in files:
        story = intake.read_file(path)
        line = story.dateline
        if not (story.headline and line and line.place and line.date and story.boilerplate):
            wrong.append((path.name, bool(story.headline), line, bool(story.boilerplate)))
        blocking = [f for f in check_story(story) if f.severity == "block"]
        if blocking:
            wrong.append((path.name, blocking))
    assert wrong == []
