"""Feeds read entry by entry say what feeds read whole say, and hold one entry's tree at a time."""

import gc
from dataclasses import replace

import pytest
from lxml import etree

from dateline.core.errors import BadInput
from dateline.formats import feeds_streaming
from dateline.formats.feed_entries import ReadFeed
from dateline.formats.feeds import Feed, FeedItem, atom, rss
from dateline.formats.feeds_reading import read_feed
from dateline.formats.feeds_streaming import stream_feed
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_feeds import AT

pytestmark = pytest.mark.unit
_HEAD = '<rss version="2.0"><channel><title>One &nope; &amp; two</title><language>en</language>'
_ITEM = (
    "<item><guid>{0}</guid><title>Number {0}</title>"
    "<description>&lt;p&gt;Text {0}&lt;/p&gt;</description></item>"
)
FEEDS = {
    "rss": _HEAD + "".join(_ITEM.format(n) for n in range(30)) + "<copyright>Us</copyright></channel></rss>",
    "rdf": '<RDF xmlns="http://purl.org/rss/1.0/"><channel><title>a</title></channel>'
    "<item><title>x</title><link>https://a.example/</link></item></RDF>",
    "no channel": "<rss><item><guid>1</guid></item></rss>",
    "items in items": _HEAD
    + "<item><guid>1</guid><item><guid>2</guid></item></item>tail<item/></channel></rss>",
    "atom": '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ar"><entry><id>1</id>'
    "<entry><id>2</id></entry>"
    "<title>x</title></entry>between<deleted-entry ref='gone'/><entry><id>3</id></entry><title>Late</title>"
    "<rights>All of them</rights></feed>",
    "empty": '<feed xmlns="http://www.w3.org/2005/Atom"/>',
    "broken": _HEAD + _ITEM.format(1) + "<item><guid>2</guid><title>A & B <b></title></item>",
    "tombstone in an entry": "<feed><entry><deleted-entry ref='a'/></entry><deleted-entry/></feed>",
}  # fmt: skip


def streamed(data: bytes) -> ReadFeed:
    feed, entries = stream_feed(data)
    assert feed.entries == ()
    return replace(feed, entries=tuple(entries))


@pytest.mark.parametrize("name", FEEDS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_feed_read_by_entries_says_the_same(name: str, encoding: str) -> None:
    data = FEEDS[name].encode(encoding)
    assert streamed(data) == read_feed(data)


@pytest.mark.parametrize("slice_", [1, 7, 64])
def test_where_the_text_is_cut_changes_nothing(slice_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds_streaming, "_SLICE", slice_)
    for text in FEEDS.values():
        assert streamed(text.encode()) == read_feed(text.encode())


@pytest.mark.parametrize("write", [atom, rss])
def test_our_own_feeds_are_read_by_entries(write: object) -> None:
    items = tuple(FeedItem(edition, AT, AT) for edition in samples())
    data = (atom if write is atom else rss)(
        Feed("Energy", "https://wire.example", "/en/feed.rss", "/en/", "en", "Dateline", items)
    )
    assert streamed(data) == read_feed(data)


@pytest.mark.parametrize(
    "text", ["", "no feed", "<html/>", "<rss>" + "<a>" * 200,
             "<rss>" + "<a>" * 200 + "</a>" * 200 + "</rss>", '<!DOCTYPE rss [<!ENTITY a "aaaa">]><rss/>']
)  # fmt: skip
def test_what_is_no_feed_is_refused_as_ever(text: str) -> None:
    with pytest.raises(BadInput) as whole:
        read_feed(text.encode())
    with pytest.raises(BadInput) as by_entries:
        streamed(text.encode())
    assert str(by_entries.value) == str(whole.value)


def test_the_trees_of_entries_that_were_read_are_gone() -> None:
    """Nothing grows with the number of entries but their text itself."""
    many = 3_000
    text = _HEAD.replace("&nope;", "") + "".join(_ITEM.format(n) for n in range(many)) + "</channel></rss>"
    walk = feeds_streaming._Walk(text.encode())
    most = 0
    for number, item in enumerate(walk.items()):
        if number % 500 == 0:
            gc.collect()
            assert walk.root is not None
            standing = sum(1 for _ in walk.root.iter(etree.Element))
            most = max(most, standing)
        assert item.findtext("guid") == str(number)
    # A slice of the text is parsed ahead: some hundred items of three elements.
    assert most < 4 * (feeds_streaming._SLICE // len(_ITEM) + 10) < 4 * many
