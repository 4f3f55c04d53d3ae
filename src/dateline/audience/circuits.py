"""Circuits: the standing ones (`all` and the world's regions) and those people make."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Final, TypeVar, cast, get_args

from dateline.audience.keywords import fold
from dateline.audience.models import CircuitRow
from dateline.audience.rules import SEPARATOR, parts
from dateline.core.countries import REGION_NAMES, REGIONS, Country, parse_country
from dateline.core.errors import BadInput, NotFound
from dateline.core.languages import Language, parse_language
from dateline.core.sectors import Sector, parse_sector
from dateline.core.words import Circuit, OutletKind
from dateline.plant.db.databases import DEFAULT

T = TypeVar("T")
ALL: Final = "all"
_STANDING: Final = {ALL: Circuit(ALL), **{slug: Circuit(slug, countries=c) for slug, c in REGIONS.items()}}
_SLUG_OF_NAME: Final = {name.casefold(): slug for slug, name in REGION_NAMES.items()}
_NAME = re.compile(r"[^\W_]+(?:[-_.][^\W_]+)*")


def circuit_name(text: str) -> str:
    """The stored form: lower case, hyphens for blanks. Raises BadInput.

    >>> circuit_name("Greater China")
    'greater-china'
    """
    folded = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    name = _SLUG_OF_NAME.get(folded, folded.replace(" ", "-"))
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise BadInput(
            f"'{text}' is no name for a circuit; use letters, digits and hyphens, at most 60", "name"
        )
    return name


def narrowing(
    name: str,
    *,
    countries: Iterable[str] = (),
    languages: Iterable[str] = (),
    sectors: Iterable[str] = (),
    kinds: Iterable[str] = (),
    keywords: Iterable[str] = (),
) -> Circuit:
    """A circuit read from what people wrote. Raises BadInput naming list and value."""
    return Circuit(
        name,
        countries=_parsed("countries", countries, parse_country),
        languages=_parsed("languages", languages, parse_language),
        sectors=_parsed("sectors", sectors, parse_sector),
        kinds=_parsed("kinds", kinds, _kind),
        keywords=_parsed("keywords", keywords, _keyword),
    )


def _parsed(where: str, values: Iterable[str], parse: Callable[[str], T]) -> tuple[T, ...]:
    try:
        return tuple(dict.fromkeys(parse(value) for value in values))
    except BadInput as error:
        raise BadInput(error.message, where) from None


def _kind(text: str) -> OutletKind:
    value = text.strip().lower()
    if value not in get_args(OutletKind):
        raise BadInput(f"'{text}' is no kind of outlet; use {', '.join(get_args(OutletKind))}")
    return cast(OutletKind, value)


def _keyword(text: str) -> str:
    value = unicodedata.normalize("NFC", " ".join(text.split()))
    if not fold(value) or SEPARATOR in value:
        raise BadInput(f"'{text}' is no keyword; write words without ;")
    return value


def add_circuit(
    name: str,
    *,
    countries: Iterable[str] = (),
    languages: Iterable[str] = (),
    sectors: Iterable[str] = (),
    kinds: Iterable[str] = (),
    keywords: Iterable[str] = (),
) -> Circuit:
    """Adds a circuit or replaces the one of that name, a standing one too. Raises BadInput."""
    made = narrowing(
        circuit_name(name),
        countries=countries,
        languages=languages,
        sectors=sectors,
        kinds=kinds,
        keywords=keywords,
    )
    lists = ("countries", "languages", "sectors", "kinds", "keywords")
    CircuitRow.objects.using(DEFAULT).update_or_create(
        name=made.name, defaults={column: SEPARATOR.join(getattr(made, column)) for column in lists}
    )
    return made


def circuit(name: str) -> Circuit:
    """The circuit. Raises NotFound naming near names."""
    try:
        wanted = circuit_name(name)
    except BadInput:
        wanted = name
    row = CircuitRow.objects.using(DEFAULT).filter(name=wanted).first()
    if row is not None:
        return _circuit(row)
    if wanted in _STANDING:
        return _STANDING[wanted]
    near = difflib.get_close_matches(wanted, [known.name for known in circuits()], n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "see `dateline circuit list`"
    raise NotFound(f"there is no circuit '{name}'; {hint}")


def circuits() -> list[Circuit]:
    """Standing circuits first, then the others by name."""
    made = {row.name: _circuit(row) for row in CircuitRow.objects.using(DEFAULT).order_by("name")}
    return list({**_STANDING, **made}.values())


def _circuit(row: CircuitRow) -> Circuit:
    return Circuit(
        row.name,
        countries=tuple(Country(code) for code in parts(row.countries)),
        languages=tuple(Language(tag) for tag in parts(row.languages)),
        sectors=tuple(Sector(code) for code in parts(row.sectors)),
        kinds=tuple(cast(OutletKind, kind) for kind in parts(row.kinds)),
        keywords=parts(row.keywords),
    )
