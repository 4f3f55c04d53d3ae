"""The examples that IPTC publishes, read with the result that the file itself says: a bare walk over its
elements or keys, which shares no code with the readers, is what each story is compared with.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from dateline.core.words import Story
from dateline.formats import registry
from dateline.formats.newsml_g2_reading import read_items
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
_NAR = "{http://iptc.org/std/nar/2006-10-01/}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LISTING = "newsml-g2-listings/LISTING_{}.xml"


@dataclass(frozen=True)
class Said:
    """What a reader must find in a document. `paragraphs` are the texts of its body."""

    language: str = ""
    headline: str = ""
    slug: str = ""
    sectors: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    paragraphs: tuple[str, ...] = ()


def said_by_g2(data: bytes) -> Iterator[Said]:
    """One for each `newsItem`, by ElementTree alone."""
    root = ElementTree.fromstring(data)
    for item in root.iter(f"{_NAR}newsItem"):
        meta = item.find(f"{_NAR}contentMeta")
        meta = ElementTree.Element("none") if meta is None else meta
        language = meta.find(f"{_NAR}language")
        codes = [str(e.get("qcode")) for e in meta.findall(f"{_NAR}subject")]
        symbols = (e.get("symbol") or "" for e in item.iter(f"{_NAR}hasInstrument"))
        body = item.find(f"{_NAR}contentSet/{_NAR}inlineXML")
        yield Said(
            str((language.get("tag") if language is not None else None) or item.get(_LANG)),
            _line(meta.find(f"{_NAR}headline")),
            _line(meta.find(f"{_NAR}slugline")).lower(),
            tuple(code.removeprefix("medtop:") for code in codes if code.startswith("medtop:")),
            tuple(filter(None, symbols)),
            tuple(_line(e) for e in (() if body is None else body.iter()) if e.tag.rpartition("}")[2] == "p"),
        )


def said_by_ninjs(data: bytes) -> Said:
    """By its keys, whatever the version: 1.x says `headline`, later ones `headlines`, an event `title`."""
    document = json.loads(data)
    lines: list[Any] = document.get("headlines") or [
        {"value": document.get("headline") or document.get("title", "")}
    ]
    first = next((line for line in lines if line.get("role") == "main"), lines[0])
    subjects = document.get("subjects", document.get("subject", []))
    literals = (str(subject.get("literal", "")) for subject in subjects)
    return Said(
        headline=first["value"], sectors=tuple(code for code in literals if len(code) == 8 and code.isdigit())
    )


def _line(element: ElementTree.Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def found(story: Story) -> Said:
    """The same of what our reader made."""
    return Said(
        story.language,
        story.headline,
        story.slug,
        story.sectors,
        tuple(ticker.rpartition(":")[2] for ticker in story.tickers),
        tuple(block.text for block in story.blocks),
    )


def codes(story: Story) -> set[str]:
    return {finding.code for finding in story.findings}


def test_every_g2_example_is_read_as_it_says() -> None:
    """Valid or not: language, headline, slug, subjects, instruments and body; what is odd is a warning."""
    files = sorted(shared("samples").rglob("newsml-g2-*/**/*.xml"))
    items = 0
    for path in files:
        data = path.read_bytes()
        wanted, stories = list(said_by_g2(data)), read_items(data)
        for story in stories:
            assert {finding.severity for finding in story.findings} <= {"warn"}, path
            assert all(finding.where and finding.message for finding in story.findings), path
        if not wanted:  # concepts, plans, catalogues: no news, and said so
            assert [codes(story) & {"no-news-item"} for story in stories] == [{"no-news-item"}], path
            continue
        for one, story in zip(wanted, stories, strict=True):
            items += 1
            assert ("body-missing" in codes(story)) == (not one.paragraphs), path
            if not one.headline and one.paragraphs:  # the first line stands in, and no word is lost
                assert (story.headline, *(b.text for b in story.blocks)) == one.paragraphs, path
                assert "headline-guessed" in codes(story), path
            else:
                assert found(story) == one, path
    assert len(files) >= 70 and items >= 45


def test_every_ninjs_example_is_read_as_it_says() -> None:
    """1.1 to 3.1, by either of our codecs."""
    files = sorted(shared("samples/ninjs-tests").rglob("*.json"))
    for path in files:
        data = path.read_bytes()
        for name in ("ninjs", "ninjs2"):
            story, wanted = registry.codec(name).read(data), said_by_ninjs(data)
            assert (story.headline, story.sectors) == (wanted.headline, wanted.sectors), path
            assert "body-missing" in codes(story) and story.blocks == (), path
            assert ("standard-missing" in codes(story)) == (b'"standard"' not in data), path
            assert {finding.severity for finding in story.findings} == {"warn"}, path
    assert len(files) >= 30


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        (_LISTING.format("1_A_NewsML-G2_News_Item"), {"embargo": "2018-10-23T12:00:00Z", "tickers": ()}),
        (_LISTING.format("2_NewsML-G2_Text_Document"), {"provider": "Associated Press", "embargo": ""}),
        (_LISTING.format("27_Company_Financial_Information"), {"tickers": ("TSX:AWG",), "provider": ""}),
        (
            "newsml-g2-tests/2.19/should_pass/CR00180_hasinstrument_primary_info.xml",
            {"tickers": ("NYS:TRI.N", "TSX:TRI.TO")},
        ),
    ],
)
def test_what_the_walk_does_not_see_is_read_too(path: str, wanted: dict[str, Any]) -> None:
    story = registry.codec("newsml-g2").read(Path(shared("samples") / path).read_bytes())
    assert {name: getattr(story, name) or type(value)() for name, value in wanted.items()} == wanted


def test_a_correction_by_signal_is_one() -> None:
    path = shared("samples") / "newsml-g2-tests/2.20/should_pass/CR00183_qcodetype_attributes_cardinality.xml"
    assert "correction" in codes(registry.codec("newsml-g2").read(path.read_bytes()))
