"""Feeds written from strings are, byte for byte, what trees of lxml make of the same values."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from dateline.core.words import Block, Contact, Edition, Media, Run, edition_sha256
from dateline.formats.facts import PageFacts
from dateline.formats.feeds import Feed, FeedItem, State
from dateline.formats.feeds_xml import atom_document, rss_document
from dateline.formats.html import article_html
from dateline.formats.kept_articles import KEPT, KeptArticles
from dateline.formats.tests import feeds_tree
from dateline.formats.tests.test_feeds import AT
from dateline.formats.tests.test_round_trips import _fixed
from dateline.formats.xml_strings import xml_section
from dateline.testing.counts import reduced

pytestmark = pytest.mark.unit
WRITERS = [(atom_document, feeds_tree.atom_document), (rss_document, feeds_tree.rss_document)]
Writer = Callable[[Feed], bytes]
nasty = st.text(
    st.one_of(
        st.sampled_from("]>&<\"'\r\n\t\x00\x0b\x1f\x7f\x85\u2028\ud800\udfff\ufffe\uffff 🎉日ع·"),
        st.characters(),
    ),
    max_size=12,
)
states = st.sampled_from(["released", "corrected", "killed", "withdrawn"])


def feed_of(edition: Edition, words: str, state: State, sha256: str = "") -> Feed:
    paths = {"en": f"/en/{words}/", edition.language: edition.path}
    item = FeedItem(edition, AT, AT, state=state, notice=words, languages=paths, sha256=sha256)
    return Feed(words, "https://wire.example", "/en/feed.rss", f"/en/?a={words}", "en", "Dateline", (item,))


def normal(data: bytes) -> bytes:
    """Sections as text: the one thing in which the two may differ."""
    return etree.tostring(etree.fromstring(data), xml_declaration=True, encoding="utf-8")


@pytest.mark.parametrize(("ours", "tree"), WRITERS)
@settings(max_examples=reduced(40, 4_000), deadline=None)
@given(words=nasty, state=states)
def test_both_ways_write_the_same(ours: Writer, tree: Writer, words: str, state: State) -> None:
    picture = Media(words or "a", "image/png", "ab" * 32, 7, alt=words, caption=words, credit=words)
    edition = replace(
        _fixed(),
        headline=words,
        subhead=words * 2,
        provider=words,
        disclaimer=words,
        keywords=(words, "b"),
        tickers=(words,),
        media=(picture, replace(picture, name="b")),
        contacts=(Contact(words, words, words, words),),
        blocks=(*_fixed().blocks, Block("paragraph", runs=(Run(f"]]>{words}]]", href=words),))),
    )
    feed = replace(feed_of(edition, words, state, sha256="ab" * 32), keeps=True)
    KEPT.clear()
    assert normal(ours(feed)) == normal(tree(feed))
    assert normal(ours(feed)) == normal(tree(feed)), "the article that was kept"


@given(nasty, nasty)
def test_no_words_end_a_section_early(first: str, second: str) -> None:
    text = f"{first}]\x00]>{second}<!--]]>"
    root = etree.fromstring(b"<a>%b</a>" % xml_section(text))
    assert root.text == feeds_tree._xml_text(text)
    assert len(root) == 0


def test_an_empty_feed_is_the_same() -> None:
    empty = Feed("Energy", "https://wire.example", "/en/feed.rss", "/en/", "en", "Dateline", (), "About & so")
    for ours, tree in WRITERS:
        assert ours(empty) == tree(empty)


def test_articles_are_kept_within_their_bound_and_never_of_other_words() -> None:
    page = PageFacts("https://wire.example", "Dateline")
    kept = KeptArticles(most=3 * len(article_html(_fixed(), page)))
    editions = [replace(_fixed(), headline=f"Number {number}") for number in range(9)]
    for edition in (*editions, *reversed(editions)):
        found = kept.article(edition, page, edition_sha256(edition))
        assert found.html == article_html(edition, page)
        assert kept.size <= 3 * len(article_html(_fixed(), page))
    other = replace(page, base_url="https://other.example")
    assert "https://other.example" in kept.article(editions[0], other, edition_sha256(editions[0])).html
    without = replace(editions[0], blocks=())
    assert kept.article(without, page, edition_sha256(editions[0])).html == article_html(
        without, page, edition_sha256(editions[0])
    )
    kept.clear()
    assert kept.size == 0


def test_a_killed_story_is_not_served_from_what_was_kept() -> None:
    """I3: a tombstone has no word of it."""
    edition = replace(_fixed(), blocks=(Block("paragraph", runs=(Run("Unmistakable words"),)),))
    sha256 = edition_sha256(edition)
    for ours, _ in WRITERS:
        KEPT.clear()
        assert b"Unmistakable" in ours(replace(feed_of(edition, "Gone", "released", sha256), keeps=True))
        assert KEPT.size > 0
        assert b"Unmistakable" not in ours(replace(feed_of(edition, "Gone", "killed", sha256), keeps=True))
        assert KEPT.size == 0, "what a kill took back lies nowhere"


def test_only_public_lists_keep_anything() -> None:
    """I1: the feed of one item is also how a held release is rendered."""
    KEPT.clear()
    for ours, _ in WRITERS:
        assert b"Quiet" in ours(feed_of(_fixed(), "Held", "released", edition_sha256(_fixed())))
    assert KEPT.size == 0
