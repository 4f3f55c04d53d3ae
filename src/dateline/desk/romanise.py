"""Writes words of other scripts in ASCII letters where a letter-by-letter rule reads well: Latin with marks,
Cyrillic, Hangul.
"""

import unicodedata
from typing import Final

_LATIN: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i",
        "ħ": "h", "ŋ": "ng",
    }
)  # fmt: skip
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_CYRILLIC: Final = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ё": "yo", "ж": "zh", "з": "z", "и": "i",
        "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t",
        "у": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y",
        "ь": "", "э": "e", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u",
    }
)  # fmt: skip

# Revised Romanisation of Korean (2000), syllable by syllable, without the sound changes between syllables.
_INITIALS: Final = (
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h",
)  # fmt: skip
_VOWELS: Final = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi",
    "yu", "eu", "ui", "i",
)  # fmt: skip
_FINALS: Final = (
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t",
    "ng", "t", "t", "k", "t", "p", "t",
)  # fmt: skip
_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3


def romanised(text: str, language: str = "") -> str:
    """`text` in lower case, with what has no rule (Han, Kana, Arabic, Thai ...) left as it is.

    >>> romanised("Škoda öffnet Werk in São Paulo", "de")
    'skoda oeffnet werk in sao paulo'
    >>> romanised("Новый завод"), romanised("서울 박물관")
    ('novyy zavod', 'seoul bakmulgwan')
    """
    text = unicodedata.normalize("NFC", text).lower()
    if language.partition("-")[0] == "de":
        text = text.translate(_GERMAN)
    text = "".join(_syllable(c) for c in text.translate(_CYRILLIC))
    letters = unicodedata.normalize("NFKD", text.translate(_LATIN))
    return "".join(c for c in letters if not unicodedata.combining(c))


def _syllable(character: str) -> str:
    code = ord(character)
    if not _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE:
        return character
    initial, rest = divmod(code - _FIRST_SYLLABLE, 21 * 28)
    vowel, final = divmod(rest, 28)
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
