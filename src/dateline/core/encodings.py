"""Character encodings that outlets ask for: transcoded exactly, or refused with the characters named."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from dateline.core.errors import BadInput

ENCODINGS: Final[Mapping[str, tuple[str, str]]] = {
    # Name as written in a declaration -> (Python's codec, byte order mark as Python text "" or U+FEFF).
    "utf-8": ("utf-8", ""),
    "utf-16": ("utf-16-le", "\ufeff"),
    "utf-16le": ("utf-16-le", ""),
    "utf-16be": ("utf-16-be", ""),
    "us-ascii": ("ascii", ""),
    "iso-8859-1": ("iso8859-1", ""),
    "iso-8859-2": ("iso8859-2", ""),
    "iso-8859-5": ("iso8859-5", ""),
    "iso-8859-6": ("iso8859-6", ""),
    "iso-8859-7": ("iso8859-7", ""),
    "iso-8859-8": ("iso8859-8", ""),
    "iso-8859-9": ("iso8859-9", ""),
    "iso-8859-15": ("iso8859-15", ""),
    **{f"windows-125{n}": (f"cp125{n}", "") for n in range(9)},
    "windows-874": ("cp874", ""),
    "tis-620": ("tis-620", ""),
    "koi8-r": ("koi8-r", ""),
    "shift_jis": ("shift_jis", ""),
    "windows-31j": ("cp932", ""),
    "euc-jp": ("euc_jp", ""),
    "euc-kr": ("euc_kr", ""),
    "windows-949": ("cp949", ""),
    "gb2312": ("gb2312", ""),
    "gbk": ("gbk", ""),
    "gb18030": ("gb18030", ""),
    "big5": ("big5", ""),
    "big5-hkscs": ("big5hkscs", ""),
}
"""Names are those of the IANA registry, in small letters, as XML and HTML declare them."""

_ALIASES: Final[Mapping[str, str]] = {
    "": "utf-8",
    "utf8": "utf-8",
    "utf16": "utf-16",
    "utf-16-le": "utf-16le",
    "utf-16-be": "utf-16be",
    "ascii": "us-ascii",
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "latin-9": "iso-8859-15",
    **{f"cp125{n}": f"windows-125{n}" for n in range(9)},
    "cp874": "windows-874",
    "tis620": "tis-620",
    "sjis": "shift_jis",
    "shift-jis": "shift_jis",
    "cp932": "windows-31j",
    "cp949": "windows-949",
    "uhc": "windows-949",
    "euckr": "euc-kr",
    "eucjp": "euc-jp",
    "euc_kr": "euc-kr",
    "euc_jp": "euc-jp",
}
_NAMED: Final = 5
"""Characters that a refusal names; the rest are counted."""


def encoding_name(written: str) -> str:
    """The registry's name of an encoding, `utf-8` for none. Raises BadInput listing those that exist."""
    name = written.strip().lower()
    name = _ALIASES.get(name, name)
    if name not in ENCODINGS:
        raise BadInput(f"'{written}' is not an encoding that file drops know; use {', '.join(ENCODINGS)}")
    return name


def transcoded(text: str, name: str) -> bytes:
    """`text` in the encoding called `name`, exactly: what comes back when it is read is the same text.

    Raises BadInput naming the characters that the encoding does not have. Nothing is ever replaced, also not
    where Python's codec would (U+00A5 in Shift_JIS becomes the byte of a backslash).
    """
    codec, mark = ENCODINGS[encoding_name(name)]
    try:
        data = text.encode(codec)
        if data.decode(codec) == text:
            return mark.encode(codec) + data
    except UnicodeError:
        pass
    raise BadInput(f"{encoding_name(name)} has no {_named(text, codec)}; choose utf-8 for this outlet")


def _named(text: str, codec: str) -> str:
    """The characters that do not survive, most telling first: as they stand in the text."""
    missing = [char for char in dict.fromkeys(text) if not _survives(char, codec)]
    shown = [f"U+{ord(char):04X} {unicodedata.name(char, 'without a name')}" for char in missing[:_NAMED]]
    more = len(missing) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _survives(char: str, codec: str) -> bool:
    try:
        return char.encode(codec).decode(codec) == char
    except UnicodeError:
        return False
