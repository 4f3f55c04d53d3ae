"""What a desktop asked for: commas are OR within a name, names are AND."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from dateline.core.errors import BadInput
from dateline.core.languages import parse_language, serves
from dateline.core.sectors import ancestors, parse_sector

_LIST_FIELDS = {"country": "countries", "ticker": "tickers", "isin": "isins"}
_PLAIN_FIELDS = {"class": "class", "origin": "origin"}
NAMES = ("language", "country", "sector", "class", "issuer", "origin", "ticker", "isin", "keyword")
_MOST_VALUES = 200  # a request line is at most 8 KB; this bounds the work for each event as well


@dataclass(frozen=True, slots=True)
class Filter:
    """Name -> values. An absent name does not narrow."""

    wanted: Mapping[str, frozenset[str]]

    def takes(self, event: Mapping[str, Any]) -> bool:
        """Whether the desktop asked for this event."""
        return all(_TESTS[name](event, values) for name, values in self.wanted.items())


def parse_filter(query: str) -> tuple[Filter, str]:
    """(filter, cursor) of a query string. Raises BadInput for an unknown name or value."""
    wanted: dict[str, frozenset[str]] = {}
    after = ""
    for name, text in parse_qsl(query, keep_blank_values=True, max_num_fields=50):
        if name == "after":
            after = text
            continue
        if name not in NAMES:
            raise BadInput(f"'{name}' is no filter; use {', '.join(NAMES)} and after", where="query")
        values = [part.strip() for part in text.split(",") if part.strip()]
        if len(values) > _MOST_VALUES:
            raise BadInput(f"more than {_MOST_VALUES} values", where=name)
        if values:
            wanted[name] = wanted.get(name, frozenset()) | {_normal(name, value) for value in values}
    return Filter(wanted), after


def _normal(name: str, value: str) -> str:
    if name == "language":
        # A bare base language such as `zh` takes both scripts, so it stays as it was written.
        return value.lower() if value.isalpha() and len(value) <= 3 else parse_language(value)
    if name == "sector":
        return parse_sector(value)
    if name in {"country", "ticker", "isin"}:
        return value.upper()
    return value.casefold() if name == "keyword" else value


def _language(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    return any(serves(value, event["language"]) for value in values)


def _sector(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    return any(not values.isdisjoint(ancestors(sector)) for sector in event["sectors"])


def _keyword(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    text = f"{event['headline']}\n{event['summary']}".casefold()
    return any(value in text for value in values)


def _ticker(event: Mapping[str, Any], values: frozenset[str]) -> bool:
    # `TSE:MNTX` is asked for with or without its exchange.
    own = {ticker.upper() for ticker in event["tickers"]}
    return not values.isdisjoint(own | {ticker.rpartition(":")[2] for ticker in own})


_TESTS: dict[str, Any] = {
    "language": _language,
    "sector": _sector,
    "keyword": _keyword,
    "ticker": _ticker,
    "issuer": lambda event, values: event["issuer"]["slug"] in values,
    "country": lambda event, values: not values.isdisjoint(event["countries"]),
    "isin": lambda event, values: not values.isdisjoint(event["isins"]),
    "class": lambda event, values: event["class"] in values,
    "origin": lambda event, values: event["origin"] in values,
}
