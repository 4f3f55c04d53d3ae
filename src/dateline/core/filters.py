"""What a desktop or a puller asks of the wire log: commas are OR within a name, names are AND."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from dateline.core.countries import parse_country
from dateline.core.errors import BadInput
from dateline.core.languages import parse_language, wishes
from dateline.core.sectors import ancestors, parse_sector

NAMES: Final = ("language", "country", "sector", "class", "issuer", "origin", "ticker", "isin", "keyword")
_MOST_VALUES = 200  # of all names together: this bounds the work for each event and the room in an index
_MOST_FIELDS = 50
_NOTICES: Final = frozenset({"killed", "withdrawn"})
_IN_TEXT: Final = frozenset({"keyword", "topic"})
_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "class": frozenset({"regulated", "priority", "normal"}),
    "origin": frozenset({"issuer", "third-party"}),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """(name, values) pairs; an absent name does not narrow. The order of a question does not matter."""

    wanted: frozenset[tuple[str, frozenset[str]]] = frozenset()

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether this wire event was asked for."""
        return all(_TESTS[name](event, values) for name, values in self.wanted)

    @property
    def words(self) -> int:
        """How many values are looked for in the text of every event; the others are looked up."""
        return sum(len(values) for name, values in self.wanted if name in _IN_TEXT)


def filter_of(pairs: Iterable[tuple[str, str]]) -> Filter:
    """The filter of (name, comma separated values). Raises BadInput for an unknown name or value."""
    wanted: dict[str, frozenset[str]] = {}
    count = 0
    for name, text in pairs:
        if name not in NAMES:
            raise BadInput(f"'{name}' is no filter; use {', '.join(NAMES)}", where="query")
        values = [part.strip() for part in text.split(",") if part.strip()]
        count += len(values)
        if count > _MOST_VALUES:
            raise BadInput(f"more than {_MOST_VALUES} values in all; ask for fewer", where=name)
        if values:
            wanted[name] = wanted.get(name, frozenset()) | {_normal(name, value) for value in values}
    return Filter(frozenset(wanted.items()))


def parse_query(query: str, *, besides: Iterable[str] = ()) -> tuple[Filter, dict[str, str]]:
    """(filter, the values of the names in `besides`) of a query string. Raises BadInput."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError:
        raise BadInput(
            f"more than {_MOST_FIELDS} parts, or text that is not UTF-8; use commas for several values",
            where="query",
        ) from None
    apart = frozenset(besides)
    return filter_of(p for p in pairs if p[0] not in apart), {n: v for n, v in pairs if n in apart}


def _normal(name: str, value: str) -> str:
    if name == "language":
        # A bare base language such as `zh` takes both scripts, so it stays as it was written.
        bare = value == "*" or (value.isalpha() and len(value) <= 3)
        return value.lower() if bare else parse_language(value)
    if name == "sector":
        return parse_sector(value)
    if name == "country":
        return parse_country(value)
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            raise BadInput(f"'{value}' is none of {', '.join(sorted(_CHOICES[name]))}", where=name)
        return value
    if name in {"ticker", "isin"}:
        return value.upper()
    return value.casefold() if name == "keyword" else value


def _language(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    return not values.isdisjoint(wishes(event["language"]))


def _sector(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    return any(not values.isdisjoint(ancestors(sector)) for sector in event["sectors"])


def _keyword(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    if event.get("type") in _NOTICES:
        return True  # a notice has other words than the release it ends; who had that must hear of it
    text = f"{event['headline']}\n{event['summary']}".casefold()
    return any(map(text.__contains__, values))  # the one test whose cost grows with the values


def _topic(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    """Sectors and keywords of a profile are alternatives: `sector:ID`, `keyword:WORD`."""
    if event.get("type") in _NOTICES:
        return True
    parts = [value.partition(":") for value in values]
    sectors = frozenset(value for kind, _, value in parts if kind == "sector")
    words = frozenset(value for kind, _, value in parts if kind == "keyword")
    return (bool(sectors) and _sector(event, sectors)) or (bool(words) and _keyword(event, words))


def _ticker(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    # `TSE:MNTX` is asked for with or without its exchange.
    own = {ticker.upper() for ticker in event["tickers"]}
    return not values.isdisjoint(own | {ticker.rpartition(":")[2] for ticker in own})


_TESTS: Final[Mapping[str, Callable[[Mapping[str, Any], frozenset[str]], bool]]] = {
    "language": _language,
    "sector": _sector,
    "keyword": _keyword,
    "topic": _topic,  # not asked for by name: it comes from the profile of a pass
    "ticker": _ticker,
    "issuer": lambda event, values: event["issuer"]["slug"] in values,
    "country": lambda event, values: not values.isdisjoint(event["countries"]),
    "isin": lambda event, values: not values.isdisjoint(event["isins"]),
    "class": lambda event, values: event["class"] in values,
    "origin": lambda event, values: event["origin"] in values,
}
