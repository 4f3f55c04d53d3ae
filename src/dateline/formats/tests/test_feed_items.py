"""`rss`, `atom` and `jsonfeed` as formats: one edition each, read by others as meant, read back by us."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import feedparser
import jsonschema_rs
import pytest
from hypothesis import given, settings

from dateline.core.words import Edition, edition_sha256
from dateline.formats import registry
from dateline.formats.feeds_reading import read_feed
from dateline.formats.tests.agency import kinds
from dateline.formats.tests.strategies import editions
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AFTER, AT, BEFORE, same
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
NAMES = ("rss", "atom", "jsonfeed")
CODED = {"en", "ar", "ja", "ko", "zh-Hans", "th"}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=15, deadline=None)
@given(edition=editions())
def test_the_item_reads_back_equal(name: str, edition: Edition) -> None:
    """I8. Of a picture the feed has no words but those in the article."""
    data = registry.codec(name).render(edition, AFTER)
    assert edition_sha256(edition).encode() in data
    read = registry.codec(name).read(data)
    same(edition, read, without=("media",))
    assert [(m.name, m.alt, m.sha256, m.media_type, m.size_bytes) for m in read.media] == [
        (m.name, m.alt, m.sha256, m.media_type, m.size_bytes) for m in edition.media
    ]
    assert read.findings == ()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=6, deadline=None)
@given(edition=editions())
def test_what_is_opened_at_t0_equals_what_is_rendered_after_it(name: str, edition: Edition) -> None:
    """I1, I5."""
    codec = registry.codec(name)
    before = codec.render(edition, BEFORE)
    assert b"2026-11-24T00:00:00" not in before
    opened = codec.opened(before, at=AT, languages=AFTER.languages, base_url=AFTER.base_url)
    assert opened == codec.render(edition, AFTER)
    assert codec.opened(opened, at=AT, languages=(), base_url="") == opened


def _entry(name: str, data: bytes) -> Any:
    read = feedparser.parse(data, sanitize_html=False)
    assert not read.bozo, (name, read.get("bozo_exception"))
    return read.entries[0]


def _shape(html: str) -> str:
    """The words and elements; feedparser sorts attributes and writes empty elements its own way."""
    return unescape(re.sub(r"<(/?\w+)[^>]*>", r"<\1>", html)).strip()


@pytest.mark.parametrize("name", ["rss", "atom"])
def test_feedparser_and_we_read_the_same_title_date_and_body(name: str) -> None:
    """In every language of the samples, released, corrected, killed and withdrawn."""
    for edition in samples():
        if edition.language not in CODED:
            continue
        for kind in kinds(edition):
            data = registry.codec(name).render(kind, AFTER)
            theirs, ours = _entry(name, data), read_feed(data).entries[0]
            assert theirs.title == ours.title and theirs.id == ours.id and theirs.link == ours.url
            assert _shape(theirs.content[0].value) == _shape(ours.content)
            assert (
                ours.published is not None and ours.published.timetuple()[:6] == theirs.published_parsed[:6]
            )
            assert [(t.scheme or "", t.term) for t in theirs.tags] == list(ours.categories)


@pytest.mark.parametrize("name", NAMES)
def test_a_kill_says_its_notice_and_no_word_of_the_text(name: str) -> None:
    """I7."""
    edition = next(e for e in samples() if e.language == "en")
    killed = replace(edition, type="killed", version=2, reason="Wrong company named.")
    data = registry.codec(name).render(killed, AFTER)
    assert b"Wrong company named." in data
    body = next(block.text for block in edition.blocks if block.kind == "paragraph")
    assert body[:40].encode() not in data
    story = registry.codec(name).read(data)
    assert "killed" in {finding.code for finding in story.findings}


def test_every_json_feed_item_is_valid_by_the_schema() -> None:
    schemas = shared("schemas/json-feed")

    def local(uri: str) -> Any:
        return json.loads((schemas / ("feed-1.json" if "feed-1" in uri else "feed.json")).read_text())

    schema = json.loads((schemas / "feed.json").read_text())
    validator = jsonschema_rs.validator_for(schema, retriever=local, validate_formats=True)
    for edition in samples():
        for kind in kinds(edition):
            document = json.loads(registry.codec("jsonfeed").render(kind, AFTER))
            assert [error.message for error in validator.iter_errors(document)] == []


def test_categories_have_the_shape_that_aggregators_parse() -> None:
    edition = replace(samples()[0], tickers=("Nasdaq:ACME",), isins=("US0378331005",))
    tags = {t.scheme: t.term for t in _entry("rss", registry.codec("rss").render(edition, AFTER)).tags}
    assert tags["https://wire.example/rss/stock"] == "Nasdaq:ACME"
    assert tags["https://wire.example/rss/ISIN"] == "US0378331005"
    assert tags["https://wire.example/rss/issuer"] == edition.issuer.name
    assert re.fullmatch(r"[0-9a-f]{64}", tags["https://wire.example/rss/sha256"])
