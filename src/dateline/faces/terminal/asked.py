"""What a terminal asks for: the names of the stream's query, read field by field so that a fault names its
field.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from django.http import QueryDict

from dateline.core.countries import parse_country
from dateline.core.errors import BadInput
from dateline.core.filters import NAMES, Filter, filter_of
from dateline.core.languages import autonym
from dateline.core.phrases.terminal import terminal_phrase
from dateline.core.sectors import parse_sector, slug
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.sector_words import sector_link

_MOST: Final = 200
_UPPER: Final = frozenset({"ticker", "isin"})


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that no filter can use."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One value in force. `query` is the page's query without it, empty or beginning with `?`."""

    words: str
    removal: str
    query: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Values by name as they were typed, those that can be used, and the faults."""

    typed: Mapping[str, tuple[str, ...]]
    good: Mapping[str, tuple[str, ...]]
    faults: tuple[Fault, ...]
    wanted: Filter = field(repr=False)

    @property
    def query(self) -> str:
        """The stream's query: commas between values, names in a fixed order."""
        return query_of(self.good)


def query_of(values: Mapping[str, Iterable[str]]) -> str:
    """`language=ja,en&country=SG`; names without values are left out."""
    pairs = [(name, ",".join(values.get(name, ()))) for name in NAMES]
    return urlencode([(name, text) for name, text in pairs if text], safe=",:*")


def asked_of(given: QueryDict) -> Asked:
    """Reads a page's query. Never raises: what cannot be used becomes a fault."""
    typed: dict[str, tuple[str, ...]] = {}
    good: dict[str, tuple[str, ...]] = {}
    faults: list[Fault] = []
    for name in NAMES:
        values = [part.strip() for text in given.getlist(name) for part in text.split(",")]
        typed[name] = tuple(dict.fromkeys(value for value in values if value))[:_MOST]
        usable = [value for value in typed[name] if _fits(name, value)]
        faults += [Fault(name, value) for value in typed[name] if value not in usable]
        room = _MOST - sum(map(len, good.values()))  # a filter has at most so many values in all
        good[name] = tuple(dict.fromkeys(_shown(name, value) for value in usable))[:room]
    wanted = filter_of((name, ",".join(values)) for name, values in good.items())
    return Asked(typed, good, tuple(faults), wanted)


def _fits(name: str, value: str) -> bool:
    try:
        filter_of([(name, value)])
    except BadInput:
        return False
    return True


def _shown(name: str, value: str) -> str:
    """The one way to write a value, so that two tabs with the same question know it."""
    if name == "sector":
        return slug(parse_sector(value))
    if name == "country":
        return parse_country(value)
    return value.upper() if name in _UPPER else value


def chips_of(asked: Asked, language: str) -> list[Chip]:
    """One chip a value, with the page's address without it."""
    found = []
    for name, values in asked.good.items():
        for value in values:
            others = {**asked.good, name: [other for other in values if other != value]}
            query = query_of(others)
            words = f"{terminal_phrase(name, language)}: {words_of(name, value, language)}"
            removal = terminal_phrase("remove", language, name=words)
            found.append(Chip(words, removal, f"?{query}" if query else ""))
    return found


def words_of(name: str, value: str, language: str) -> str:
    """A value as readers say it."""
    if name == "language":
        return autonym(value)
    if name == "country":
        return country_name(value, language)
    if name == "sector":
        return sector_link(parse_sector(value), language).words
    if name in {"class", "origin"}:
        return terminal_phrase(f"{name}-{value}", language)
    return value
