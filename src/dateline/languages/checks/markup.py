"""Marks of the tools that made a text must not reach readers."""

import re
from collections.abc import Iterator

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import texts

_MARKS = (
    ("a code fence", re.compile(r"```|~~~")),
    (
        "an HTML tag",
        re.compile(
            r"</?(?:p|br|div|span|b|i|strong|em|a|ul|ol|li|table|tr|td|h[1-6]|script|style|img)\b[^<>]{0,200}/?>",
            re.IGNORECASE,
        ),
    ),
    ("an HTML entity", re.compile(r"&(?:amp|lt|gt|quot|nbsp|apos|#\d{2,6}|#x[0-9a-f]{2,6});", re.IGNORECASE)),
    ("a Markdown mark", re.compile(r"\*\*\S|(?m:^#{1,6} \S)|\]\(https?://")),
    ("a written-out line break", re.compile(r"(?<![A-Za-z]:)(?<!\\)\\n(?![a-z])")),
    ("a model's token", re.compile(r"</s>|<\|[a-z_]+\|>|\[/?INST\]")),
    ("broken encoding", re.compile("\ufffd|Ã[\u0080-\u00bf©¨±¤¼¶]|â€[\u0080-\u00bf™œ\u009d“”]")),
)


class MarkupCheck:
    """Code fences, tags, entities, Markdown marks, model tokens, broken encoding (block)."""

    code = "markup-left"
    severity: Severity = "block"
    about = "No mark of an editor, a translator or a wrong encoding is left in the text."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.languages.tests.editions import edition
        >>> [f.message for f in MarkupCheck().find(edition(headline="Profit &amp; loss"), None)]
        ["an HTML entity is left: '&amp;'"]
        """
        for where, text in texts(edition):
            for name, pattern in _MARKS:
                if found := pattern.search(text):
                    yield Finding("markup-left", "block", where, f"{name} is left: '{found[0][:40]}'")


CHECK = MarkupCheck()
