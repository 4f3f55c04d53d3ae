"""Writes Atom and RSS from strings: every value passes the functions of xml_strings.

Trees of lxml took twice the time of all the rest; `formats/tests/feeds_tree.py` still builds them, and the
tests compare both.
"""

from collections.abc import Iterator
from email.utils import format_datetime
from typing import Final

from dateline.core.clock import Instant, iso_z
from dateline.core.words import Edition
from dateline.formats import wording
from dateline.formats.facts import media_url
from dateline.formats.feeds import MEDIA_TOPICS, Entry, Feed, FeedItem, State, entry_of
from dateline.formats.xml_strings import element, empty, xml_attribute, xml_bytes, xml_section

ATOM: Final = "http://www.w3.org/2005/Atom"
CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
DC: Final = "http://purl.org/dc/elements/1.1/"
MEDIA: Final = "http://search.yahoo.com/mrss/"
_HEAD: Final = b"<?xml version='1.0' encoding='utf-8'?>\n"


def _section(entry: Entry) -> bytes:
    return xml_section(entry.html) if entry.kept is None else entry.kept.section


# --- Atom ------------------------------------------------------------------------------------------------


def atom_document(feed: Feed) -> bytes:
    """The feed as Atom. An empty feed without `updated` says 1970, since Atom demands an instant."""
    head = xml_bytes("".join(_atom_head(feed)))
    entries = (part for item in feed.items for part in _atom_entry(feed, item))
    return b"".join([_HEAD, head, *entries, b"</feed>"])


def _atom_head(feed: Feed) -> Iterator[str]:
    yield f'<feed xmlns="{ATOM}" xml:lang="{xml_attribute(feed.language)}">'
    yield element("id", feed.self_url)
    yield element("title", feed.title)
    if feed.description:
        yield element("subtitle", feed.description)
    yield element("updated", iso_z(feed.updated_at) if feed.updated_at else "1970-01-01T00:00:00Z")
    yield f"<author>{element('name', feed.wire)}</author>"
    yield empty("link", rel="self", type="application/atom+xml", href=feed.self_url)
    yield empty("link", rel="alternate", type="text/html", href=feed.home_url)


def _atom_entry(feed: Feed, item: FeedItem) -> tuple[bytes, bytes, bytes]:
    entry = entry_of(feed, item)
    before = "".join(_atom_facts(feed, item, entry))
    rights = item.edition.disclaimer if entry.live else ""
    after = f"</content>{element('rights', rights)}</entry>" if rights else "</content></entry>"
    return xml_bytes(before), _section(entry), xml_bytes(after)


def _atom_facts(feed: Feed, item: FeedItem, entry: Entry) -> Iterator[str]:
    edition = item.edition
    yield f'<entry xml:lang="{xml_attribute(edition.language)}">'
    yield element("id", entry.id)
    yield element("title", entry.title)
    yield f"<updated>{iso_z(item.at)}</updated><published>{iso_z(item.first_at)}</published>"
    yield f"<author>{element('name', entry.author)}</author>"
    yield empty("link", rel="alternate", type="text/html", href=entry.url, hreflang=edition.language)
    for tag, path in (item.languages or {}).items():
        if tag != edition.language:
            href = feed.base_url + path
            yield empty("link", rel="related", type="text/html", href=href, hreflang=tag)
    if entry.live:
        for media in edition.media:
            href, length = media_url(media, feed.base_url), str(media.size_bytes)
            yield empty("link", rel="enclosure", type=media.media_type, href=href, length=length)
    for domain, value in _categories(feed, edition, entry, item.state):
        yield f'<category scheme="{xml_attribute(domain)}" term="{xml_attribute(value)}"/>'
    yield element("summary", entry.summary)
    yield '<content type="html">'


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
    head = xml_bytes("".join(_rss_head(feed)))
    items = (part for item in feed.items for part in _rss_item(feed, item))
    return b"".join([_HEAD, head, *items, b"</channel></rss>"])


def _rss_head(feed: Feed) -> Iterator[str]:
    yield f'<rss xmlns:atom="{ATOM}" xmlns:content="{CONTENT}" xmlns:dc="{DC}" xmlns:media="{MEDIA}"'
    yield ' version="2.0"><channel>'
    yield element("title", feed.title)
    yield element("link", feed.home_url)
    yield element("description", feed.description or feed.title)
    yield element("language", feed.language)
    if feed.updated_at:
        yield element("lastBuildDate", _rfc822(feed.updated_at))
    yield empty("atom:link", rel="self", type="application/rss+xml", href=feed.self_url)


def _rfc822(at: Instant) -> str:
    """`Mon, 23 Nov 2026 12:00:00 +0000`."""
    return format_datetime(at.replace(microsecond=0))


def _rss_item(feed: Feed, item: FeedItem) -> tuple[bytes, bytes, bytes]:
    entry = entry_of(feed, item)
    before, after = _rss_facts(item, entry), _rss_more(feed, item, entry)
    return xml_bytes("".join(before)), _section(entry), xml_bytes("".join(after))


def _rss_facts(item: FeedItem, entry: Entry) -> Iterator[str]:
    yield "<item>"
    yield element("title", entry.title)
    yield element("link", entry.url)
    yield element("guid", entry.id, ' isPermaLink="false"')
    yield element("pubDate", _rfc822(item.first_at))
    yield element("atom:updated", iso_z(item.at))
    yield element("description", wording.escaped(entry.summary))  # RSS readers take it for HTML
    yield "<content:encoded>"


def _rss_more(feed: Feed, item: FeedItem, entry: Entry) -> Iterator[str]:
    edition = item.edition
    yield "</content:encoded>"
    yield element("dc:creator", entry.author)
    yield element("dc:language", edition.language)
    for domain, value in _categories(feed, edition, entry, item.state):
        yield element("category", value, f' domain="{xml_attribute(domain)}"')
    if entry.live and edition.disclaimer:
        yield element("dc:rights", edition.disclaimer)
    if entry.live:
        yield from _rss_media(feed, edition)
    yield "</item>"


def _rss_media(feed: Feed, edition: Edition) -> Iterator[str]:
    """The first picture as enclosure (RSS knows one), all of them as media:content with their words."""
    for number, media in enumerate(edition.media):
        url, size = xml_attribute(media_url(media, feed.base_url)), str(media.size_bytes)
        kind = xml_attribute(media.media_type)
        if number == 0:
            yield f'<enclosure url="{url}" length="{size}" type="{kind}"/>'
        said = (("description", media.caption or media.alt), ("credit", media.credit))
        inside = "".join(element(f"media:{tag}", wording.plain_line(words)) for tag, words in said if words)
        opening = f'<media:content url="{url}" type="{kind}" fileSize="{size}"'
        yield f"{opening}>{inside}</media:content>" if inside else f"{opening}/>"
