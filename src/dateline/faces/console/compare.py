"""Two texts side by side: a translation beside its original, a correction beside what it replaces."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from dateline.faces.portal.structure import Part


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of a comparison. `change`: same, changed, added, removed; always same for translations."""

    left: Part | None
    right: Part | None
    change: str = "same"


def beside(original: Sequence[Part], translation: Sequence[Part]) -> list[Pair]:
    """Part by part, by what each part is: `blocks-3` stands beside `blocks-3`."""
    there = {part.id: part for part in translation}
    pairs = [Pair(part, there.pop(part.id, None)) for part in original]
    return pairs + [Pair(None, part) for part in translation if part.id in there]


def since(old: Sequence[Part], new: Sequence[Part]) -> list[Pair]:
    """What changed, block by block; unchanged parts keep their places."""
    matcher = SequenceMatcher(
        None, [_key(part) for part in old], [_key(part) for part in new], autojunk=False
    )
    pairs: list[Pair] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pairs += [Pair(left, right) for left, right in zip(old[a:b], new[c:d], strict=True)]
            continue
        both = min(b - a, d - c)
        pairs += [Pair(old[a + n], new[c + n], "changed") for n in range(both)]
        pairs += [Pair(part, None, "removed") for part in old[a + both : b]]
        pairs += [Pair(None, part, "added") for part in new[c + both : d]]
    return pairs


def _key(part: Part) -> tuple[str, str]:
    return part.kind, str(part.html)
