"""Reads NITF 2.5 to 3.6, with or without a namespace: ours exactly, that of others as far as it says."""

import re
from dataclasses import replace
from typing import Final

from dateline.core.clock import parse_instant
from dateline.core.countries import Country, parse_country
from dateline.core.errors import BadInput
from dateline.core.sectors import Sector, parse_sector
from dateline.core.words import Block, Contact, DatelineLine, Media, Story
from dateline.formats import wording
from dateline.formats.block_reading import cleaned_html, parse_cleaned, read_html, read_tree
from dateline.formats.body_reading import Fields, story_from
from dateline.formats.carried import gathered
from dateline.formats.facts import media_with_facts
from dateline.formats.html_depth import refuse_depth
from dateline.formats.nitf_html import html_inside, html_of, nitf_body_html
from dateline.formats.recognise import recognised
from dateline.formats.subject_codes import media_topic
from dateline.formats.xml_in import (
    Element,
    Parsed,
    below,
    child,
    children,
    language_of,
    local,
    parse_xml,
    words,
)  # fmt: skip

WHERE: Final = "NITF"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_PARTS: Final = frozenset({"boilerplate", "contacts", "disclaimer", "media"})


def read_nitf(data: bytes) -> Story:
    """The story of an NITF document. Raises BadInput when the root is another."""
    parsed = parse_xml(data, WHERE)
    if local(parsed.root) != "nitf":
        raise BadInput(f"the root is <{local(parsed.root)}>, not <nitf>", where=WHERE)
    return nitf_story(parsed)


def nitf_story(parsed: Parsed) -> Story:
    """The story below an `nitf` element."""
    root = parsed.root
    facts = gathered(
        (str(e.get("name"))[len("dateline-") :], str(e.get("content") or ""))
        for e in children(child(root, "head"), "meta")
        if str(e.get("name")).startswith("dateline-")
    )
    ours = "sha256" in facts
    language = language_of(parsed, WHERE, root.get("baselang"), root.get(XML_LANG))
    headline = _headline(parsed, exact=ours)
    if ours:
        gone = (facts.get("event") or [""])[0] in {"killed", "withdrawn"}
        body = Story(language, headline) if gone else _own_body(root, Story(language, headline))
        media = tuple(_media(e) for e in below(root, "media"))
        pictures = tuple({item.name: item for item in media}.values())
        return story_from(Fields(language, headline, media=pictures), body, facts, parsed)
    html = nitf_body_html(root)
    if not html.strip():
        parsed.warn("body-missing", f"{WHERE} `body.content`", "holds no text")
    given = {"headline": headline} if headline else {}
    body = recognised(read_html(html), language, given)
    return story_from(_fields(parsed, language, headline), body, None, parsed)


def _headline(parsed: Parsed, *, exact: bool) -> str:
    found = next(below(child(parsed.root, "body"), "hl1"), None)
    if found is None:
        found = child(parsed.root, "head", "title")
        if found is not None:
            parsed.warn(
                "headline-from-title", f"{WHERE} `hl1`", "no headline; the title of the head was taken"
            )
    if found is not None and exact:
        return "".join(found.itertext())
    return words(found)


# --- ours ------------------------------------------------------------------------------------------------


def _own_body(root: Element, story: Story) -> Story:
    content = child(root, "body", "body.content")
    if content is None:
        return story
    parts = {str(e.get("class")): e for e in children(content, "block") if e.get("class") in _PARTS}
    text = "".join(
        html_of(e) for e in children(content) if e.get("class") not in _PARTS or local(e) != "block"
    )
    boilerplate = parts.get("boilerplate")
    contacts = parts.get("contacts")
    return replace(
        story,
        blocks=_blocks(text),
        boilerplate=_blocks(html_inside(boilerplate)) if boilerplate is not None else (),
        contacts=tuple(_contact(e) for e in children(contacts, "p")),
    )


def _blocks(html: str) -> tuple[Block, ...]:
    refuse_depth(html)
    return read_tree(parse_cleaned(cleaned_html(html, data_attributes=True))).blocks


def _contact(element: Element) -> Contact:
    said = {str(e.get("class") or local(e)): "".join(e.itertext()) for e in children(element)}
    return Contact(*(said.get(name, "") for name in ("name", "function", "email", "phone")))


def _media(element: Element) -> Media:
    facts = {str(e.get("name")): str(e.get("value") or "") for e in children(element, "media-metadata")}
    reference = child(element, "media-reference")

    def said(name: str) -> str:
        return str(reference.get(name) or "") if reference is not None else ""

    caption, credit = child(element, "media-caption"), child(element, "media-producer")
    found = Media(
        said("name"),
        said("mime-type"),
        facts.get("sha256", ""),
        _number(facts.get("size", "")),
        said("alternate-text"),
        "".join(caption.itertext()) if caption is not None else "",
        "".join(credit.itertext()) if credit is not None else "",
        _number(said("width")),
        _number(said("height")),
    )
    return media_with_facts(found, facts)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


# --- of other wires --------------------------------------------------------------------------------------


def _fields(parsed: Parsed, language: str, headline: str) -> Fields:
    root = parsed.root
    head, body_head = child(root, "head"), child(root, "body", "body.head")
    docdata = child(head, "docdata")
    status = str(docdata.get("management-status") or "") if docdata is not None else ""
    if status in {"canceled", "cancelled", "withheld"}:
        parsed.warn("killed", f"{WHERE} `management-status`", f"the sender says '{status}'")
    if child(docdata, "correction") is not None:
        parsed.warn("correction", f"{WHERE} `correction`", "the sender calls it a correction")
    if root.get("change.date") and root.get("change.date") != "September 11, 2009":
        parsed.warn("change-date", f"{WHERE} `change.date`", "is free text; ignored")
    return Fields(
        language_of(parsed, WHERE, language),
        headline,
        subhead=words(child(body_head, "hedline", "hl2")),
        byline=words(child(body_head, "byline")),
        dateline=_dateline(body_head, language),
        provider=words(child(body_head, "distributor")),
        sectors=_sectors(head),
        countries=tuple(code for e in children(docdata, "evloc") for code in _country(e)),
        keywords=tuple(
            key for e in children(child(docdata, "key-list"), "keyword") if (key := str(e.get("key") or ""))
        ),
        embargo=_embargo(parsed, child(docdata, "date.release")),
    )


def _country(element: Element) -> tuple[Country, ...]:
    try:
        return (parse_country(str(element.get("iso-cc") or "")),)
    except BadInput:
        return ()


def _sectors(head: Element | None) -> tuple[Sector, ...]:
    codes = (str(e.get("tobject.subject.refnum") or "") for e in below(head, "tobject.subject"))
    out = []
    for code in dict.fromkeys(media_topic(code) or code for code in codes):
        try:
            out.append(parse_sector(code))
        except BadInput:
            continue
    return tuple(out)


def _dateline(body_head: Element | None, language: str) -> DatelineLine | None:
    line = child(body_head, "dateline")
    if line is None:
        return None
    date = child(line, "story.date")
    norm = re.match(r"(\d{4})-?(\d\d)-?(\d\d)", str(date.get("norm") or "")) if date is not None else None
    place = words(child(line, "location"))
    if not place and (found := wording.parsed_dateline(words(line), language)):
        return found[0]
    place = place or words(line)
    return DatelineLine(place, "-".join(norm.groups()) if norm else "") if place else None


def _embargo(parsed: Parsed, element: Element | None) -> str:
    norm = str(element.get("norm") or "") if element is not None else ""
    found = re.fullmatch(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z|[+-]\d{4})", norm)
    if not found:
        if norm:
            parsed.warn(
                "date-unclear", f"{WHERE} `date.release`", f"'{norm}' has no clear time and zone; ignored"
            )
        return ""
    year, month, day, hour, minute, second, zone = found.groups()
    text = f"{year}-{month}-{day}T{hour}:{minute}:{second}" + (
        zone if zone == "Z" else f"{zone[:3]}:{zone[3:]}"
    )
    try:
        parse_instant(text)
    except BadInput as error:
        parsed.warn("date-unclear", f"{WHERE} `date.release`", error.message)
        return ""
    return text
