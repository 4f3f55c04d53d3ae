"""A headline alone is no release.

Measured: 0 false alarms on 897 clean blocks; no injector (docs/checks.md).
"""

from collections.abc import Iterator

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import is_notice


class EmptyTextCheck:
    """`text-empty` (block): no paragraph, list, quote or table in the body."""

    code = "text-empty"
    severity: Severity = "block"
    about = "The release has a text below its headline."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.code for f in EmptyTextCheck().find(edition(blocks=()), None)]
        ['text-empty']
        """
        telling = {"paragraph", "list", "quote", "table"}
        if not is_notice(edition) and not any(b.kind in telling and b.text.strip() for b in edition.blocks):
            yield Finding("text-empty", "block", "blocks", "there is no text below the headline")


CHECK = EmptyTextCheck()
