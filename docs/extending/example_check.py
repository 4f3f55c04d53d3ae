"""A check that warns of exclamation marks in headlines."""

from collections.abc import Iterator
from typing import Literal

from dateline.core.words import Edition, Finding


class ExclamationCheck:
    """Headlines state; they do not shout."""

    code = "exclamation"
    severity: Literal["block", "hold", "warn"] = "warn"
    about = "The headline ends in an exclamation mark."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        if edition.headline.rstrip().endswith(("!", "！")):
            yield Finding(self.code, self.severity, "headline", "drop the exclamation mark")
