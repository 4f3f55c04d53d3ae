"""What stands beside the codecs: the library that comes nearest, where one is installed.

No library writes NITF, NewsML 1.2 or G2 from an article; feedgen, which writes the same article as Atom,
comes nearest. A parser alone (lxml) is the floor that no reader can go below.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from io import BytesIO
from typing import Any

from dateline.core.clock import Instant
from dateline.core.words import Edition
from dateline.formats.facts import PageFacts, edition_url
from dateline.formats.feeds import MEDIA_TOPICS, FeedItem
from dateline.formats.html import article_html


@dataclass(frozen=True, slots=True)
class Peer:
    """A library by name and version, and one edition's worth of its work."""

    name: str
    call: Callable[[], object]


def writing_peer(name: str, edition: Edition, base_url: str, at: Instant) -> Peer | None:
    """feedgen writes an Atom entry of the same article; nothing comes near the formats that are no XML."""
    page = PageFacts(base_url, edition.wire)
    if name in {"newsml-g2", "nitf", "newsml1", "rss", "atom"}:
        return _named("feedgen", lambda: _feedgen(edition, page, at))
    return None


def reading_peer(name: str, data: bytes) -> Peer | None:
    """newsmlg2 reads G2; lxml alone is the floor of other XML; markdown-it reads Markdown."""
    if name == "newsml-g2":
        return _named("newsmlg2", lambda: _newsmlg2(data))
    if name in {"nitf", "newsml1"}:
        return _named("lxml", lambda: _lxml(data))
    if name in {"rss", "atom"}:
        return _named("feedparser", lambda: _feedparser(data))
    if name == "markdown":
        return _named("markdown-it-py", lambda: _markdown(data))
    return None


def _named(package: str, call: Callable[[], object]) -> Peer | None:
    """The peer, or none where it is not installed."""
    try:
        found = version(package)
    except PackageNotFoundError:
        return None
    return Peer(f"{package} {found}", call)


def _feedgen(edition: Edition, page: PageFacts, at: Instant) -> Any:
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(page.base_url)
    feed.title(edition.wire)
    feed.updated(at)
    entry = feed.add_entry()
    entry.id(edition_url(edition, page.base_url))
    entry.title(edition.headline)
    entry.updated(at)
    entry.content(article_html(edition, page), type="html")
    return feed.atom_str()


def feed_peers(items: Sequence[FeedItem], base_url: str, at: Instant) -> tuple[Peer | None, Peer | None]:
    """feedgen writes the same entries, links, categories and authors: with the articles at hand, and made by
    the same function as ours.
    """
    page = PageFacts(base_url, "Dateline")
    made = {item.sha256: article_html(item.edition, page, item.sha256) for item in items}

    def make(item: FeedItem) -> str:
        return article_html(item.edition, page, item.sha256)

    return (
        _named("feedgen", lambda: _feedgen_all(items, page, at, lambda item: made[item.sha256])),
        _named("feedgen", lambda: _feedgen_all(items, page, at, make)),
    )


def _feedgen_all(
    items: Sequence[FeedItem], page: PageFacts, at: Instant, article: Callable[[FeedItem], str]
) -> Any:
    from feedgen.feed import FeedGenerator

    feed = FeedGenerator()
    feed.id(page.base_url)
    feed.title(page.wire)
    feed.updated(at)
    for item in items:
        edition, entry = item.edition, feed.add_entry(order="append")
        entry.id(edition_url(edition, page.base_url))
        entry.title(edition.headline)
        entry.updated(at)
        entry.published(at)
        entry.author(name=edition.issuer.name)
        entry.link(href=edition_url(edition, page.base_url), rel="alternate", type="text/html")
        entry.category([{"term": term, "scheme": scheme} for scheme, term in _terms(item, page)])
        entry.summary(edition.summary)
        entry.content(article(item), type="html")
    return feed.atom_str()


def _terms(item: FeedItem, page: PageFacts) -> list[tuple[str, str]]:
    edition, base = item.edition, page.base_url
    return [
        (f"{base}/rss/sha256", item.sha256),
        (f"{base}/rss/issuer", edition.issuer.name),
        *((MEDIA_TOPICS, sector) for sector in edition.sectors),
        *((f"{base}/rss/stock", ticker) for ticker in edition.tickers),
        *((f"{base}/rss/ISIN", isin) for isin in edition.isins),
        *((f"{base}/rss/country", country) for country in edition.countries),
        *((f"{base}/rss/label", label) for label in edition.labels),
    ]


def _feedparser(data: bytes) -> Any:
    import feedparser

    return feedparser.parse(data)


def _newsmlg2(data: bytes) -> Any:
    with warnings.catch_warnings():  # its source has escapes that Python 3.12 will refuse
        warnings.simplefilter("ignore")
        from NewsMLG2 import NewsMLG2Document

    return NewsMLG2Document(data).get_item()


def _lxml(data: bytes) -> Any:
    from lxml import etree

    return etree.parse(BytesIO(data))


def _markdown(data: bytes) -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table").render(data.decode())
