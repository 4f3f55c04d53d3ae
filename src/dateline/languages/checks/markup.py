"""Marks of the tools that made a text must not reach readers.

Catches code fences, stray backticks, tags, entities (also written twice or with a space), Markdown, line breaks
written out, slots and tokens of engines, JSON around a text, and the quotation mark that a typographic filter made
of a backtick (block), all without the original at hand. What stands in the original in the same words passes in
its translation.

Measured: recall 1.000, 0 false alarms on 897 clean blocks, precision 1.000 at one error a clean block
(docs/checks.md).
"""

import re
from collections.abc import Iterator
from typing import Final

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.reading.parts import reading

_MARKS: Final = (
    ("a code fence", re.compile(r"```|~~~")),
    (
        "an HTML tag",
        re.compile(
            r"</?(?:p|br|div|span|b|i|u|strong|em|a|ul|ol|li|table|tr|td|th|h[1-6]|script|style|img|sup|sub|font|html|body|code|pre)\b"
            r"[^<>]{0,200}/?>|<!--|-->",
            re.IGNORECASE,
        ),
    ),
    (
        "an engine's slot",
        re.compile(r"</?[xg](?: id=?[^<>]{0,40})?/?>|[⟦⟧]|\[\[\d+\]\]|\{\d\}|__\d+__|\bSLOT_?\d+\b"),
    ),
    (
        "an HTML entity",
        re.compile(
            r"&\s?(?:amp|lt|gt|quot|nbsp|apos|ldquo|rdquo|lsquo|rsquo|laquo|raquo|mdash|ndash|hellip|#\s?\d{2,6}"
            r"|#x[0-9a-f]{2,6})\s?;",
            re.IGNORECASE,
        ),
    ),
    (
        "a Markdown mark",
        re.compile(r"\*\*\S|\S\*\*(?!\*)|(?m:^#{1,6} \S)|\]\((?:https?://|/|mailto:)|(?m:^>\s)"),
    ),
    (
        "a written-out line break",
        re.compile(r"(?<![A-Za-z]:)(?<!\\)\\n(?![a-z])|\\t(?![a-z])|\\u[0-9a-f]{4}"),
    ),
    (
        "a model's token",
        re.compile(
            r"</?s>|<\|[a-z_]+\|>|\[/?INST\]|<(?:unk|pad|eos|bos|think)>|</think>|<start_of_turn>|<end_of_turn>|▁"
        ),
    ),
    ("JSON around the text", re.compile(r"^\s*[\[{]\s*\"[a-z_]+\"\s*:|\"\s*[}\]]\s*$")),
    ("a backtick", re.compile(r"`|[“”‘„«»]\s?`|(?<!\w)``")),
)
_HINT: Final = re.compile(r"[`~<>&*#\\\[\]{}⟦⟧▁_]|-->")


class MarkupCheck:
    """`markup-left` (block): code fences, backticks, tags, entities, Markdown, slots and tokens of engines."""

    code = "markup-left"
    severity: Severity = "block"
    about = "No mark of an editor or a translator is left in the text."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.message for f in MarkupCheck().find(edition(headline="Profit &amp; loss"), None)]
        ["an HTML entity is left: '&amp;'"]
        >>> [f.code for f in MarkupCheck().find(edition(headline="Aurora buys Delta“`"), None)]
        ['markup-left']
        """
        original = reading(source).by_where if source is not None else {}
        for part in reading(edition).parts:
            if not _HINT.search(part.raw):
                continue
            known = original[part.where].raw if part.where in original else ""
            for name, pattern in _MARKS:
                found = pattern.search(part.raw)
                if found and not (known and found[0].strip() in known):
                    yield Finding("markup-left", "block", part.where, f"{name} is left: '{found[0][:40]}'")


CHECK = MarkupCheck()
