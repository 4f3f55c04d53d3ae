"""The `ninjs` format: IPTC's News in JSON, valid under 3.1; what it has no field for travels within the
standard's own lists.
"""

import json
from typing import Any

from dateline.core.clock import Instant, iso_z, parse_instant
from dateline.core.errors import BadInput, DatelineError
from dateline.core.sectors import label as sector_label
from dateline.core.words import Contact, Edition, Media, Story, edition_sha256
from dateline.formats import wording
from dateline.formats.facts import PageFacts, edition_url, media_url, newsml_urn, original_url
from dateline.formats.html import article_html
from dateline.formats.json_ import dump_json, load_json
from dateline.formats.ninjs_own import is_ours, own_story
from dateline.formats.ninjs_reading import looks_like_ninjs, read_other
from dateline.formats.text import article_text

SCHEMA = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"
MEDIA_TOPICS = "http://cv.iptc.org/newscodes/mediatopic/"
_URGENCY = {"regulated": 1, "priority": 3, "normal": 5}


def ninjs_document(edition: Edition, page: PageFacts) -> dict[str, Any]:
    """The item as JSON values. Before T0 it has no dates, and its `uri` names none until `opened` fills
    both.
    """
    gone = edition.type in {"killed", "withdrawn"}
    out: dict[str, Any] = {
        "uri": edition_url(edition, page.base_url),
        "standard": {"name": "ninjs", "version": "3.1", "schema": SCHEMA},
        "type": "text",
        "representationType": "full",
        "profile": "press-release",
        "version": str(edition.version),
        "pubStatus": "canceled" if gone else "usable",
        "urgency": _URGENCY[edition.release_class],
        "language": edition.language,
        "headlines": _headlines(edition),
        "infoSources": _sources(edition, page),
        "organisations": [_organisation(edition)],
        "altIds": _alt_ids(edition),
        "trustIndicators": _indicators(edition, page),
        "genres": [{"name": "Press release", "literal": edition.release_type or "press-release"}],
        "slugline": edition.slug,
        "copyrightHolder": edition.issuer.name,
    }
    if not gone:
        out.update(_content(edition, page))
    optional = {
        "by": edition.byline,
        "located": edition.dateline.place if edition.dateline else "",
        "edNote": _note(edition),
        "usageTerms": edition.disclaimer,
        "copyrightNotice": wording.restriction(edition.restrict, edition.language)
        if edition.restrict
        else "",
    }
    out.update({name: value for name, value in optional.items() if value})
    return out


def _headlines(edition: Edition) -> list[dict[str, str]]:
    out = [{"role": "main", "contentType": "text/plain", "value": edition.headline}]
    if edition.subhead:
        out.append({"role": "subhead", "contentType": "text/plain", "value": edition.subhead})
    return out


def _content(edition: Edition, page: PageFacts) -> dict[str, Any]:
    text = article_text(edition, page)
    out: dict[str, Any] = {
        "bodies": [
            {"role": "main", "contentType": "text/html", "value": article_html(edition, page)},
            {
                "role": "plain",
                "contentType": "text/plain",
                "charCount": len(text),
                "wordCount": len(text.split()),
                "value": text,
            },
        ],
        "descriptions": [{"role": "summary", "contentType": "text/plain", "value": edition.summary}],
        "subjects": [
            {"name": sector_label(code), "uri": MEDIA_TOPICS + code, "literal": code, "rel": "about"}
            for code in edition.sectors
        ]
        + [{"name": word, "literal": word, "rel": "keyword"} for word in edition.keywords],
        "places": [{"name": code, "literal": code, "rel": "about"} for code in edition.countries],
    }
    if edition.media:
        out["associations"] = [_association(media, page) for media in edition.media]
    return out


def _association(media: Media, page: PageFacts) -> dict[str, Any]:
    url = media_url(media, page.base_url)
    rendition: dict[str, Any] = {
        "name": "original",
        "href": url,
        "contentType": media.media_type,
        "sizeInBytes": media.size_bytes,
    }
    if media.width and media.height:
        rendition.update(width=media.width, height=media.height)
    out: dict[str, Any] = {"name": media.name, "uri": url, "type": "picture", "renditions": [rendition]}
    out["altIds"] = [{"role": "sha256", "value": media.sha256}]
    out["altIds"] += [{"role": name, "value": value} for name, value in media.facts.items()]
    words = {"alt": media.alt, "caption": media.caption}
    out["descriptions"] = [{"role": role, "value": value} for role, value in words.items() if value]
    if media.credit:
        out["by"] = media.credit
    return out


def _sources(edition: Edition, page: PageFacts) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = [{"name": page.wire, "role": "distributor", "uri": page.base_url + "/"}]
    if edition.provider:
        out.append({"name": edition.provider, "role": "provider"})
    if edition.on_behalf_of:
        out.append({"name": edition.on_behalf_of, "role": "on-behalf-of"})
    if edition.dateline and edition.dateline.source:
        out.append({"name": edition.dateline.source, "role": "dateline-source"})
    return out


def _organisation(edition: Edition) -> dict[str, Any]:
    out: dict[str, Any] = {"name": edition.issuer.name, "rel": "issuer", "literal": edition.issuer.slug}
    symbols = []
    for ticker in edition.tickers:
        exchange, colon, symbol = ticker.partition(":")
        symbols.append({"exchange": exchange, "symbol": symbol} if colon else {"symbol": ticker})
    symbols += [{"exchange": "ISIN", "symbol": isin} for isin in edition.isins]
    symbols += [{"exchange": "LEI", "symbol": edition.lei}] if edition.lei else []
    if symbols:
        out["symbols"] = symbols
    if edition.contacts:
        out["contactInfo"] = [entry for contact in edition.contacts for entry in _contact(contact)]
    return out


def _contact(contact: Contact) -> list[dict[str, str]]:
    base = {name: getattr(contact, name) for name in ("name", "role") if getattr(contact, name)}
    entries = [
        {"type": kind, **base, "value": getattr(contact, kind)}
        for kind in ("email", "phone")
        if getattr(contact, kind)
    ]
    return entries or [{"type": "person", **base, "value": contact.name or contact.role}]


def _alt_ids(edition: Edition) -> list[dict[str, str]]:
    out = [
        {"role": "release", "value": edition.release},
        {"role": "sha256", "value": edition_sha256(edition)},
    ]
    if edition.supersedes:
        out.append({"role": "supersedes", "value": edition.supersedes})
    if edition.dateline and edition.dateline.date:
        out.append({"role": "dateline-date", "value": edition.dateline.date})
    out += [{"role": "section", "value": section} for section in edition.sections]
    return out


def _indicators(edition: Edition, page: PageFacts) -> list[dict[str, str]]:
    """Labels and translation state, where the standard keeps statements about trust."""
    base = page.base_url + "/labels/"
    out = [
        {
            "role": base + label,
            "title": wording.label(label, edition.language, edition.provider),
            "href": edition_url(edition, page.base_url),
        }
        for label in edition.labels
    ]
    if edition.translation is not None:
        title = wording.translation(edition.translation, edition.language)
        role = f"{base}translation-{edition.translation.kind}"
        out.append({"role": role, "title": title, "href": original_url(edition, page.base_url)})
    return out


def _note(edition: Edition) -> str:
    notice = wording.notice(edition.type, edition.language)
    return f"{notice}: {edition.reason}" if notice and edition.reason else notice


class NinjsCodec:
    """Carries the words, the structure (in the HTML body), labels, sectors, tickers, contacts and facts
    about pictures.
    """

    name = "ninjs"
    media_type = "application/json"
    extension = ".json"
    standard = "IPTC ninjs"
    version = "3.1"

    def render(self, edition: Edition, page: PageFacts) -> bytes:
        document = ninjs_document(edition, page)
        if page.first_at is not None:
            document["firstCreated"] = iso_z(page.first_at)
        data = dump_json(document)
        return data if page.at is None else _dated(json.loads(data), page.at, page.base_url)

    def opened(self, data: bytes, *, at: Instant, languages: tuple[str, ...], base_url: str) -> bytes:
        return _dated(json.loads(data), at, base_url)

    def read(self, data: bytes) -> Story:
        document = load_json(data, "ninjs")
        if not isinstance(document, dict):
            raise BadInput("expected an object with `uri`", where="ninjs")
        if not looks_like_ninjs(document) and not document.get("uri"):
            raise BadInput("expected `uri`, `headlines` or `standard`", where="ninjs")
        if not is_ours(document):
            return read_other(document)
        try:
            return own_story(document)
        except (KeyError, TypeError, AttributeError, IndexError) as error:
            raise BadInput(
                f"not as this wire writes it: {type(error).__name__} {error}", where="ninjs"
            ) from None
        except DatelineError as error:
            raise BadInput(str(error), where="ninjs") from None


def _dated(document: dict[str, Any], at: Instant, base_url: str) -> bytes:
    """Fills in the instants and the name that is fixed for life."""
    release = next(entry["value"] for entry in document["altIds"] if entry["role"] == "release")
    document["altIds"] = [entry for entry in document["altIds"] if entry["role"] != "page"]
    document["altIds"].append({"role": "page", "value": document["uri"]})
    first_at = parse_instant(document["firstCreated"]) if "firstCreated" in document else at
    document["uri"] = newsml_urn(base_url, first_at, release, document["language"])
    document["versionCreated"] = iso_z(at)
    if document["version"] == "1":
        document["firstCreated"] = iso_z(first_at)
    return dump_json(document)


CODEC = NinjsCodec()
