"""The door of the edge, for who measures it: its filters, its send loops, and the names of what it asks its
origin for.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dateline.core.filters import filter_of
from dateline.edge.blast import chosen
from dateline.edge.bus.over_http import KEYS
from dateline.edge.choice import in_order
from dateline.edge.engine import Profile
from dateline.edge.index import Index
from dateline.edge.ring import entry

__all__ = ["KEYS", "Index", "Profile", "chosen", "facts_of", "profile_of"]


def profile_of(pairs: Iterable[tuple[str, str]]) -> Profile:
    """The profile of a desktop that asks for (name, comma separated values). Raises BadInput."""
    asked = tuple(pairs)
    return Profile(filter_of(asked), in_order(asked))


def facts_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What filters look at of a wire event."""
    return entry("", event).facts
