"""Reads what people write: Markdown with front matter, plain text, HTML and DOCX."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.core.words import Block, Finding, Story
from dateline.formats.block_reading import ReadBlocks, read_html
from dateline.formats.html import is_our_article, read_page
from dateline.formats.markdown_ import read_markdown
from dateline.formats.recognise import recognised
from dateline.formats.references import picture_entries, reference_blocks
from dateline.formats.text import own_language, read_own_text, text_blocks
from dateline.intake import docx, pictures
from dateline.intake.characters import Cleaner
from dateline.intake.errors import Unreadable
from dateline.intake.finishing import finished, with_media, with_pictures
from dateline.intake.identify import identify, same_language, words_for

MAX_TEXT = 2_000_000
"""Characters of text in one release; a long annual report has a fifth of that."""


def read_text_file(
    raw: str, name: str, language: Language | None, folder: Path | None, sent_along: Mapping[str, bytes]
) -> Story:
    """The release in a decoded file. Raises Unreadable or BadInput."""
    if len(raw) > MAX_TEXT:
        raise Unreadable(f"{len(raw)} characters are more than {MAX_TEXT}; split the release", where=name)
    controls = len(re.findall("[\x00-\x08\x0e-\x1f]", raw[:10_000]))
    if controls > max(10, len(raw[:10_000]) // 20):
        raise Unreadable("it is not a text; give Markdown, plain text, HTML or DOCX", where=name)
    cleaner = Cleaner()
    text = cleaner.text(raw, "text")
    if not text.strip():
        raise Unreadable("the file holds no text; save the release in it and try again", where=name)
    story, entries = _story(text, name, language)
    story = with_pictures(story, entries, folder, sent_along)
    return finished(story, cleaner)


def _story(text: str, name: str, language: Language | None) -> tuple[Story, Sequence[Mapping[str, str]]]:
    """(story, picture entries of the front matter)."""
    suffix = Path(name).suffix.lower()
    if suffix in {".md", ".markdown", ".mdown"} or re.match(r"---[ \t]*\n[A-Za-z_]+:", text):
        read, fields, findings, _ = read_markdown(text)
        tag, more = language_of(
            language, fields.get("language"), read.blocks, str(fields.get("headline", ""))
        )
        entries = fields.get("media", ())
        story = recognised(read, tag, fields, (*findings, *more))
        story = replace(story, blocks=(*story.blocks, *reference_blocks(entries)))
        return story, picture_entries(entries)
    if suffix in {".html", ".htm", ".xhtml"} or re.match(
        r"\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype html|html|article|body|div|section|main)\b",
        text,
        re.IGNORECASE,
    ):
        if is_our_article(text):
            story = read_page(text)
            language_of(language, story.language, story.blocks, story.headline)
            return replace(story, media=()), ()
        read = read_html(text)
        tag, more = language_of(language, _known(read.language), read.blocks, read.title)
        return recognised(read, tag, {}, more), ()
    if own := own_language(text):
        story = read_own_text(text, own)
        agreed(language, story.language)
        return story, ()
    blocks = tuple(text_blocks(text))
    tag, more = language_of(language, None, blocks, "")
    return recognised(ReadBlocks(blocks), tag, {}, more), ()


def _known(tag: str) -> Language | None:
    try:
        return parse_language(tag) if tag else None
    except BadInput:
        return None


def agreed(asked: Language | None, named: Language | None) -> None:
    """Raises BadInput when the file names another language than the one asked for."""
    if asked and named and not (same_language(asked, named) or same_language(named, asked)):
        raise BadInput(
            f"the file says `{named}` and you asked for `{asked}`; correct one of them", where="language"
        )


def language_of(
    asked: Language | None, named: Language | None, blocks: Sequence[Block], headline: str
) -> tuple[Language, tuple[Finding, ...]]:
    """The language asked for or named by the file; only when neither is there, the one the text is written
    in, and said so.
    """
    if asked and named and not (same_language(asked, named) or same_language(named, asked)):
        raise BadInput(
            f"the file says `{named}` and you asked for `{asked}`; correct one of them", where="language"
        )
    if named or asked:
        return Language(named or asked or ""), ()
    found = identify(words_for(headline, blocks))
    if not found.language or found.letters < 20:
        raise BadInput(
            "the file names no language and is too short to tell; add `language:` or --lang", where="language"
        )
    message = f"the file names no language; its text reads as {found.language}. Add `language:` or --lang"
    return Language(found.language), (Finding("language-detected", "warn", "language", message),)


def read_docx(data: bytes, name: str, language: Language | None) -> Story:
    """The release in a Word document. Raises Unreadable."""
    converted = docx.convert(data, name)
    cleaner = Cleaner()
    read = read_html(cleaner.text(converted.html, "text"))
    tag, more = language_of(language, None, read.blocks, "")
    notes = tuple(Finding("docx-left-out", "warn", "text", message) for message in converted.messages)
    story = recognised(read, tag, {}, (*more, *notes))
    alts = {entry: alt for entry, alt, _ in read.images}
    found = []
    findings: list[Finding] = []
    for key, (content, alt) in converted.pictures.items():
        try:
            found.append(pictures.measured(key, content, alt=alt or alts.get(key, ""), language=tag))
        except Unreadable as error:
            findings.append(Finding("picture-left-out", "warn", f"media {key}", error.message))
    story = replace(story, findings=(*story.findings, *findings))
    return finished(with_media(story, tuple(found)), cleaner)
