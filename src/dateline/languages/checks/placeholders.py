"""Placeholders that somebody meant to fill in."""

import re
from collections.abc import Iterator

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import texts

_MARKS = re.compile(
    r"\{\{[^{}\n]{0,60}\}\}|\{%[^%\n]{0,60}%\}|\$\{[A-Za-z_.]{1,40}\}|<%[^%\n]{0,60}%>|%\([a-z_]+\)s"
    r"|(?i:lorem ipsum)|\bTK\b(?!\d)|\bTKTK\b|\bTBD\b|\bXXX+\b|○○○|【氏名】|【[会會]社名】"
    r"|\[(?i:your|company|insert|name|city|date|quote|title|address|phone|email)(?: [^\[\]\n]{0,40})?\]"
)


class PlaceholderCheck:
    """`{{name}}`, `[Company]`, `Lorem ipsum`, `TK`, `TBD`, `XXX`, ○○○ (block)."""

    code = "placeholder-left"
    severity: Severity = "block"
    about = "Every placeholder was filled in."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.where for f in PlaceholderCheck().find(edition(subhead="Sales rose {{percent}}"), None)]
        ['subhead']
        """
        for where, text in texts(edition):
            if found := _MARKS.search(text):
                yield Finding("placeholder-left", "block", where, f"a placeholder is left: '{found[0][:40]}'")


CHECK = PlaceholderCheck()
