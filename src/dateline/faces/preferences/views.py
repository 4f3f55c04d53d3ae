"""The one-click stop (RFC 8058), and a small page behind the same token: pause, resume, stop."""

from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from dateline.audience import services as audience
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES, Language, direction, parse_language
from dateline.core.phrases import phrase
from dateline.faces.newsroom.dates import long_time
from dateline.faces.newsroom.preferred import preferred
from dateline.faces.newsroom.words import Words

_PAUSES: Final = {"week": 7, "month": 30}


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks and changes nothing: mail scanners open links. POST stops, also with the body
    `List-Unsubscribe=One-Click` of a mail program, without cookie or redirect. Unknown tokens answer 404.

    No CSRF token: the link is the permission, and whoever holds it may stop.
    """
    _known(token)
    if request.method != "POST":
        return _page(request, "preferences/stop.html")
    if not audience.stop(token):
        raise Http404
    return _page(request, "preferences/stopped.html")


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What this address gets and where it came from; POST `pause=week|month` pauses, `resume=1` ends the
    pause.
    """
    found = _known(token)
    language = _language(request)
    done = _change(request, token, language) if request.method == "POST" else ""
    personal = _personal(found, language)
    context = {
        "token": token,
        "found": found,
        "done": done,
        "source": phrase("mail.source", language, source=personal["source"])
        if personal.get("source")
        else "",
        "pausable": found.kind == "journalist" and bool(found.name),
    }
    return _page(request, "preferences/preferences.html", context)


def _known(token: str) -> audience.Found:
    found = audience.person_of_token(token)
    if found is None or found.kind == "desktop":
        raise Http404
    return found


def _change(request: HttpRequest, token: str, language: str) -> str:
    """Does what the button says; answers the sentence that reports it. Raises Http404 for what is no
    button.
    """
    days = _PAUSES.get(request.POST.get("pause", ""))
    if days is None and "resume" not in request.POST:
        raise Http404
    until = None if days is None else Instant(SystemClock().now() + timedelta(days=days))
    if not audience.pause(token, until=until):
        raise Http404
    if until is None:
        return phrase("preferences.resumed", language)
    return phrase("preferences.paused", language, until=long_time(until, language))


def _personal(found: audience.Found, language: Language) -> dict[str, str]:
    rows = audience.addressed([(found.recipient, language)], sectors=())
    return dict(rows[found.recipient, language].personal) if rows else {}


def _language(request: HttpRequest) -> Language:
    """`?language=` of the link when the wire speaks it, else what the browser asks for."""
    try:
        asked = parse_language(request.GET.get("language", ""))
    except BadInput:
        return preferred(request)
    return asked if asked in WIRE_LANGUAGES else preferred(request)


def _page(request: HttpRequest, template: str, context: dict[str, Any] | None = None) -> HttpResponse:
    language = _language(request)
    words = {"language": language, "dir": direction(language), "w": Words(language)}
    response = render(request, template, {**words, **(context or {})})
    response.headers["Content-Language"] = language
    # The address is the permission: it must reach no other page's log and no index.
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
