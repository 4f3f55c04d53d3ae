"""Template words of the signed-in faces: numbers, times, languages and states in the reader's locale."""

import re
from typing import Any

from babel.numbers import format_decimal
from django import template

from dateline.core import languages, sectors
from dateline.core.clock import Instant, iso_z
from dateline.core.sector_words import sector_link
from dateline.faces.interface import spoken
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.dates import babel_locale, short_time
from dateline.faces.portal import states, words

register = template.Library()


@register.filter
def number(value: Any) -> str:
    """A count with the locale's digits and grouping; anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return str(format_decimal(value, locale=babel_locale(spoken())))


@register.filter
def iso(at: Instant) -> str:
    """RFC 3339 with milliseconds."""
    return iso_z(at)


@register.filter
def utc(at: Instant) -> str:
    """`24 Nov 2026, 00:00:00 UTC` in the interface's language."""
    return f"{short_time(at, spoken())} UTC"


@register.filter
def autonym(tag: str) -> str:
    """The language's own name."""
    return languages.autonym(tag)


@register.filter
def dir_of(tag: str) -> str:
    """`ltr` or `rtl` of text in the language."""
    return languages.direction(tag)


@register.filter
def isolated(text: str) -> str:
    """Words as written in an interface from right to left: a run of their own direction (FSI, PDI)."""
    return f"\u2068{text}\u2069" if languages.direction(spoken()) == "rtl" else text


@register.simple_tag
def comma() -> str:
    """What stands between the members of a list, with its space."""
    return _COMMAS.get(spoken().partition("-")[0], ", ")


@register.simple_tag
def stop() -> str:
    """What stands between two sentences, with its space."""
    return "\u3002" if spoken().partition("-")[0] in {"ja", "zh"} else ". "


_COMMAS = {"ar": "\u060c ", "ja": "\u3001", "zh": "\u3001"}


@register.filter
def country(code: str) -> str:
    """The country's name in the interface's language."""
    return country_name(code, spoken())


@register.filter
def sector(code: str) -> str:
    """The sector's label: in the interface's language where there are words for this very sector."""
    told = sector_link(code, spoken())
    return told.words if told.slug == sectors.slug(code) else sectors.label(code, spoken())


@register.filter
def state_word(state: str) -> str:
    """The word people read for a state of a release or delivery."""
    return states.word(state)


@register.filter
def part(kind: str) -> str:
    """What a part of a text is called."""
    return words.part(kind)


@register.filter
def channel(kind: str) -> str:
    """What a channel is called."""
    return words.channel(kind)


@register.filter
def recipient_kind(kind: str) -> str:
    """What a kind of recipient is called."""
    return words.recipient(kind)


@register.filter
def version_kind(kind: str) -> str:
    """What a kind of version is called."""
    return words.version(kind)


@register.filter
def act(name: str) -> str:
    """What was done, as the history says it."""
    return words.act(name)


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
