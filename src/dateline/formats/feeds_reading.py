"""Reads RSS 0.9 to 2.0, RSS 1.0 and Atom by the names of their elements: feeds of the field break every
rule.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, Literal

from lxml import etree

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.words import Finding, Media
from dateline.formats.addresses import clean_href, name_of_address
from dateline.formats.body_reading import inner_html
from dateline.formats.feed_entries import FeedEntry, ReadFeed, instant_of
from dateline.formats.xml_in import Element, Parsed, below, child, children, local, parse_xml, words

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_SHA: Final = re.compile(r"/media/([0-9a-f]{64})$")
MOST_ENTRIES: Final = 10_000
TOMBSTONE: Final = "deleted-entry"
Kind = Literal["rss", "atom"]


def read_feed(data: bytes) -> ReadFeed:
    """Every entry of the feed. Raises BadInput when `data` is no feed."""
    parsed = parse_xml(data, "feed")
    root = parsed.root
    kind = kind_of_feed(root)
    found = below(root, "item") if kind == "rss" else children(root, "entry")
    entries = entries_of(kind, islice(found, MOST_ENTRIES))
    return replace(about_feed(parsed, kind), entries=tuple(entries), gone=_deleted(root))


def kind_of_feed(root: Element) -> Kind:
    """By its root. Raises BadInput when it is that of no feed."""
    if local(root) in {"rss", "RDF"}:
        return "rss"
    if local(root) == "feed":
        return "atom"
    raise BadInput(f"<{local(root)}> is no feed; RSS starts with <rss>, Atom with <feed>", where="feed")


def about_feed(parsed: Parsed, kind: Kind) -> ReadFeed:
    """What the feed says of itself as a whole, without its entries."""
    return _rss(parsed) if kind == "rss" else _atom(parsed)


def entries_of(kind: Kind, elements: Iterable[Element]) -> Iterator[FeedEntry]:
    """The entries in these elements, each read when it is asked for."""
    read = _item if kind == "rss" else _entry
    return (read(element, number) for number, element in enumerate(elements, 1))


def _own(parent: Element | None, *names: str) -> Element | None:
    """The first child with one of these names in its parent's own namespace: `media:title` is no title."""
    if parent is None:
        return None
    space = etree.QName(parent).namespace
    return next((c for c in children(parent, *names) if etree.QName(c).namespace == space), None)


def _other(parent: Element, name: str, *spaces: str) -> list[Element]:
    """Children called `name` in a namespace that holds one of these words; without words, in any."""
    found = children(parent, name)
    return [c for c in found if not spaces or any(s in str(etree.QName(c).namespace) for s in spaces)]


def _first(parent: Element, name: str, *spaces: str) -> str:
    return next((words(e) for e in _other(parent, name, *spaces) if words(e)), "")


def _exactly(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


# --- RSS -------------------------------------------------------------------------------------------------


def _rss(parsed: Parsed) -> ReadFeed:
    channel = child(parsed.root, "channel")
    if channel is None:
        parsed.warn("channel-missing", "feed", "has no <channel>")
    language = words(_own(channel, "language"))
    if channel is not None and not language:
        language = _first(channel, "language", "purl.org/dc")
    return ReadFeed(
        "rss",
        words(_own(channel, "title")),
        language,
        words(_own(channel, "link")),
        findings=tuple(parsed.findings),
        rights=words(_own(channel, "copyright"))
        or (_first(channel, "rights") if channel is not None else ""),
    )


def _deleted(root: Element) -> tuple[str, ...]:
    """What Atom tombstones name (RFC 6721)."""
    return tuple(ref for e in below(root, TOMBSTONE) if (ref := ref_of(e)))


def ref_of(tombstone: Element) -> str:
    """The id of the entry that it says was deleted; "" where it names none."""
    return str(tombstone.get("ref") or "").strip()


def _expires(entry: Element, where: str, notes: list[Finding]) -> Instant | None:
    """PRISM's and Dublin Core's word for the end of an item's use; feeds have none of their own."""
    text = _first(entry, "expirationDate", "prism") or _first(entry, "expires")
    if not text and (valid := re.search(r"end=([^;]+)", _first(entry, "valid", "purl.org/dc"))):
        text = valid[1].strip()
    return instant_of(text, where, notes)


def _item(item: Element, number: int) -> FeedEntry:
    where = f"feed item {number}"
    notes: list[Finding] = []
    guid, link = _own(item, "guid"), words(_own(item, "link"))
    id_ = words(guid) or link
    if not id_:
        notes.append(Finding("id-missing", "warn", where, "has no guid, so that repeats cannot be told"))
    permanent = guid is not None and guid.get("isPermaLink", "true") == "true"
    url = clean_href(link) or (clean_href(words(guid)) if permanent else "")
    full = _other(item, "encoded", "content")
    dates = (words(_own(item, "pubDate")), _first(item, "date", "purl.org/dc"))
    published = next((d for text in dates if (d := instant_of(text, where, notes)) is not None), None)
    updated = instant_of(
        _first(item, "updated", "Atom") or _first(item, "modified", "purl.org/dc"), where, notes
    )
    return FeedEntry(
        where=where,
        id=id_,
        url=url,
        title=words(_own(item, "title")),
        content=_exactly(full[0] if full else _own(item, "description")),
        language=_first(item, "language", "purl.org/dc"),
        author=words(_own(item, "author")) or _first(item, "creator", "purl.org/dc"),
        published=published,
        updated=updated,
        categories=tuple(
            (str(c.get("domain") or ""), words(c)) for c in children(item, "category") if words(c)
        ),
        media=_media(item),
        rights=words(_own(item, "copyright")) or _first(item, "rights"),
        expires=_expires(item, where, notes),
        findings=tuple(notes),
    )


def _media(item: Element) -> tuple[Media, ...]:
    """Pictures of `media:content` and of the enclosure, each address once."""
    found: dict[str, Media] = {}
    for element in below(item, "content"):
        if "mrss" in str(etree.QName(element).namespace):
            about = _first(element, "description", "mrss")
            _put(found, element, about, _first(element, "credit", "mrss"), "fileSize")
    for element in children(item, "enclosure"):
        _put(found, element, "", "", "length")
    return tuple(found.values())


def _put(found: dict[str, Media], element: Element, caption: str, credit: str, size: str) -> None:
    address, kind = (
        clean_href(str(element.get("url") or element.get("href") or "")),
        str(element.get("type") or ""),
    )
    picture = kind.startswith("image/") or (not kind and element.get("medium", "image") == "image")
    if not address or address in found or not picture:
        return
    length = str(element.get(size) or "")
    sha = _SHA.search(address)
    found[address] = Media(
        name_of_address(address) or "picture",
        kind,
        sha[1] if sha else "",
        int(length) if length.isdecimal() and len(length) < 12 else 0,
        caption=caption,
        credit=credit,
    )


# --- Atom ------------------------------------------------------------------------------------------------


def _atom(parsed: Parsed) -> ReadFeed:
    root = parsed.root
    return ReadFeed(
        "atom",
        words(_own(root, "title")),
        str(root.get(_LANG) or ""),
        _alternate(root),
        findings=tuple(parsed.findings),
        rights=words(_own(root, "rights")),
    )


def _entry(entry: Element, number: int) -> FeedEntry:
    where = f"feed entry {number}"
    notes: list[Finding] = []
    if not words(_own(entry, "id")):
        notes.append(Finding("id-missing", "warn", where, "has no id, so that repeats cannot be told"))
    content = _own(entry, "content")
    if content is not None and content.get("src"):
        notes.append(Finding("body-elsewhere", "warn", where, f"its text lies at {content.get('src')}"))
        content = None
    text, plain = _construct(content if content is not None else _own(entry, "summary"))
    title, title_plain = _construct(_own(entry, "title"))
    found: dict[str, Media] = {}
    for link in children(entry, "link"):
        if link.get("rel") == "enclosure":
            _put(found, link, "", "", "length")
    return FeedEntry(
        where=where,
        id=words(_own(entry, "id")),
        url=_alternate(entry),
        title=" ".join((title if title_plain else words(etree.HTML(title or "<p/>"))).split()),
        content=text,
        plain=plain,
        language=str(entry.get(_LANG) or (content.get(_LANG) if content is not None else "") or ""),
        author=words(child(entry, "author", "name")),
        published=instant_of(words(_own(entry, "published", "issued")), where, notes),
        updated=instant_of(words(_own(entry, "updated", "modified")), where, notes),
        categories=tuple(
            (str(c.get("scheme") or ""), str(c.get("term")))
            for c in children(entry, "category")
            if c.get("term")
        ),
        media=tuple(found.values()) or _media(entry),
        rights=words(_own(entry, "rights")),
        expires=_expires(entry, where, notes),
        findings=tuple(notes),
    )


def _construct(element: Element | None) -> tuple[str, bool]:
    """(text, whether it is plain) of an Atom text construct."""
    if element is None:
        return "", True
    kind = str(element.get("type") or "text").lower()
    if kind == "xhtml" or len(element):
        inner = child(element, "div")
        return inner_html(inner if inner is not None else element), False
    return _exactly(element), kind not in {"html", "text/html", "application/xhtml+xml"}


def _alternate(parent: Element) -> str:
    """The page: the first alternate that is HTML or says nothing of its type."""
    links = [link for link in children(parent, "link") if link.get("rel", "alternate") == "alternate"]
    best = [link for link in links if str(link.get("type") or "text/html") == "text/html"] or links
    return clean_href(str(best[0].get("href") or "")) if best else ""
