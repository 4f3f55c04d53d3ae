"""Instants as readers of each language write them, always with their zone."""

from datetime import date, datetime

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton

from dateline.core.clock import Instant

# Between date and hour; a Latin comma where nothing else is said.
_JOINED = {"ar": "، ", "ja": " ", "ko": " ", "zh-Hans": " ", "zh-Hant": " ", "th": " "}

_BUDDHIST_ERA = 543


def babel_locale(language: str) -> Locale:
    """Babel's locale for a stored tag; English where Babel has none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def long_date(day: date, language: str) -> str:
    """`November 24, 2026` in the language's long form; Thai counts years from the Buddha, as its press
    does.
    """
    locale = babel_locale(language)
    if language == "th":
        return f"{format_date(day, format='d MMMM', locale=locale)} {day.year + _BUDDHIST_ERA}"
    return str(format_date(day, format="long", locale=locale))


def short_time(at: datetime, language: str, *, weekday: bool = False) -> str:
    """`24 Nov 2026, 09:05:00` on the clock that `at` is given in; with the day of the week on request."""
    local, locale = at.replace(tzinfo=None), babel_locale(language)
    base = language.partition("-")[0]
    if base == "en":
        day = format_datetime(local, "EEE d MMM y" if weekday else "d MMM y", locale=locale)
    elif base == "th":
        month = format_skeleton("MMMEd" if weekday else "MMMd", local, locale=locale)
        day = f"{month} {at.year + _BUDDHIST_ERA}"
    else:
        day = format_skeleton("yMMMEd" if weekday else "yMMMd", local, locale=locale)
    return f"{day}{_JOINED.get(language, ', ')}{at:%H:%M:%S}"


def long_time(at: Instant, language: str) -> str:
    """Date, hour and zone: `November 24, 2026, 00:00 UTC`."""
    return f"{long_date(at.date(), language)}{_JOINED.get(language, ', ')}{at:%H:%M} UTC"
