"""What an entry of any feed says, and the story in it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any, Final
from urllib.parse import urljoin

from dateline.core.clock import Instant, parse_instant
from dateline.core.countries import parse_country
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import Language, parse_language
from dateline.core.sectors import parse_sector
from dateline.core.words import Finding, Media, Story
from dateline.formats.addresses import clean_href
from dateline.formats.article_reading import read_article
from dateline.formats.block_reading import ReadBlocks, read_html
from dateline.formats.html import is_our_article
from dateline.formats.recognise import recognised
from dateline.formats.text import text_blocks

_RELATIVE: Final = re.compile(
    r"""(\b(?:href|src)\s*=\s*["'])(?![a-z][a-z0-9+.-]*:|#|//)([^"']{1,2000})""", re.I
)
_ESCAPED: Final = re.compile(r"&lt;(?:p|div|br|h[1-6]|ul|a)\b", re.I)
_TAG: Final = re.compile(r"<[a-z!/]", re.I)
_OWN_PAGE: Final = re.compile(r"/([a-z0-9][a-z0-9-]*)-[0-9a-z]{10}/?$")
GONE: Final = frozenset({"killed", "withdrawn"})


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry. `content` is HTML unless `plain`; `categories` are (domain, value); `where` names it."""

    where: str
    id: str = ""
    url: str = ""
    title: str = ""
    content: str = ""
    plain: bool = False
    language: str = ""
    author: str = ""
    published: Instant | None = None
    updated: Instant | None = None
    categories: tuple[tuple[str, str], ...] = ()
    media: tuple[Media, ...] = ()
    findings: tuple[Finding, ...] = ()
    rights: str = ""
    expires: Instant | None = None

    @property
    def state(self) -> str:
        """`killed`, `withdrawn` or `corrected` where the entry says so; else ""."""
        return next((value for domain, value in self.categories if domain.endswith("/rss/state")), "")

    def of(self, *ends: str) -> tuple[str, ...]:
        """Values of the categories whose domain ends so, whatever its case."""
        return tuple(
            dict.fromkeys(
                value for domain, value in self.categories if domain.lower().rstrip("/").endswith(ends)
            )
        )


@dataclass(frozen=True, slots=True)
class ReadFeed:
    """`kind` is rss, atom or jsonfeed; `findings` and `rights` are about the feed as a whole."""

    kind: str
    title: str = ""
    language: str = ""
    url: str = ""
    entries: tuple[FeedEntry, ...] = ()
    findings: tuple[Finding, ...] = ()
    rights: str = ""
    gone: tuple[str, ...] = ()
    """Ids of entries that the feed says were deleted (RFC 6721)."""

    def story(self, number: int = 0) -> Story:
        """The story of one entry. Raises BadInput when the feed has none such."""
        if not 0 <= number < len(self.entries):
            raise BadInput(f"the feed has {len(self.entries)} entries", where=self.kind)
        found = story_of(self.entries[number], self.language)
        more = len(self.entries) - 1
        notes = list(self.findings)
        if more:
            words = f"{more} more entries in this feed; each is a release of its own"
            notes.append(Finding("several-items", "warn", self.kind, words))
        return replace(found, findings=(*notes, *found.findings))


def story_of(entry: FeedEntry, feed_language: str = "") -> Story:
    """The story: our own article exactly, another's text by recognition."""
    notes = list(entry.findings)
    text = entry.content if entry.plain else _repaired(entry, notes)
    gone = entry.state in GONE
    if entry.state:
        code, words = ("killed", "cancelled this item") if gone else ("correction", "calls it a correction")
        notes.append(Finding(code, "warn", entry.where, f"the sender {words}"))
    elif not text.strip():
        notes.append(Finding("body-missing", "warn", entry.where, "holds no text"))
    fields = _fields(entry, notes)
    if not entry.plain and is_our_article(text):
        base = read_article(text)
        return replace(base, **fields, media=_own_media(base, entry), findings=tuple(notes))
    language = _language(entry, feed_language, notes)
    read = ReadBlocks(tuple(text_blocks(text))) if entry.plain or not _TAG.search(text) else read_html(text)
    headline = {"headline": entry.title} if entry.title else {}
    story = recognised(replace(read, title=""), language, {**headline, **fields})
    media = story.media + tuple(m for m in entry.media if m.name not in {n.name for n in story.media})
    return replace(story, media=media, findings=(*notes, *story.findings))


def _repaired(entry: FeedEntry, notes: list[Finding]) -> str:
    """The HTML with what feeds of the field get wrong set right, and said so."""
    text = entry.content
    if _ESCAPED.search(text) and not _TAG.search(text):
        notes.append(
            Finding("escaped-twice", "warn", entry.where, "its HTML was escaped twice; read as meant")
        )
        text = unescape(text)
    if entry.url and _RELATIVE.search(text):
        notes.append(
            Finding("links-relative", "warn", entry.where, f"relative links were taken from {entry.url}")
        )
        text = _RELATIVE.sub(lambda m: m[1] + (clean_href(_joined(entry.url, m[2])) or "#"), text)
    return text


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return ""


def _language(entry: FeedEntry, feed_language: str, notes: list[Finding]) -> Language:
    for tag in (entry.language, feed_language):
        try:
            if tag:
                return parse_language(tag)
        except BadInput as error:
            notes.append(Finding("language-unknown", "warn", entry.where, error.message))
    notes.append(Finding("language-missing", "warn", entry.where, "names no language; read as English"))
    return Language("en")


def _fields(entry: FeedEntry, notes: list[Finding]) -> dict[str, Any]:
    """What the categories say; only what has a value."""

    def each(values: tuple[str, ...], parse: Callable[[str], Any]) -> tuple[Any, ...]:
        out = []
        for value in values:
            try:
                out.append(parse(value))
            except DatelineError as error:
                notes.append(Finding("value-left-out", "warn", f"{entry.where} `category`", str(error)))
        return tuple(out)

    topics = tuple(v.rpartition(":")[2] for v in entry.of("mediatopic", "mediatopics"))
    bare = tuple(value for domain, value in entry.categories if not domain)
    page = _OWN_PAGE.search(entry.url)
    found = {
        "sectors": each(topics, parse_sector),
        "countries": each(entry.of("/rss/country"), parse_country),
        "tickers": entry.of("/rss/stock"),
        "isins": entry.of("/rss/isin"),
        "keywords": entry.of("/rss/keyword") or tuple(dict.fromkeys(bare)),
        "issuer": next(iter(entry.of("/rss/issuer-slug")), ""),
        "release_type": next(iter(entry.of("/rss/release-type")), ""),
        "slug": page[1] if page and entry.of("/rss/sha256") else "",
    }
    return {name: value for name, value in found.items() if value}


def _own_media(base: Story, entry: FeedEntry) -> tuple[Media, ...]:
    """The article's pictures with the facts that stand beside them in the feed."""
    beside = {item.sha256: item for item in entry.media if item.sha256}
    out = []
    for item in base.media:
        more = beside.get(item.sha256)
        out.append(
            item
            if more is None
            else replace(
                item,
                media_type=more.media_type,
                size_bytes=more.size_bytes,
                caption=more.caption,
                credit=more.credit,
            )
        )
    return tuple(out)


def instant_of(text: str, where: str, notes: list[Finding]) -> Instant | None:
    """An instant in RFC 822 or RFC 3339 form; None, and said so, for anything else."""
    if not text:
        return None
    try:
        return parse_instant(text)
    except BadInput:
        pass
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        notes.append(Finding("date-unknown", "warn", where, f"'{text[:60]}' is no date"))
        return None
    if found.tzinfo is None:
        if "-0000" not in text:
            notes.append(Finding("date-zoneless", "warn", where, f"'{text[:60]}' has no zone; read as UTC"))
        found = found.replace(tzinfo=UTC)
    return Instant(found.astimezone(UTC))
