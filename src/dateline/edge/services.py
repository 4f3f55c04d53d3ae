"""The door of the edge: its set of filters, for who measures what finding the desktops of a release costs."""

from collections.abc import Iterable, Mapping
from typing import Any

from dateline.core.filters import filter_of
from dateline.edge.choice import in_order
from dateline.edge.engine import Profile
from dateline.edge.index import Index
from dateline.edge.ring import entry

__all__ = ["Index", "Profile", "facts_of", "profile_of"]


def profile_of(pairs: Iterable[tuple[str, str]]) -> Profile:
    """The profile of a desktop that asks for (name, comma separated values). Raises BadInput."""
    asked = tuple(pairs)
    return Profile(filter_of(asked), in_order(asked))


def facts_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What filters look at of a wire event."""
    return entry("", event).facts
