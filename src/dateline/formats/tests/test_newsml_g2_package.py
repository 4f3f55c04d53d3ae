"""Packages and messages of NewsML-G2: valid by the schema, languages grouped, read back as what they are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.ids import ReleaseId
from dateline.core.languages import WIRE_LANGUAGES, Language
from dateline.core.words import Edition, Translation
from dateline.formats.facts import PageFacts
from dateline.formats.newsml_g2 import CATALOG, NAR
from dateline.formats.newsml_g2_package import alternatives, grouped_items, news_message, package_item
from dateline.formats.newsml_g2_reading import read_items
from dateline.formats.tests.agency import faults, kinds
from dateline.formats.tests.strategies import editions
from dateline.testing.shared_data import shared
from dateline.wire.tests.builders import edition

pytestmark = pytest.mark.unit
AT = Instant(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))
LATER = Instant(datetime(2026, 11, 24, 11, 30, tzinfo=UTC))
N = {"n": NAR}


def page(at: Instant = AT) -> PageFacts:
    return PageFacts("https://wire.example", "Wire", at, ("en", "de", "ar"), first_at=AT)


def three() -> list[tuple[Edition, PageFacts]]:
    """German first, so that the order of the package is its own."""
    translated = {"original_language": Language("en"), "translation": Translation("human")}
    return [
        (edition("de", headline="Hafenmuseum öffnet", **translated), page()),
        (edition("en", headline="Museum opens <hall> & dock"), page()),
        (
            edition("ar", headline="المتحف يفتح", version=2, type="corrected", reason="x", **translated),
            page(LATER),
        ),
    ]


def test_a_package_groups_the_languages_as_alternatives_the_original_first() -> None:
    data = package_item(three())
    assert faults("newsml-g2", data) == []
    root = etree.fromstring(data)
    assert root.get("guid") == "urn:newsml:wire.example:20261124:k7m2x9qd4w" and root.get("version") == "2"
    assert root.findtext("n:itemMeta/n:versionCreated", namespaces=N) == "2026-11-24T11:30:00.000Z"
    (group,) = alternatives(data)
    assert [one.language for one in group] == ["en", "de", "ar"]
    assert group[0].guid == "urn:newsml:wire.example:20261124:k7m2x9qd4w-en"
    assert group[0].title == "Museum opens <hall> & dock"
    assert group[2].href == "https://wire.example/ar/museum-opens-k7m2x9qd4w/"


def test_a_message_carries_the_package_and_every_item_whole() -> None:
    data = news_message(three(), sent=LATER)
    assert faults("newsml-g2", data) == []
    root = etree.fromstring(data)
    assert root.findtext("n:header/n:sent", namespaces=N) == "2026-11-24T11:30:00.000Z"
    stories = read_items(data)
    assert [story.language for story in stories] == ["en", "de", "ar"]
    assert stories[0].blocks == edition("en").blocks and grouped_items(data) == (1, 2, 3)


@pytest.mark.parametrize("tag", WIRE_LANGUAGES)
def test_every_language_and_state_is_valid(tag: Language) -> None:
    for one in kinds(edition(str(tag), original_language=tag)):
        assert faults("newsml-g2", news_message([(one, page())], sent=LATER)) == []
        assert faults("newsml-g2", package_item([(one, page())])) == []


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(one=editions())
def test_any_edition_survives_a_message(one: Edition) -> None:
    """I8"""
    data = news_message([(one, page())], sent=LATER)
    assert faults("newsml-g2", data) == []
    (story,) = read_items(data)
    assert story.headline == one.headline and story.blocks == one.blocks and story.media == one.media


def test_every_alias_is_in_the_catalog() -> None:
    root = etree.parse(str(shared("schemas") / "iptc-catalog" / CATALOG.rpartition("/")[2]))
    aliases = {str(e.get("alias")) for e in root.iter("{*}scheme")}
    document = etree.fromstring(package_item(three()))
    used = {
        value.partition(":")[0]
        for node in document.iter()
        for name, value in [(str(k), str(v)) for k, v in node.attrib.items()]
        if name in {"qcode", "mode", "role", "type"}
    }
    assert used and used <= aliases


def test_what_makes_no_package_is_refused() -> None:
    other = replace(edition("ko"), release=ReleaseId("aaaaaaaaaa"))
    for items in (
        [],
        [(edition(), PageFacts("https://w.example", "W"))],
        [(edition(), page()), (other, page())],
    ):
        with pytest.raises(BadInput, match="package"):
            package_item(items)


# --- reading ---------------------------------------------------------------------------------------------


def test_a_package_without_its_items_says_what_it_names() -> None:
    (story,) = read_items(package_item(three()))
    (finding,) = [f for f in story.findings if f.code == "no-news-item"]
    assert "names 3 items" in finding.message and "k7m2x9qd4w-en" in finding.message


def test_messages_without_groups_of_alternatives_group_nothing() -> None:
    data = news_message(three(), sent=LATER)
    for broken in (
        data.replace(b'mode="pgrmod:alt"', b'mode="pgrmod:seq"'),
        data.replace(b"residref=", b"href2="),
        package_item(three()),
    ):
        assert grouped_items(broken) == ()


def test_the_samples_of_the_standard_are_read() -> None:
    """IPTC's own packages and messages."""
    folder = shared("samples")
    read = 0
    for file in sorted(folder.rglob("*.xml")):
        data = file.read_bytes()
        if b"packageItem" in data or b"newsMessage" in data:
            alternatives(data)
            grouped_items(data)
            assert read_items(data)
            read += 1
    assert read >= 2
