"""Reads NewsML 1.0 to 1.2: ours exactly, that of other wires as far as their files say."""

import re
from collections.abc import Iterator
from typing import Final

from dateline.core.clock import parse_instant
from dateline.core.countries import Country, parse_country
from dateline.core.errors import BadInput
from dateline.core.sectors import Sector, parse_sector
from dateline.core.words import DatelineLine, Media, Story
from dateline.formats import wording
from dateline.formats.body_reading import Fields, read_body, story_from
from dateline.formats.carried import gathered
from dateline.formats.facts import media_with_facts
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

WHERE: Final = "NewsML 1.2"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_PICTURES: Final = frozenset({"photo", "graphic", "video", "audio", "complexdata"})


def read_items(data: bytes) -> tuple[Story, ...]:
    """The story of each NewsItem. Raises BadInput when the root is another or holds no item."""
    parsed = parse_xml(data, WHERE)
    if local(parsed.root) not in {"NewsML", "NewsItem"}:
        raise BadInput(f"the root is <{local(parsed.root)}>, not <NewsML>", where=WHERE)
    items = [e for e in below(parsed.root, "NewsItem") if child(e, "Identification") is not None]
    items = items or list(below(parsed.root, "NewsItem"))
    if not items:
        raise BadInput("it holds no NewsItem", where=WHERE)
    if len(items) > 1:
        parsed.warn("several-items", WHERE, f"{len(items)} news items in one file; each becomes a story")
    return tuple(
        _story(Parsed(item, list(parsed.findings) if number == 0 else []))
        for number, item in enumerate(items)
    )


def _story(parsed: Parsed) -> Story:
    item = parsed.root
    management = child(item, "NewsManagement")
    facts = gathered(
        (_name(e)[len("dateline-") :], str(e.get("Value") or ""))
        for e in children(management, "Property")
        if _name(e).startswith("dateline-")
    )
    component = child(item, "NewsComponent")
    tag = next((_name(e) for e in below(component, "Language")), None)
    near = component.get(XML_LANG) if component is not None else None
    language = language_of(parsed, WHERE, tag, near, item.get(XML_LANG))
    line = next(below(component, "HeadLine"), None)
    ours = "sha256" in facts
    headline = ("".join(line.itertext()) if ours else words(line)) if line is not None else ""
    body = read_body(_body(parsed, component), language, headline, parsed.findings, WHERE)
    media = tuple(_media(e) for e in _pictures(component))
    if ours:
        return story_from(Fields(language, headline, media=media), body, facts, parsed)
    return story_from(_fields(parsed, language, headline), body, None, parsed)


def _name(element: Element | None) -> str:
    return str(element.get("FormalName") or "") if element is not None else ""


def _body(parsed: Parsed, component: Element | None) -> Element | str | None:
    """The body among the text items: marked XHTML or NITF before plain text, longest first."""
    found: list[tuple[bool, int, Element | str]] = []
    for item in below(component, "ContentItem"):
        if _name(child(item, "MediaType")).lower() in _PICTURES:
            continue
        content = next(below(item, "DataContent"), None)
        if content is None:
            continue
        text = "".join(content.itertext()).strip()
        if text:
            inner = next(children(content), None)
            several = len(content) > 1
            body: Element | str = text if inner is None else content if several else inner
            found.append((inner is not None, len(text), body))
    if found:
        return max(found, key=lambda entry: entry[:2])[2]
    if _name(next(below(parsed.root, "Status"), None)).lower() not in {"canceled", "cancelled"}:
        parsed.warn("body-missing", f"{WHERE} `DataContent`", "holds no text")
    return None


def _pictures(component: Element | None) -> Iterator[tuple[Element, Element]]:
    """(component, its content item) of every picture."""
    for part in below(component, "NewsComponent"):
        item = child(part, "ContentItem")
        if item is not None and _name(child(item, "MediaType")).lower() in _PICTURES:
            yield part, item


def _media(found: tuple[Element, Element]) -> Media:
    part, item = found
    traits = child(item, "Characteristics")
    facts = {_name(e): str(e.get("Value") or "") for e in children(traits, "Property")}
    lines = child(part, "NewsLines")
    said = {
        _name(child(e, "NewsLineType")): _exact(child(e, "NewsLineText")) for e in children(lines, "NewsLine")
    }
    picture = Media(
        _exact(child(part, "AdministrativeMetadata", "FileName")),
        _name(child(item, "MimeType")),
        facts.get("SHA-256", ""),
        _number(words(child(traits, "SizeInBytes"))),
        said.get("AlternativeText", ""),
        _exact(child(lines, "HeadLine")),
        _exact(child(lines, "CreditLine")),
        _number(facts.get("Width", "")),
        _number(facts.get("Height", "")),
    )
    return media_with_facts(picture, facts)


def _exact(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext())


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


# --- of other wires --------------------------------------------------------------------------------------


def _fields(parsed: Parsed, language: str, headline: str) -> Fields:
    item = parsed.root
    _management(parsed)
    lines = next(below(item, "NewsLines"), None)
    securities = list(_securities(item))
    return Fields(
        language_of(parsed, WHERE, language),
        headline,
        subhead=words(child(lines, "SubHeadLine")),
        byline=words(child(lines, "ByLine")),
        dateline=_dateline(words(child(lines, "DateLine")), language),
        slug=re.sub(r"[^a-z0-9]+", "-", words(child(lines, "SlugLine")).lower()).strip("-")[:80],
        provider=_provider(item),
        sectors=_sectors(parsed, item),
        countries=_countries(item),
        keywords=tuple(
            word
            for e in children(lines, "KeywordLine")
            for part in words(e).split(",")
            if (word := part.strip())
        ),
        tickers=tuple(value for name, value in securities if name != "isin"),
        isins=tuple(value for name, value in securities if name == "isin"),
        embargo=_embargo(parsed, item),
    )


def _management(parsed: Parsed) -> None:
    item = parsed.root
    status = _name(next(below(item, "Status"), None))
    if status.lower() in {"canceled", "cancelled", "withheld"}:
        parsed.warn("killed", f"{WHERE} `Status`", f"the sender says '{status}'")
    revision = next(below(item, "RevisionId"), None)
    if revision is None:
        parsed.warn(
            "id-missing", f"{WHERE} `RevisionId`", "names no revision, so that repeats cannot be told"
        )
        return
    number = _number(words(revision))
    if number > 1 or str(revision.get("Update") or "N") != "N":
        parsed.warn(
            "correction", f"{WHERE} `RevisionId`", f"revision {number}: a correction of what came before"
        )


def _provider(item: Element) -> str:
    for name in ("Source", "Provider"):
        if found := _name(next((p for e in below(item, name) for p in children(e, "Party")), None)):
            return found
    return ""


def _dateline(text: str, language: str) -> DatelineLine | None:
    if not text:
        return None
    found = wording.parsed_dateline(text, language)
    return found[0] if found else DatelineLine(text.rstrip(" -–—"))


def _sectors(parsed: Parsed, item: Element) -> tuple[Sector, ...]:
    codes = [_name(e) for name in ("Subject", "SubjectMatter", "SubjectDetail") for e in below(item, name)]
    topics = [str(e.get("Value")) for e in below(item, "Property") if _name(e) == "MediaTopic"]
    out = []
    for code in dict.fromkeys([*topics, *(media_topic(code) or code for code in codes)]):
        try:
            out.append(parse_sector(code))
        except BadInput as error:
            parsed.warn("value-left-out", f"{WHERE} `SubjectCode`", error.message)
    return tuple(out)


def _countries(item: Element) -> tuple[Country, ...]:
    out = []
    for found in below(item, "Property"):
        if _name(found) == "Country":
            try:
                out.append(parse_country(str(found.get("Value") or "")))
            except BadInput:
                continue
    return tuple(dict.fromkeys(out))


def _securities(item: Element) -> Iterator[tuple[str, str]]:
    for meta in below(item, "Metadata"):
        for found in children(meta, "Property"):
            name, value = _name(found).lower(), str(found.get("Value") or "").strip()
            if value and ("ticker" in name or "symbol" in name):
                yield "ticker", value
            elif value and "isin" in name:
                yield "isin", value


def _embargo(parsed: Parsed, item: Element) -> str:
    if _name(next(below(item, "Status"), None)).lower() != "embargoed":
        return ""
    text = words(next((e for s in below(item, "StatusWillChange") for e in below(s, "DateAndTime")), None))
    found = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(Z|[+-]\d\d:?\d\d)", text)
    if not found:
        parsed.warn(
            "embargo-unclear", f"{WHERE} `StatusWillChange`", "embargoed, and no clear time with zone"
        )
        return ""
    year, month, day, hour, minute, second, zone = found.groups()
    zone = zone if zone == "Z" or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    moment = f"{year}-{month}-{day}T{hour}:{minute}:{second}{zone}"
    try:
        parse_instant(moment)
    except BadInput as error:
        parsed.warn("embargo-unclear", f"{WHERE} `StatusWillChange`", error.message)
        return ""
    return moment
