"""Feeds: Atom, RSS 2.0 and JSON Feed 1.1 of public editions, with tombstones for what was killed or
withdrawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from dateline.core.clock import Instant, iso_z
from dateline.core.words import Edition, edition_sha256
from dateline.formats import wording
from dateline.formats.facts import PageFacts, edition_url, identity, media_url
from dateline.formats.html import article_html
from dateline.formats.json_ import dump_json
from dateline.formats.kept_articles import KEPT, KeptArticle

MEDIA_TOPICS = "http://cv.iptc.org/newscodes/mediatopic/"
State = Literal["released", "corrected", "killed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One release in one language as it stands now.

    `at` is the release of this version, `first_at` of the first one; `languages` maps every public language
    to its
    path; `notice` is the text that replaces a killed or withdrawn story and opens a corrected one.
    """

    edition: Edition
    at: Instant
    first_at: Instant
    state: State = "released"
    notice: str = ""
    languages: Mapping[str, str] | None = None
    sha256: str = ""
    """The edition's hash where the caller has it: making it takes longer than all the rest."""


@dataclass(frozen=True, slots=True)
class Feed:
    """`base_url` and paths: absolute address without trailing slash, paths with leading slash.

    `self_path` is the feed's own path, `home_path` the page it belongs to; `updated` None = newest item.
    """

    title: str
    base_url: str
    self_path: str
    home_path: str
    language: str
    wire: str
    items: tuple[FeedItem, ...] = ()
    description: str = ""
    updated: Instant | None = None
    keeps: bool = False
    """Whether articles are kept for the next rendering: of public lists, never of a held release (I1)."""

    @property
    def self_url(self) -> str:
        return self.base_url + self.self_path

    @property
    def home_url(self) -> str:
        return self.base_url + self.home_path

    @property
    def updated_at(self) -> Instant | None:
        """When something in it last changed; None for an empty feed without `updated`."""
        return self.updated or max((item.at for item in self.items), default=None)


@dataclass(frozen=True, slots=True)
class Entry:
    """What every feed format says of an item, worked out once."""

    id: str
    url: str
    title: str
    html: str
    summary: str
    author: str
    sha256: str
    live: bool
    """Whether the story still stands; tombstones carry no tickers, pictures or subjects."""
    kept: KeptArticle | None = None
    """Whose HTML this is, where it is an article and no more."""


def entry_of(feed: Feed, item: FeedItem) -> Entry:
    """Identity, title and text of an item. A tombstone keeps its id and loses every word but the notice."""
    edition = item.edition
    live = item.state in {"released", "corrected"}
    page = PageFacts(feed.base_url, feed.wire, item.at, tuple(item.languages or {}), item.first_at)
    prefix = wording.notice(_TYPE[item.state], edition.language)
    sha256 = item.sha256 or edition_sha256(edition)
    kept: KeptArticle | None = None
    if live:
        kept = _article(feed, edition, page, sha256)
        html = kept.html
        if item.state == "corrected" and item.notice and item.notice != edition.reason:
            kept, html = None, f'<p class="notice">{wording.escaped(item.notice)}</p>\n{html}'
    else:
        KEPT.forget(edition.release)
        words = f"<strong>{wording.escaped(prefix)}</strong> {wording.escaped(item.notice)}"
        html = f'<p class="notice">{words}</p>\n'
    return Entry(
        id=identity(edition, feed.base_url, item.first_at),
        url=edition_url(edition, feed.base_url),
        title=f"{prefix}: {edition.headline}" if prefix and edition.headline else edition.headline or prefix,
        html=html,
        summary=edition.summary if live else (item.notice or prefix),
        author=edition.provider or edition.issuer.name,
        sha256=sha256,
        live=live,
        kept=kept,
    )


def _article(feed: Feed, edition: Edition, page: PageFacts, sha256: str) -> KeptArticle:
    if feed.keeps:
        return KEPT.article(edition, page, sha256)
    return KeptArticle(article_html(edition, page, sha256))


_TYPE: Mapping[str, str] = {
    "released": "released",
    "corrected": "corrected",
    "killed": "killed",
    "withdrawn": "withdrawn",
}


def atom(feed: Feed) -> bytes:
    """Atom (RFC 4287): one alternate per entry, translations as `related` with hreflang."""
    from dateline.formats.feeds_xml import atom_document

    return atom_document(feed)


def rss(feed: Feed) -> bytes:
    """RSS 2.0 with tickers and ISINs as categories with a domain."""
    from dateline.formats.feeds_xml import rss_document

    return rss_document(feed)


def json_feed(feed: Feed) -> bytes:
    """JSON Feed 1.1; our own facts in one `_dateline` object per item."""
    document: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.self_url,
        "language": feed.language,
        "authors": [{"name": feed.wire}],
        "items": [_json_item(feed, item) for item in feed.items],
    }
    if feed.description:
        document["description"] = feed.description
    return dump_json(document)


def _json_item(feed: Feed, item: FeedItem) -> dict[str, Any]:
    edition, entry = item.edition, entry_of(feed, item)
    out: dict[str, Any] = {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": entry.html,
        "language": edition.language,
        "authors": [{"name": entry.author}],
        "date_published": iso_z(item.first_at),
        "date_modified": iso_z(item.at),
        "_dateline": _json_extension(feed, item, entry.sha256),
    }
    if entry.live and edition.media:
        out["attachments"] = [
            {"url": media_url(m, feed.base_url), "mime_type": m.media_type, "size_in_bytes": m.size_bytes}
            for m in edition.media
        ]
    if entry.live and edition.keywords:
        out["tags"] = list(dict.fromkeys(edition.keywords))
    return out


def _json_extension(feed: Feed, item: FeedItem, sha256: str) -> dict[str, Any]:
    edition = item.edition
    live = item.state in {"released", "corrected"}
    return {
        "about": feed.base_url + "/api/v1/openapi.json",
        "release": edition.release,
        "version": edition.version,
        "state": item.state,
        "sha256": sha256,
        "issuer": {"slug": edition.issuer.slug, "name": edition.issuer.name, "level": edition.issuer.level},
        "origin": edition.origin,
        "provider": edition.provider or None,
        "labels": list(edition.labels),
        "sectors": list(edition.sectors) if live else [],
        "countries": list(edition.countries) if live else [],
        "tickers": list(edition.tickers) if live else [],
        "isins": list(edition.isins) if live else [],
        "release_type": (edition.release_type or None) if live else None,
        "translation": edition.translation.kind if live and edition.translation else None,
        "reason": edition.reason or item.notice or None,
        "restrict": list(edition.restrict),
        "languages": {tag: feed.base_url + path for tag, path in (item.languages or {}).items()},
    }
