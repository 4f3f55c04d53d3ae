"""A dateline with place and date opens a release."""

from collections.abc import Iterator
from datetime import date

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import is_notice


class DatelineCheck:
    """Missing, without date, or with a date that is none (warn)."""

    code = "dateline"
    severity: Severity = "warn"
    about = "The text opens with place and date."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.code for f in DatelineCheck().find(edition(dateline=None), None)]
        ['dateline-missing']
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


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


CHECK = DatelineCheck()
