"""The `markdown` format: CommonMark with YAML front matter, the form in which people write releases;
written and read.
"""

import re
from typing import Any

from markdown_it import MarkdownIt

from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.core.words import (
    Block,
    Contact,
    Edition,
    Finding,
    Media,
    Story,
    Translation,
    edition_sha256,
)
from dateline.formats import front_matter, wording
from dateline.formats.block_reading import ReadBlocks, read_html
from dateline.formats.carried import label_lines, note_of
from dateline.formats.facts import PageFacts
from dateline.formats.markdown_text import blocks_markdown, escaped
from dateline.formats.recognise import recognised

_MARK = re.compile(r"^<!-- part: (body|boilerplate|contacts|disclaimer) -->$", re.MULTILINE)


_NOTICE = re.compile(
    r"\A\s*<!-- part: notice(?: (killed|withdrawn|corrected))? -->.*?<!-- part: body -->", re.DOTALL
)
"""What stands above a headline for readers; for programs the front matter says the same."""

MAX_MARKS = 5_000
"""Brackets, backticks or angle signs in one Markdown release."""


def _engine() -> MarkdownIt:
    engine = MarkdownIt("commonmark", {"html": True, "maxNesting": 40}).enable("table")
    engine.normalizeLink = lambda url: url  # type: ignore[method-assign]  # addresses are cleaned later, in one place
    engine.validateLink = lambda url: True  # type: ignore[method-assign]
    return engine


_ENGINE = _engine()


def markdown_html(text: str) -> str:
    """HTML of Markdown as its author wrote it, not yet cleaned."""
    return str(_ENGINE.render(text))


def read_markdown(
    text: str, language: Language | None = None
) -> tuple[ReadBlocks, dict[str, Any], tuple[Any, ...], Language | None]:
    """(blocks, Story fields of the front matter, findings, language or None). Raises BadInput naming key or
    line.
    """
    values, body = front_matter.split(text)
    crowded = next((mark for mark in "[]`<!" if body.count(mark) > MAX_MARKS), "")
    if crowded:  # a Markdown parser needs time that grows with the square of these
        raise BadInput(f"more than {MAX_MARKS} `{crowded}`; no release needs so many", where="Markdown")
    fields, findings = front_matter.typed(values)
    if notice := _NOTICE.match(body):
        body = body[notice.end() :]
        findings = (*findings, *_fate(notice[1]))
    body = _MARK.sub(r"\n\ndateline-part:\1\n\n", body)
    return read_html(markdown_html(body)), fields, findings, fields.get("language") or language


def _fate(event: str | None) -> tuple[Finding, ...]:
    """The finding of an item of ours that is no plain release."""
    if event == "corrected":
        return (Finding("correction", "warn", "Markdown", "the sender calls it a correction"),)
    return (Finding("killed", "warn", "Markdown", "the sender cancelled this item"),) if event else ()


def _notice(edition: Edition) -> str:
    """Notice, labels and restriction above the headline, each in bold; "" where there are none."""
    lines = [line for line in (note_of(edition), *(words for _, words in label_lines(edition))) if line]
    if not lines:
        return ""
    event = f" {edition.type}" if wording.notice(edition.type, edition.language) else ""
    shown = "\n\n".join(f"**{escaped(line)}**" for line in lines)
    return f"<!-- part: notice{event} -->\n\n{shown}\n\n<!-- part: body -->"


def front_matter_of(edition: Edition) -> dict[str, Any]:
    """The keys of the front matter with the edition's values."""
    return {
        "headline": edition.headline,
        "subhead": edition.subhead,
        "slug": edition.slug,
        "byline": edition.byline,
        "language": edition.language,
        "issuer": edition.issuer.slug,
        "class": "" if edition.release_class == "normal" else edition.release_class,
        "release_type": edition.release_type,
        "origin": "" if edition.origin == "issuer" else edition.origin,
        "provider": edition.provider,
        "on_behalf_of": edition.on_behalf_of,
        "paid": "paid" in edition.labels,
        "state_affiliated": "state-affiliated" in edition.labels,
        "ai_assisted": "ai-assisted" in edition.labels,
        "sectors": list(edition.sectors),
        "countries": list(edition.countries),
        "keywords": list(edition.keywords),
        "tickers": list(edition.tickers),
        "isins": list(edition.isins),
        "restrict": list(edition.restrict),
        "contacts": [_contact(contact) for contact in edition.contacts],
        "media": [_media(item) for item in edition.media],
        "translation": _made(edition.translation),
    }


def _made(made: Translation | None) -> dict[str, str]:
    if made is None:
        return {}
    values = {"kind": made.kind, "engine": made.engine, "reviewed_by": made.reviewed_by}
    return {name: value for name, value in values.items() if value}


def _contact(contact: Contact) -> dict[str, str]:
    return {name: value for name in ("name", "role", "email", "phone") if (value := getattr(contact, name))}


def _media(item: Media) -> dict[str, str]:
    values = {"file": item.name, "alt": item.alt, "caption": item.caption, "credit": item.credit}
    return {name: value for name, value in values.items() if value}


def _with_opening(edition: Edition) -> tuple[Block, ...]:
    """The blocks; an empty paragraph first when a dateline has none to stand in."""
    if edition.dateline and not (edition.blocks and edition.blocks[0].kind == "paragraph"):
        return (Block("paragraph"), *edition.blocks)
    return edition.blocks


class MarkdownCodec:
    """Carries every part of a story but the bytes of pictures."""

    name = "markdown"
    media_type = "text/markdown; charset=utf-8"
    extension = ".md"
    standard = "CommonMark with front matter"
    version = ""

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        media = {item.name: item for item in edition.media}
        lead = wording.dateline(edition.dateline, edition.language) + " " if edition.dateline else ""
        body = blocks_markdown(_with_opening(edition), media, lead)
        parts = [front_matter.written(front_matter_of(edition)).rstrip("\n"), body]
        if edition.sections:
            parts.insert(1, wording.section_line_of(edition.sections, edition.language))
        if notice := _notice(edition):
            parts.insert(1, notice)
        if edition.boilerplate:
            parts += ["<!-- part: boilerplate -->", blocks_markdown(edition.boilerplate, media)]
        if edition.disclaimer:
            parts += ["<!-- part: disclaimer -->", escaped(edition.disclaimer)]
        parts.append(f"<!-- edition sha256: {edition_sha256(edition)} -->")
        return ("\n\n".join(part for part in parts if part) + "\n").encode()

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        return data

    def read(self, data: bytes) -> Story:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadInput(f"not UTF-8 at byte {error.start}; save it as UTF-8", where="Markdown") from None
        read, fields, findings, language = read_markdown(text.replace("\r\n", "\n"))
        return recognised(read, language or parse_language("en"), fields, findings)


CODEC = MarkdownCodec()
