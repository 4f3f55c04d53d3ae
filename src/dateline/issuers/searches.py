"""Saved searches of the terminal, kept for a person of the house."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput
from dateline.issuers.models import KeptSearches

MOST_SEARCHES: Final = 50
_LONGEST_NAME: Final = 60
_LONGEST_QUERY: Final = 8000


@dataclass(frozen=True, slots=True)
class KeptSearch:
    """A question of the terminal (`country=SG&sector=energy`; empty: everything) under a name."""

    name: str
    query: str


def kept_searches(member: int) -> list[KeptSearch]:
    """In the order in which the person keeps them; `member` is `Person.id`."""
    text = KeptSearches.objects.filter(member=member).values_list("searches", flat=True).first()
    return [KeptSearch(name, query) for name, query in json.loads(text or "[]")]


def keep_searches(member: int, searches: Sequence[KeptSearch], *, clock: Clock | None = None) -> None:
    """Keeps these and no others. Raises BadInput naming the one that does not fit."""
    if len(searches) > MOST_SEARCHES:
        raise BadInput(f"{len(searches)} are too many; at most {MOST_SEARCHES}", where="searches")
    for at, one in enumerate(searches):
        if not 0 < len(one.name.strip()) <= _LONGEST_NAME:
            raise BadInput(
                f"give it a name of at most {_LONGEST_NAME} characters", where=f"searches[{at}].name"
            )
        if len(one.query) > _LONGEST_QUERY:
            raise BadInput(f"is longer than {_LONGEST_QUERY} characters", where=f"searches[{at}].query")
    if len({one.name for one in searches}) < len(searches):
        raise BadInput("two have the same name", where="searches")
    text = json.dumps([[one.name, one.query] for one in searches], ensure_ascii=False)
    kept_at = (clock or SystemClock()).now()
    KeptSearches.objects.update_or_create(member=member, defaults={"searches": text, "kept_at": kept_at})
