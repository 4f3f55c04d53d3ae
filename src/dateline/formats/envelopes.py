"""What a file says of the item it carries beside the story: name, version, state, instant and issuer; and the
edition made from both, for writing the item in another format.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from dateline.core.clock import Instant, parse_instant
from dateline.core.errors import BadInput
from dateline.core.ids import ReleaseId
from dateline.core.languages import parse_language
from dateline.core.words import Edition, EventType, IssuerRef, Story, labels_of
from dateline.formats.carried import gathered
from dateline.formats.feed_entries import FeedEntry, ReadFeed, instant_of
from dateline.formats.feeds_reading import read_feed
from dateline.formats.json_ import load_json, read_edition
from dateline.formats.json_feed_reading import read_json_feed
from dateline.formats.ninjs_reading import Ninjs
from dateline.formats.xml_in import Element, below, parse_xml, words

_URN: Final = re.compile(r"^urn:newsml:[^:]+:\d{8}:([0-9a-z]{8,20})-[A-Za-z]")
_BASIC: Final = re.compile(r"^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})?$")
_DIGITS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_EVENTS: Final[Mapping[str, EventType]] = {
    name: name for name in ("released", "corrected", "killed", "withdrawn", "edition-added")
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """Empty where the file says nothing. `facts` are those that only an item of ours carries."""

    uri: str = ""
    version: int = 1
    at: Instant | None = None
    first_at: Instant | None = None
    issuer: str = ""
    reason: str = ""
    facts: Mapping[str, list[str]] = field(default_factory=dict)

    def fact(self, name: str) -> str:
        """The first value of a fact."""
        return next(iter(self.facts.get(name, ())), "")


def envelope_of(kind: str, data: bytes, item: int = 1) -> Envelope:
    """What `data`, already decoded to UTF-8 and read as a story of `kind`, says of its item."""
    if kind in {"newsml-g2", "nitf", "newsml1"}:
        return _xml(kind, data, item)
    if kind in {"feed", "jsonfeed"}:
        feed = read_feed(data) if kind == "feed" else read_json_feed(data)
        return _feed(feed, item)
    return _ninjs(data) if kind == "ninjs" else Envelope()


# --- XML -------------------------------------------------------------------------------------------------


def _xml(kind: str, data: bytes, item: int) -> Envelope:
    root = parse_xml(data, kind).root
    if kind == "newsml-g2":
        items = list(below(root, "newsItem"))
        return _g2(items[item - 1]) if 0 < item <= len(items) else Envelope()
    return _nitf(root) if kind == "nitf" else _newsml1(root)


def _one(root: Element, name: str) -> Element | None:
    return next(below(root, name), None)


def _said(root: Element, name: str, attribute: str = "") -> str:
    found = _one(root, name)
    if found is None:
        return ""
    return str(found.get(attribute) or "") if attribute else words(found)


def _g2(item: Element) -> Envelope:
    facts = gathered(
        (str(e.get("reluri")).rpartition("/terms/")[2], str(e.get("value") or ""))
        for e in below(item, "itemMetaExtProperty")
        if "/terms/" in str(e.get("reluri"))
    )
    holder = _one(item, "copyrightHolder")
    return Envelope(
        str(item.get("guid") or ""),
        _number(str(item.get("version") or "")),
        _instant(_said(item, "versionCreated")),
        _instant(_said(item, "firstCreated")),
        _said(holder, "name") if holder is not None else "",
        next(iter(facts.get("reason", ())), "") or _note(_said(item, "edNote"), "signal" in _names(item)),
        facts,
    )


def _names(item: Element) -> set[str]:
    return {str(e.tag).rpartition("}")[2] for e in item.iter() if isinstance(e.tag, str)}


def _note(text: str, meant: bool) -> str:
    return text if meant else ""


def _nitf(root: Element) -> Envelope:
    facts = gathered(
        (str(e.get("name"))[9:], str(e.get("content") or ""))
        for e in below(root, "meta")
        if str(e.get("name")).startswith("dateline-")
    )
    return Envelope(
        _said(root, "doc-id", "id-string"),
        _number(_said(root, "du-key", "version")),
        _instant(_said(root, "date.issue", "norm")),
        None,
        _said(root, "rights.owner"),
        next(iter(facts.get("reason", ())), "") or _said(root, "correction", "info"),
        facts,
    )


def _newsml1(root: Element) -> Envelope:
    facts = gathered(
        (str(e.get("FormalName"))[9:], str(e.get("Value") or ""))
        for e in below(root, "Property")
        if str(e.get("FormalName")).startswith("dateline-")
    )
    holder = _one(root, "CopyrightHolder")
    return Envelope(
        _said(root, "PublicIdentifier") or _said(root, "NewsItemId"),
        _number(_said(root, "RevisionId")),
        _instant(_said(root, "ThisRevisionCreated")),
        _instant(_said(root, "FirstCreated")),
        words(holder) or _party(holder),
        next(iter(facts.get("reason", ())), ""),
        facts,
    )


def _party(holder: Element | None) -> str:
    return next((str(p.get("FormalName") or "") for p in below(holder, "Party")), "")


# --- JSON and feeds --------------------------------------------------------------------------------------


def _ninjs(data: bytes) -> Envelope:
    document = load_json(data, "ninjs")
    item = Ninjs(document if isinstance(document, dict) else {})
    ids = {e.text("role"): e.text("value") for e in item.items("altIds")}
    issuer = next((o.text("name") for o in item.items("organisations") if o.text("rel") == "issuer"), "")
    note = item.text("edNote")
    return Envelope(
        item.text("uri"),
        _number(item.text("version")),
        _instant(item.text("versionCreated")),
        _instant(item.text("firstCreated")),
        issuer or item.text("copyrightHolder"),
        note.partition(": ")[2] if "release" in ids else note,
        {name: [value] for name, value in ids.items() if name in {"release", "supersedes"}},
    )


def _feed(feed: ReadFeed, item: int) -> Envelope:
    entry = feed.entries[item - 1] if 0 < item <= len(feed.entries) else FeedEntry("")
    facts = {"event": [entry.state]} if entry.state else {}
    later = entry.updated if entry.updated and entry.published and entry.updated > entry.published else None
    issuer = next(iter(entry.of("/rss/issuer")), "") or entry.author or feed.title
    version = 2 if entry.state else 1
    return Envelope(entry.id, version, later or entry.published, entry.published, issuer, "", facts)


def _number(text: str) -> int:
    return min(int(text), 1_000_000) if text.isdecimal() and len(text) < 10 and int(text) else 1


def _instant(text: str) -> Instant | None:
    if found := _BASIC.match(text):
        zone = found[7] or "Z"
        zone = zone if zone == "Z" else f"{zone[:3]}:{zone[3:]}"
        text = "{}-{}-{}T{}:{}:{}".format(*found.groups()[:6]) + zone
    return instant_of(text, "", [])


# --- an edition ------------------------------------------------------------------------------------------


def edition_from_file(
    kind: str, data: bytes, story: Story, wire: str, item: int = 1
) -> tuple[Edition, Envelope]:
    """The edition that a file carries. Its own where the file is our `json`; else made from the story, under
    the release id that an item of ours names, or one drawn from the item's name, the same every time.
    """
    if kind == "json":
        return read_edition(data), Envelope()
    found = envelope_of(kind, data, item)
    return edition_of(story, found, wire), found


def edition_of(story: Story, found: Envelope, wire: str) -> Edition:
    """The edition of a story and what its file says beside it."""
    event = _event(story, found)
    named = _URN.match(found.uri)
    release = found.fact("release") or (
        named[1] if named else _drawn(found.uri or f"{story.headline}\n{story}")
    )
    named_issuer = story.issuer.replace("-", " ").title()
    issuer = (
        found.issuer
        or named_issuer
        or story.provider
        or (story.dateline.source if story.dateline else "")
        or wire
    )
    gone = event in {"killed", "withdrawn"}
    carried = (
        "headline subhead byline dateline boilerplate contacts media sections disclaimer on_behalf_of origin "
        "provider release_class release_type sectors countries keywords tickers isins translation restrict"
    )
    edition = Edition(
        release=ReleaseId(release),
        version=found.version if event != "corrected" else max(found.version, 2),
        event_id=f"evt_{_drawn(release + event)}{_drawn(event + release)}",
        type=event,
        language=story.language,
        original_language=_original(story, found),
        slug=story.slug or _slug(story.headline),
        issuer=IssuerRef(story.issuer or _slug(issuer), issuer),
        wire=wire,
        labels=labels_of(story),
        lei=found.fact("lei"),
        supersedes=found.fact("supersedes"),
        reason=found.reason,
        blocks=story.blocks,
        **{name: getattr(story, name) for name in carried.split()},
    )
    return replace(edition, blocks=(), boilerplate=(), media=(), contacts=()) if gone else edition


def _event(story: Story, found: Envelope) -> EventType:
    if known := _EVENTS.get(found.fact("event")):
        return known
    codes = {finding.code for finding in story.findings}
    return "killed" if "killed" in codes else "corrected" if "correction" in codes else "released"


def _original(story: Story, found: Envelope) -> Any:
    """The language of the page of the original, where the item links to it."""
    page = re.search(r"://[^/]+/([A-Za-z-]{2,12})/", found.fact("original"))
    try:
        return parse_language(page[1]) if page else story.language
    except BadInput:
        return story.language


def _drawn(text: str) -> str:
    """Ten characters that are always the same for the same text."""
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "replace")).digest(), "big")
    out = []
    for _ in range(10):
        number, digit = divmod(number, len(_DIGITS))
        out.append(_DIGITS[digit])
    return "".join(out)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].rstrip("-") or "item"


def instant_given(text: str) -> Instant | None:
    """A story's embargo as an instant; None without one."""
    return parse_instant(text) if text else None
