"""Numbers of a translation agree with those of its original."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from dateline.core.words import Edition, Finding, Severity
from dateline.languages.check import is_notice, texts

SMALL = 12
"""Up to here numbers are often written as words."""
_COMMA_DECIMAL: Final = frozenset({"vi", "id", "de", "ru", "fr", "es", "pt"})
_SCALES: Final[Mapping[str, str]] = {
    "en": "thousand 3 million 6 mn 6 billion 9 bn 9 trillion 12",
    "de": "Tausend 3 Millionen 6 Million 6 Mio. 6 Mio 6 Milliarden 9 Milliarde 9 Mrd. 9 Mrd 9 "
    "Billionen 12 Billion 12",
    "fr": "mille 3 millions 6 million 6 milliards 9 milliard 9 Md 9 billions 12 billion 12",
    "es": "mil_millones 9 mil 3 millones 6 millón 6 billones 12 billón 12",
    "pt": "mil_milhões 9 mil 3 milhões 6 milhão 6 bilhões 9 bilhão 9 trilhões 12 trilhão 12 biliões 12",
    "ru": "тысяч 3 тыс. 3 миллион 6 млн 6 миллиард 9 млрд 9 триллион 12 трлн 12",
    "ar": "ألف 3 آلاف 3 مليون 6 ملايين 6 مليار 9 مليارات 9 تريليون 12",
    "id": "ribu 3 juta 6 miliar 9 triliun 12",
    "ms": "ribu 3 juta 6 bilion 9 trilion 12",
    "vi": "nghìn_tỷ 12 nghìn 3 ngàn 3 triệu 6 tỷ 9 tỉ 9",
    "th": "ล้านล้าน 12 แสนล้าน 11 หมื่นล้าน 10 พันล้าน 9 ร้อยล้าน 8 สิบล้าน 7 ล้าน 6 แสน 5 หมื่น 4 พัน 3",
    "zh": "万亿 12 萬億 12 千亿 11 千億 11 百亿 10 百億 10 "
    "十亿 9 十億 9 亿 8 億 8 千万 7 千萬 7 百万 6 百萬 6 十万 5 十萬 5 万 4 萬 4 千 3",
    "ja": "兆 12 億 8 千万 7 百万 6 万 4 千 3",
    "ko": "조 12 천억 11 억 8 천만 7 백만 6 만 4 천 3",
}
_CHAINING: Final = frozenset({"zh", "ja", "ko"})
_NUMBER = re.compile(r"\d+(?:[.,\u066b\u066c'’ \u00a0\u202f\u2009]\d+)*")
# Addresses and names of products such as HB-7; a currency glued to its sum (`Rp320.000`, `USD20`) is none.
_ADDRESS = re.compile(
    r"https?://\S+|\S{1,100}@\S{1,100}"
    r"|(?!\b(?:Rp|RM|[A-Z]{3})\d)\b[A-Za-z]{1,40}[-_]?\d{1,40}[A-Za-z0-9-]*"
    r"|\d{1,40}[A-Za-z]{2,40}\d[A-Za-z0-9]*"
)
_CURRENCY = re.compile(r"\b(?:Rp|RM|[A-Z]{3})(?=\d)")
_UNITS_AFTER_SCALE: Final = frozenset("瓦克米卡赫")
"""`900千瓦` are kilowatts, not nine hundred thousand."""


class NumberCheck:
    """Values of the original that the translation does not show, integers up to 12 aside (warn)."""

    code = "numbers"
    severity: Severity = "warn"
    about = "Every number of the original stands in the translation, scale words counted in."

    def find(self, edition: Edition, source: Edition | None) -> Iterator[Finding]:
        """
        >>> from dateline.core.words import Block, Run
        >>> from dateline.languages.tests.editions import edition
        >>> english = edition(blocks=(Block("paragraph", runs=(Run("Sales of 3.2 billion won"),)),))
        >>> korean = edition(language="ko", blocks=(Block("paragraph", runs=(Run("매출 32억 원"),)),))
        >>> list(NumberCheck().find(korean, english))
        []
        >>> [f.code for f in NumberCheck().find(edition(language="ko"), english)]
        ['numbers-differ']
        """
        if source is None or is_notice(edition):
            return
        wanted = _values(source)
        there = _values(edition)
        missing = [
            value
            for value in wanted
            if value not in there and value - 543 not in there and value + 543 not in there
        ]
        if missing:
            shown = ", ".join(f"{value:f}" for value in missing[:8])
            yield Finding(
                "numbers-differ", "warn", "blocks", f"numbers of the original not found here: {shown}"
            )


def _values(edition: Edition) -> Counter[Decimal]:
    body = "\n".join(
        text for where, text in texts(edition) if where.startswith(("headline", "subhead", "blocks"))
    )
    return Counter(value for value in numbers_in(body, edition.language) if value > SMALL or value % 1)


def numbers_in(text: str, language: str) -> Iterator[Decimal]:
    """Values written with digits, times the scale word behind them.

    >>> [str(value) for value in numbers_in("1,5 Mio. Euro und 2026", "de")]
    ['1500000', '2026']
    """
    base = language.split("-", maxsplit=1)[0]
    text = "".join(
        str(unicodedata.decimal(c)) if c.isdecimal() else c
        for c in unicodedata.normalize("NFKC", _ADDRESS.sub(" ", _CURRENCY.sub(" ", text)))
    )
    scales = _scales(base)
    carried: Decimal | None = None
    end = -1
    for match in _NUMBER.finditer(text):
        value = _value(match[0].strip(), base)
        if value is None:
            continue
        word, exponent = _scale_after(text[match.end() : match.end() + 24], scales)
        value = (value * 10**exponent).normalize() + 0
        chained = carried is not None and base in _CHAINING and text[end : match.start()].strip() == ""
        if carried is not None and not chained:
            yield carried
        value = value + carried if chained and carried is not None else value
        carried, end = (value, match.end() + word) if exponent and base in _CHAINING else (None, -1)
        if carried is None:
            yield value
    if carried is not None:
        yield carried


def _scales(base: str) -> list[tuple[str, int]]:
    parts = _SCALES.get(base, "").split()
    pairs = [
        (word.replace("_", " ").casefold(), int(power))
        for word, power in zip(parts[::2], parts[1::2], strict=True)
    ]
    return sorted(pairs, key=lambda pair: -len(pair[0]))


def _scale_after(text: str, scales: list[tuple[str, int]]) -> tuple[int, int]:
    """(characters used, power of ten)."""
    tail = text.lstrip(" \u00a0\u202f-").casefold()
    gap = len(text) - len(tail)
    for word, power in scales:
        if tail.startswith(word) and _ends_there(word, tail[len(word) : len(word) + 1]):
            return gap + len(word), power
    return 0, 0


def _ends_there(word: str, following: str) -> bool:
    """Whether the scale word ends before `following`: `25 mil` does, `25 millas` does not. Cyrillic and
    Arabic words may go on with their endings, unsegmented scripts with the next word.
    """
    if unicodedata.name(word[0], "").startswith("LATIN"):
        return not following.isalpha()
    return following not in _UNITS_AFTER_SCALE


def _value(text: str, base: str) -> Decimal | None:
    plain = re.sub(r"['’\u066c \u00a0\u202f\u2009]", "", text).replace("\u066b", ".")
    marks = [mark for mark in ".," if mark in plain]
    decimal = "," if base in _COMMA_DECIMAL else "."
    if len(marks) == 2:
        decimal = max(marks, key=plain.rfind)
    elif marks and marks[0] != decimal and not re.fullmatch(rf"\d{{1,3}}(?:\{marks[0]}\d{{3}})+", plain):
        decimal = marks[0]
    grouping = "," if decimal == "." else "."
    try:
        return Decimal(plain.replace(grouping, "").replace(decimal, ".", 1)).normalize() + 0
    except InvalidOperation:
        return None


CHECK = NumberCheck()
