"""Text as the readers below want it: one kind of digit, of space and of width."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_ZEROS: Final = (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xED0, 0x1040, 0x17E0, 0xFF10)
_PLAIN: Final = {
    **{zero + digit: str(digit) for zero in _ZEROS for digit in range(10)},
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    0x3000: " ", 0x2007: "\u00a0", 0x2009: "\u202f", 0x2212: "-", 0x2011: "-", 0x66A: "%", 0x200E: "", 0x200F: "",
    0x61C: "", 0xAD: "", 0x200B: "", 0x2060: "", 0xFEFF: "", 0x2068: "", 0x2066: "", 0x2067: "", 0x2069: "",
}  # fmt: skip
_FRACTION: Final = re.compile(r"(\d*)\s?([¼½¾⅓⅔⅛⅜⅝⅞])")
_CLOSED_UP: Final = frozenset({"zh", "ja", "th"})
SPACE: Final = " \u00a0\u202f"


def base_of(language: str) -> str:
    """`zh-Hant` -> `zh`."""
    return language.split("-", maxsplit=1)[0]


def closed_up(language: str) -> bool:
    """Whether the language writes no spaces between words."""
    return base_of(language) in _CLOSED_UP


@lru_cache(maxsize=512)
def plain(text: str) -> str:
    """NFC, plain digits and Latin letters for those of any script and width, vulgar fractions as decimals.

    >>> plain("٣٤ ５０％ 29¾")
    '34 50% 29.75'
    """
    text = unicodedata.normalize("NFC", text).translate(_PLAIN)
    if not text.isascii():
        text = _FRACTION.sub(_decimal, text)
    return text


def _decimal(match: re.Match[str]) -> str:
    part = f"{unicodedata.numeric(match[2]):.4f}".rstrip("0")
    return (match[1] or "0") + part[1:]


def script_of(character: str) -> str:
    """`LATIN`, `CYRILLIC`, `GREEK`, `ARABIC`, `THAI`, `HANGUL`, `KANA`, `HAN`, or `` for what no script owns.

    >>> script_of("я"), script_of("語"), script_of("7")
    ('CYRILLIC', 'HAN', '')
    """
    code = ord(character)
    for first, last, name in _SCRIPTS:
        if first <= code <= last:
            return name if character.isalpha() or name == "THAI" else ""
    return ""


_SCRIPTS: Final = (
    (0x41, 0x24F, "LATIN"), (0x1E00, 0x1EFF, "LATIN"), (0x4E00, 0x9FFF, "HAN"), (0xAC00, 0xD7A3, "HANGUL"),
    (0x3041, 0x30FA, "KANA"), (0x30FC, 0x30FF, "KANA"), (0x400, 0x52F, "CYRILLIC"), (0x600, 0x6FF, "ARABIC"),
    (0x750, 0x77F, "ARABIC"), (0xE00, 0xE7F, "THAI"), (0x370, 0x3FF, "GREEK"), (0x3400, 0x4DBF, "HAN"),
    (0x1100, 0x11FF, "HANGUL"), (0x590, 0x5FF, "HEBREW"), (0x900, 0x97F, "DEVANAGARI"),
)  # fmt: skip
_RUNS: Final = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("LATIN", "[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]"), ("HAN", "[\u3400-\u4dbf\u4e00-\u9fff]"), ("HANGUL", "[가-힣]"),
        ("KANA", "[ぁ-ゖァ-ヺー]"), ("CYRILLIC", "[Ѐ-ԯ]"), ("ARABIC", "[ء-ي]"), ("THAI", "[ก-ฮ]"),
        ("GREEK", "[Ͱ-Ͽ]"), ("HEBREW", "[א-ת]"), ("DEVANAGARI", "[\u0904-\u0939]"),
    )
)  # fmt: skip


def scripts(text: str) -> dict[str, int]:
    """Letters of each script that occurs."""
    return {name: found for name, pattern in _RUNS if (found := len(pattern.findall(text)))}
