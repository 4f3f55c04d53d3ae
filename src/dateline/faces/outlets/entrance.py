"""How an outlet gets in: a one-time link from the operator, a button, then a session of this browser.

Opening the link changes nothing, so that no scanner of a mail program can use it up. The session knows one
outlet and nothing else: no view takes the outlet from the address or a form.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from dateline.audience import services as audience
from dateline.core.errors import BadInput
from dateline.core.languages import WIRE_LANGUAGES, Language, direction, parse_language
from dateline.core.phrases.outlets import outlet_phrase
from dateline.faces.newsroom.preferred import preferred

HOME: Final = "/outlets/"
_OUTLET: Final = "outlet"
_LANGUAGE: Final = "outlet_language"


class OutletWords:
    """Attribute access for templates: `w.invite_title` is the phrase `invite-title`."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __getattr__(self, name: str) -> str:
        if name.startswith("_"):
            raise AttributeError(name)
        return outlet_phrase(name.replace("_", "-"), self._language)


def language_of(request: HttpRequest) -> Language:
    """`?language=` when the wire speaks it, kept for the session of somebody let in; else what the browser
    asks for.
    """
    for asked in (request.GET.get("language", ""), request.session.get(_LANGUAGE, "")):
        try:
            found = parse_language(asked)
        except BadInput:
            continue
        if found in WIRE_LANGUAGES:
            if _OUTLET in request.session and request.session.get(_LANGUAGE) != found:
                request.session[_LANGUAGE] = found
            return found
    return preferred(request)


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """GET: the button, the same for every token. POST: lets in, once; unknown, used and old tokens answer
    alike.
    """
    if request.method != "POST":
        return page(request, "outlets/enter.html", {"refused": False})
    card = audience.redeem_invite(token)
    if card is None:
        return page(request, "outlets/enter.html", {"refused": True}, status=403)
    language = language_of(request)
    request.session.cycle_key()
    request.session[_OUTLET] = card.recipient
    request.session[_LANGUAGE] = language
    return HttpResponseRedirect(HOME)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Forgets the outlet in this browser."""
    request.session.pop(_OUTLET, None)
    return HttpResponseRedirect(HOME)


def own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Calls `view(request, card, ...)` with the outlet of the session, and nobody else's."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        card = audience.outlet_card(str(request.session.get(_OUTLET, "")))
        if card is None:
            response = page(request, "outlets/enter.html", {"refused": True}, status=403)
        else:
            response = view(request, card, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        return response

    return inner


def page(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page in the reader's language. Its address may be a secret: no other site and no index learns it."""
    language = language_of(request)
    words = {"language": language, "dir": direction(language), "w": OutletWords(language)}
    response = render(request, template, {**words, **context}, status=status)
    response.headers["Content-Language"] = language
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
