"""How many injected errors the gate catches, and how often it cries over clean text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt

from dateline.core.words import Edition, Finding
from dateline.languages.check import Check, built_in, checks
from dateline.languages.injecting.catalogue import OPERATORS, spoiled
from dateline.languages.injecting.operator import Operator
from dateline.languages.reading import parts

Pair = tuple[Edition, Edition]
"""(source, clean edition)"""
_TRIES = 4
"""Seeds tried for one case, since not every place takes every error."""


@dataclass(slots=True)
class Caught:
    """One operator in one language."""

    operator: str
    group: str
    language: str
    caught: int = 0
    tried: int = 0


@dataclass(slots=True)
class Alarms:
    """Clean blocks of one language, and findings on them by (check, severity)."""

    language: str
    blocks: int = 0
    by_check: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, severity: str = "") -> int:
        """Findings of a severity, of all without one."""
        return sum(count for (_, kind), count in self.by_check.items() if severity in {"", kind})


def module_of(check: Check) -> str:
    """The file of a check, `numbers`."""
    return type(check).__module__.rsplit(".", maxsplit=1)[-1]


def measured_recall(pairs: Sequence[Pair], cases: int, operators: Iterable[str] = ()) -> list[Caught]:
    """Each operator on up to `cases` spoiled editions of each language. An error counts as caught by a finding
    that the clean edition did not have.
    """
    wanted = set(operators)
    chosen = [one for one in OPERATORS if not wanted or one.name in wanted]
    by_language: dict[str, list[Pair]] = {}
    for source, edition in pairs:
        by_language.setdefault(edition.language, []).append((source, edition))
    return [_recall(operator, tag, own, cases) for operator in chosen for tag, own in by_language.items()]


def _recall(operator: Operator, language: str, pairs: Sequence[Pair], cases: int) -> Caught:
    made = Caught(operator.name, operator.group, language)
    asked = _asked(operator)
    clean = [_codes(asked, edition, source, operator) for source, edition in pairs]
    seen: set[tuple[int, Edition]] = set()
    for seed in range(cases * _TRIES):
        at = seed % len(pairs)
        source, edition = pairs[at]
        damaged = spoiled(operator, edition, source, seed)
        if damaged is None or (seed >= cases and (at, damaged) in seen):
            continue
        seen.add((at, damaged))
        made.tried += 1
        made.caught += bool(_codes(asked, damaged, source, operator) - clean[at])
        if made.tried >= cases:
            break
    parts.forget()
    return made


def _codes(asked: Sequence[Check], edition: Edition, source: Edition, operator: Operator) -> Counter[str]:
    found = (finding for check in asked for finding in check.find(edition, source))
    return Counter(finding.code for finding in found if finding.code in operator.codes)


def _asked(operator: Operator) -> list[Check]:
    """The checks whose classes say that they give one of the operator's codes."""
    return [
        check
        for check in checks()
        if any(f"`{code}`" in (type(check).__doc__ or "") for code in operator.codes)
    ]


def measured_alarms(pairs: Sequence[tuple[Edition | None, Edition]]) -> list[Alarms]:
    """Findings of all checks on clean editions, by language; blocks count headline and subhead too."""
    found: dict[str, Alarms] = {}
    for source, edition in pairs:
        mine = found.setdefault(edition.language, Alarms(edition.language))
        mine.blocks += len(parts.reading(edition).story)
        for name, finding in _findings(edition, source):
            mine.by_check[name, finding.severity] += 1
    parts.forget()
    return list(found.values())


def _findings(edition: Edition, source: Edition | None) -> Iterator[tuple[str, Finding]]:
    own = set(built_in())
    for check in checks():
        if (name := module_of(check)) in own:
            yield from ((name, finding) for finding in check.find(edition, source))


def wilson(caught: int, tried: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927).

    >>> [round(value, 3) for value in wilson(95, 100)]
    [0.888, 0.978]
    """
    if not tried:
        return 0.0, 1.0
    z, share = 1.96, caught / tried
    middle = share + z * z / (2 * tried)
    spread = z * sqrt(share * (1 - share) / tried + z * z / (4 * tried * tried))
    scale = 1 + z * z / tried
    return (middle - spread) / scale, (middle + spread) / scale
