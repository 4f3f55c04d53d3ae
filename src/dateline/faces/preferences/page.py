"""What all pages of preferences share: the person's own language, and headers that keep links private."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES, Language, direction, parse_language
from dateline.faces.newsroom.preferred import preferred
from dateline.faces.newsroom.words import Words


def language_of(request: HttpRequest, own: str = "") -> Language:
    """`?language=` of a link when the wire speaks it, else the person's own, else what the browser asks."""
    try:
        asked = parse_language(request.GET.get("language", ""))
    except BadInput:
        asked = Language("")
    if asked in WIRE_LANGUAGES:
        return asked
    return Language(own) if own in WIRE_LANGUAGES else preferred(request)


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    language: Language,
    status: int = 200,
) -> HttpResponse:
    """A page that no log and no index hears of, in this language."""
    words = {"language": language, "dir": direction(language), "w": Words(language)}
    response = render(request, f"preferences/{template}.html", {**words, **(context or {})}, status=status)
    response.headers["Content-Language"] = language
    # Addresses are permissions here. Not `no-referrer`: with that a browser posts its form with `Origin:
    # null`, which the guard against other sites' forms refuses.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
