"""A dateline with place and date opens a release and agrees with the original's.

Catches a missing dateline, place or date and a date that is none (warn); a translation whose dateline has another date or source than the original's, and a
dateline that stayed in the first paragraph beside the one that was recognised (hold).

Measured: recall 1.000, 0 false alarms on 897 clean blocks, precision 1.000 at one error a clean block
(docs/checks.md).
"""

from collections.abc import Iterator
from datetime import date

from dateline.core.phrases.datelines import parse_dateline
from dateline.core.words import DatelineLine, Edition, Finding, Severity
from dateline.languages.check import is_notice


class DatelineCheck:
    """`dateline-missing`, `dateline-date` (warn); `dateline-differs`, `dateline-twice` (hold)."""

    code = "dateline"
    severity: Severity = "hold"
    about = "The text opens with place and date, those of the original."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.core.words import DatelineLine
        >>> from dateline.languages.tests.editions import edition
        >>> [f.code for f in DatelineCheck().find(edition(dateline=None), None)]
        ['dateline-missing']
        >>> moved = edition(language="de", dateline=DatelineLine("SEOUL", "2026-11-25", "Dateline"))
        >>> [f.code for f in DatelineCheck().find(moved, edition())]
        ['dateline-differs']
        """
        if is_notice(edition):
            return
        line = edition.dateline
        if line is None or not line.place:
            message = "no dateline was recognised; open the first paragraph with place and date"
            yield Finding("dateline-missing", "warn", "dateline", message)
        elif not line.date:
            yield Finding("dateline-date", "warn", "dateline", "the dateline has no date")
        elif not _is_date(line.date):
            yield Finding("dateline-date", "warn", "dateline", f"'{line.date[:20]}' is not a date")
        if line is not None and source is not None and source.dateline is not None:
            yield from _differs(line, source.dateline)
        yield from _twice(edition)


def _differs(line: DatelineLine, original: DatelineLine) -> Iterator[Finding]:
    if line.date and original.date and line.date != original.date:
        message = f"its date is {line.date}, the original's {original.date}"
        yield Finding("dateline-differs", "hold", "dateline", message)
    elif line.source and original.source and line.source.casefold() != original.source.casefold():
        message = f"its source is '{line.source[:40]}', the original's '{original.source[:40]}'"
        yield Finding("dateline-differs", "hold", "dateline", message)


def _twice(edition: Edition) -> Iterator[Finding]:
    first = next((block.text for block in edition.blocks if block.kind == "paragraph"), "")
    if (
        edition.dateline is None
        or not edition.dateline.date
        or ("--" not in first[:160] and "】" not in first[:80])
    ):
        return
    again = parse_dateline(first, edition.language)
    if again is not None and again.date is not None:
        message = f"the first paragraph opens with a dateline of its own: {again.place}, {again.date}"
        yield Finding("dateline-twice", "hold", "blocks[0]", message)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


CHECK = DatelineCheck()
