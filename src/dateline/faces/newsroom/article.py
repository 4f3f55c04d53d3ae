"""What an article's page shows, gathered before the template runs."""

import json
from typing import Any

from dateline.core.clock import iso_z
from dateline.core.languages import autonym, direction, open_graph_locale
from dateline.core.phrases import phrase
from dateline.faces.newsroom.dates import long_time
from dateline.faces.newsroom.words import Words
from dateline.formats.facts import PageFacts
from dateline.formats.html import article_html
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

_RELATED = 5


def article_context(
    found: wire.PublicEdition, languages: dict[str, str], *, shown_version: int | None
) -> dict[str, Any]:
    """Context of `newsroom/article.html`."""
    settings = get_settings()
    edition = found.edition
    facts = PageFacts(
        base_url=settings.site_url, wire=settings.wire_name, at=found.at, languages=tuple(languages)
    )
    killed = found.state == "killed"
    return {
        "language": edition.language,
        "dir": direction(edition.language),
        "w": Words(edition.language),
        "found": found,
        "edition": edition,
        "killed": killed,
        "notice": notice(found, shown_version),
        "body": "" if killed else article_html(edition, facts),
        "canonical": settings.site_url + edition.path,
        "alternates": [(tag, settings.site_url + path) for tag, path in languages.items()],
        "x_default": settings.site_url + languages.get(edition.original_language, edition.path),
        "switch": [(tag, autonym(tag), path) for tag, path in languages.items()],
        "og_locale": open_graph_locale(edition.language),
        "og_alternates": [open_graph_locale(tag) for tag in languages if tag != edition.language],
        "published": iso_z(found.first_at),
        "published_long": long_time(found.at, edition.language),
        "json_ld": "" if killed else json_ld(found, languages),
        "related_title": phrase("article.related", edition.language, name=edition.issuer.name),
        "related": [] if killed else related(found),
        "old_versions": [f"{edition.path}v{n}/" for n in range(1, edition.version)]
        if not killed and shown_version is None
        else [],
        "is_old": shown_version is not None,
    }


def notice(found: wire.PublicEdition, shown_version: int | None) -> str:
    """What stands above the headline: correction, kill, withdrawal, or that a newer version exists."""
    language, edition = found.edition.language, found.edition
    if found.state == "killed":
        return phrase("notice.kill", language) + (f" {found.notice}" if found.notice else "")
    if found.state == "withdrawn":
        return phrase("notice.withdrawn", language) + (f" {found.notice}" if found.notice else "")
    if shown_version is not None:
        return phrase("notice.old-version", language, version=shown_version)
    if edition.type == "corrected":
        return phrase(
            "notice.correction", language, when=long_time(found.at, language), reason=edition.reason
        )
    return ""


def related(found: wire.PublicEdition) -> list[wire.PublicEdition]:
    """Newest others by the same issuer in the same language."""
    rows = wire.public_list(
        language=found.edition.language, issuer=found.edition.issuer.slug, limit=_RELATED + 1
    )
    return [row for row in rows if row.edition.release != found.edition.release][:_RELATED]


def json_ld(found: wire.PublicEdition, languages: dict[str, str]) -> str:
    """schema.org NewsArticle; AdvertiserContentArticle when paid. Safe inside a script element."""
    settings = get_settings()
    edition = found.edition
    document: dict[str, Any] = {
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
        "sourceOrganization": _organisation(found),
        "version": edition.version,
        "identifier": f"sha256:{found.sha256}",
    }
    if edition.dateline:
        document["dateline"] = ", ".join(p for p in (edition.dateline.place, edition.dateline.date) if p)
    if edition.media:
        document["image"] = [
            f"{settings.site_url}/media/{m.sha256}.{m.media_type.rpartition('/')[2]}" for m in edition.media
        ]
    others = {tag: path for tag, path in languages.items() if tag != edition.language}
    if edition.is_original and others:
        document["workTranslation"] = [
            {"@type": "NewsArticle", "inLanguage": t, "url": settings.site_url + p} for t, p in others.items()
        ]
    elif edition.original_language in others:
        document["translationOfWork"] = {
            "@type": "NewsArticle",
            "url": settings.site_url + others[edition.original_language],
        }
    if edition.type == "corrected":
        document["correction"] = {
            "@type": "CorrectionComment",
            "text": edition.reason,
            "datePublished": iso_z(found.at),
        }
    # `<` cannot stand raw inside a script element.
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")


def _organisation(found: wire.PublicEdition) -> dict[str, Any]:
    edition = found.edition
    document: dict[str, Any] = {
        "@type": "Corporation" if edition.tickers else "Organization",
        "name": edition.issuer.name,
    }
    if edition.tickers:
        document["tickerSymbol"] = edition.tickers[0]
    if edition.lei:
        document["leiCode"] = edition.lei
    return document
