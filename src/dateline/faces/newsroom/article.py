"""What an article's page shows, gathered before the template runs."""

from dataclasses import dataclass
from typing import Any

from dateline.core.clock import iso_z
from dateline.core.languages import autonym, direction, open_graph_locale
from dateline.core.phrases import phrase
from dateline.faces.newsroom.article_body import body_parts, pictures_html
from dateline.faces.newsroom.dates import long_time
from dateline.faces.newsroom.json_ld import json_ld
from dateline.faces.newsroom.sector_words import sector_link
from dateline.faces.newsroom.words import Words
from dateline.formats.facts import media_url
from dateline.formats.html import labels_html
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

_RELATED = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """What stands above the headline. `href` leads to the version that holds, for old ones."""

    words: str
    tone: str = ""
    href: str = ""


def article_context(
    found: wire.PublicEdition, languages: dict[str, str], *, shown_version: int | None
) -> dict[str, Any]:
    """Context of `newsroom/article.html`; of `newsroom/killed.html` when it was killed."""
    edition = found.edition
    common = {
        "language": edition.language,
        "dir": direction(edition.language),
        "w": Words(edition.language),
        "found": found,
        "edition": edition,
        "notice": notice(found, shown_version),
        "canonical": get_settings().site_url + edition.path,
        "switch": [(tag, autonym(tag), path) for tag, path in languages.items()],
    }
    if found.state == "killed":
        return common
    return common | _living(found, languages, shown_version)


def _living(
    found: wire.PublicEdition, languages: dict[str, str], shown_version: int | None
) -> dict[str, Any]:
    settings, edition = get_settings(), found.edition
    site = settings.site_url
    parts = body_parts(edition, site)
    return {
        "labels": labels_html(edition),
        "body": parts.body,
        "pictures": pictures_html(edition, site),
        "boilerplate": parts.boilerplate,
        "sectors": [sector_link(code, edition.language) for code in edition.sectors],
        "original_path": languages.get(edition.original_language, ""),
        "original_name": autonym(edition.original_language),
        "alternates": [(tag, site + path) for tag, path in languages.items()],
        "x_default": site + languages.get(edition.original_language, edition.path),
        "og_locale": open_graph_locale(edition.language),
        "og_alternates": [open_graph_locale(tag) for tag in languages if tag != edition.language],
        "og_image": media_url(edition.media[0], site) if edition.media else "",
        "published": iso_z(found.first_at),
        "modified": iso_z(found.at),
        "json_ld": json_ld(found, languages),
        "related_title": phrase("article.related", edition.language, name=edition.issuer.name),
        "related": related(found),
        "old_versions": old_versions(found) if shown_version is None else [],
        "is_old": shown_version is not None,
        "issued_by": phrase("article.issued-by", edition.language, name=edition.issuer.name),
        "version_words": phrase("article.version", edition.language, version=edition.version),
    }


def notice(found: wire.PublicEdition, shown_version: int | None) -> Notice | None:
    """Correction, kill, withdrawal, or that a newer version exists."""
    edition, language = found.edition, found.edition.language
    reason = f" {found.notice}" if found.notice else ""
    if found.state == "killed":
        return Notice(phrase("notice.kill", language) + reason, "bad")
    if found.state == "withdrawn":
        return Notice(phrase("notice.withdrawn", language) + reason, "bad")
    if shown_version is not None:
        words = phrase("notice.old-version", language, version=shown_version)
        return Notice(words, "waiting", edition.path)
    if edition.type == "corrected":
        when = long_time(found.at, language)
        return Notice(phrase("notice.correction", language, when=when, reason=edition.reason), "waiting")
    return None


def related(found: wire.PublicEdition) -> list[wire.PublicEdition]:
    """Newest others by the same issuer in the same language."""
    edition = found.edition
    rows = wire.public_list(
        language=edition.language, issuer=edition.issuer.slug, limit=_RELATED + 1, bodies=False
    )
    return [row for row in rows if row.edition.release != edition.release][:_RELATED]


def old_versions(found: wire.PublicEdition) -> list[tuple[int, str]]:
    """(number, path) of earlier versions that were out in this language."""
    edition = found.edition
    numbers = [
        number
        for number in range(1, edition.version)
        if wire.public_edition(edition.release, edition.language, number) is not None
    ]
    return [(number, f"{edition.path}v{number}/") for number in numbers]
