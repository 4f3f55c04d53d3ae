"""Slots in the form that an engine leaves alone: XML, HTML, tokens, or not at all (the text is cut there).
Pure.
"""

import html
import re
from collections.abc import Sequence
from typing import Final

from dateline.languages.masking import TOKEN
from dateline.languages.translator import Slot, SlotStyle

_XML_BACK: Final = re.compile(
    r"<x\s+id\s*=\s*[\"'](\d+)[\"']\s*(?:/>|>\s*</x>)|<g\s+id\s*=\s*[\"'](\d+)[\"']\s*>|</\s*(g)\s*>"
)
_HTML_BACK: Final = re.compile(
    r"<span\b[^<>]*\bid\s*=\s*[\"']?x(\d+)[\"']?[^<>]*>.*?</span>|"
    r"<b\b[^<>]*\bid\s*=\s*[\"']?g(\d+)[\"']?[^<>]*>|</(b)>",
    re.DOTALL,
)
_TOKEN_BACK: Final = re.compile(r"⟦(\d+)⟧|⟦g(\d+)⟧|(⟦/g⟧)")


def encoded(text: str, slots: Sequence[Slot], style: SlotStyle) -> str:
    """`text` as it is sent. Style `none` knows no slots: see `pieces`.

    >>> encoded('R&D at <x id="1"/>', (Slot(1, "url", "https://a.example"),), "xml")
    'R&amp;D at <x id="1"/>'
    """
    known = {slot.id: slot for slot in slots}
    out, at = [], 0
    escape = html.escape if style in {"xml", "html"} else str
    for token in TOKEN.finditer(text):
        out += [_escaped(text[at : token.start()], escape), _mark(token, known, style)]
        at = token.end()
    return "".join([*out, _escaped(text[at:], escape)])


def _escaped(text: str, escape: object) -> str:
    return html.escape(text, quote=False) if escape is html.escape else text


def _mark(token: "re.Match[str]", known: dict[int, Slot], style: SlotStyle) -> str:
    if style == "xml":
        return token[0]
    if style == "token":
        return f"⟦{token[1]}⟧" if token[1] else f"⟦g{token[2]}⟧" if token[2] else "⟦/g⟧"
    if token[1]:
        # The engine sees what stands there, so that the sentence around it is whole.
        inside = html.escape(known[int(token[1])].original, quote=False)
        return f'<span class="notranslate" translate="no" id="x{token[1]}">{inside}</span>'
    return f'<b id="g{token[2]}">' if token[2] else "</b>"


def decoded(text: str, style: SlotStyle) -> str:
    """What came back, with the tokens of segments again. Whatever is no slot stays as it is: the gate sees
    it.
    """
    pattern = {"xml": _XML_BACK, "html": _HTML_BACK, "token": _TOKEN_BACK}[style]
    out, at = [], 0
    for mark in pattern.finditer(text):
        out += [_unescaped(text[at : mark.start()], style)]
        out.append(f'<x id="{mark[1]}"/>' if mark[1] else f'<g id="{mark[2]}">' if mark[2] else "</g>")
        at = mark.end()
    return "".join([*out, _unescaped(text[at:], style)])


def _unescaped(text: str, style: SlotStyle) -> str:
    return html.unescape(text) if style in {"xml", "html"} else text


def pieces(text: str) -> list[str]:
    """`text` cut at its slots; tokens and what lies between them, in order.

    >>> pieces('See <x id="1"/> now.')
    ['See ', '<x id="1"/>', ' now.']
    """
    out, at = [], 0
    for token in TOKEN.finditer(text):
        out += [text[at : token.start()], token[0]]
        at = token.end()
    return [piece for piece in [*out, text[at:]] if piece]


def sentences(text: str, most: int) -> list[str]:
    """`text` in parts of at most `most` characters, cut after a sentence, else at a blank, else anywhere.
    Joined they are `text` again.
    """
    parts: list[str] = []
    while len(text) > most:
        cut = _cut(text, most)
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text] if text else parts


_ENDS: Final = re.compile(r"[.!?؟]['\"”’)]?\s+|[。！？]['”」』）]?|\n+")
_BLANKS: Final = re.compile(r"\s+")


def _cut(text: str, most: int) -> int:
    window = text[:most]
    for pattern in (_ENDS, _BLANKS):
        found = [m.end() for m in pattern.finditer(window)]
        if found and found[-1] > most // 4:
            return found[-1]
    return most
