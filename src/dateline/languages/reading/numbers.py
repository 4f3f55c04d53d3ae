"""Numbers with the scale word behind them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from dateline.languages.reading.characters import base_of, plain
from dateline.languages.reading.scales import myriad_of, powers, scale_pattern

COMMA_DECIMAL: Final = frozenset({"vi", "id", "de", "ru", "fr", "es", "pt"})
CHAINING: Final = frozenset({"zh", "ja", "ko"})
_SPACED: Final = frozenset({"fr", "ru", "de", "es", "pt"})
# Addresses, phones and names of products such as HB-7; a currency glued to its sum (`Rp320.000`) is none.
MASKED: Final = re.compile(
    r"https?://[^\s\u3000-\u303f\uff00-\uffef]+|[\w.+-]{1,64}@[\w.-]{1,100}|(?<![\w.])www\.[\w./-]+"
    r"|\+\d[\d ()/.\u00a0-]{5,20}\d"
    r"|(?<![A-Za-z0-9])(?!(?:Rp|RM|[A-Z]{3}|[A-Z]{1,2}\$)\.?\d)[A-Za-z]{1,40}[-_]?\d{1,40}[A-Za-z0-9-]*"
    r"|(?<![\d.,])\d{1,40}[A-Za-z]{2,40}\d[A-Za-z0-9]*"
)


@dataclass(frozen=True, slots=True)
class Number:
    """`value` as the language writes it, `other` under the other convention of separators; `start` and `end`
    in the plain text, scale word included, `digits_end` without it.
    """

    value: Decimal
    other: Decimal
    start: int
    end: int
    digits_end: int
    scaled: bool = False


@lru_cache(maxsize=32)
def _pattern(base: str) -> re.Pattern[str]:
    gap = " \u00a0\u202f" if base in _SPACED else "\u00a0\u202f"
    digits = (
        rf"(?<![\d.,])\d{{1,3}}(?:[{gap}]\d{{3}})+(?!\d)(?:[.,]\d+)?"
        r"|\d{1,3}(?:['’]\d{3})+(?:\.\d+)?"
        "|\\d+(?:[.,\u066b\u066c]\\d+)*"
    )
    return re.compile(rf"(?P<n>{digits})(?:[ \u00a0\u202f-]?{scale_pattern(base)})?", re.IGNORECASE)


def masked(text: str) -> str:
    """Plain text of the same length with addresses, phones and product names blanked."""
    return MASKED.sub(lambda match: " " * len(match[0]), text)


def numbers_of(text: str, language: str) -> Iterator[Number]:
    """Numbers of `text`, which must be plain (`characters.plain`).

    >>> [str(n.value) for n in numbers_of("1億2000万円と1,5", "ja")]
    ['120000000', '1.5']
    """
    base = base_of(language)
    scale = powers(base)
    pending: Number | None = None
    floor = 0
    for match in _pattern(base).finditer(masked(text)):
        value, other = value_of(match["n"], base), value_of(match["n"], _opposite(base))
        if value is None or other is None:
            continue
        word = (match["scale"] or "").casefold()
        power = _power(word, scale) if word else 0
        found = Number(
            _times(value, power), _times(other, power), match.start(), match.end(), match.end("n"), bool(word)
        )
        if pending is not None:
            total = _joined(pending, found, floor, power, word) if _touch(text, pending, found) else None
            if total is not None:
                found = Number(total, total, pending.start, found.end, found.digits_end, scaled=True)
            else:
                yield pending
        pending, floor = (found, power) if word and base in CHAINING else (None, 0)
        if pending is None:
            yield found
    if pending is not None:
        yield pending


def _touch(text: str, left: Number, right: Number) -> bool:
    return text[left.end : right.start].strip() == ""


def _joined(left: Number, right: Number, floor: int, power: int, word: str) -> Decimal | None:
    """1억 2000만 adds downwards, 3백 7십만 shares its myriad; None where two numbers merely stand together."""
    if power < floor and right.value < 10**floor:
        return left.value + right.value
    if floor < 4 and (myriad := myriad_of(word)):
        return left.value * Decimal(10) ** myriad + right.value
    return None


def _power(word: str, scale: dict[str, int]) -> int:
    word = re.sub(r"[\u00a0\u202f]", " ", word)
    while word not in scale and len(word) > 1:
        word = word[:-1]
    return scale.get(word, 0)


def _times(value: Decimal, power: int) -> Decimal:
    return (value * Decimal(10) ** power).normalize() + 0


def _opposite(base: str) -> str:
    return "en" if base in COMMA_DECIMAL else "de"


def value_of(text: str, base: str) -> Decimal | None:
    """The value of digits with separators, as the language `base` reads them."""
    bare = re.sub("['’\u066c \u00a0\u202f]", "", text).replace("\u066b", ".")
    marks = [mark for mark in ".," if mark in bare]
    decimal = "," if base in COMMA_DECIMAL else "."
    if len(marks) == 2:
        decimal = max(marks, key=bare.rfind)
    elif marks and bare.count(marks[0]) > 1:
        decimal = "," if marks[0] == "." else "."
    elif marks and marks[0] != decimal and not re.fullmatch(rf"\d{{1,3}}\{marks[0]}\d{{3}}", bare):
        decimal = marks[0]
    grouping = "," if decimal == "." else "."
    try:
        return Decimal(bare.replace(grouping, "").replace(decimal, ".", 1)).normalize() + 0
    except InvalidOperation:
        return None


def numbers_in(text: str, language: str) -> Iterator[Decimal]:
    """The values of a text, read on its own.

    >>> [str(value) for value in numbers_in("1,5 Mio. Euro und 2026", "de")]
    ['1500000', '2026']
    """
    return (number.value for number in numbers_of(plain(text), language))
