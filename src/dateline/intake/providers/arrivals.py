"""Reads what a provider sent, in any format, into arrivals: one for each item, or why it is none."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path, PurePosixPath
from typing import Final

from dateline.core.clock import Instant, iso_z
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import Language, parse_language
from dateline.core.words import Finding, Story
from dateline.formats import json_feed_reading, newsml1_reading, newsml_g2_reading, registry
from dateline.formats.feed_entries import GONE, FeedEntry, ReadFeed, story_of
from dateline.formats.feeds_streaming import stream_feed
from dateline.intake import recognition
from dateline.intake.identify import identify, same_language, words_for
from dateline.intake.limits import checked_size
from dateline.intake.providers.item_facts import ItemFacts, State, facts_of_json, facts_of_xml
from dateline.intake.recognition import Kind
from dateline.intake.wire_files import Asked, read_document, ready, text_of

_SINGLE: Final[frozenset[Kind]] = frozenset({"docx", "iptc7901", "rfc822", "prose"})
_TAGS: Final = re.compile(r"<[^>]{0,2000}>")
_OURS: Final = ("/rss/stock", "/rss/isin", "/rss/country", "/rss/keyword", "/rss/issuer-slug", "/rss/sha256",
                "/rss/release-type", "/rss/state")  # fmt: skip
"""Domains of categories that are no subjects."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One item. `id` "" where it has none; `story` None for a kill without text. `where` names its place."""

    where: str
    id: str
    version: str = ""
    state: State = "live"
    story: Story | None = None
    categories: tuple[str, ...] = ()
    rights: str = ""
    expires: Instant | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item, or a whole file, that cannot be used, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of who sends: the language and character set where an item names none."""

    language: Language
    encoding: str = ""
    folder: Path | None = None
    sent_along: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def asked(self, name: str, language: Language | None = None) -> Asked:
        return Asked(name, language, self.folder, self.sent_along, self.encoding)


def arrivals(data: bytes, name: str, source: Source) -> Iterator[Arrival | Refusal]:
    """Every item of a document. One that cannot be read is refused and keeps back no other."""
    try:
        checked_size(data, name)
        kind = recognition.kind_of(data, None, name)
        if kind in _SINGLE and kind != "prose":
            yield from _single(data, name, source)
            return
        found = text_of(data, source.asked(name, source.language if kind == "prose" else None))
        kind = recognition.kind_of(data, found.text, name)
        if kind in _SINGLE:
            yield from _single(data, name, source)
            return
        text = recognition.without_prolog(found.text) if recognition.is_xml(kind) else found.text
        notes, data = found.findings, text.encode()
        del found, text  # a feed is read for long, and may be large
        yield from _items(kind, data, notes, name, source)
    except DatelineError as error:
        yield Refusal(name, _reason(error, name))


def _reason(error: DatelineError, name: str) -> str:
    return str(error).removeprefix(f"{name}: ")[:300]


def _items(
    kind: Kind, data: bytes, notes: tuple[Finding, ...], name: str, source: Source
) -> Iterator[Arrival | Refusal]:
    if kind == "feed":
        feed, entries = stream_feed(data)
        yield from _feed(feed, entries, notes, source)
    elif kind == "jsonfeed":
        feed = json_feed_reading.read_json_feed(data)
        yield from _feed(feed, feed.entries, notes, source)
    elif kind in {"newsml-g2", "newsml1", "nitf"}:
        stories = _stories(kind, data)
        for number, (story, facts) in enumerate(zip(stories, facts_of_xml(kind, data), strict=False), 1):
            where = name if len(stories) == 1 else f"{name} item {number}"
            yield _one(where, facts, story, notes, source)
    elif kind in {"ninjs", "json"}:
        story = registry.codec("json" if kind == "json" else "ninjs2").read(data)
        yield _one(name, facts_of_json(kind, data), story, notes, source)
    else:
        raise BadInput(f"it is no news item ({kind}); a provider sends items or a feed of them")


def _stories(kind: Kind, data: bytes) -> tuple[Story, ...]:
    if kind == "newsml-g2":
        return newsml_g2_reading.read_items(data)
    if kind == "newsml1":
        return newsml1_reading.read_items(data)
    return (registry.codec("nitf").read(data),)


def _one(
    where: str, facts: ItemFacts, story: Story, notes: tuple[Finding, ...], source: Source
) -> Arrival | Refusal:
    state: State = "killed" if facts.state == "killed" or _says_killed(story) else "live"
    if state == "killed":
        return Arrival(where, facts.id, facts.version, "killed")
    try:
        story = _declared_or(story, source.language)
        story = replace(story, findings=(*story.findings, *facts.findings))
        story = ready(story, notes, source.asked(where))
    except DatelineError as error:
        return Refusal(where, _reason(error, where))
    return _with_text(
        Arrival(where, facts.id, facts.version, "live", story, facts.categories, facts.rights, facts.expires)
    )


def _with_text(arrival: Arrival) -> Arrival | Refusal:
    story = arrival.story
    if story is not None and not story.headline.strip():
        return Refusal(arrival.where, "has no headline")
    return arrival


def _says_killed(story: Story) -> bool:
    return any(finding.code == "killed" for finding in story.findings)


def _declared_or(story: Story, default: Language) -> Story:
    """The story in the language it declares, else in the provider's; a contradiction of the text is said."""
    silent = any(finding.code == "language-missing" for finding in story.findings)
    others = tuple(f for f in story.findings if f.code != "language-missing")
    declared = None if silent else story.language
    language, note = language_for(declared, default, words_for(story.headline, story.blocks))
    return replace(story, language=language, findings=(*others, *note))


def language_for(
    declared: Language | None, default: Language, text: str
) -> tuple[Language, tuple[Finding, ...]]:
    """The language of an item: its own word, else the provider's; a default that the text clearly
    contradicts gives way. Every contradiction is held for a person.
    """
    chosen = declared or default
    found = identify(text)
    if not found.sure or same_language(chosen, found.language):
        return chosen, ()
    if declared:
        words = f"declared {declared}, but the text reads as {found.language}"
        return chosen, (Finding("language-doubtful", "hold", "language", words),)
    words = f"names no language; the text reads as {found.language}, not as the provider's {default}"
    return Language(found.language), (Finding("language-doubtful", "hold", "language", words),)


# --- files of prose, frames, mail -------------------------------------------------------------------------


def _single(data: bytes, name: str, source: Source) -> Iterator[Arrival | Refusal]:
    """A file that is one release and has no identifier of its own: its name is its id."""
    try:
        story = read_document(data, source.asked(name)).story
    except BadInput as error:
        if "language" not in str(error):
            raise
        story = read_document(data, source.asked(name, source.language)).story
    found = _with_text(Arrival(name, PurePosixPath(name).name, story=story, categories=story.keywords))
    yield found


# --- feeds --------------------------------------------------------------------------------------------------


def _feed(
    feed: ReadFeed, entries: Iterable[FeedEntry], notes: tuple[Finding, ...], source: Source
) -> Iterator[Arrival | Refusal]:
    for id_ in feed.gone:
        yield Arrival(f"{feed.kind} deleted-entry", id_, state="killed")
    for entry in entries:
        yield _entry(entry, feed, notes, source)


def _entry(entry: FeedEntry, feed: ReadFeed, notes: tuple[Finding, ...], source: Source) -> Arrival | Refusal:
    id_ = entry.id or entry.url
    version = iso_z(entry.updated) if entry.updated else ""
    if entry.state in GONE:
        return Arrival(entry.where, id_, version, "killed")
    try:
        language, doubts = _language_of(entry, feed.language, source.language)
        story = story_of(replace(entry, language=language))
        story = replace(story, language=language, findings=(*story.findings, *doubts))
        story = ready(story, notes, source.asked(entry.where))
    except DatelineError as error:
        return Refusal(entry.where, _reason(error, entry.where))
    categories = tuple(value for domain, value in entry.categories if not domain.lower().endswith(_OURS))
    return _with_text(
        Arrival(
            entry.where, id_, version, "live", story, categories, entry.rights or feed.rights, entry.expires
        )
    )


def _language_of(entry: FeedEntry, of_feed: str, default: Language) -> tuple[Language, tuple[Finding, ...]]:
    """An entry's own word counts as one; its feed's is often what a program was installed with, so that it
    gives way to the provider's where the text reads so.
    """
    text = f"{entry.title}\n{unescape(_TAGS.sub(' ', entry.content[:20_000]))}"
    own, feed = _tag(entry.language), _tag(of_feed)
    if own is None and feed and not same_language(feed, default):
        found = identify(text)
        if found.sure and same_language(default, found.language):
            return default, ()
    return language_for(own, feed or default, text)


def _tag(text: str) -> Language | None:
    try:
        return parse_language(text) if text else None
    except BadInput:
        return None
