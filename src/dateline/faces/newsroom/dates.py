"""Instants as readers of each language write them, always with their zone."""

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_datetime

from dateline.core.clock import Instant


def babel_locale(language: str) -> Locale:
    """Babel's locale for a stored tag; English where Babel has none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en")


def long_time(at: Instant, language: str) -> str:
    """Date and time in UTC in the language's long form."""
    text: str = format_datetime(at, format="long", tzinfo=None, locale=babel_locale(language))
    return text
