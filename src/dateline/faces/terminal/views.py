"""The terminal's page, the server's clock for its scripts, and headlines that its stream did not bring."""

import json
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from dateline.core.clock import SystemClock, to_micros
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import WIRE_LANGUAGES, autonym, direction, parse_language
from dateline.core.phrases import phrase
from dateline.core.phrases.terminal import terminal_phrases
from dateline.faces.newsroom.preferred import preferred
from dateline.faces.newsroom.words import Words
from dateline.faces.terminal.asked import Asked, asked_of, chips_of
from dateline.faces.terminal.form import fields_of
from dateline.faces.terminal.latest import Latest, latest
from dateline.faces.terminal.searches import member_of
from dateline.faces.terminal.searches import shown as searches_of
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

HOME: Final = "/terminal/"
MODULES: Final = (
    "alerts", "chips", "clock", "connection", "csv", "dialogs", "feed", "formats", "isin", "keep",
    "keys", "list", "main", "match", "missing", "page", "pane", "row", "saved", "say", "sse", "status",
    "store", "tabs", "view", "watch", "window",
)  # fmt: skip
"""Scripts of the page, named so that a browser asks for all of them at once."""
_HISTORY: Final = 1000
_MOST_ROWS: Final = 10_000
_MOST_HEADLINES: Final = 60
_LABELS: Final = (
    "label.paid", "label.third-party", "label.state-affiliated", "label.ai-assisted", "label.restrict",
    "label.machine-translation", "label.machine-checked", "label.human-translation", "label.correction",
    "label.kill", "label.withdrawn", "notice.kill", "notice.withdrawn",
)  # fmt: skip


@require_safe
def page(request: HttpRequest, language: str = "") -> HttpResponse:
    """The terminal in the address's language, else in the browser's. A value that no filter can use answers
    400 with the form as it was typed.
    """
    if language and language not in WIRE_LANGUAGES:
        raise Http404
    shown = language or preferred(request)
    asked = asked_of(request.GET)
    try:
        found = latest(asked.wanted, shown, before=request.GET.get("before") or None)
    except DatelineError as error:
        raise Http404 from error
    member = member_of(request)
    context = _context(asked, found, shown) | {"signed_in": member is not None}
    if member is not None:
        context["config"] |= {"account": searches_of(member), "token": get_token(request)}
    response = render(request, "terminal/page.html", context, status=400 if asked.faults else 200)
    response.headers["Content-Language"] = shown
    response.headers["Cache-Control"] = "no-cache" if member is None else "no-store"
    if not language:
        patch_vary_headers(response, ["Accept-Language"])
    return response


def _context(asked: Asked, found: Latest, language: str) -> dict[str, Any]:
    query = f"?{asked.query}" if asked.query else ""
    return {
        "language": language,
        "dir": direction(language),
        "w": Words(language),
        "t": {key.replace("-", "_"): text for key, text in terminal_phrases(language).items()},
        "fields": fields_of(asked, language),
        "faults": asked.faults,
        "chips": chips_of(asked, language),
        "latest": found,
        "query": asked.query,
        "path": f"{HOME}{language}/",
        "languages": [(tag, autonym(tag), f"{HOME}{tag}/{query}") for tag in WIRE_LANGUAGES],
        "modules": MODULES,
        "config": _config(asked, language),
    }


def _config(asked: Asked, language: str) -> dict[str, Any]:
    """What the scripts are told: addresses, limits, words."""
    wire_name = get_settings().wire_name
    return {
        "language": language,
        "query": asked.query,
        "home": f"{HOME}{language}/",
        "streams": [f"{get_settings().stream_url}/stream", "/stream"],
        "log": "/api/v1/wire",
        "now": f"{HOME}now/",
        "headlines": f"{HOME}headlines/",
        "searches": f"{HOME}searches/",
        "account": None,
        "history": _HISTORY,
        "most": _MOST_ROWS,
        "names": {tag: autonym(tag) for tag in WIRE_LANGUAGES},
        "words": terminal_phrases(language) | {key: _unfilled(key, language, wire_name) for key in _LABELS},
    }


def _unfilled(key: str, language: str, wire_name: str) -> str:
    """A phrase of the house with its placeholders left for the scripts."""
    return phrase(key, language, wire=wire_name, provider="{provider}", countries="{countries}")


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """The server's clock in milliseconds since 1970: scripts estimate how far their own is off."""
    response = JsonResponse({"now": to_micros(SystemClock().now()) / 1000})
    response.headers["Cache-Control"] = "no-store"
    return response


@require_safe
def headlines(request: HttpRequest) -> HttpResponse:
    """`?release=A,B&language=ja` (or `original`): release -> its public headline, at most 60; 400 for a
    language that is none.
    """
    asked = request.GET.get("language", "original")
    try:
        language = None if asked == "original" else parse_language(asked)
    except BadInput as error:
        return JsonResponse({"detail": str(error)}, status=400)
    releases = [part for part in request.GET.get("release", "").split(",") if part]
    found = wire.public_headlines(releases[:_MOST_HEADLINES], language)
    answer = {
        release: {
            "language": one.edition.language,
            "version": one.edition.version,
            "headline": one.edition.headline,
            "summary": one.edition.summary,
        }
        for release, one in found.items()
    }
    response = HttpResponse(json.dumps(answer, ensure_ascii=False), content_type="application/json")
    response.headers["Cache-Control"] = "no-cache"
    return response
