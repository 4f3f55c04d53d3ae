"""Template words of the newsroom."""

from typing import Final

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from dateline.core.clock import Instant, iso_z
from dateline.core.phrases import phrase
from dateline.core.words import Edition
from dateline.faces.newsroom import dates
from dateline.faces.newsroom.breaks import with_breaks, with_hits
from dateline.wire import services as wire

register = template.Library()
_SUMMARY: Final = 280


@register.filter
def iso(at: Instant) -> str:
    """RFC 3339 with milliseconds."""
    return iso_z(at)


@register.simple_tag
def long_time(at: Instant, language: str) -> str:
    """Date and time in the reader's language, with zone."""
    return dates.long_time(at, language)


@register.simple_tag
def long_date(at: Instant, language: str) -> str:
    """The day in the reader's language, UTC."""
    return dates.long_date(at.date(), language)


@register.simple_tag
def label_text(label: str, edition: Edition) -> str:
    """A label in the edition's language."""
    return phrase(f"label.{label}", edition.language, provider=edition.provider)


@register.filter
def breaks(text: str, language: str) -> SafeString:
    """The text, escaped, with hints where a line may break in scripts without blanks."""
    return mark_safe(with_breaks(text, language))  # noqa: S308  with_breaks escapes every part


@register.simple_tag
def marked(text: str, query: str, language: str) -> SafeString:
    """The text, escaped, with what the query found in it marked."""
    return mark_safe(with_hits(text, language, wire.hits(text, query, language)))  # noqa: S308  escapes all


@register.simple_tag
def found_text(edition: Edition, query: str, language: str) -> str:
    """What a list of hits shows of an edition: its summary, or where the words are when they are in neither
    headline nor summary.
    """
    summary = Truncator(edition.summary).chars(_SUMMARY)
    if wire.hits(edition.headline, query, language) or wire.hits(summary, query, language):
        return summary
    blocks = (*edition.blocks, *edition.boilerplate)
    return wire.excerpt((block.text for block in blocks), query, language) or summary
