"""House style of a wire: plain statements.

Catches a headline that ends in a full stop or exclamation mark, words all in capitals for emphasis, and praise that
no wire prints (`world-class`, `revolutionary`) in a headline (warn), without the original at hand.

Measured: 0 false alarms on 897 clean blocks; no injector (docs/checks.md).
"""

import re
from collections.abc import Iterator
from typing import Final

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import is_notice
from dateline.languages.reading.parts import reading

_STOP: Final = re.compile(r"(?:[!！]|(?<!\.)(?<![A-ZА-Я])(?<!\b[A-Za-z]{2})(?<!\b[A-Za-z]{3})[.。])$")
_CAPITALS: Final = re.compile(r"(?<![^\W_])(?:[A-ZА-ЯÄÖÜÉ]{6,}[ !]){3,}")
_PRAISE: Final = re.compile(
    r"\b(?:world[- ]class|revolutionary|game[- ]chang\w+|cutting[- ]edge|best[- ]in[- ]class|unparalleled|groundbreaking)\b"
    r"|\b(?:revolutionär\w*|weltklasse|révolutionnaires?|revolucionari[oa]s?|революционн\w+)\b|혁명적|世界トップクラス|革命的|革命性|世界级|世界級",
    re.IGNORECASE,
)


class StyleCheck:
    """`style` (warn)."""

    code = "style"
    severity: Severity = "warn"
    about = "Headline and text state; they neither shout nor praise."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.message for f in StyleCheck().find(edition(headline="Museum opens its hall!"), None)]
        ["the headline ends in '!'; drop it"]
        """
        if is_notice(edition):
            return
        headline = edition.headline.strip()
        if _STOP.search(headline):
            yield Finding("style", "warn", "headline", f"the headline ends in '{headline[-1]}'; drop it")
        if found := _PRAISE.search(headline):
            yield Finding("style", "warn", "headline", f"'{found[0]}' is praise; state what is new")
        for part in reading(edition).story:
            if part.role in {"body", "boilerplate"} and (found := _CAPITALS.search(part.text)):
                message = f"'{found[0].strip()[:40]}' shouts; write it in small letters"
                yield Finding("style", "warn", part.where, message)


CHECK = StyleCheck()
