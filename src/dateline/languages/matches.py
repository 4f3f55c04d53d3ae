"""Near matches of memory for many blocks at once, for people to choose from; none is published by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dateline.languages.masking import words_only
from dateline.languages.models import MemoryEntry
from dateline.languages.translator import Segment
from dateline.languages.worksheets import why_not

_MOST: Final = 5_000
_LEAST: Final = 70.0
_EACH: Final = 3


@dataclass(frozen=True, slots=True)
class Match:
    """`score` 0-100, 100 for the same words; `fits`: the slots are those of the block, so that it can be
    taken as it is.
    """

    score: int
    source: str
    text: str
    fits: bool


def matches(
    segments: Sequence[Segment], source: str, target: str, issuer: str
) -> dict[str, tuple[Match, ...]]:
    """Place -> the best three among the newest 5,000 entries of the pair, of the issuer and of the house."""
    from rapidfuzz import fuzz, process

    rows = list(
        MemoryEntry.objects.filter(source_language=source, target_language=target, issuer__in={issuer, ""})
        .order_by("-at", "-id")
        .values_list("source", "target")[:_MOST]
    )
    if not rows:
        return {}
    plain = [words_only(text) for text, _ in rows]
    found: dict[str, tuple[Match, ...]] = {}
    for segment in segments:
        best = process.extract(
            words_only(segment.text), plain, scorer=fuzz.ratio, score_cutoff=_LEAST, limit=_EACH * 3
        )
        said: dict[str, Match] = {}
        for _, score, number in best:
            text, target_text = rows[number]
            fits = not why_not(segment, target_text)
            said.setdefault(target_text, Match(int(score), text, target_text, fits))
        if said:
            found[segment.id] = tuple(list(said.values())[:_EACH])
    return found
