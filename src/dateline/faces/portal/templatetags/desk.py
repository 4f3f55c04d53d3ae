"""Template words of the signed-in faces: numbers, times, languages and states in the reader's locale."""

import re
from typing import Any

from babel.dates import format_datetime
from babel.numbers import format_decimal
from django import template
from django.utils.translation import get_language

from dateline.core import languages, sectors
from dateline.core.clock import Instant, iso_z
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.dates import babel_locale
from dateline.faces.portal import states

register = template.Library()


def _interface() -> str:
    return get_language() or "en"


@register.filter
def number(value: Any) -> str:
    """A count with the locale's digits and grouping; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return str(format_decimal(value, locale=babel_locale(_interface())))


@register.filter
def iso(at: Instant) -> str:
    """RFC 3339 with milliseconds."""
    return iso_z(at)


@register.filter
def utc(at: Instant) -> str:
    """`24 Nov 2026, 00:00:00 UTC` in the interface's language."""
    return f"{format_datetime(at, 'd MMM y, HH:mm:ss', locale=babel_locale(_interface()))} UTC"


@register.filter
def autonym(tag: str) -> str:
    """The language's own name."""
    return languages.autonym(tag)


@register.filter
def dir_of(tag: str) -> str:
    """`ltr` or `rtl` of text in the language."""
    return languages.direction(tag)


@register.filter
def country(code: str) -> str:
    """The country's name in the interface's language."""
    return country_name(code, _interface())


@register.filter
def sector(code: str) -> str:
    """The sector's label."""
    return sectors.label(code, _interface())


@register.filter
def state_word(state: str) -> str:
    """The word people read for a state of a release or delivery."""
    return states.word(state)


@register.filter
def tone(state: str) -> str:
    """good, waiting, bad or plain: the look adds an icon to each, so that colour is never alone."""
    return states.tone(state)


@register.filter
def anchor(where: str) -> str:
    """The id of the place that a finding names: `blocks[3].attribution` is at `blocks-3`."""
    if found := re.match(r"(blocks|boilerplate|contacts)\[(\d+)\]", where):
        return f"{found[1]}-{found[2]}"
    word = re.match(r"[a-z]+", where)
    return word[0] if word and word[0] in _PLACES else "text"


_PLACES = frozenset(
    {
        "headline",
        "subhead",
        "byline",
        "dateline",
        "disclaimer",
        "contacts",
        "media",
        "boilerplate",
        "sections",
    }
)


@register.filter
def entry(mapping: Any, key: str) -> Any:
    """`mapping[key]`, or nothing."""
    return mapping.get(key) if mapping else None
