"""Per cent stay per cent, and percentage points stay points.

Catches a lost per cent sign and points told as per cent beside the same value (hold), whatever the language
calls them: 12.5 %, 百分之12.5, ร้อยละ 12.5, 3割.

Measured: recall 1.000, 0 false alarms on 897 clean blocks, precision 1.000 at one error a clean block
(docs/checks.md).
"""

from collections.abc import Iterator

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import is_notice
from dateline.languages.reading.parts import Pair, Part, pairs


class PercentCheck:
    """`percent-changed` (hold): a percentage that is none here, or points for per cent."""

    code = "percent"
    severity: Severity = "hold"
    about = "Percentages and percentage points are those of the original."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import told
        >>> told(PercentCheck(), "増加率は31", "ja", "rose 31 percent")
        ['percent-changed hold']
        >>> told(PercentCheck(), "ลดลงร้อยละ 31", "th", "fell 31 percent")
        []
        >>> told(PercentCheck(), "um 2,5 Prozent", "de", "by 2.5 percentage points")
        ['percent-changed hold']
        """
        if source is None or is_notice(edition):
            return
        for pair in pairs(edition, source):
            if pair.source is not None and pair.source.digits and pair.part.role != "cell":
                yield from _compared(pair, pair.source)


def _compared(pair: Pair, source: Part) -> Iterator[Finding]:
    wanted, there = _shares(source), _shares(pair.part)
    for value, kinds in wanted.items():
        if kinds == {""} or value not in there or kinds & there[value]:
            continue
        kind = "percentage points" if "points" in kinds else "per cent"
        message = f"{value} are {kind} in the original, not so here"
        yield Finding("percent-changed", "hold", pair.part.where, message)


def _shares(part: Part) -> dict[str, set[str]]:
    """Value -> what it counts; the first number of a range counts what the second does (10 to 15 %)."""
    found: dict[str, set[str]] = {}
    amounts = part.amounts
    for at, amount in enumerate(amounts):
        share = amount.share
        if not share and at + 1 < len(amounts) and amounts[at + 1].number.start - amount.number.end <= 8:
            share = amounts[at + 1].share
        kinds = found.setdefault(f"{amount.number.value:f}", set())
        kinds.add(share)
        if share and not amount.share:
            kinds.add("")
    return found


CHECK = PercentCheck()
