"""A list of public releases, page by page with addresses."""

from dataclasses import dataclass
from urllib.parse import urlencode

from dateline.faces.newsroom.place import Place
from dateline.wire import services as wire

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `older` is the query of the next page, empty on the last."""

    items: tuple[wire.PublicEdition, ...]
    older: str = ""
    query: str = ""


def listing(place: Place, *, query: str = "", before: str | None = None) -> Listing:
    """Newest first. `before` is the cursor that `older` names. Raises BadCursor, CursorTooOld."""
    found = wire.public_list(
        language=place.language,
        query=query or None,
        before=before,
        limit=PAGE_SIZE + 1,
        bodies=bool(query),  # what is found may stand anywhere in the text
        **place.filters,
    )
    items = tuple(found[:PAGE_SIZE])
    parameters = {"before": items[-1].cursor} if len(found) > PAGE_SIZE else {}
    if query and parameters:
        parameters = {"q": query, **parameters}
    return Listing(items, urlencode(parameters), query)
