"""A person's own page: what they get, in sentences, each part changed in place; and the last releases."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dateline.audience import services as audience
from dateline.core.clock import Instant, SystemClock, instant
from dateline.core.errors import BadInput
from dateline.core.ids import RecipientId
from dateline.core.languages import Language, serves
from dateline.core.phrases import phrase
from dateline.faces.preferences import session
from dateline.faces.preferences.fields import choosing_fields, zones
from dateline.faces.preferences.links import HOME, asking
from dateline.faces.preferences.page import language_of, page
from dateline.faces.preferences.recent import recent
from dateline.faces.preferences.sentences import is_paused, isolated, sentences

_PAUSES: Final = {"week": 7, "month": 30}
_LISTS: Final = ("sectors", "languages", "countries", "issuers_only", "issuers_not")
_SINGLE: Final = ("keywords", "mode", "cap", "digest_at", "hours", "timezone")
_LONGEST_PAUSE: Final = timedelta(days=3660)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Signed in: the page, and its buttons. Else: how to get a link."""
    found = session.who(request)
    if found is None:
        return asking(request, language_of(request))
    recipient, choices = found
    if request.method != "POST":
        return _show(request, recipient, choices, done=request.GET.get("done", ""))
    language = language_of(request, own_language(choices))
    act = request.POST.get("act", "")
    if act == "save":
        typed = _typed(request)
        try:
            audience.choose(recipient, typed)
        except BadInput as error:
            wrong = {error.where or "": phrase("preferences.wrong", language)}
            return _show(request, recipient, choices, typed=typed, wrong=wrong)
        return HttpResponseRedirect(f"{HOME}?done=saved")
    return _pause(request, recipient, choices, act)


def _pause(request: HttpRequest, recipient: RecipientId, choices: audience.Choices, act: str) -> HttpResponse:
    """`act` is week, month, until (with a date) or resume."""
    language = language_of(request, own_language(choices))
    until: Instant | None = None
    if act in _PAUSES:
        until = Instant(SystemClock().now() + timedelta(days=_PAUSES[act]))
    elif act == "until":
        until = _midnight(request.POST.get("until", ""), choices.timezone)
    if act != "resume" and until is None:
        return _show(request, recipient, choices, wrong={"until": phrase("preferences.wrong", language)})
    audience.pause(audience.stop_token(recipient), until=until)
    return HttpResponseRedirect(f"{HOME}?done={'resumed' if until is None else 'paused'}")


def _midnight(text: str, zone: str) -> Instant | None:
    """The beginning of that day in the person's zone; None unless it is to come."""
    try:
        until = instant(datetime.combine(date.fromisoformat(text), time(0), tzinfo=ZoneInfo(zone or "UTC")))
    except (ValueError, OverflowError):
        return None
    now = SystemClock().now()
    return until if now < until < now + _LONGEST_PAUSE else None


def _typed(request: HttpRequest) -> dict[str, str]:
    """The form as import cells."""
    post = request.POST
    typed = {name: ";".join(dict.fromkeys(v for v in post.getlist(name) if v)) for name in _LISTS}
    typed |= {name: post.get(name, "") for name in _SINGLE}
    return {**typed, "third_party": "yes" if post.get("third_party") else "no"}


def _show(
    request: HttpRequest,
    recipient: RecipientId,
    choices: audience.Choices,
    *,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    done: str = "",
) -> HttpResponse:
    language = language_of(request, own_language(choices))
    context: dict[str, Any] = {
        "choices": choices,
        "sentences": sentences(choices, language),
        "fields": choosing_fields(language, choices, typed or {}, wrong or {}),
        "zones": zones(),
        "wrong_until": (wrong or {}).get("until", ""),
        "recent": recent(recipient, language),
        "stop": f"/preferences/stop/{audience.stop_token(recipient)}/",
        "done": phrase("preferences.saved", language) if done == "saved" else "",
        "resumed": done == "resumed",
        "paused": is_paused(choices),
        "source": phrase(
            "mail.source", language, source=isolated(audience.consent_words(choices.consent, language))
        ),
    }
    return page(request, "home", context, language=language, status=422 if wrong else 200)


def own_language(choices: audience.Choices) -> str:
    """The first of a person's languages that the wire speaks; empty when none is."""
    from dateline.core.languages import WIRE_LANGUAGES

    for own in choices.languages:
        for spoken in WIRE_LANGUAGES:
            if own != "*" and serves(own, Language(spoken)):
                return spoken
    return ""


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; with `everywhere=1` those of every other browser too."""
    response = HttpResponseRedirect(HOME)
    session.end(request, response, everywhere="everywhere" in request.POST)
    return response
