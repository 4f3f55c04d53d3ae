"""Reads JSON Feed 1.0 and 1.1."""

import re
from typing import Any, Final

from dateline.core.errors import BadInput
from dateline.core.words import Finding, Media
from dateline.formats.addresses import clean_href, name_of_address
from dateline.formats.feed_entries import FeedEntry, ReadFeed, instant_of
from dateline.formats.feeds import MEDIA_TOPICS
from dateline.formats.json_ import load_json

WHERE: Final = "JSON Feed"
_SHA: Final = re.compile(r"/media/([0-9a-f]{64})$")


def is_json_feed(document: object) -> bool:
    """Whether a JSON document names itself a feed."""
    return isinstance(document, dict) and "jsonfeed.org/version" in str(document.get("version"))


def read_json_feed(data: bytes) -> ReadFeed:
    """Every item of the feed. Raises BadInput when `data` is none."""
    document = load_json(data, WHERE)
    if not is_json_feed(document):
        raise BadInput("expected `version` with the address of JSON Feed", where=WHERE)
    items = document.get("items")
    notes = []
    if not isinstance(items, list):
        notes.append(Finding("items-missing", "warn", f"{WHERE} `items`", "is no list"))
        items = []
    objects = [item for item in items if isinstance(item, dict)]
    return ReadFeed(
        "jsonfeed",
        _text(document, "title"),
        _text(document, "language"),
        clean_href(_text(document, "home_page_url")),
        tuple(_entry(item, number) for number, item in enumerate(objects, 1)),
        tuple(notes),
    )


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    return found.strip() if isinstance(found, str) else str(found) if isinstance(found, int) else ""


def _entry(item: dict[str, Any], number: int) -> FeedEntry:
    where = f"{WHERE} item {number}"
    notes: list[Finding] = []
    if not _text(item, "id"):
        notes.append(Finding("id-missing", "warn", where, "has no id, so that repeats cannot be told"))
    html = _text(item, "content_html")
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    named = [_text(author, "name") for author in authors or () if isinstance(author, dict)]
    return FeedEntry(
        where=where,
        id=_text(item, "id"),
        url=clean_href(_text(item, "url")),
        title=" ".join(_text(item, "title").split()),
        content=html or _text(item, "content_text") or _text(item, "summary"),
        plain=not html,
        language=_text(item, "language"),
        author=next(iter(named), ""),
        published=instant_of(_text(item, "date_published"), where, notes),
        updated=instant_of(_text(item, "date_modified"), where, notes),
        categories=(*_tags(item), *_own(item.get("_dateline"))),
        media=tuple(m for entry in _list(item, "attachments") if (m := _media(entry)) is not None),
        findings=tuple(notes),
    )


def _list(item: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = item.get(key)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _tags(item: dict[str, Any]) -> list[tuple[str, str]]:
    tags = item.get("tags")
    return [("", tag) for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _own(facts: object) -> list[tuple[str, str]]:
    """What our own feeds say in `_dateline`, as the categories that RSS has."""
    if not isinstance(facts, dict):
        return []
    lists = {
        "sectors": MEDIA_TOPICS,
        "tickers": "/rss/stock",
        "isins": "/rss/ISIN",
        "countries": "/rss/country",
    }
    out = [
        (domain, value)
        for key, domain in lists.items()
        if isinstance(facts.get(key), list)
        for value in facts[key]
        if isinstance(value, str)
    ]
    issuer = facts.get("issuer")
    single = {
        "/rss/sha256": facts.get("sha256"),
        "/rss/release-type": facts.get("release_type"),
        "/rss/issuer-slug": issuer.get("slug") if isinstance(issuer, dict) else None,
        "/rss/state": None if facts.get("state") == "released" else facts.get("state"),
    }
    return out + [(domain, value) for domain, value in single.items() if isinstance(value, str) and value]


def _media(entry: dict[str, Any]) -> Media | None:
    address, kind = clean_href(_text(entry, "url")), _text(entry, "mime_type")
    if not address or not kind.startswith("image/"):
        return None
    size, sha = entry.get("size_in_bytes"), _SHA.search(address)
    name = name_of_address(address) or "picture"
    return Media(name, kind, sha[1] if sha else "", size if isinstance(size, int) and size > 0 else 0)
