"""What a list or feed is about: a language, perhaps narrowed to a sector, a country, an issuer or a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404

from dateline.core.countries import parse_country
from dateline.core.errors import BadInput
from dateline.core.phrases import phrase
from dateline.core.sectors import parse_sector
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.dates import long_date
from dateline.faces.newsroom.sector_words import sector_link
from dateline.plant.settings import get_settings
from dateline.wire import services as wire


@dataclass(frozen=True, slots=True)
class Place:
    """`rest` is the address below `/{language}/`; `narrow` what `wire.public_list` is asked; `title` for
    readers.
    """

    language: str
    title: str
    rest: str
    narrow: tuple[tuple[str, Any], ...] = ()

    @property
    def path(self) -> str:
        return f"/{self.language}/{self.rest}"

    @property
    def filters(self) -> dict[str, Any]:
        return dict(self.narrow)


def place(
    language: str,
    *,
    sector: str | None = None,
    country: str | None = None,
    issuer: str | None = None,
    day: date | None = None,
) -> Place:
    """The place of an address. Raises Http404 for what does not exist, or may not be known to exist (T5)."""
    if sector is not None:
        return _sector(language, sector)
    if country is not None:
        return _country(language, country)
    if issuer is not None:
        return _issuer(language, issuer)
    if day is not None:
        return Place(language, long_date(day, language), f"{day:%Y/%m/%d}/", (("day", day),))
    return Place(language, phrase("front.title", language, wire=get_settings().wire_name), "")


def _sector(language: str, text: str) -> Place:
    try:
        code = parse_sector(text)
    except BadInput as error:
        raise Http404 from error
    title = sector_link(code, language).words
    return Place(language, title, f"sector/{text}/", (("sector", code),))


def _country(language: str, text: str) -> Place:
    try:
        code = parse_country(text)
    except BadInput as error:
        raise Http404 from error
    return Place(
        language, country_name(code, language), f"country/{code.lower()}/", (("country", str(code)),)
    )


def _issuer(language: str, slug: str) -> Place:
    """An issuer of whom nothing was ever public answers like an unknown one; a kill leaves the list and
    its feeds.
    """
    found = wire.public_list(issuer=slug, limit=1, bodies=False) or wire.tombstones(issuer=slug, limit=1)
    if not found:
        raise Http404
    return Place(language, found[0].edition.issuer.name, f"issuer/{slug}/", (("issuer", slug),))
