"""Datelines: place, date and source that open a release, written and recognised in the form of each language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

_MONTHS: Final[dict[str, str]] = {
    "en": "January February March April May June July August September October November December",
    "vi": "1 2 3 4 5 6 7 8 9 10 11 12",
    "th": "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember",
    "ms": "Januari Februari Mac April Mei Jun Julai Ogos September Oktober November Disember",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
_ALSO: Final[dict[str, int]] = {  # other spellings of months; Levantine and Maghrebi names beside the Egyptian ones
    "كانون الثاني": 1, "شباط": 2, "آذار": 3, "نيسان": 4, "أيار": 5, "حزيران": 6, "تموز": 7, "آب": 8, "أيلول": 9,
    "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12, "جانفي": 1, "فيفري": 2, "أفريل": 4, "ماي": 5, "جوان": 6,
    "جويلية": 7, "أوت": 8, "ابريل": 4, "اغسطس": 8, "اكتوبر": 10, "setiembre": 9, "sept": 9, "jan": 1, "feb": 2, "mar": 3,
    "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12, "dez": 12, "okt": 10, "ago": 8,
}  # fmt: skip
_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩０１２３４５６７８９", "01234567890123456789")
_THAI_ERA = 543  # the Buddhist year that the Thai press writes
_LONGEST_PLACE = 60
_LONGEST_HEAD = 160


@dataclass(frozen=True, slots=True)
class ParsedDateline:
    """What opened the paragraph. `rest` is the text after it; `date` and `source` are empty where not written."""

    place: str
    date: date | None
    source: str
    rest: str
    language: str


def _month_numbers() -> dict[str, int]:
    numbers = dict(_ALSO)
    for names in _MONTHS.values():
        for number, name in enumerate(names.split(), 1):
            if not name.isdigit():
                numbers[name.casefold()] = number
    return numbers


_MONTH_NUMBER: Final = _month_numbers()
_MONTH = "|".join(sorted((re.escape(name) for name in _MONTH_NUMBER), key=len, reverse=True))


def _base(language: str) -> str:
    return language.split("-", maxsplit=1)[0]


def format_dateline(place: str, on: date, source: str, language: str) -> str:
    """The dateline as the language's press writes it, up to and including the dash that ends it."""
    base = _base(language)
    name = f" /{source}/" if source else ""
    if base == "ko":
        head = f"({place}={source})" if source else f"({place})"
        return f"{head} {on.year}년 {on.month}월 {on.day}일 --"
    if base == "ja":
        return f"【{place}{on.year}年{on.month}月{on.day}日】"
    if base == "zh":
        return f"{place}{on.year}年{on.month}月{on.day}日{name} --"
    month = _MONTHS[base].split()[on.month - 1] if base in _MONTHS else ""
    written = {
        "en": f"{place.upper()}, {month} {on.day}, {on.year}",
        "ar": f"{place}، {on.day} {month} {on.year}",
        "vi": f"{place.upper()}, ngày {on.day} tháng {on.month} năm {on.year}",
        "th": f"{place}, {on.day} {month} {on.year + _THAI_ERA}",
        "de": f"{place.upper()}, {on.day}. {month} {on.year}",
        "ru": f"{place.upper()}, {on.day} {month} {on.year} г.",
        "es": f"{place.upper()}, {on.day} de {month} de {on.year}",
        "pt": f"{place.upper()}, {on.day} de {month} de {on.year}",
        "fr": f"{place.upper()}, {on.day} {month} {on.year}",
        "id": f"{place.upper()}, {on.day} {month} {on.year}",
        "ms": f"{place.upper()}, {on.day} {month} {on.year}",
    }.get(base) or f"{place.upper()}, {_MONTHS['en'].split()[on.month - 1]} {on.day}, {on.year}"
    return f"{written}{name} --"


_PLACE = r"(?P<place>[^\d/=()【】:;!?\n]{1,60}?)"
_SOURCE = r"(?:\s*[/(（]\s*(?P<source>[^/()（）\n]{2,40}?)\s*[/)）])?"
_END = r"\s*(?:--|—|–|―|ー|-(?=\s)|:(?=\s))\s*"
_DAY_MONTH = rf"(?P<day>\d{{1,2}})(?:\.|er|º|\s+de|\s+ngày)?\s+(?P<month>{_MONTH})\.?(?:\s+de|,)?\s+(?P<year>\d{{4}})(?:\s*г\.?)?"
_MONTH_DAY = rf"(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:,\s*|\s+)(?P<year>\d{{4}})"
_VIETNAMESE = r"(?:ngày\s+)?(?P<day>\d{1,2})\s+tháng\s+(?P<nmonth>\d{1,2})(?:,|\s+năm)?\s+(?P<year>\d{4})"
_NUMERIC = r"(?P<year>\d{4})[-/.](?P<nmonth>\d{1,2})[-/.](?P<day>\d{1,2})"
_DATES = (_MONTH_DAY, _DAY_MONTH, _VIETNAMESE, _NUMERIC)

_PATTERNS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("ko", re.compile(r"^[(\[（]\s*(?P<place>[^=()\[\]\d]{1,40}?)\s*(?:=\s*(?P<source>[^()\[\]]{1,40}?))?\s*[)\]）]\s*(?P<year>\d{4})년\s*(?P<nmonth>\d{1,2})월\s*(?P<day>\d{1,2})일" + _END)),
    ("ja", re.compile(r"^【\s*(?P<place>[^】\d]{1,40}?)\s*[、,]?\s*(?P<year>\d{4})年\s*(?P<nmonth>\d{1,2})月\s*(?P<day>\d{1,2})日\s*(?:[/=＝]\s*(?P<source>[^】]{1,40}?)\s*/?)?\s*】\s*(?:[-—–]+\s*)?")),
    ("zh", re.compile(r"^(?P<place>[^\d\s，,。:：/]{1,20}?)\s*[，,]?\s*(?P<year>\d{4})年\s*(?P<nmonth>\d{1,2})月\s*(?P<day>\d{1,2})日" + _SOURCE + r"\s*(?:--|—+|–|-)\s*")),
    *(("", re.compile(rf"^{_PLACE}\s*[,،]\s*{form}{_SOURCE}{_END}", re.IGNORECASE)) for form in _DATES),
    *(("", re.compile(rf"^{_PLACE}\s*[(（]\s*{form}\s*[)）]{_SOURCE}{_END}", re.IGNORECASE)) for form in _DATES),
)  # fmt: skip
# A place and a wire without a date: only when the source stands in slashes, as an ordinary sentence never does.
_UNDATED: Final = re.compile(rf"^{_PLACE}\s*/\s*(?P<source>[^/\n]{{2,40}}?)\s*/{_END}")


def parse_dateline(text: str, language: str | None = None) -> ParsedDateline | None:
    """The dateline that opens `text`, or None when it opens like any other sentence.

    Dashes of every kind, missing source, abbreviated months, numeric dates, Eastern digits and Buddhist years are
    understood. `language` is a hint that settles the year of Thai dates.
    """
    stripped = text.lstrip()
    head, tail = stripped[:_LONGEST_HEAD].translate(_DIGITS), stripped[_LONGEST_HEAD:]
    for spoken, found in _matches(head):
        place = found["place"].strip(" ,،-–—")
        if not place or len(place) > _LONGEST_PLACE or place.count(" ") > 6:
            continue
        on = _date_of(found, _base(language) if language else spoken)
        if on is None and "year" in found.groupdict():
            continue
        source = (found["source"] or "").strip()
        rest = stripped[found.end() : _LONGEST_HEAD] + tail
        return ParsedDateline(place, on, source, rest.strip(), spoken or (language or ""))
    return None


def _matches(head: str) -> Iterator[tuple[str, re.Match[str]]]:
    for spoken, pattern in (*_PATTERNS, ("", _UNDATED)):
        if found := pattern.match(head):
            yield spoken, found


def _date_of(found: re.Match[str], base: str) -> date | None:
    parts = found.groupdict()
    if not parts.get("year"):
        return None
    month = int(parts["nmonth"]) if parts.get("nmonth") else _MONTH_NUMBER[parts["month"].casefold()]
    year = int(parts["year"])
    if base == "th" or year > 2400:
        year = year - _THAI_ERA if year > 2400 else year
    try:
        return date(year, month, int(parts["day"]))
    except ValueError:
        return None
