"""What the links in every mail open, without signing in: the one-click stop (RFC 8058), and less mail.

Whoever holds a forwarded mail holds these links, so they only ever lessen what is sent, and show no address.
"""

from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from dateline.audience import services as audience
from dateline.core.clock import Instant, SystemClock
from dateline.core.languages import Language
from dateline.core.phrases import phrase
from dateline.faces.newsroom.dates import long_time
from dateline.faces.preferences import page as pages
from dateline.faces.preferences.own import own_language
from dateline.faces.preferences.recent import recent
from dateline.faces.preferences.sentences import is_paused, isolated, sentences
from dateline.faces.source import source_of
from dateline.plant.settings import get_settings

_PAUSES: Final = {"week": 7, "month": 30}
_FEW: Final = 3
"""Mails a day of somebody who wants fewer."""


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks and changes nothing: mail scanners open links. POST stops, also with the body
    `List-Unsubscribe=One-Click` of a mail program, without cookie or redirect. Unknown tokens answer 404.

    No CSRF token: the link is the permission, and whoever holds it may stop.
    """
    found = _known(token)
    language = _language(request, found)
    if request.method != "POST":
        return _page(request, "stop", {"token": token, "found": found}, language)
    if not audience.stop(token):
        raise Http404
    return _page(request, "stopped", {}, language)


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """What this address gets and where it came from. POST `pause=week|month`, `resume=1`, `fewer=digest|few`
    or `link=1`, which mails the link to all the rest.
    """
    found = _known(token)
    language = _language(request, found)
    done = _change(request, token, found, language) if request.method == "POST" else ""
    personal = _personal(found, language)
    choices = _choices(found)
    context = {
        "token": token,
        "found": found,
        "done": done,
        "source": phrase("mail.source", language, source=isolated(personal["source"]))
        if personal.get("source")
        else "",
        "pausable": found.kind == "journalist" and bool(found.name),
        "paused": bool(choices and is_paused(choices)),
        "sentences": sentences(choices, language) if choices else [],
        "few": phrase("preferences.at-most", language, count=_FEW)
        if choices and choices.mode != "digest" and (choices.cap or get_settings().mail_day_cap) > _FEW
        else "",
        "digest": bool(choices and choices.mode != "digest"),
        "changeable": bool(choices),
        "recent": recent(found.recipient, language) if choices else [],
    }
    return _page(request, "preferences", context, language)


def _known(token: str) -> audience.Found:
    found = audience.person_of_token(token)
    if found is None or found.kind == "desktop":
        raise Http404
    return found


def _choices(found: audience.Found) -> audience.Choices | None:
    return audience.person_choices(found.recipient) if found.kind == "journalist" else None


def _language(request: HttpRequest, found: audience.Found) -> Language:
    choices = _choices(found)
    return pages.language_of(request, own_language(choices) if choices else "")


def _change(request: HttpRequest, token: str, found: audience.Found, language: Language) -> str:
    """Does what the button says; answers the sentence that reports it. Raises Http404 for what is no
    button.
    """
    choices = _choices(found)
    fewer = request.POST.get("fewer", "")
    if choices and fewer == "digest":
        audience.choose(found.recipient, {"mode": "digest"})
        return phrase("preferences.saved", language)
    if choices and fewer == "few":
        now = choices.cap or get_settings().mail_day_cap
        audience.choose(found.recipient, {"cap": str(min(_FEW, now))})
        return phrase("preferences.saved", language)
    if choices and "link" in request.POST:
        audience.ask_link(choices.email, language=language, source=source_of(request))
        return phrase("preferences.ask-sent", language, minutes=get_settings().link_minutes)
    return _pause(request, token, language)


def _pause(request: HttpRequest, token: str, language: Language) -> str:
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


def _page(request: HttpRequest, template: str, context: dict[str, Any], language: Language) -> HttpResponse:
    response = pages.page(request, template, context, language=language)
    # The address is the permission, and no form here needs an origin: it reaches no other page's log at all.
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
