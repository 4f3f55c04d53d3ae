"""Feeds: valid, read by others as we mean them, tombstones without a word of what was killed."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import feedparser
import jsonschema_rs
import pytest
from hypothesis import given, settings
from lxml import etree

from dateline.core.clock import Instant
from dateline.core.words import Edition, edition_sha256
from dateline.formats.feeds import Feed, FeedItem, atom, json_feed, rss
from dateline.formats.feeds_xml import ATOM
from dateline.formats.tests.strategies import editions
from dateline.formats.tests.test_round_trips import _fixed
from dateline.testing.shared_data import shared

pytestmark = pytest.mark.unit
AT = Instant(datetime(2026, 11, 24, 9, 30, 15, 250_000, tzinfo=UTC))


def feed(*items: FeedItem) -> Feed:
    return Feed("Energy & <news>", "https://wire.example", "/en/feed.rss", "/en/", "en", "Dateline", items)


def item(edition: Edition, **changes: Any) -> FeedItem:
    return replace(
        FeedItem(edition, AT, AT, languages={"en": "/en/a/", edition.language: edition.path, "ko": "/ko/b/"}),
        **changes,
    )


@settings(max_examples=80, deadline=None)
@given(editions())
def test_feedparser_reads_every_feed_as_meant(edition: Edition) -> None:
    """I8: title, text, identity, tickers and ISIN arrive in all three; the hash is named."""
    made = feed(item(edition))
    for data in (atom(made), rss(made)):
        read = feedparser.parse(data, sanitize_html=False)
        assert not read.bozo, read.get("bozo_exception")
        entry = read.entries[0]
        assert entry.id == f"urn:newsml:wire.example:20261124:k7m2x9qd4w-{edition.language}"
        assert entry.link == "https://wire.example" + edition.path
        tags = {(tag.scheme, tag.term) for tag in entry.tags}
        assert ("https://wire.example/rss/stock", "Nasdaq:ACME") in tags
        assert ("https://wire.example/rss/ISIN", "US0378331005") in tags
        assert ("https://wire.example/rss/sha256", edition_sha256(edition)) in tags
        assert edition_sha256(edition) in entry.content[0].value
    document = json.loads(json_feed(made))
    assert document["items"][0]["title"] == edition.headline
    assert document["items"][0]["_dateline"]["sha256"] == edition_sha256(edition)
    root = etree.fromstring(atom(made))
    assert root.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}title") == edition.headline


def test_one_alternate_per_atom_entry_and_related_for_translations() -> None:
    root = etree.fromstring(atom(feed(item(_fixed()))))
    links = [
        (link.get("rel"), link.get("hreflang")) for link in root.iterfind(f"{{{ATOM}}}entry/{{{ATOM}}}link")
    ]
    assert links == [("alternate", "en"), ("related", "ko")]
    assert [link.get("href") for link in root.iterfind(f"{{{ATOM}}}link") if link.get("rel") == "self"] == [
        "https://wire.example/en/feed.rss"
    ]


def test_rss_has_dates_with_seconds_and_the_right_namespaces() -> None:
    data = rss(feed(item(_fixed())))
    root = etree.fromstring(data)
    assert root.findtext("channel/item/pubDate") == "Tue, 24 Nov 2026 09:30:15 +0000"
    assert root.nsmap["dc"] == "http://purl.org/dc/elements/1.1/"
    assert root.find("channel/item/guid").get("isPermaLink") == "false"  # type: ignore[union-attr]
    assert root.findtext("channel/item/{http://purl.org/rss/1.0/modules/content/}encoded", "").startswith(
        "<article"
    )


@pytest.mark.parametrize("state", ["killed", "withdrawn"])
def test_tombstones_keep_the_id_and_lose_the_text(state: Any) -> None:
    """I7: what was killed says nothing but its notice."""
    live = feed(item(_fixed()))
    dead = feed(item(replace(_fixed(), tickers=("Nasdaq:ACME",)), state=state, notice="Do not use <this>."))
    for write in (atom, rss, json_feed):
        before, after = write(live), write(dead)
        assert b"Nothing happened" in before and b"Nothing happened" not in after
        assert b"Nasdaq:ACME" not in after
        assert b"urn:newsml:wire.example:20261124:k7m2x9qd4w-en" in after
    assert unescape(feedparser.parse(rss(dead)).entries[0].summary) == "Do not use <this>."


def test_a_correction_moves_updated_and_opens_with_its_notice() -> None:
    corrected = replace(_fixed(), type="corrected", version=2, reason="The date was wrong.")
    made = feed(item(corrected, at=Instant(AT + timedelta(hours=1)), state="corrected"))
    root = etree.fromstring(atom(made))
    entry = root.find(f"{{{ATOM}}}entry")
    assert entry is not None
    assert entry.findtext(f"{{{ATOM}}}updated") == "2026-11-24T10:30:15.250Z"
    assert entry.findtext(f"{{{ATOM}}}published") == "2026-11-24T09:30:15.250Z"
    content = entry.findtext(f"{{{ATOM}}}content") or ""
    assert content.index("The date was wrong.") < content.index("Nothing happened")


def test_an_empty_feed_is_still_a_feed() -> None:
    for write in (atom, rss):
        assert not feedparser.parse(write(feed())).bozo
    assert json.loads(json_feed(feed()))["items"] == []


def test_characters_xml_cannot_write_do_not_stop_a_feed() -> None:
    made = feed(item(replace(_fixed(), headline="a\x00b\x0bc\ufffe")))
    assert etree.fromstring(atom(made)).findtext(f"{{{ATOM}}}entry/{{{ATOM}}}title") == "abc"
    assert etree.fromstring(rss(made)).findtext("channel/item/title") == "abc"


@settings(max_examples=60, deadline=None)
@given(editions())
def test_json_feed_is_valid(edition: Edition) -> None:
    schemas = shared("schemas/json-feed")

    def local(uri: str) -> Any:
        name = "feed-1.json" if "feed-1" in uri else "feed.json"
        return json.loads((schemas / name).read_text())

    validator = jsonschema_rs.validator_for(
        json.loads((schemas / "feed.json").read_text()), retriever=local, validate_formats=True
    )
    document = json.loads(json_feed(feed(item(edition), item(edition, state="killed", notice="Gone."))))
    assert [error.message for error in validator.iter_errors(document)] == []
