"""Sorts what was read into the parts of a release: headline, subhead, section line, byline, dateline, body,
boilerplate, contacts, disclaimer.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from dateline.core.languages import Language
from dateline.core.words import Block, Contact, DatelineLine, Finding, Media, Run, Runs, Story, plain
from dateline.formats import wording
from dateline.formats.block_reading import ReadBlocks
from dateline.formats.front_matter import contact_from_text
from dateline.formats.runs import normal, squeezed

MAX_LINE = 300
"""Characters beyond which a first line is a paragraph and no headline."""
MAX_TITLE = 80
MAX_DISCLAIMER = 1_000
_PART = re.compile(r"^dateline-part:(\w+)$")
Part = Literal["body", "boilerplate", "contacts", "disclaimer"]


@dataclass
class _Parts:
    blocks: list[Block] = field(default_factory=list)
    boilerplate: list[Block] = field(default_factory=list)
    contacts: list[Block] = field(default_factory=list)
    disclaimer: list[Block] = field(default_factory=list)


def recognised(
    read: ReadBlocks, language: Language, fields: Mapping[str, Any], notes: Sequence[Finding] = ()
) -> Story:
    """The story in `read`. `fields` are those the front matter gave; they beat what the text seems to say.

    What could not be recognised stays in `blocks` as written. `media` of `fields` is left to the caller.
    """
    values: dict[str, Any] = {
        name: value for name, value in fields.items() if name not in {"media", "language"}
    }
    rest, sections = _without_marks(read.blocks)
    rest, head = _head(rest, language, values, read.title)
    values.update(head)
    if sections:
        values["sections"] = sections
    parts = _parted(rest, language)
    _take_disclaimer(parts, language, values)
    line, body = _dateline(parts.blocks, language)
    contacts = values.pop("contacts", ()) or _contacts(parts.contacts)
    disclaimer = " ".join(block.text.replace("\n", " ") for block in parts.disclaimer).strip()
    third_party = (
        {"origin": "third-party"} if disclaimer and values.get("provider") and "origin" not in values else {}
    )
    findings = (*notes, *(Finding("markup-removed", "warn", "text", note) for note in read.notes))
    return Story(
        language=language,
        **{"headline": "", **values, **third_party},
        dateline=line,
        blocks=tuple(body),
        boilerplate=tuple(parts.boilerplate),
        contacts=tuple(contacts),
        disclaimer=disclaimer,
        findings=findings,
        media=tuple(Media(name, "", "", 0, alt=alt, caption=caption) for name, alt, caption in read.images),
    )


# --- the head --------------------------------------------------------------------------------------------


def _without_marks(blocks: Sequence[Block]) -> tuple[list[Block], tuple[str, ...]]:
    """The blocks less end marks, section lines and "FOR IMMEDIATE RELEASE"; and the names on the section
    lines.
    """
    rest: list[Block] = []
    sections: list[str] = []
    for block in blocks:
        names = wording.section_line(block.text) if block.kind == "paragraph" else ()
        sections.extend(names)
        standing = block.kind == "paragraph" and (
            wording.is_end_mark(block.text) or wording.is_furniture(block.text)
        )
        if not names and not standing:
            rest.append(block)
    return rest, tuple(dict.fromkeys(sections))


def _head(
    blocks: list[Block], language: Language, values: Mapping[str, Any], title: str
) -> tuple[list[Block], dict[str, Any]]:
    """Takes headline, subhead and byline off the front of `blocks`."""
    rest = list(blocks)
    head: dict[str, str] = {}
    headline = str(values.get("headline", ""))
    if not headline:
        head["headline"] = headline = _take_headline(rest, language, title)
    elif rest and rest[0].kind == "heading" and _same(rest[0].text, headline):
        rest.pop(0)
    if subhead := str(values.get("subhead", "")):
        if rest and rest[0].kind in {"heading", "paragraph"} and _same(rest[0].text, subhead):
            rest.pop(0)
    elif headline:
        head["subhead"] = _take_subhead(rest, language)
    if name := wording.byline_name(rest[0].text) if rest and rest[0].kind == "paragraph" else "":
        written = str(values.get("byline", ""))
        if not written:
            head["byline"] = name
        if not written or _same(name, written):
            rest.pop(0)
    return rest, {key: value for key, value in head.items() if value}


def _same(left: str, right: str) -> bool:
    return " ".join(left.split()).casefold() == " ".join(right.split()).casefold() != ""


def _take_headline(rest: list[Block], language: Language, title: str) -> str:
    """The first heading when nothing but short lines stands before it, else the first line."""
    for number, block in enumerate(rest[:3]):
        if block.kind == "heading" and not wording.is_boilerplate_heading(block.text, language):
            rest.pop(number)
            return _one_line(block.text)
    if rest and rest[0].kind == "paragraph":
        first, _, more = rest[0].text.partition("\n")
        if (
            len(first) <= MAX_LINE
            and (len(rest) > 1 or more)
            and not wording.parsed_dateline(rest[0].text, language)
        ):
            rest[:1] = [Block("paragraph", runs=_without(rest[0].runs, len(first)))] if more else []
            return _one_line(first)
    return _one_line(title)


def _one_line(text: str) -> str:
    return squeezed(text).strip(" ")


def _take_subhead(rest: list[Block], language: Language) -> str:
    """A lesser heading right below the headline with text after it, or a line set off in italics or bold
    before the dateline.
    """
    if len(rest) < 2:
        return ""
    first, second = rest[0], rest[1]
    if _part_of(first.text, language) is not None:
        return ""
    opens = second.kind == "paragraph" and wording.parsed_dateline(second.text, language) is not None
    marked = first.kind == "paragraph" and all(run.em or run.strong for run in first.runs)
    short = first.kind == "paragraph" and len(first.text) <= MAX_LINE and not wording.byline_name(first.text)
    starts = wording.parsed_dateline(first.text, language) is not None
    heading = first.kind == "heading" and second.kind == "paragraph" and opens
    if not starts and (heading or (opens and short) or (marked and short)):
        rest.pop(0)
        return _one_line(first.text)
    return ""


# --- the parts -------------------------------------------------------------------------------------------


def _parted(blocks: list[Block], language: Language) -> _Parts:
    """Body, boilerplate and contacts by their titles, looked for only below the last ordinary heading."""
    parts = _Parts()
    part: Part = "body"
    ordinary = [n for n, b in enumerate(blocks) if b.kind == "heading" and _part_of(b.text, language) is None]
    first = max(ordinary[-1] + 1 if ordinary else 0, 1)
    for number, block in enumerate(blocks):
        if block.kind == "paragraph" and (marked := _PART.match(block.text)):
            part = _named(marked[1])
            continue
        title, inner = _title(block)
        found = _part_of(title, language) if title and number >= first and part != "disclaimer" else None
        if found is None:
            _target(parts, part).append(block)
            continue
        part = found
        if part == "boilerplate":
            parts.boilerplate.append(block)
        elif inner:
            parts.contacts.append(replace(block, kind="paragraph", runs=inner, level=0))
    return parts


def _named(name: str) -> Part:
    if name == "boilerplate":
        return "boilerplate"
    return "contacts" if name == "contacts" else "disclaimer" if name == "disclaimer" else "body"


def _target(parts: _Parts, part: Part) -> list[Block]:
    by_name = {"body": parts.blocks, "boilerplate": parts.boilerplate, "contacts": parts.contacts}
    return by_name.get(part, parts.disclaimer)


def _title(block: Block) -> tuple[str, Runs]:
    """(the words that may be a part's title, what follows them in the same block)."""
    if block.kind == "heading":
        return block.text, ()
    if block.kind != "paragraph":
        return "", ()
    first, broken, _ = block.text.partition("\n")
    label = re.match(r"^([^:：\n]{2,60})[:：](?!//)", first)
    if label:
        return label[1], _without(block.runs, len(label[0]))
    if broken and len(first) <= MAX_TITLE:
        return first, _without(block.runs, len(first))
    alone = len(first) <= MAX_TITLE and not broken and not re.search(r"[.!?。！？,，;；]$", first)
    return (first, ()) if alone else ("", ())


def _part_of(title: str, language: Language) -> Part | None:
    if wording.is_contact_heading(title, language):
        return "contacts"
    return "boilerplate" if wording.is_boilerplate_heading(title, language) else None


def _take_disclaimer(parts: _Parts, language: Language, values: Mapping[str, Any]) -> None:
    """The last paragraph when it disclaims: by its opening words, or anywhere in it where the file says
    third-party.
    """
    if parts.disclaimer:
        return
    declared = values.get("origin") == "third-party" or bool(values.get("provider"))
    for blocks in (parts.contacts, parts.boilerplate, parts.blocks):
        if not blocks:
            continue
        last = blocks[-1]
        words = last.text if declared else last.text[:80]
        if (
            last.kind in {"paragraph", "quote"}
            and len(last.text) <= MAX_DISCLAIMER
            and wording.looks_like_disclaimer(words, language)
        ):
            parts.disclaimer.append(blocks.pop())
        return


def _without(runs: Runs, count: int) -> Runs:
    """`runs` less their first `count` characters."""
    out: list[Run] = []
    for run in runs:
        cut = min(count, len(run.text))
        count -= cut
        out.append(replace(run, text=run.text[cut:]))
    return normal(out)


def _dateline(blocks: list[Block], language: Language) -> tuple[DatelineLine | None, list[Block]]:
    """The dateline of the first paragraph, taken off its front. Headings and pictures may stand before it."""
    for number, block in enumerate(blocks[:4]):
        if block.kind != "paragraph":
            continue
        found = wording.parsed_dateline(block.text, language)
        if found is None:
            return None, blocks
        line, rest = found
        runs = _without(block.runs, len(block.text.rstrip()) - len(rest))
        changed = [replace(block, runs=runs)] if runs else []
        return line, [*blocks[:number], *changed, *blocks[number + 1 :]]
    return None, blocks


def _contacts(blocks: Sequence[Block]) -> tuple[Contact, ...]:
    """One contact per paragraph or item; the lines of a paragraph belong together unless each has its own
    e-mail.
    """
    out: list[Contact] = []
    for block in blocks:
        texts = (
            [plain(item) for item in block.items]
            or [plain(cell) for row in block.rows for cell in row]
            or [block.text]
        )
        for text in texts:
            lines = [line for line in text.split("\n") if line.strip()]
            each = sum("@" in line for line in lines) > 1
            for part in lines if each else [text]:
                contact = contact_from_text(part)
                if contact != Contact():
                    out.append(contact)
    return tuple(_merged(out))


def _merged(contacts: list[Contact]) -> list[Contact]:
    """A line with nothing but an address or number belongs to the contact above it."""
    out: list[Contact] = []
    for contact in contacts:
        if (
            out
            and not contact.name
            and not (out[-1].email and contact.email)
            and not (out[-1].phone and contact.phone)
        ):
            last = out[-1]
            out[-1] = replace(last, email=last.email or contact.email, phone=last.phone or contact.phone)
        else:
            out.append(contact)
    return out
