"""A list of public releases: by language, sector, country, issuer, day or words; page by page with addresses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from dateline.wire import services as wire

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `older` is the query of the next page, empty on the last."""

    language: str
    items: tuple[wire.PublicEdition, ...]
    older: str
    query: str = ""


def listing(
    language: str,
    *,
    sector: str | None = None,
    country: str | None = None,
    issuer: str | None = None,
    day: date | None = None,
    query: str | None = None,
    before: str | None = None,
) -> Listing:
    """Newest first. `before` is the cursor that `older` names. Raises BadCursor."""
    found = wire.public_list(
        language=language,
        sector=sector,
        country=country,
        issuer=issuer,
        day=day,
        query=query,
        before=before,
        limit=PAGE_SIZE + 1,
    )
    items = tuple(found[:PAGE_SIZE])
    more = len(found) > PAGE_SIZE
    parameters: Mapping[str, Any] = {"before": items[-1].cursor} if more else {}
    if query and parameters:
        parameters = {"q": query, **parameters}
    return Listing(language, items, urlencode(parameters), query or "")
