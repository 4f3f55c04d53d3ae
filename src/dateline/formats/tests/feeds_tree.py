"""The same Atom and RSS as trees of lxml: what the writer from strings is compared with."""

import re
from email.utils import format_datetime

from lxml import etree

from dateline.core.clock import Instant, iso_z
from dateline.core.words import Edition
from dateline.formats import wording
from dateline.formats.facts import media_url
from dateline.formats.feeds import MEDIA_TOPICS, Entry, Feed, FeedItem, State, entry_of

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DC = "http://purl.org/dc/elements/1.1/"
MEDIA = "http://search.yahoo.com/mrss/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def _xml_text(text: str) -> str:
    """`text` without the characters that XML 1.0 has no way to write; intake has removed them long before."""
    return _FORBIDDEN.sub("", text)


def _add(parent: etree._Element, tag: str, text: str = "", **attributes: str) -> etree._Element:
    try:
        element = etree.SubElement(parent, tag, attributes)
    except ValueError:  # lxml has looked at every character, so only what it refuses is looked at again
        element = etree.SubElement(
            parent, tag, {name: _xml_text(value) for name, value in attributes.items()}
        )
    if text:
        try:
            element.text = text
        except ValueError:
            element.text = _xml_text(text)
    return element


def _serialised(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=False)


# --- Atom ------------------------------------------------------------------------------------------------


def atom_document(feed: Feed) -> bytes:
    """The feed as Atom. An empty feed without `updated` says 1970, since Atom demands an instant."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})  # type: ignore[dict-item]  # lxml means the default namespace
    root.set(XML_LANG, feed.language)
    _add(root, f"{{{ATOM}}}id", feed.self_url)
    _add(root, f"{{{ATOM}}}title", feed.title)
    if feed.description:
        _add(root, f"{{{ATOM}}}subtitle", feed.description)
    _add(root, f"{{{ATOM}}}updated", iso_z(feed.updated_at) if feed.updated_at else "1970-01-01T00:00:00Z")
    _add(_add(root, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", feed.wire)
    _add(root, f"{{{ATOM}}}link", rel="self", type="application/atom+xml", href=feed.self_url)
    _add(root, f"{{{ATOM}}}link", rel="alternate", type="text/html", href=feed.home_url)
    for item in feed.items:
        _atom_entry(root, feed, item)
    return _serialised(root)


def _atom_entry(root: etree._Element, feed: Feed, item: FeedItem) -> None:
    edition, entry = item.edition, entry_of(feed, item)
    element = _add(root, f"{{{ATOM}}}entry")
    element.set(XML_LANG, edition.language)
    _add(element, f"{{{ATOM}}}id", entry.id)
    _add(element, f"{{{ATOM}}}title", entry.title)
    _add(element, f"{{{ATOM}}}updated", iso_z(item.at))
    _add(element, f"{{{ATOM}}}published", iso_z(item.first_at))
    _add(_add(element, f"{{{ATOM}}}author"), f"{{{ATOM}}}name", entry.author)
    _add(
        element,
        f"{{{ATOM}}}link",
        rel="alternate",
        type="text/html",
        href=entry.url,
        hreflang=edition.language,
    )
    for tag, path in (item.languages or {}).items():
        if tag != edition.language:
            _add(
                element,
                f"{{{ATOM}}}link",
                rel="related",
                type="text/html",
                href=feed.base_url + path,
                hreflang=tag,
            )
    if entry.live:
        for media in edition.media:
            href, length = media_url(media, feed.base_url), str(media.size_bytes)
            _add(element, f"{{{ATOM}}}link", rel="enclosure", type=media.media_type, href=href, length=length)
    for domain, value in _categories(feed, edition, entry, item.state):
        _add(element, f"{{{ATOM}}}category", scheme=domain, term=value)
    _add(element, f"{{{ATOM}}}summary", entry.summary)
    _add(element, f"{{{ATOM}}}content", entry.html, type="html")
    if edition.disclaimer and entry.live:
        _add(element, f"{{{ATOM}}}rights", edition.disclaimer)


def _categories(feed: Feed, edition: Edition, entry: Entry, state: State) -> list[tuple[str, str]]:
    """(domain, value): hash, state unless released, issuer, subjects, tickers, ISINs, labels."""
    out = [(f"{feed.base_url}/rss/sha256", entry.sha256)]
    if state != "released":
        out.append((f"{feed.base_url}/rss/state", state))
    if not entry.live:
        return out
    out += [
        (f"{feed.base_url}/rss/issuer", edition.issuer.name),
        (f"{feed.base_url}/rss/issuer-slug", edition.issuer.slug),
    ]
    out += [(MEDIA_TOPICS, sector) for sector in edition.sectors]
    out += [(f"{feed.base_url}/rss/stock", ticker) for ticker in edition.tickers]
    out += [(f"{feed.base_url}/rss/ISIN", isin) for isin in edition.isins]
    out += [(f"{feed.base_url}/rss/country", country) for country in edition.countries]
    out += [(f"{feed.base_url}/rss/keyword", word) for word in edition.keywords]
    out += [(f"{feed.base_url}/rss/restrict", country) for country in edition.restrict]
    if edition.release_type:
        out.append((f"{feed.base_url}/rss/release-type", edition.release_type))
    out += [(f"{feed.base_url}/rss/label", label) for label in edition.labels]
    if edition.translation is not None:
        out.append((f"{feed.base_url}/rss/label", f"translation-{edition.translation.kind}"))
    return [(domain, value) for domain, value in out if value]


# --- RSS -------------------------------------------------------------------------------------------------


def rss_document(feed: Feed) -> bytes:
    """The feed as RSS 2.0."""
    root = etree.Element(
        "rss", nsmap={"atom": ATOM, "content": CONTENT, "dc": DC, "media": MEDIA}, version="2.0"
    )
    channel = _add(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home_url)
    _add(channel, "description", feed.description or feed.title)
    _add(channel, "language", feed.language)
    if feed.updated_at:
        _add(channel, "lastBuildDate", _rfc822(feed.updated_at))
    _add(channel, f"{{{ATOM}}}link", rel="self", type="application/rss+xml", href=feed.self_url)
    for item in feed.items:
        _rss_item(channel, feed, item)
    return _serialised(root)


def _rfc822(at: Instant) -> str:
    """`Mon, 23 Nov 2026 12:00:00 +0000`."""
    return format_datetime(at.replace(microsecond=0))


def _rss_item(channel: etree._Element, feed: Feed, item: FeedItem) -> None:
    edition, entry = item.edition, entry_of(feed, item)
    element = _add(channel, "item")
    _add(element, "title", entry.title)
    _add(element, "link", entry.url)
    _add(element, "guid", entry.id, isPermaLink="false")
    _add(element, "pubDate", _rfc822(item.first_at))
    _add(element, f"{{{ATOM}}}updated", iso_z(item.at))
    _add(element, "description", wording.escaped(entry.summary))  # RSS readers take it for HTML
    _add(element, f"{{{CONTENT}}}encoded", entry.html)
    _add(element, f"{{{DC}}}creator", entry.author)
    _add(element, f"{{{DC}}}language", edition.language)
    for domain, value in _categories(feed, edition, entry, item.state):
        _add(element, "category", value, domain=domain)
    if entry.live and edition.disclaimer:
        _add(element, f"{{{DC}}}rights", edition.disclaimer)
    if entry.live:
        _rss_media(element, feed, edition)


def _rss_media(element: etree._Element, feed: Feed, edition: Edition) -> None:
    """The first picture as enclosure (RSS knows one), all of them as media:content with their words."""
    for number, media in enumerate(edition.media):
        url = media_url(media, feed.base_url)
        if number == 0:
            _add(element, "enclosure", url=url, length=str(media.size_bytes), type=media.media_type)
        content = _add(
            element, f"{{{MEDIA}}}content", url=url, type=media.media_type, fileSize=str(media.size_bytes)
        )
        for tag, words in (("description", media.caption or media.alt), ("credit", media.credit)):
            if words:
                _add(content, f"{{{MEDIA}}}{tag}", wording.plain_line(words))
