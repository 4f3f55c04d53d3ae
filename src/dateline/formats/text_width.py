"""Lines by the columns they take on a terminal: wide characters take two, marks none. Scripts without blanks
break where their readers allow it, and joining the lines again gives the text back.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any, Final

_CLOSING: Final = "、。，．・：；？！ー）」』】〉》〕］｝’”℃々ゝゞ,.:;!?)]}%‰…—"
_SMALL: Final = "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ"
_NOT_FIRST: Final = frozenset(_CLOSING + _SMALL)
_NOT_LAST: Final = frozenset("（「『【〈《〔［｛‘“([{$￥＄")
_THAI: Final = re.compile("[\u0e00-\u0e7f]")
_RANGES: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x312F), (0x31A0, 0xABFF),
    (0xF900, 0xFAFF), (0xFF00, 0xFFEF),
)  # fmt: skip
"""Thai, Lao, Myanmar, Khmer, and all of CJK but Hangul."""
_SPACELESS: Final = re.compile("[" + "".join(f"{chr(a)}-{chr(b)}" for a, b in _RANGES) + "]")


def columns(text: str) -> int:
    """Columns of a terminal that `text` takes.

    >>> columns("Seoul"), columns("서울"), columns("กำ"), columns("e\u0301")
    (5, 4, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(_width(character) for character in text)


@lru_cache(maxsize=4096)
def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _joins(character: str) -> bool:
    """Whether the character's script puts no blanks between words (Hangul does)."""
    return bool(_SPACELESS.match(character))


def wrapped(text: str, width: int = 72) -> str:
    """Lines of at most `width` columns. A word without a place to break stays whole. A blank that stood
    between two characters of a script without blanks stays at the end of its line, as in format=flowed.
    """
    return "\n".join(line for part in text.split("\n") for line in _lines(part, width))


def _lines(text: str, width: int) -> list[str]:
    if columns(text) <= width:
        return [text]
    if not _SPACELESS.search(text):
        return _by_blanks(text, width)
    out: list[str] = []
    line, used = "", 0
    for piece, blank in _pieces(text):
        wide = columns(piece)
        space = 1 if blank and line else 0
        if line and used + space + wide > width:
            ends = blank and bool(piece) and _joins(line[-1]) and _joins(piece[0])
            out.append(line + " " if ends else line)
            line, used, space = "", 0, 0
        elif space:
            line += " "
        line += piece
        used += space + wide
    return [*out, line]


def _by_blanks(text: str, width: int) -> list[str]:
    out: list[str] = []
    line, used = "", -1
    for word in text.split(" "):
        wide = columns(word)
        if used >= 0 and line and used + 1 + wide > width:
            out.append(line)
            line, used = word, wide
        else:
            line, used = (f"{line} {word}", used + 1 + wide) if line else (word, wide)
    return [*out, line]


def _pieces(text: str) -> list[tuple[str, bool]]:
    """What must stay together, and whether a blank stands before it."""
    out: list[tuple[str, bool]] = []
    for number, word in enumerate(text.split(" ")):
        parts = _broken(word) if word and _SPACELESS.search(word) else [word]
        out += [(part, n == 0 and number > 0) for n, part in enumerate(parts)]
    return out


def _broken(word: str) -> list[str]:
    """A word of a script without blanks at the places where it may break."""
    if not _THAI.search(word):
        return _breaks().split(word)
    parts: list[str] = []
    for part in _phrases(word):
        if parts and not _may_break(parts[-1][-1], part[0]):
            parts[-1] += part
        else:
            parts.append(part)
    return parts


def _may_break(before: str, after: str) -> bool:
    """Whether a line may end between the two: only where joining the lines again can tell that no blank was
    there.
    """
    return len(_breaks().split(before + after)) == 2


@lru_cache(maxsize=1)
def _breaks() -> re.Pattern[str]:
    """The places between two characters of scripts without blanks: not before marks and closing signs, not
    after opening ones.
    """
    of_script = [chr(c) for first, last in _RANGES for c in range(first, last + 1)]
    before = "".join(c for c in of_script if c not in _NOT_LAST)
    marks = {"Mn", "Mc", "Me", "Cf"}
    after = "".join(c for c in of_script if c not in _NOT_FIRST and unicodedata.category(c) not in marks)
    return re.compile(f"(?<=[{_class(before)}])(?=[{_class(after)}])")


def _class(characters: str) -> str:
    """The inside of a character class, neighbours as ranges."""
    out: list[list[int]] = []
    for code in map(ord, characters):
        if out and out[-1][1] == code - 1:
            out[-1][1] = code
        else:
            out.append([code, code])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in out)


def _phrases(word: str) -> list[str]:
    """Thai by its words, as budoux knows them; all else as it is."""
    if not _THAI.search(word):
        return [word]
    return [str(part) for part in _thai().parse(word)]


@lru_cache(maxsize=1)
def _thai() -> Any:
    import budoux

    return budoux.load_default_thai_parser()


def joined(lines: list[str]) -> str:
    """Wrapped lines as one: without a blank between two characters of a script that has none, unless the
    first line ends in one.

    >>> joined(["東京で", "発表"]), joined(["Seoul", "opens"]), joined(["日本 ", "語"])
    ('東京で発表', 'Seoul opens', '日本 語')
    """
    out = ""
    for line in lines:
        text = line.strip()
        if out and text and not out.endswith(" "):
            out += "" if _joins(out[-1]) and _joins(text[0]) else " "
        out += text
        if line.endswith(" ") and out and _joins(out[-1]):
            out += " "
    return out.rstrip(" ")
