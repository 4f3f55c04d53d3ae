"""The language a browser asks for, among those of the wire."""

from collections.abc import Iterator

from django.http import HttpRequest

from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES, Language, parse_language

_LONGEST_TAG = 35  # RFC 5646, section 4.4.1: what every reader of tags must take; longer ones only cost time
_MOST = 20
_FALLBACK = Language("en")


def preferred(request: HttpRequest) -> Language:
    """The wire language that Accept-Language ranks first (RFC 9110, 12.5.4); English when none fits."""
    return preferred_of(request.headers.get("Accept-Language", ""))


def preferred_of(header: str) -> Language:
    """As `preferred`, for the header's text."""
    return next(ranked(header), _FALLBACK)


def ranked(header: str) -> Iterator[Language]:
    """The wire's languages that Accept-Language names, best first."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")[:_MOST]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if tag and weight > 0:
            wanted.append((-weight, place, tag))
    for _, _, tag in sorted(wanted):
        if found := _served(tag):
            yield found


def _served(tag: str) -> Language | None:
    """The wire's language for a tag: itself, else with its last parts dropped one by one (RFC 4647,
    lookup).
    """
    if len(tag) > _LONGEST_TAG:
        return None
    parts = tag.split("-")
    for count in range(len(parts), 0, -1):
        try:
            stored = parse_language("-".join(parts[:count]))
        except BadInput:
            continue
        if stored in WIRE_LANGUAGES:
            return stored
    return None
