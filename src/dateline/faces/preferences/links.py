"""Ask for a link, join, and what a mailed link opens. Opening one changes nothing, for scanners of mail open
links too; the button does.
"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from dateline.audience import services as audience
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.phrases import phrase
from dateline.faces.newsroom.dates import long_time
from dateline.faces.preferences import session
from dateline.faces.preferences.fields import joining_fields, zones
from dateline.faces.preferences.page import language_of, page
from dateline.faces.source import source_of
from dateline.plant.settings import get_settings

HOME: Final = "/preferences/"
_STATUS: Final = {"good": 200, "used": 410, "expired": 410}


@never_cache
@sensitive_post_parameters("email")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Mails a link if the address is known and not stopped; the answer is the same for every address."""
    language = language_of(request)
    written = request.POST.get("email", "").strip()
    try:
        audience.ask_link(written, language=language, source=source_of(request))
    except BadInput:
        return asking(request, language, written=written, wrong=True)
    return asking(request, language, sent=True)


def asking(
    request: HttpRequest,
    language: Language,
    *,
    written: str = "",
    wrong: bool = False,
    sent: bool = False,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page that asks for an address; what was typed stays."""
    minutes = get_settings().link_minutes
    context = {
        "written": written,
        "wrong": wrong,
        "notice": notice,
        "sent": phrase("preferences.ask-sent", language, minutes=minutes) if sent else "",
    }
    return page(request, "ask", context, language=language, status=422 if wrong else status)


@never_cache
@sensitive_post_parameters("email")
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Somebody wants mail: a link goes to the address, and nothing is sent before it is confirmed."""
    language = language_of(request)
    if request.method != "POST":
        fields = joining_fields(language, {"languages": language}, {})
        return page(request, "join", {"fields": fields, "zones": zones()}, language=language)
    written = {name: ";".join(v for v in request.POST.getlist(name) if v) for name in request.POST}
    try:
        email = written.get("email", "")
        audience.ask_join(email, written, language=language, source=source_of(request))
    except BadInput as error:
        wrong = {error.where or "email": phrase("preferences.wrong", language)}
        fields = joining_fields(language, written, wrong)
        context = {"fields": fields, "zones": zones()}
        return page(request, "join", context, language=language, status=422)
    sent = phrase("preferences.join-sent", language, hours=audience.JOIN_HOURS)
    return page(request, "join", {"sent": sent}, language=language)


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Shows whose link it is; the button signs in, once."""
    return _by_link(request, token, "open")


@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Shows what would be confirmed; the button adds the person, with consent, and signs in."""
    return _by_link(request, token, "join")


@sensitive_variables("token")
def _by_link(request: HttpRequest, token: str, purpose: str) -> HttpResponse:
    found = audience.opened_link(token)
    if found is None or found.purpose != purpose:
        language = language_of(request)
        notice = phrase("preferences.link-unknown", language)
        return asking(request, language, notice=notice, status=404)
    language = language_of(request, found.language)
    if request.method == "POST" and found.state == "good":
        recipient = audience.use_link(token)
        if recipient is not None:
            response = HttpResponseRedirect(HOME)
            session.begin(response, audience.sign_in(recipient))
            return response
        found = audience.opened_link(token) or found
    if found.state != "good":
        return asking(request, language, notice=_why_not(found, language), status=_STATUS[found.state])
    return page(request, "link", _of_link(found, language), language=language)


def _of_link(found: audience.OpenedLink, language: Language) -> dict[str, Any]:
    key = "preferences.confirm-text" if found.purpose == "join" else "preferences.open-text"
    return {
        "text": phrase(key, language, address=found.address, wire=get_settings().wire_name),
        "button": phrase(f"letter.{found.purpose}-button", language),
    }


def _why_not(found: audience.OpenedLink, language: Language) -> str:
    if found.state == "used" and found.used_at:
        return phrase("preferences.link-used", language, when=long_time(found.used_at, language))
    return phrase("preferences.link-expired", language, when=long_time(found.expires_at, language))
