"""Refuses HTML that nests too deep, before the sanitiser, whose time grows with the square of the depth.

Tags are told apart as HTML does it (comments, quoted values, raw text), and where that is not certain, what
seems to close an element does not count. So the depth is never taken for less than it is.
"""

import re
from typing import Final

from dateline.core.errors import BadInput

MAX_DEPTH: Final = 200
"""Elements within elements; deeper is an attack or a broken export. libxml2 drops what lies below 256."""

_VALUE = r'(?:"[^"]*+(?:"|\Z)|' + r"'[^']*+(?:'|\Z)|(?![\"'])[^ \t\n\f\r>]*+)"
_ATTRIBUTES = (
    r"(?:[ \t\n\f\r/]++|(?:=[^ \t\n\f\r/>=]*+|[^ \t\n\f\r/>=]++)(?:[ \t\n\f\r]*+=[ \t\n\f\r]*+"
    + _VALUE
    + r")?+)*+"
)
# Possessive throughout: whatever the text, each character is passed once.
_TOKEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?:[!?]|/(?![A-Za-z]))[^>]*+(?:>|\Z)"
    r"|<(?P<end>/?)(?P<name>[A-Za-z][^ \t\n\f\r/>]*+)" + _ATTRIBUTES + r"(?:>|\Z)",
    re.DOTALL,
)
_OPENS = re.compile(r"<[A-Za-z]")
_VOID = frozenset(
    ["br", "img", "hr", "meta", "link", "input", "col", "area", "base", "embed", "source", "track", "wbr"]
)
_AUTHORS_LEAVE_OPEN = frozenset(
    ["p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot"]
)
"""Their next neighbour closes them; what they stand in (lists, tables) counts."""
_END_WITH_PARENT = frozenset(["rt", "rp", "rb", "rtc", "optgroup", "colgroup"])
_RAW = frozenset(
    ["script", "style", "xmp", "iframe", "noembed", "noframes", "noscript", "textarea", "title", "plaintext"]
)
_FOREIGN = frozenset(["svg", "math"])


def refuse_depth(text: str, *, exact: bool = False) -> None:
    """Raises BadInput when elements nest deeper than `MAX_DEPTH`. `exact`: `text` is what the sanitiser
    wrote, so every element is closed and counts.
    """
    _Depth(text, frozenset() if exact else _AUTHORS_LEAVE_OPEN).count()


class _Depth:
    """One pass over a page. `sure` ends for good where what follows may be text in disguise."""

    def __init__(self, text: str, uncounted: frozenset[str]) -> None:
        self.text, self.uncounted = text, uncounted
        self.open: list[str] = []
        self.sure = True
        self.foreign = False

    def count(self) -> None:
        at = 0
        while (start := self.text.find("<", at)) >= 0:
            token = _TOKEN.match(self.text, start)
            at = token.end() if token else start + 1
            if token is None:
                continue
            name = (token["name"] or "").lower()
            if not name:
                # A CDATA section of SVG or MathML ends elsewhere than a comment.
                self.sure = self.sure and not (self.foreign and token[0].startswith("<![CDATA["))
            elif token["end"]:
                self._closed(name)
            else:
                at = self._opened(name, at)

    def _opened(self, name: str, at: int) -> int:
        """Takes the element in; returns where to go on: behind its content when that is raw text."""
        self.foreign = self.foreign or name in _FOREIGN
        if name in _RAW:
            return self._raw(name, at)
        if name not in _VOID and name not in self.uncounted:
            self._deeper([name])
        return at

    def _raw(self, name: str, at: int) -> int:
        end = re.compile(rf"</{name}(?=[ \t\n\f\r/>])", re.IGNORECASE).search(self.text, at)
        stop = end.start() if end and name != "plaintext" else len(self.text)
        inner = self.text[at:stop]
        if self.foreign or name == "noscript":  # there it may be markup after all
            self._deeper([name] * len(_OPENS.findall(inner)))
        if name == "script" and "<!--" in inner:  # a script in a script's comment ends elsewhere
            self.sure = False
        return stop

    def _deeper(self, names: list[str]) -> None:
        self.open += names
        if len(self.open) > MAX_DEPTH:
            raise BadInput(
                f"the page nests more than {MAX_DEPTH} elements; save it again from the program that made it"
            )

    def _closed(self, name: str) -> None:
        """Takes out the last of that name alone: those in it may well stay open (`<b><div></b>`)."""
        if not self.sure or name not in self.open:
            return
        place = len(self.open) - 1 - self.open[::-1].index(name)
        del self.open[place]
        while len(self.open) > place and self.open[-1] in _END_WITH_PARENT:
            self.open.pop()
