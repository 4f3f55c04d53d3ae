"""Reads a file of any kind: told by its content, decoded, handed to its reader, finished."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.core.words import Block, Finding, Story
from dateline.formats import iptc7901, json_feed_reading, newsml_g2_reading, opml, registry, rfc822
from dateline.formats.block_reading import ReadBlocks, read_html
from dateline.formats.feeds_reading import read_feed
from dateline.formats.html import is_our_article, read_page
from dateline.formats.recognise import recognised
from dateline.formats.text import text_blocks
from dateline.intake import prose, recognition
from dateline.intake.characters import Cleaner
from dateline.intake.decoding import Decoded, decoded
from dateline.intake.errors import Unreadable
from dateline.intake.finishing import finished, with_pictures
from dateline.intake.identify import identify, words_for
from dateline.intake.limits import checked_size
from dateline.intake.recognition import Kind

ENGLISH: Final = Language("en")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the caller says of a file: its name, and what the file may not say itself."""

    name: str
    language: Language | None = None
    folder: Path | None = None
    sent_along: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    encoding: str = ""
    item: int = 1


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The story, what kind of file it was, and how many items that held."""

    story: Story
    kind: Kind
    items: int = 1
    data: bytes = field(default=b"", repr=False)
    """What the reader of a standard was given: UTF-8, without an XML declaration."""


def read_document(data: bytes, asked: Asked) -> ReadFile:
    """The item asked for. Raises Unreadable or BadInput naming file, place and remedy."""
    checked_size(data, asked.name)
    try:
        return _read(data, asked)
    except BadInput as error:
        if error.where.startswith(asked.name):
            raise
        kind = Unreadable if isinstance(error, Unreadable) else BadInput
        raise kind(str(error), where=asked.name) from error


def _read(data: bytes, asked: Asked) -> ReadFile:
    kind = recognition.kind_of(data, None, asked.name)
    if kind == "docx":
        return ReadFile(prose.read_docx(data, asked.name, asked.language), kind)
    if kind == "iptc7901":
        return ReadFile(_frame(data, asked), kind)
    if kind == "rfc822":
        return ReadFile(_mail(data, asked), kind)
    found = text_of(data, asked)
    kind = recognition.kind_of(data, found.text, asked.name)
    if kind == "prose":
        story = prose.read_text_file(found.text, asked.name, asked.language, asked.folder, asked.sent_along)
        return ReadFile(replace(story, findings=(*found.findings, *story.findings)), kind)
    text = recognition.without_prolog(found.text) if recognition.is_xml(kind) else found.text
    return _standard(kind, text.encode(), found.findings, asked)


def text_of(data: bytes, asked: Asked) -> Decoded:
    """What the file says, decoded. Raises Unreadable where its character set cannot be told."""
    try:
        return decoded(data, asked.name, default=asked.encoding, lang=asked.language or "")
    except Unreadable:
        # Readers of XML mend what nobody can tell the character set of, and name each place.
        head = data[:2_000].lstrip()
        if not head.startswith(b"<") or asked.encoding:
            raise
        text = data.decode("cp1252", errors="ignore")
        if not recognition.is_xml(recognition.kind_of(data, text, asked.name)):
            raise
        mended = data.decode("cp1252", errors="replace")
        words = "its character set cannot be told; read as windows-1252, U+FFFD where it has no such byte"
        return Decoded(mended, "cp1252", (Finding("characters-lost", "warn", asked.name, words),))


# --- standards -------------------------------------------------------------------------------------------

_Reader = Callable[[bytes, int], tuple[Story, int]]


def _by_codec(name: str) -> _Reader:
    return lambda data, _: (registry.codec(name).read(data), 1)


def _g2(data: bytes, item: int) -> tuple[Story, int]:
    stories = newsml_g2_reading.read_items(data)
    return _numbered(stories, item), len(stories)


def _feed(data: bytes, item: int) -> tuple[Story, int]:
    feed = read_feed(data)
    return feed.story(item - 1), len(feed.entries)


def _json_feed(data: bytes, item: int) -> tuple[Story, int]:
    feed = json_feed_reading.read_json_feed(data)
    return feed.story(item - 1), len(feed.entries)


def _opml(data: bytes, _: int) -> tuple[Story, int]:
    feeds = opml.read_opml(data)[0]
    first = f", the first {feeds[0].url}" if feeds else ""
    raise Unreadable(f"it is a list of {len(feeds)} feeds (OPML){first}; give one of the feeds", where="OPML")


_READERS: Final[Mapping[Kind, _Reader]] = {
    "newsml-g2": _g2,
    "newsml1": _by_codec("newsml1"),
    "nitf": _by_codec("nitf"),
    "ninjs": _by_codec("ninjs2"),
    "json": _by_codec("json"),
    "mail": _by_codec("mail"),
    "feed": _feed,
    "jsonfeed": _json_feed,
    "opml": _opml,
}


def _numbered(stories: tuple[Story, ...], item: int) -> Story:
    if not 1 <= item <= len(stories):
        raise BadInput(f"the file has {len(stories)} items; there is no number {item}", where="item")
    return stories[item - 1]


def _standard(kind: Kind, data: bytes, notes: tuple[Finding, ...], asked: Asked) -> ReadFile:
    story, items = _READERS[kind](data, asked.item)
    if items == 1 and asked.item != 1:
        raise BadInput(f"the file has 1 item; there is no number {asked.item}", where="item")
    return ReadFile(ready(story, notes, asked), kind, items, data)


def ready(story: Story, notes: tuple[Finding, ...], asked: Asked) -> Story:
    """What a reader of a standard gave, in its language, with the pictures that are here, cleaned."""
    story = _in_language(story, asked.language)
    story = _with_media(replace(story, findings=(*notes, *story.findings)), asked)
    return finished(story, Cleaner())


def _in_language(story: Story, asked: Language | None) -> Story:
    """The story in the language asked for; where the file named none, in the one its text is written in."""
    named = not any(finding.code == "language-missing" for finding in story.findings)
    if named:
        prose.agreed(asked, story.language)
        return replace(story, language=asked) if asked else story
    others = tuple(f for f in story.findings if f.code != "language-missing")
    if asked:
        return replace(story, language=asked, findings=others)
    found = identify(words_for(story.headline, story.blocks))
    if not found.language or found.letters < 20:
        return story
    words = f"the file names no language; its text reads as {found.language}. Say --lang if that is wrong"
    note = Finding("language-detected", "warn", "language", words)
    return replace(story, language=Language(found.language), findings=(*others, note))


def _with_media(story: Story, asked: Asked) -> Story:
    """The pictures that lie beside the file. A wire's file names its pictures by address, so others are left
    out and named.
    """
    if not story.media:
        return story
    here = {m.name for m in story.media if m.name in asked.sent_along or _beside(m.name, asked.folder)}
    missing = sorted({m.name for m in story.media} - here)
    entries = [
        {"file": m.name, "alt": m.alt, "caption": m.caption, "credit": m.credit}
        for m in story.media
        if m.name in here
    ]
    kept = replace(story, media=tuple(m for m in story.media if m.name in here))
    kept = with_pictures(kept, entries, asked.folder, asked.sent_along)
    kept = replace(kept, blocks=_shown(kept.blocks, here), boilerplate=_shown(kept.boilerplate, here))
    if not missing:
        return kept
    words = f"pictures that do not lie beside the file were left out: {', '.join(missing)[:200]}"
    return replace(kept, findings=(*kept.findings, Finding("media-skipped", "warn", "media", words)))


def _beside(name: str, folder: Path | None) -> bool:
    plain = re.fullmatch(r"[^/\\\x00]{1,200}", name) is not None and name not in {".", ".."}
    return plain and folder is not None and (folder / name).is_file()


def _shown(blocks: tuple[Block, ...], names: set[str]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.kind != "image" or block.media in names)


# --- frames and mail --------------------------------------------------------------------------------------


def _frame(data: bytes, asked: Asked) -> Story:
    found = decoded(
        iptc7901.without_controls(data), asked.name, default=asked.encoding, lang=asked.language or ""
    )
    text, torn = _with_controls(data, found.encoding, asked.name)
    story = iptc7901.read_frame(text, asked.language or ENGLISH)
    if asked.language is None:
        story = _detected(story, text)
    story = replace(story, findings=(*found.findings, *torn, *story.findings))
    return finished(story, Cleaner())


def _with_controls(data: bytes, encoding: str, name: str) -> tuple[str, tuple[Finding, ...]]:
    """The frame with the marks that its character set was told without: one may tear a character apart."""
    try:
        return data.decode(encoding), ()
    except UnicodeDecodeError as error:
        words = f"is no {encoding} at byte {error.start}; shown as U+FFFD"
        return data.decode(encoding, errors="replace"), (Finding("characters-lost", "warn", name, words),)


def _detected(story: Story, text: str) -> Story:
    """The story read again in the language it is written in: a frame names none."""
    found = identify(words_for(story.headline, story.blocks))
    if not found.language or found.letters < 20:
        raise BadInput("the file names no language and is too short to tell; say --lang", where="language")
    again = iptc7901.read_frame(text, Language(found.language))
    words = f"the file names no language; its text reads as {found.language}. Say --lang if that is wrong"
    return replace(again, findings=(*again.findings, Finding("language-detected", "warn", "language", words)))


def _mail(data: bytes, asked: Asked) -> Story:
    mail = rfc822.read_mail_file(data)
    cleaner = Cleaner()
    text = cleaner.text(mail.text, "text")
    if mail.html and is_our_article(text):
        story = read_page(text)
        prose.agreed(asked.language, story.language)
        story = replace(story, findings=mail.findings)
        return finished(_with_media(story, asked), cleaner)
    blocks = read_html(text) if mail.html else ReadBlocks(tuple(text_blocks(text)))
    named = _known(mail.language)
    language, more = prose.language_of(asked.language, named, blocks.blocks, mail.subject)
    blocks = replace(blocks, title="", blocks=_without_subject(blocks.blocks, mail.subject))
    fields = {"headline": mail.subject} if mail.subject else {}
    story = recognised(blocks, language, fields, (*mail.findings, *more))
    story = with_pictures(
        replace(story, media=()), [{"file": name} for name in mail.pictures], None, mail.pictures
    )
    return finished(story, cleaner)


def _without_subject(blocks: tuple[Block, ...], subject: str) -> tuple[Block, ...]:
    """The blocks less a first line that says again what the subject said."""
    for number, block in enumerate(blocks[:3]):
        if subject and same_words(block.text, subject):
            return (*blocks[:number], *blocks[number + 1 :])
    return blocks


def same_words(left: str, right: str) -> bool:
    """Whether two lines say the same, whatever their blanks and capitals."""
    return " ".join(left.split()).casefold() == " ".join(right.split()).casefold()


def _known(tag: str) -> Language | None:
    try:
        return parse_language(tag) if tag else None
    except BadInput:
        return None
