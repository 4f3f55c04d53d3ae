"""Reads back the ninjs that this wire wrote, exactly."""

from typing import Any

from dateline.core.countries import parse_country
from dateline.core.languages import parse_language
from dateline.core.words import DatelineLine, Media, Story
from dateline.formats.article_reading import read_article
from dateline.formats.facts import media_with_facts
from dateline.formats.html import is_our_article


def is_ours(document: dict[str, Any]) -> bool:
    """Whether this wire wrote the item: it names its release and its hash among the other identifiers."""
    ids = document.get("altIds")
    roles = (
        {entry.get("role") for entry in ids if isinstance(entry, dict)} if isinstance(ids, list) else set()
    )
    return {"release", "sha256"} <= roles


def own_story(document: dict[str, Any]) -> Story:
    """The story. Raises KeyError, TypeError and the like when a part is damaged."""
    body = next((b["value"] for b in document.get("bodies", []) if b.get("contentType") == "text/html"), "")
    headlines = {entry.get("role", "main"): entry["value"] for entry in document.get("headlines", [])}
    base = (
        read_article(body)
        if is_our_article(body)
        else Story(parse_language(document["language"]), headlines.get("main", ""))
    )
    sources = {entry.get("role"): entry["name"] for entry in document.get("infoSources", [])}
    ids = document.get("altIds", [])
    dates = {entry["role"]: entry["value"] for entry in ids}
    issuer: dict[str, Any] = next(
        (o for o in document.get("organisations", []) if o.get("rel") == "issuer"), {}
    )
    symbols = issuer.get("symbols", [])
    place = document.get("located", "")
    return Story(
        language=parse_language(document["language"]),
        headline=headlines.get("main", ""),
        subhead=headlines.get("subhead", ""),
        byline=document.get("by", ""),
        dateline=DatelineLine(place, dates.get("dateline-date", ""), sources.get("dateline-source", ""))
        if place
        else base.dateline,
        blocks=base.blocks,
        boilerplate=base.boilerplate,
        contacts=base.contacts,
        media=tuple(_media(entry) for entry in document.get("associations", [])),
        sections=tuple(entry["value"] for entry in ids if entry["role"] == "section"),
        disclaimer=document.get("usageTerms", ""),
        slug=document.get("slugline", ""),
        issuer=issuer.get("literal", ""),
        release_class=base.release_class,
        release_type=_release_type(document),
        origin=base.origin,
        provider=sources.get("provider", ""),
        on_behalf_of=sources.get("on-behalf-of", ""),
        paid=base.paid,
        state_affiliated=base.state_affiliated,
        ai_assisted=base.ai_assisted,
        sectors=tuple(s["literal"] for s in document.get("subjects", []) if s.get("rel") == "about"),
        countries=tuple(parse_country(p["literal"]) for p in document.get("places", [])),
        keywords=tuple(s["literal"] for s in document.get("subjects", []) if s.get("rel") == "keyword"),
        tickers=tuple(_ticker(s) for s in symbols if s.get("exchange") not in {"ISIN", "LEI"}),
        isins=tuple(s["symbol"] for s in symbols if s.get("exchange") == "ISIN"),
        restrict=base.restrict,
        translation=base.translation,
    )


def _ticker(symbol: dict[str, str]) -> str:
    return f"{symbol['exchange']}:{symbol['symbol']}" if symbol.get("exchange") else symbol["symbol"]


def _release_type(document: dict[str, Any]) -> str:
    genres = document.get("genres", [])
    literal = str(genres[0].get("literal", "")) if genres else ""
    return "" if literal == "press-release" else literal


def _media(entry: dict[str, Any]) -> Media:
    rendition = entry["renditions"][0]
    words = {item["role"]: item["value"] for item in entry.get("descriptions", [])}
    found = Media(
        name=entry["name"],
        media_type=rendition["contentType"],
        sha256=next((item["value"] for item in entry["altIds"] if item["role"] == "sha256"), ""),
        size_bytes=rendition["sizeInBytes"],
        alt=words.get("alt", ""),
        caption=words.get("caption", ""),
        credit=entry.get("by", ""),
        width=rendition.get("width", 0),
        height=rendition.get("height", 0),
    )
    return media_with_facts(found, {item["role"]: item["value"] for item in entry["altIds"]})
