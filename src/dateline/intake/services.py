"""The door of intake: a file becomes a Story whose every oddity is a finding, or a clear error."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from dateline.core.clock import parse_instant
from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.core.phrases import phrase
from dateline.core.words import Block, Finding, Media, Story, block_document
from dateline.formats.block_reading import ReadBlocks, read_html
from dateline.formats.html import is_our_article, read_page
from dateline.formats.markdown_ import read_markdown
from dateline.formats.recognise import recognised
from dateline.formats.text import text_blocks
from dateline.intake import docx, pictures
from dateline.intake.characters import Cleaner, clean_story
from dateline.intake.decoding import decoded
from dateline.intake.errors import Unreadable
from dateline.intake.identify import Identified, chinese_script, identify, same_language, words_for
from dateline.intake.limits import checked_size
from dateline.plant.settings import get_settings

__all__ = [
    "Identified", "Unreadable", "check_document", "chinese_script", "identify", "read_bytes", "read_file",
    "same_language", "words_for",
]  # fmt: skip

MAX_TEXT = 2_000_000
"""Characters of text in one release; a long annual report has a fifth of that."""
MAX_BLOCKS = 5_000
_MAIL_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"?&%#]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_REFUSED = (
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file; save it as .docx"),
    (b"%PDF", "a PDF; export it as .docx, or paste its text into a .txt file"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"{\\rtf", "an RTF file; save it as .docx"),
    (b"\x89PNG", "a picture; name it under `media:` of a release"),
    (b"\xff\xd8\xff", "a picture; name it under `media:` of a release"),
)


def read_file(path: Path, *, lang: str | None = None, lookup_media: bool = True) -> Story:
    """The release in `path`: Markdown with front matter, plain text, HTML or DOCX.

    `lang` says the language of a file that does not; pictures are looked for beside the file unless
    `lookup_media` is
    False. Raises Unreadable or BadInput naming file, key or line, and the remedy.
    """
    limit = get_settings().upload_limit_mb * 1024 * 1024
    try:
        if not path.is_file():
            fault = (
                "it is not a file; name one file"
                if path.exists()
                else "there is no such file; check the path"
            )
            raise Unreadable(fault, where=str(path))
        if path.stat().st_size > limit:
            raise Unreadable(
                f"larger than {limit // 1024 // 1024} MB; "
                "shrink the pictures or raise DATELINE_UPLOAD_LIMIT_MB",
                where=str(path),
            )
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(
            f"it cannot be opened: {error.strerror}; make it readable for this user", where=str(path)
        ) from None
    return read_bytes(data, path.name, lang=lang, folder=path.parent if lookup_media else None)


def read_bytes(
    data: bytes,
    name: str,
    *,
    lang: str | None = None,
    folder: Path | None = None,
    sent_along: Mapping[str, bytes] | None = None,
) -> Story:
    """As `read_file`, for bytes that came with `name`. Without `folder`, pictures that `media:` names are
    taken from `sent_along` (name -> bytes); those that are not there are left out and reported.
    """
    checked_size(data, name)
    language = parse_language(lang) if lang else None
    try:
        if data.startswith(b"PK\x03\x04"):
            return _docx(data, name, language)
        _refuse_foreign(data, name)
        return _text(decoded(data, name), name, language, folder, sent_along or {})
    except BadInput as error:
        if error.where.startswith(name):
            raise
        kind = Unreadable if isinstance(error, Unreadable) else BadInput
        raise kind(str(error), where=name) from error


def _refuse_foreign(data: bytes, name: str) -> None:
    for magic, what in _REFUSED:
        if data.startswith(magic):
            raise Unreadable(f"it is {what}", where=name)


def _text(
    raw: str, name: str, language: Language | None, folder: Path | None, sent_along: Mapping[str, bytes]
) -> Story:
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
    story = _with_pictures(story, entries, folder, sent_along)
    return _finished(story, cleaner)


def _story(text: str, name: str, language: Language | None) -> tuple[Story, Sequence[Mapping[str, str]]]:
    """(story, picture entries of the front matter)."""
    suffix = Path(name).suffix.lower()
    if suffix in {".md", ".markdown", ".mdown"} or re.match(r"---[ \t]*\n[A-Za-z_]+:", text):
        read, fields, findings, _ = read_markdown(text)
        tag, more = _language(language, fields.get("language"), read.blocks, str(fields.get("headline", "")))
        return recognised(read, tag, fields, (*findings, *more)), fields.get("media", ())
    if suffix in {".html", ".htm", ".xhtml"} or re.match(
        r"\s*(?:<!doctype html|<html|<article)", text, re.IGNORECASE
    ):
        if is_our_article(text):
            story = read_page(text)
            _language(language, story.language, story.blocks, story.headline)
            return replace(story, media=()), ()
        read = read_html(text)
        tag, more = _language(language, _known(read.language), read.blocks, read.title)
        return recognised(read, tag, {}, more), ()
    blocks = tuple(text_blocks(text))
    tag, more = _language(language, None, blocks, "")
    return recognised(ReadBlocks(blocks), tag, {}, more), ()


def _known(tag: str) -> Language | None:
    try:
        return parse_language(tag) if tag else None
    except BadInput:
        return None


def _language(
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


def _docx(data: bytes, name: str, language: Language | None) -> Story:
    converted = docx.convert(data, name)
    cleaner = Cleaner()
    read = read_html(cleaner.text(converted.html, "text"))
    tag, more = _language(language, None, read.blocks, "")
    notes = tuple(Finding("docx-left-out", "warn", "text", message) for message in converted.messages)
    story = recognised(read, tag, {}, (*more, *notes))
    alts = {entry: alt for entry, alt, _ in read.images}
    found = []
    findings: list[Finding] = []
    for key, (content, alt) in converted.pictures.items():
        try:
            found.append(pictures.measured(key, content, alt=alt or alts.get(key, "")))
        except Unreadable as error:
            findings.append(Finding("picture-left-out", "warn", f"media {key}", error.message))
    story = replace(story, findings=(*story.findings, *findings))
    return _finished(_with_media(story, tuple(found)), cleaner)


# --- pictures --------------------------------------------------------------------------------------------


def _with_pictures(
    story: Story,
    entries: Sequence[Mapping[str, str]],
    folder: Path | None,
    sent_along: Mapping[str, bytes],
) -> Story:
    """The pictures that the front matter lists and those that stand in the text."""
    listed = {entry["file"]: dict(entry) for entry in entries}
    for item in story.media:
        entry = listed.setdefault(item.name, {"file": item.name})
        entry["alt"] = entry.get("alt") or item.alt
        entry["caption"] = entry.get("caption") or item.caption
    if not listed:
        return story
    if folder is None:
        here = [entry for name, entry in listed.items() if name in sent_along]
        story = _with_media(story, pictures.from_bytes(here, sent_along))
        if not (missing := sorted(set(listed) - set(sent_along))):
            return story
        message = "the pictures were left out, because the release came without its folder"
        finding = Finding("media-skipped", "warn", "media", f"{message}: {', '.join(missing)[:200]}")
        return replace(story, findings=(*story.findings, finding))
    return _with_media(story, pictures.from_folder(listed.values(), folder))


def _with_media(story: Story, found: Sequence[pictures.Picture]) -> Story:
    """`story` with these pictures, and without image blocks that show none of them."""
    media = tuple(dict.fromkeys(picture.media for picture in found))
    names = {item.name for item in media}
    return replace(
        story,
        media=media,
        blocks=tuple(b for b in story.blocks if b.kind != "image" or b.media in names),
        boilerplate=tuple(b for b in story.boilerplate if b.kind != "image" or b.media in names),
        attachments=tuple((picture.media.name, picture.data) for picture in found),
        findings=(*story.findings, *pictures.alt_findings(media)),
    )


# --- the last steps --------------------------------------------------------------------------------------


def _finished(story: Story, cleaner: Cleaner) -> Story:
    """Cleans what came in through entities, adds the standing disclaimer, checks the embargo and the size."""
    story = _with_contacts(clean_story(story, cleaner))
    if len(story.blocks) > MAX_BLOCKS:
        raise BadInput(
            f"{len(story.blocks)} blocks are more than {MAX_BLOCKS}; split the release", where="text"
        )
    if story.embargo:
        try:
            parse_instant(story.embargo)
        except BadInput as error:
            raise BadInput(error.message, where="front matter `embargo`") from None
    if story.origin == "third-party" and not story.disclaimer:
        words = get_settings().standing_disclaimer or phrase("disclaimer.third-party", story.language)
        finding = Finding(
            "disclaimer-added",
            "warn",
            "disclaimer",
            "the file brings no third-party disclaimer; the standing one was added",
        )
        story = replace(story, disclaimer=words, findings=(*story.findings, finding))
    elif story.disclaimer and story.origin == "issuer":
        finding = Finding(
            "disclaimer-unclaimed",
            "warn",
            "disclaimer",
            "a third-party disclaimer closes the text; add `origin: third-party` and `provider:`",
        )
        story = replace(story, findings=(*story.findings, finding))
    return story


def _with_contacts(story: Story) -> Story:
    """Without addresses that are none: they become a link for readers and the Reply-To of every mail."""
    bad = [c.email for c in story.contacts if c.email and not _MAIL_ADDRESS.fullmatch(c.email)]
    if not bad:
        return story
    message = f"{', '.join(bad)[:200]!r} is no mail address and was left out; write only name@domain"
    return replace(
        story,
        contacts=tuple(replace(c, email="") if c.email in bad else c for c in story.contacts),
        findings=(*story.findings, Finding("contact-address", "warn", "contacts", message)),
    )


def check_document(story: Story, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """What `dateline check --json` prints (schema `core/schemas/check.json`): what was recognised as what,
    and every finding.

    `dateline` is null when the text has none; blocks carry their plain `text` beside their runs.
    """
    line = story.dateline
    return {
        "language": story.language,
        "headline": story.headline,
        "subhead": story.subhead,
        "byline": story.byline,
        "dateline": None if line is None else {"place": line.place, "date": line.date, "source": line.source},
        "blocks": [_block(block, story.media) for block in story.blocks],
        "boilerplate": [_block(block, story.media) for block in story.boilerplate],
        "contacts": [asdict(contact) for contact in story.contacts],
        "disclaimer": story.disclaimer,
        "sections": list(story.sections),
        "sectors": list(story.sectors),
        "findings": [asdict(finding) for finding in dict.fromkeys((*story.findings, *findings))],
    }


def _block(block: Block, media: Sequence[Media]) -> dict[str, Any]:
    words = block.text or block.href or next((item.alt for item in media if item.name == block.media), "")
    return {**block_document(block), "text": words}
