"""schema.org facts of an article for machines that read pages."""

import json
from typing import Any

from dateline.core.clock import iso_z
from dateline.core.words import Edition
from dateline.formats.facts import media_url
from dateline.plant.settings import get_settings
from dateline.wire import services as wire


def json_ld(found: wire.PublicEdition, languages: dict[str, str]) -> str:
    """NewsArticle, or AdvertiserContentArticle when paid. Safe inside a script element."""
    edition = found.edition
    document = _article(found) | _translations(edition, languages)
    if edition.dateline:
        document["dateline"] = ", ".join(p for p in (edition.dateline.place, edition.dateline.date) if p)
    if edition.media:
        document["image"] = [media_url(media, get_settings().site_url) for media in edition.media]
    if edition.type == "corrected":
        document["correction"] = {
            "@type": "CorrectionComment",
            "text": edition.reason,
            "datePublished": iso_z(found.at),
        }
    # `<` and `&` cannot stand raw inside a script element.
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _article(found: wire.PublicEdition) -> dict[str, Any]:
    settings, edition = get_settings(), found.edition
    return {
        "@context": "https://schema.org",
        "@type": "AdvertiserContentArticle" if "paid" in edition.labels else "NewsArticle",
        "genre": "Press release",
        "headline": edition.headline,
        "description": edition.summary,
        "datePublished": iso_z(found.first_at),
        "dateModified": iso_z(found.at),
        "inLanguage": edition.language,
        "url": settings.site_url + edition.path,
        "author": {
            "@type": "Organization",
            "name": edition.issuer.name,
            "url": f"{settings.site_url}/issuer/{edition.issuer.slug}/",
        },
        "publisher": {"@type": "Organization", "name": settings.wire_name, "url": settings.site_url},
        "sourceOrganization": _organisation(edition),
        "version": edition.version,
        "identifier": f"sha256:{found.sha256}",
    }


def _translations(edition: Edition, languages: dict[str, str]) -> dict[str, Any]:
    site = get_settings().site_url
    others = {tag: path for tag, path in languages.items() if tag != edition.language}
    if edition.is_original and others:
        works = [{"@type": "NewsArticle", "inLanguage": t, "url": site + p} for t, p in others.items()]
        return {"workTranslation": works}
    if edition.original_language in others:
        original = site + others[edition.original_language]
        return {"translationOfWork": {"@type": "NewsArticle", "url": original}}
    return {}


def _organisation(edition: Edition) -> dict[str, Any]:
    document: dict[str, Any] = {
        "@type": "Corporation" if edition.tickers else "Organization",
        "name": edition.issuer.name,
    }
    if edition.tickers:
        document["tickerSymbol"] = edition.tickers[0]
    if edition.lei:
        document["leiCode"] = edition.lei
    return document
