"""Dates and weekdays as fifteen languages write them: Buddhist, Japanese and Minguo years counted in."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError

from dateline.languages.reading.characters import base_of

THAI_ERA: Final = 543
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_ARABIC_ALSO: Final = (
    "كانون الثاني=1 شباط=2 آذار=3 نيسان=4 أيار=5 حزيران=6 تموز=7 آب=8 أيلول=9 تشرين الأول=10 تشرين الثاني=11 "
    "كانون الأول=12 جانفي=1 فيفري=2 أفريل=4 جوان=6 جويلية=7 أوت=8 ابريل=4 اغسطس=8 اكتوبر=10"
)
_STEMS: Final = {  # any case ending follows
    "ru": "январ феврал март апрел ма[йяе] июн июл август сентябр октябр ноябр декабр",
}
_NAMED: Final = frozenset({"en", "ar", "th", "id", "ms", "de", "ru", "fr", "es", "pt"})
_WEEKDAYS: Final = {  # Monday first; alternatives by `|`
    "ko": "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
    "ja": "月曜|[（(]月[)）] 火曜|[（(]火[)）] 水曜|[（(]水[)）] 木曜|[（(]木[)）] 金曜|[（(]金[)）] 土曜|[（(]土[)）] 日曜|[（(]日[)）]",
    "zh": "星期一|(?<!一)[周週]一(?![年期次]) 星期二|[周週]二 星期三|[周週]三 星期四|[周週]四 星期五|[周週]五 星期六|[周週]六 "
    "星期[日天]|[周週]日",
    "vi": "thứ_hai thứ_ba thứ_tư thứ_năm thứ_sáu thứ_bảy chủ_nhật",
    "th": "วันจันทร์ วันอังคาร วันพุธ วันพฤหัส วันศุกร์ วันเสาร์ วันอาทิตย์",
    "ru": "понедельник вторник сред[ауеы](?!\\w) четверг(?!ово) пятниц суббот воскресень",
    "ar": "الاثنين|الإثنين الثلاثاء الأربعاء|الاربعاء الخميس الجمعة السبت الأحد(?=[ ،.]+\\d)|يوم_الأحد",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag|Sonnabend Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "pt": "segunda-feira terça(?:-feira)? quarta-feira quinta-feira sexta-feira sábado domingo",
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu (?-i:(?<=\\w_)Minggu)(?=,|_\\d)",
    "ms": "Isnin Selasa Rabu Khamis Jumaat Sabtu Ahad",
}


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is written: `year` and `day` may be None. `start`, `end` in the plain text."""

    year: int | None
    month: int
    day: int | None
    start: int
    end: int

    def fits(self, other: "Day") -> bool:
        """Whether both may mean the same day."""
        return (
            self.month == other.month
            and (self.day == other.day or None in (self.day, other.day))
            and (self.year == other.year or None in (self.year, other.year))
        )

    def __str__(self) -> str:
        year = f"{self.year:04}" if self.year else "----"
        return f"{year}-{self.month:02}" + (f"-{self.day:02}" if self.day else "")


@lru_cache(maxsize=32)
def _months(base: str) -> dict[str, int]:
    """Small-letter name -> month, full and abbreviated, in every form that CLDR knows."""
    names: dict[str, int] = {}
    try:
        months = Locale.parse(base).months
    except (UnknownLocaleError, ValueError):
        return names
    for context in ("stand-alone", "format"):
        for width in ("abbreviated", "wide"):
            for number, name in months[context][width].items():
                if len(name.strip(".")) > 2:
                    names[name.casefold().rstrip(".")] = number
    if base == "ar":
        pairs = re.findall(r"([^=]+)=(\d+) ?", _ARABIC_ALSO)
        names.update({name: int(number) for name, number in pairs})
    return names


@lru_cache(maxsize=32)
def _patterns(base: str) -> tuple[re.Pattern[str], ...]:
    numeric = re.compile(
        r"(?<![\d.,/-])(?P<y>(?:19|20|25)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?![\d-])"
    )
    if base in {"zh", "ja", "ko"}:
        y, m, d = {"ko": ("년", "월", "일")}.get(base, ("年", "月", "日"))
        era = "(?P<era>" + "|".join(_ERAS) + r")?\s?"
        return (
            re.compile(
                rf"(?:{era}(?<!\d)(?P<y>\d{{1,4}})\s?{y}\s?)?(?<!\d)(?P<m>\d{{1,2}})\s?{m}\s?(?P<d>\d{{1,2}})\s?{d}"
            ),
            re.compile(rf"{era}(?<!\d)(?P<y>\d{{1,4}})\s?{y}\s?(?P<m>\d{{1,2}})\s?{m}(?!\s?\d)"),
            numeric,
        )
    if base == "vi":
        return (
            re.compile(
                r"(?<!\d)(?P<d>\d{1,2})[ ]tháng[ ](?P<m>\d{1,2})(?:,?[ ](?:năm[ ])?(?P<y>\d{4}))?",
                re.IGNORECASE,
            ),
            re.compile(r"(?<!\d )(?<!\d\d )tháng[ ](?P<m>\d{1,2})[ ]năm[ ](?P<y>\d{4})", re.IGNORECASE),
            re.compile(r"(?<![\d.,/-])(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})(?!\d)"),
            numeric,
        )
    return (*_named_patterns(base), numeric)


def _named_patterns(base: str) -> tuple[re.Pattern[str], ...]:
    if base in _STEMS:
        month = rf"(?P<n>(?:{'|'.join(_STEMS[base].split())})[а-яё]{{0,3}})"
    elif names := _months(base):
        ordered = sorted(map(re.escape, names), key=len, reverse=True)
        month = rf"(?P<n>{'|'.join(ordered)})(?![^\W\d_])"
    else:
        return ()
    day = r"(?<![\d.,])(?P<d>\d{1,2})(?:\.|er|º|ª|st|nd|rd|th)?"
    of = r"(?:de[ ]|del[ ]|of[ ]|d[’'])?"
    year = rf"(?:\.?,?[ ]{of}(?:พ\.ศ\.[ ]|ค\.ศ\.[ ]|عام[ ])?(?P<y>\d{{4}})(?!\d))"
    flags = re.IGNORECASE
    patterns = [
        re.compile(rf"{day}[ ]{of}{month}{year}?", flags),
        re.compile(rf"(?<!\d )(?<!\d\d )(?<!\d\. )(?<!de ){month}{year}", flags),
    ]
    if base == "en":
        patterns.insert(
            0,
            re.compile(
                rf"{month}\.?[ ](?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:%])(?!,\d)(?:,?[ ](?P<y>\d{{4}})(?!\d))?",
                flags,
            ),
        )
    if base in {"de", "ru", "fr", "es", "pt", "id"}:
        patterns.append(
            re.compile(
                r"(?<![\d.,/-])(?P<d>\d{1,2})[./-](?P<m>0?[1-9]|1[0-2])[./-](?P<y>(?:19|20)\d\d)(?!\d)"
            )
        )
    return tuple(patterns)


def days_of(text: str, language: str) -> list[Day]:
    """Dates of `text`, which must be plain, in order.

    >>> [str(day) for day in days_of("14 กรกฎาคม 2569", "th")], [str(d) for d in days_of("令和8年7月14日", "ja")]
    (['2026-07-14'], ['2026-07-14'])
    """
    base = base_of(language)
    text = text.replace("\u00a0", " ").replace("\u202f", " ")
    found: list[Day] = []
    for pattern in _patterns(base):
        for match in pattern.finditer(text):
            if any(day.start < match.end() and match.start() < day.end for day in found):
                continue
            if (made := _day(match, base)) is not None:
                found.append(made)
    return sorted(found, key=lambda day: day.start)


def _day(match: re.Match[str], base: str) -> Day | None:
    parts = match.groupdict()
    month = int(parts["m"]) if parts.get("m") else _month_number(parts["n"], base)
    day = int(parts["d"]) if parts.get("d") else None
    year = int(parts["y"]) if parts.get("y") else None
    if year is not None:
        if parts.get("era"):
            year += _ERAS[parts["era"]]
        elif base == "th" and year > 2400:
            year -= THAI_ERA
        elif year < 1000:
            return None
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    return Day(year, month, day, match.start(), match.end())


def _month_number(name: str, base: str) -> int:
    if base in _STEMS:
        stems = _STEMS[base].split()
        return next((n for n, stem in enumerate(stems, 1) if re.match(stem, name, re.IGNORECASE)), 0)
    return _months(base).get(name.casefold().rstrip("."), 0)


@lru_cache(maxsize=32)
def _weekday_pattern(base: str) -> re.Pattern[str] | None:
    words = _WEEKDAYS.get(base, "").replace("_", "\u0001").split()
    if not words:
        return None
    groups = [f"(?P<w{number}>{word})" for number, word in enumerate(words)]
    latin = words[0][0].isascii() and words[0][0].isalpha()
    edge = r"(?<![^\W\d_])" if latin or base == "ru" else ""
    return re.compile(edge + "(?:" + "|".join(groups).replace("\u0001", " ") + ")", re.IGNORECASE)


def weekdays_of(text: str, language: str) -> list[tuple[int, int, int]]:
    """(weekday with Monday 0, start, end) of `text`.

    >>> [day for day, _, _ in weekdays_of("во вторник и в среду", "ru")]
    [1, 2]
    """
    pattern = _weekday_pattern(base_of(language))
    if pattern is None:
        return []
    return [(int(str(m.lastgroup)[1:]), m.start(), m.end()) for m in pattern.finditer(text)]


_NO_MONTHS: Final = frozenset(
    {
        "may",
        "mei",
        "mai",
        "mac",
        "mar",
        "آب",
        "ماي",
        "أوت",
        "sept",
        "set",
        "out",
        "dez",
        "ago",
        "jun",
        "jan",
        "okt",
    }
)
"""Names that are words as well, or too short to stand alone."""


@lru_cache(maxsize=32)
def _lone_pattern(base: str) -> re.Pattern[str] | None:
    if base in {"zh", "ja"}:
        return re.compile(r"(?<![\d個个箇カヶか])(?P<m>1[0-2]|[1-9])月(?![間间額额])")
    if base == "ko":
        return re.compile(r"(?<!\d)(?P<m>1[0-2]|[1-9])월")
    if base == "vi":
        return re.compile(r"tháng (?P<m>1[0-2]|[1-9])(?!\d)", re.IGNORECASE)
    if base in _STEMS:
        return re.compile(
            rf"(?<![^\W\d_])(?P<n>(?:{'|'.join(_STEMS[base].split())})[а-яё]{{1,3}})(?![^\W\d_])"
        )
    names = [re.escape(name) for name in _months(base) if len(name) > 3 and name not in _NO_MONTHS]
    if not names:
        return None
    lead = "[بولف]?" if base == "ar" else ""
    edge = "" if base == "th" else r"(?<![^\W\d_])"
    return re.compile(
        rf"{edge}{lead}(?P<n>{'|'.join(sorted(names, key=len, reverse=True))})(?![^\W\d_])", re.IGNORECASE
    )


def months_of(text: str, language: str) -> set[int]:
    """Months that plain text names, with a day, a year or neither.

    >>> sorted(months_of("vor Ende Oktober", "de")), sorted(months_of("10月末までに", "ja"))
    ([10], [10])
    """
    base = base_of(language)
    pattern = _lone_pattern(base)
    found = {day.month for day in days_of(text, language)}
    if pattern is None:
        return found
    for match in pattern.finditer(text):
        parts = match.groupdict()
        found.add(int(parts["m"]) if parts.get("m") else _month_number(parts["n"], base))
    return found - {0}
