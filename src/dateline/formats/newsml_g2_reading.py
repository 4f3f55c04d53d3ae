"""Reads NewsML-G2 of any version: ours exactly, that of other wires as far as their files say."""

import re
from collections.abc import Callable
from typing import Any, Final

from lxml import etree

from dateline.core.countries import parse_country
from dateline.core.errors import BadInput, DatelineError
from dateline.core.sectors import parse_sector
from dateline.core.words import DatelineLine, Finding, Media, Story
from dateline.formats import wording
from dateline.formats.body_reading import Fields, read_body, story_from
from dateline.formats.carried import gathered
from dateline.formats.facts import media_with_facts
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

WHERE: Final = "NewsML-G2"
_OTHER_ITEMS: Final = (
    "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem",
)  # fmt: skip
_NAMESPACE: Final = "//iptc.org/std/nar/"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"


def read_items(data: bytes) -> tuple[Story, ...]:
    """The story of each news item in the file, at least one. Raises BadInput when it holds no item at all."""
    parsed = parse_xml(data, WHERE)
    items = list(below(parsed.root, "newsItem"))
    if not items:
        return (_without_news(parsed),)
    if len(items) > 1:
        parsed.warn("several-items", WHERE, f"{len(items)} news items in one file; each becomes a story")
    stories = []
    for number, item in enumerate(items):
        own = Parsed(item, list(parsed.findings) if number == 0 else [])
        stories.append(_story(own))
    return tuple(stories)


def _without_news(parsed: Parsed) -> Story:
    root = parsed.root
    found = next((item for name in _OTHER_ITEMS for item in below(root, name)), None)
    if found is None and _NAMESPACE in str(root.tag):
        found = root  # a catalog, or a message without items
    if found is None:
        raise BadInput(f"<{local(root)}> is no NewsML-G2 item", where=WHERE)
    title = words(next(below(found, "headline"), None)) or words(next(below(found, "title"), None))
    what = f"<{local(found)}> holds no text of its own; there is nothing to publish"
    if names := [str(e.get("residref") or e.get("href") or "") for e in below(found, "itemRef")]:
        named = ", ".join(names[:3])
        what += f". It names {len(names)} items ({named}): send those, or a newsMessage with them"
    parsed.warn("no-news-item", WHERE, what[:600])
    return Story(language_of(parsed, WHERE, found.get(XML_LANG)), title, findings=tuple(parsed.findings))


def _story(parsed: Parsed) -> Story:
    item = parsed.root
    meta, content = child(item, "itemMeta"), child(item, "contentMeta")
    tag = next((e.get("tag") for e in children(content, "language")), None)
    language = language_of(parsed, WHERE, tag, item.get(XML_LANG))
    if not item.get("guid"):
        parsed.warn(
            "id-missing", f"{WHERE} `guid`", "the item has no identifier, so that repeats cannot be told"
        )
    headline = words(child(content, "headline")) or words(child(meta, "title"))
    facts = gathered(
        (str(e.get("reluri")).rpartition("/terms/")[2], str(e.get("value") or ""))
        for e in children(meta, "itemMetaExtProperty")
        if "/terms/" in str(e.get("reluri"))
    )
    body = read_body(_body(parsed, item), language, headline, parsed.findings, WHERE)
    if "sha256" in facts:
        return story_from(Fields(language, headline, media=_media(meta)), body, facts, parsed)
    return story_from(_fields(parsed, language, headline, meta, content), body, None, parsed)


def _body(parsed: Parsed, item: Element) -> Element | str | None:
    """The first rendition that holds text: XML of some kind, or plain text."""
    for rendition in children(child(item, "contentSet"), "inlineXML", "inlineData"):
        if local(rendition) == "inlineXML" and len(rendition):
            return rendition[0]
        if text := "".join(rendition.itertext()).strip():
            return text
    if (status := child(item, "itemMeta", "pubStatus")) is None or "cancel" not in str(status.get("qcode")):
        parsed.warn("body-missing", f"{WHERE} `contentSet`", "holds no text")
    return None


def _fields(parsed: Parsed, language: Any, headline: str, meta: Element, content: Element) -> Fields:
    """What another wire's item says, each value that cannot be used reported with its place."""
    subjects = [(str(e.get("qcode") or e.get("uri") or ""), e) for e in children(content, "subject")]
    codes = [
        (code, found[1]) for code, _ in subjects if (found := re.search(r"medtop(?:ic/|:)\s*(\d{8})", code))
    ]
    for code, _ in subjects:
        if re.search(r"\s", code):
            parsed.warn("qcode-blank", f"{WHERE} `subject`", f"'{code}' has a blank in it")
    places = [code.rpartition(":")[2] for code, _ in subjects if code.startswith("iso3166-1a2:")]
    status = child(meta, "pubStatus")
    if status is not None and "cancel" in str(status.get("qcode") or status.get("uri")):
        parsed.warn("killed", f"{WHERE} `pubStatus`", "the sender cancelled this item")
    if any("correction" in str(e.get("qcode")) for e in children(meta, "signal")):
        parsed.warn("correction", f"{WHERE} `signal`", "the sender calls it a correction")
    keywords = list(children(content, "keyword"))
    tickers = [words(e) for e in keywords if "tick" in str(e.get("role")).lower()]
    return Fields(
        language,
        headline,
        byline=words(child(content, "by")),
        dateline=_dateline(content, language),
        slug=_slug(words(child(content, "slugline"))),
        provider=words(child(content, "infoSource", "name")) or words(child(meta, "provider", "name")),
        disclaimer="",
        sectors=_each(parsed, "subject", [code for _, code in codes], parse_sector),
        countries=_each(parsed, "subject", places, parse_country),
        keywords=tuple(w for e in keywords if "tick" not in str(e.get("role")).lower() and (w := words(e))),
        tickers=tuple(dict.fromkeys((*_instruments(parsed.root), *tickers))),
        isins=_isins(parsed.root),
        embargo=words(child(meta, "embargoed")),
        media=(),
    )


def _each(parsed: Parsed, where: str, values: list[str], parse: Callable[[str], Any]) -> tuple[Any, ...]:
    out = []
    for value in dict.fromkeys(values):
        try:
            out.append(parse(value))
        except DatelineError as error:
            parsed.findings.append(Finding("value-left-out", "warn", f"{WHERE} `{where}`", str(error)))
    return tuple(out)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80]


def _dateline(content: Element, language: str) -> DatelineLine | None:
    text = words(child(content, "dateline"))
    if text:
        found = wording.parsed_dateline(text, language)
        return found[0] if found else DatelineLine(text.rstrip(" -–—"))
    return None


def _instruments(item: Element) -> list[str]:
    out = []
    for found in below(item, "hasInstrument"):
        # Either may carry the alias of a scheme, which is no part of the exchange's name.
        market = str(found.get("marketlabel") or found.get("market") or "").rpartition(":")[2]
        symbol = str(found.get("symbol") or "")
        out += [f"{market}:{symbol}" if market and ":" not in symbol else symbol] if symbol else []
    return out


def _isins(item: Element) -> tuple[str, ...]:
    codes = (str(e.get("qcode") or "") for e in item.iter(etree.Element))
    return tuple(
        dict.fromkeys(code[5:] for code in codes if re.fullmatch(r"isin:[A-Z]{2}[A-Z0-9]{9}\d", code))
    )


def _media(meta: Element) -> tuple[Media, ...]:
    out = []
    for link in children(meta, "link"):
        if not str(link.get("reluri")).endswith("/terms/media"):
            continue
        said = {str(e.get("roleuri")).rpartition("/")[2]: _exact(e) for e in children(link, "description")}
        more = {
            str(e.get("reluri")).rpartition("/")[2]: str(e.get("value") or "")
            for e in children(link, "itemMetaExtProperty")
        }
        found = Media(
            str(link.get("title") or ""),
            str(link.get("contenttype") or ""),
            words(child(link, "hash")),
            _number(str(link.get("size") or "")),
            said.get("alt", ""),
            said.get("caption", ""),
            _exact(child(link, "creditline")),
            _number(more.get("width", "")),
            _number(more.get("height", "")),
        )
        out.append(media_with_facts(found, more))
    return tuple(out)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 12 else 0


def _exact(element: Element | None) -> str:
    return "" if element is None else "".join(element.itertext())
