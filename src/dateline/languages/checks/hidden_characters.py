"""Characters that hide or turn round what a text says; intake removes them, engines and editors may bring
them back.
"""

import re
from collections.abc import Iterator

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import texts

_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_ZERO_WIDTH = re.compile("[\u200b\u2060\ufeff\u00ad]")


class HiddenCharacterCheck:
    """Direction overrides and isolates, tag and control characters (block); zero-width characters (warn)."""

    code = "hidden-characters"
    severity: Severity = "block"
    about = "Nothing invisible changes what readers or machines see."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.code for f in HiddenCharacterCheck().find(edition(headline="abc\\u202edef"), None)]
        ['bidi-control']
        """
        kinds: tuple[tuple[str, Severity, str, re.Pattern[str]], ...] = (
            ("bidi-control", "block", "direction overrides or isolates", _OVERRIDES),
            ("tag-character", "block", "tag characters", _TAGS),
            ("control-character", "block", "control characters", _CONTROLS),
            ("zero-width", "warn", "zero-width characters", _ZERO_WIDTH),
        )
        for where, text in texts(edition):
            for code, severity, words, pattern in kinds:
                if found := pattern.findall(text):
                    yield Finding(
                        code,
                        severity,
                        where,
                        f"{len(found)} {words}, the first U+{ord(found[0]):04X}; remove them",
                    )


CHECK = HiddenCharacterCheck()
