"""Reads ninjs of any line: ours exactly, 1.x, 2.x and 3.x of other wires as far as their files say."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from dateline.core.countries import parse_country
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import Language, parse_language
from dateline.core.sectors import parse_sector
from dateline.core.words import DatelineLine, Finding, Media, Story
from dateline.formats import wording
from dateline.formats.addresses import clean_href, name_of_address
from dateline.formats.block_reading import ReadBlocks, read_html
from dateline.formats.front_matter import contact_from_text
from dateline.formats.recognise import recognised
from dateline.formats.text import text_blocks

WHERE: Final = "ninjs"
_HTML: Final = re.compile(r"<(?:p|div|br|h[1-6]|ul|table|html)\b", re.IGNORECASE)
_TOPIC: Final = re.compile(r"(?:^|medtop(?:ic)?[:/]|mediatopic/)(\d{8})$")


_KEYS_TEXT: Final = """
headline headlines bodyhtml bodytext bodies versioncreated pubstatus urgency place places person people
subject subjects organisation organisations infosource infosources standard slugline language description
descriptions associations renditions genre genres event events object objects altids trustindicators
rightsinfo copyrightholder usageterms located byline
"""
_KEYS: Final = frozenset(_KEYS_TEXT.split())
"""Keys that with a `uri` make an item: any of the three lines, in plain spelling."""


class Ninjs:
    """An item whose keys are asked for in any spelling: `pubStatus`, `pubstatus`, `pub_status`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.raw = document
        self._by_name = {_plain(key): value for key, value in document.items() if isinstance(key, str)}
        self.findings: list[Finding] = []

    def get(self, *names: str) -> Any:
        """The first of these that has a value."""
        return next((v for n in names if (v := self._by_name.get(_plain(n))) not in (None, "", [], {})), None)

    def text(self, *names: str) -> str:
        """The same as text; what is no text is reported and left out."""
        value = self.get(*names)
        if value is None or isinstance(value, str):
            return " ".join((value or "").split())
        if isinstance(value, int | float):
            return str(value)
        self.warn("value-left-out", names[0], f"{type(value).__name__} where text belongs")
        return ""

    def items(self, *names: str) -> Iterator["Ninjs"]:
        """Objects of a list; a bare word counts as `{"name": word}`."""
        value = self.get(*names)
        for entry in value if isinstance(value, list) else [value] if isinstance(value, dict | str) else []:
            if isinstance(entry, str):
                yield Ninjs({"name": entry, "value": entry})
            elif isinstance(entry, dict):
                yield Ninjs(entry)

    def warn(self, code: str, key: str, message: str) -> None:
        self.findings.append(Finding(code, "warn", f"{WHERE} `{key}`", message))


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def looks_like_ninjs(document: object) -> bool:
    """Whether a JSON document has the keys by which ninjs is known."""
    if not isinstance(document, dict):
        return False
    keys = {_plain(key) for key in document}
    standard = document.get("standard")
    named = isinstance(standard, dict) and str(standard.get("name", "")).lower() == "ninjs"
    return named or ("uri" in keys and bool(keys & _KEYS)) or {"headline", "bodyhtml"} <= keys


def read_other(document: Mapping[str, Any]) -> Story:
    """The story in another wire's item. Every value that cannot be used is a finding with its place."""
    item = Ninjs(document)
    _status(item)
    language = _language(item)
    headline = _main(item, "headlines") or item.text("headline", "title")
    said = _said(item, language)
    read = _body(item)
    story = recognised(
        replace(read, title=""), language, {"headline": headline, **said} if headline else said
    )
    return replace(story, media=_media(item), findings=(*item.findings, *story.findings))


def _language(item: Ninjs) -> Language:
    tag = item.text("language") or next((e.text("value", "name") for e in item.items("languages")), "")
    try:
        if tag:
            return parse_language(tag)
    except BadInput as error:
        item.warn("language-unknown", "language", error.message)
    item.warn("language-missing", "language", "names no language; read as English")
    return Language("en")


def _status(item: Ninjs) -> None:
    if not item.text("uri"):
        item.warn("id-missing", "uri", "the item has no identifier, so that repeats cannot be told")
    if "cancel" in item.text("pubStatus").lower():
        item.warn("killed", "pubStatus", "the sender cancelled this item")
    if not isinstance(item.get("standard"), dict):
        item.warn("standard-missing", "standard", "names no version of the standard; read as 1.x")


def _main(item: Ninjs, name: str) -> str:
    entries = list(item.items(name))
    chosen = [e for e in entries if e.text("role") in {"", "main"}] or entries
    return chosen[0].text("value") if chosen else ""


def _body(item: Ninjs) -> ReadBlocks:
    """HTML before plain text: it has the structure."""
    found = [(e.text("contentType"), e.raw.get("value")) for e in item.items("bodies")]
    old = ((k, v) for k, v in item.raw.items() if k.lower().startswith("body") and isinstance(v, str))
    found += [("text/plain" if key.lower().endswith("text") else "text/html", value) for key, value in old]
    texts = [(kind, value) for kind, value in found if isinstance(value, str) and value.strip()]
    for kind, value in texts:
        if "html" in kind or (not kind and _HTML.search(value)):
            return read_html(value)
    if texts:
        return ReadBlocks(tuple(text_blocks(texts[0][1])))
    if "cancel" not in item.text("pubStatus").lower():
        item.warn("body-missing", "bodies", "holds no text")
    return ReadBlocks(())


def _said(item: Ninjs, language: Language) -> dict[str, Any]:
    """What the fields say, without what is empty."""
    subjects = list(item.items("subjects", "subject"))
    topics = [found[1] for s in subjects if (found := _topic(s))]
    words = [s.text("name") for s in subjects if not _topic(s) and s.text("name")]
    symbols = [s for o in item.items("organisations", "organisation") for s in o.items("symbols")]
    places = [p.text("literal", "code", "name") for p in item.items("places", "place")]
    embargo = item.text("embargoedUntil", "embargoed", "embargo")
    contacts = [
        contact_from_text(", ".join(filter(None, (c.text("name"), c.text("role"), c.text("value")))))
        for c in item.items("contactInfo")
    ]
    said = {
        "subhead": next(
            (e.text("value") for e in item.items("headlines") if e.text("role") == "subhead"), ""
        ),
        "byline": item.text("byline", "by"),
        "slug": re.sub(r"[^a-z0-9]+", "-", item.text("slugline", "slug").lower()).strip("-")[:80],
        "provider": next((e.text("name") for e in item.items("infoSources", "infoSource")), ""),
        "sectors": _each(item, "subjects", topics, parse_sector),
        "countries": _each(item, "places", [p for p in places if re.fullmatch("[A-Z]{2}", p)], parse_country),
        "keywords": tuple(dict.fromkeys(words)),
        "tickers": tuple(dict.fromkeys(t for s in symbols if (t := _ticker(s)))),
        "isins": tuple(dict.fromkeys(i for s in symbols if (i := _isin(s)))),
        "embargo": embargo,
        "contacts": tuple(contacts),
    }
    return {name: value for name, value in said.items() if value}


def _topic(subject: Ninjs) -> re.Match[str] | None:
    codes = (subject.text(name) for name in ("uri", "code", "literal", "qcode"))
    return next((found for code in codes if (found := _TOPIC.search(code))), None)


def _ticker(symbol: Ninjs) -> str:
    exchange, code = symbol.text("exchange"), symbol.text("symbol", "ticker")
    if _isin(symbol) or exchange.upper() == "LEI" or symbol.text("symbolType").upper() in {"ISIN", "LEI"}:
        return ""
    return f"{exchange}:{code}" if exchange and code and ":" not in code else code


def _isin(symbol: Ninjs) -> str:
    code = symbol.text("symbol", "ticker")
    return code if re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}\d", code) else ""


def _each(item: Ninjs, key: str, values: list[str], parse: Callable[[str], Any]) -> tuple[Any, ...]:
    out = []
    for value in dict.fromkeys(values):
        try:
            out.append(parse(value))
        except DatelineError as error:
            item.warn("value-left-out", key, str(error))
    return tuple(out)


def _media(item: Ninjs) -> tuple[Media, ...]:
    """Pictures of `associations`: a list in 2.x and 3.x, an object by name in 1.x."""
    value = item.get("associations")
    entries = (
        [{"name": name, **e} for name, e in value.items() if isinstance(e, dict)]
        if isinstance(value, dict)
        else value
    )
    out: list[Media] = []
    for entry in entries if isinstance(entries, list) else []:
        found = _picture(Ninjs(entry)) if isinstance(entry, dict) else None
        out += [found] if found is not None else []
    return tuple(out)


def _picture(entry: Ninjs) -> Media | None:
    if entry.text("type") not in {"picture", "graphic", ""}:
        return None
    rendition = _rendition(entry)
    address = clean_href(rendition.text("href")) if rendition else ""
    name = name_of_address(address) or entry.text("name")
    if not name:
        return None
    words = {e.text("role"): e.text("value") for e in entry.items("descriptions")}
    caption = words.get("caption") or words.get("") or entry.text("description_text", "headline")
    kind = rendition.text("contentType", "mimetype") if rendition else ""
    return Media(
        name, kind, "", 0, alt=words.get("alt", ""), caption=caption, credit=entry.text("by", "byline")
    )


def _rendition(entry: Ninjs) -> Ninjs | None:
    value = entry.get("renditions")
    entries = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return next((Ninjs(e) for e in entries if isinstance(e, dict) and e.get("href")), None)


def dateline_of(text: str, date: str, source: str, language: str) -> DatelineLine | None:
    """The dateline of a place that stands by itself."""
    found = wording.parsed_dateline(text, language) if text else None
    return found[0] if found else DatelineLine(text, date, source) if text else None
