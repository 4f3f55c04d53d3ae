"""Which character set a text without a declaration is in: what its bytes allow, what its letters look like,
and whether the language that comes out is written in that set. Too little text gives no answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from dateline.intake.identify import identify

_LATIN: Final = ("cp1252", "cp1250", "cp1254", "cp1257", "cp1258")
_OF_LANGUAGE: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("pl", "cs", "sk", "hu", "ro", "hr", "sl", "sq", "bs"), ("cp1250", "iso8859-2")),
    **dict.fromkeys(("lt", "lv", "et"), ("cp1257",)),
    **dict.fromkeys(("ru", "uk", "bg", "be", "sr", "mk"), ("cp1251", "koi8-r", "iso8859-5")),
    **dict.fromkeys(("ar", "fa", "ur"), ("cp1256", "iso8859-6")),
    **dict.fromkeys(("ja",), ("cp932", "euc_jp")),
    "vi": ("cp1258",),
    "tr": ("cp1254",),
    "el": ("cp1253",),
    "he": ("cp1255",),
    "th": ("cp874",),
    "ko": ("cp949",),
    "zh-Hans": ("gb18030",),
    "zh-Hant": ("big5hkscs", "gb18030"),
}
"""Language -> the sets it is written in, the likelier first; every other language: windows-1252."""
_ALL: Final = tuple(dict.fromkeys(("cp1252", *(c for cs in _OF_LANGUAGE.values() for c in cs))))
_LOOKED_AT: Final = 20_000
_FEWEST_LETTERS: Final = 20
_ODD_IN_WORD: Final = re.compile(r"(?<=[^\W\d_])[^\w\s'’\-\u00ad./&@·:]+(?=[^\W\d_])")


def first_not_utf8(data: bytes) -> int:
    """Offset of the first byte that is not UTF-8; 0 when all of it is."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return 0


def looks_like_utf16(data: bytes) -> str:
    """`utf-16-le` or `utf-16-be` for text without a mark: no other set of the field writes NUL; else ""."""
    head = data[:4_000]
    if len(data) % 2 or len(head) < 8 or not head.count(0):
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    for name in ("utf-16-le", "utf-16-be") if odd >= even else ("utf-16-be", "utf-16-le"):
        text = _plausible(data, name)
        if text is not None and (identify(text).language or text.isascii()):
            return name
    return ""


def guess(data: bytes, lang: str = "") -> str:
    """Python's codec for `data`, which is not UTF-8; "" where nothing is likely enough.

    `lang` is its language where somebody said so: then only its own sets are asked, and little text is
    enough.
    """
    if wide := looks_like_utf16(data):
        return wide
    asked = _sets_of(lang) if lang else _ALL
    found = _best(data, asked)
    if not found or lang:
        return found
    text = data.decode(found)
    known = identify(text)
    if known.letters < _FEWEST_LETTERS or not known.language:
        return ""
    return found if found in _LATIN or found in _sets_of(known.language) else ""


def _sets_of(language: str) -> tuple[str, ...]:
    return _OF_LANGUAGE.get(language) or _OF_LANGUAGE.get(language.partition("-")[0], ("cp1252",))


def _best(data: bytes, sets: Iterable[str]) -> str:
    """The likeliest of `sets` in which every byte means something."""
    from charset_normalizer import from_bytes

    possible = {name: text for name in sets if (text := _plausible(data, name)) is not None}
    if len(possible) < 2:
        return next(iter(possible), "")
    ranked = from_bytes(data[:_LOOKED_AT], cp_isolation=list(possible)).best()
    name = next((n for n in possible if ranked is not None and _same(n, ranked.encoding)), "")
    if name and name not in _LATIN:
        return name
    if "cp1258" in possible and identify(unicodedata.normalize("NFC", possible["cp1258"])).language == "vi":
        return "cp1258"
    latin = [n for n in _LATIN if n in possible]
    return min(latin, key=lambda n: (_oddities(possible[n]), n != "cp1252", n != name), default=name)


def _same(left: str, right: str) -> bool:
    return re.sub(r"[^a-z0-9]", "", left.lower()) == re.sub(r"[^a-z0-9]", "", right.lower())


def _plausible(data: bytes, codec: str) -> str | None:
    """The beginning of the text; None when a byte has no meaning, or means a control or no character."""
    try:
        text = data.decode(codec)[:_LOOKED_AT]
    except UnicodeDecodeError:
        return None
    bad = any(unicodedata.category(c) in {"Cn", "Co", "Cc"} and c not in "\t\n\r\f\x1a" for c in text)
    return None if bad else text


def _oddities(text: str) -> int:
    """Signs where letters should be: `Pozna¹` is no word, so that set is not the one."""
    ends = re.findall(r"(?<=[^\W\d_])[¹²³¿¡¶¼½¾¥¦§¨¯¸](?!\w)", text)
    return len(_ODD_IN_WORD.findall(text)) + len(ends)
