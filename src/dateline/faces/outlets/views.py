"""The one page of an outlet, and what its buttons do. Decides nothing: audience, dispatch and channels do."""

from threading import BoundedSemaphore
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from dateline.audience import services as audience
from dateline.channels import services as channels
from dateline.core.errors import BadInput, Conflict, NotFound, Unavailable
from dateline.core.phrases.outlets import outlet_phrase
from dateline.dispatch import services as dispatch
from dateline.faces.newsroom.dates import long_time
from dateline.faces.outlets.entrance import HOME, language_of, own, page
from dateline.formats.registry import names as format_names
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

_DONE: Final = frozenset({"saved", "resent", "not-resent", "begun"})
_STATES: Final = {"accepted": "arrived", "leased": "state-waiting"}
_STEPS: Final = {"arabic": ("ar", "العربية"), "japanese": ("ja", "日本語")}
_SELF_SERVED: Final = frozenset({"webhook", "mail"})
_TEST_WAIT_S: Final = 1.0
_tests: Final = BoundedSemaphore(4)
"""Each test may take most of a minute of a thread: more at once would make readers wait."""


@own
@require_safe
def home(request: HttpRequest, card: audience.OutletCard) -> HttpResponse:
    """Everything of this outlet; `?done=` names what was just done."""
    done = request.GET.get("done", "")
    return _home(request, card, {"done": done if done in _DONE else ""})


@own
@require_POST
def change(request: HttpRequest, card: audience.OutletCard) -> HttpResponse:
    """Another channel, address or format. What was typed stays beside the error."""
    channel = request.POST.get("channel", "")
    typed = request.POST.get("endpoint", "").strip()
    format_ = request.POST.get("format", "")
    contact = channels.contact_address(card.contact)
    try:
        _check(card, channel, typed, contact)
        audience.change_endpoint(
            card.recipient,
            channel=channel,
            endpoint=typed if channel == "webhook" else contact,
            format_=format_ if channel == "webhook" else "",
        )
    except (BadInput, Unavailable) as error:
        kept = {"channel": channel, "endpoint": typed, "format": format_, **_fault(error)}
        return _home(request, card, {"typed": kept}, status=422)
    return HttpResponseRedirect(f"{HOME}?done=saved")


def _fault(error: BadInput | Unavailable) -> dict[str, Any]:
    """Words, and whether they belong to the address; of what else is wrong they name the field."""
    if isinstance(error, Unavailable):
        return {"fault": str(error), "at_address": True}
    at_address = (error.where or "endpoint") == "endpoint"
    return {"fault": error.message if at_address else str(error), "at_address": at_address}


def _check(card: audience.OutletCard, channel: str, url: str, contact: str) -> None:
    """Raises BadInput for a channel that is not theirs to choose, for what is no address, and for an address
    that the guard refuses.
    """
    if card.channel not in _SELF_SERVED or channel not in _SELF_SERVED:
        raise BadInput("cannot be changed here", where="channel")
    if channel == "mail" and not contact:
        raise BadInput("the wire has no mail address of yours", where="channel")
    if channel == "webhook" and (url, card.channel) != (card.endpoint, "webhook"):
        audience.checked_web_address(url)
        channels.check_webhook_address(url)


@own
@sensitive_variables()
@require_POST
def rotate(request: HttpRequest, card: audience.OutletCard) -> HttpResponse:
    """A new secret, shown in this answer and never again."""
    if card.channel != "webhook":  # the page shows no such button
        raise Http404
    made = audience.rotate_secret(card.recipient)
    until = long_time(made.previous_until, language_of(request)) if made.previous_until else ""
    return _home(request, card, {"secret": made.text, "secret_until": until})


@own
@require_POST
def test(request: HttpRequest, card: audience.OutletCard) -> HttpResponse:
    """Sends the test pack and shows each answer."""
    if not _tests.acquire(timeout=_TEST_WAIT_S):  # whoever asks often must not hold the threads of readers
        return _home(request, card, {"test_fault": "other tests are running; try in a minute"}, status=503)
    try:
        answers = channels.test_outlet(card)
    except BadInput as error:
        return _home(request, card, {"test_fault": str(error)}, status=422)
    finally:
        _tests.release()
    language = language_of(request)
    count = sum(answer.arrived for answer in answers)
    shown = [
        {
            "label": "" if a.step in _STEPS else outlet_phrase(f"step-{a.step}", language),
            "native": _STEPS.get(a.step),
            "arrived": a.arrived,
            "code": a.code,
            "text": a.text,
        }
        for a in answers
    ]
    summary = outlet_phrase("test-done", language, count=count, total=len(answers))
    return _home(request, card, {"answers": shown, "summary": summary, "all_arrived": count == len(answers)})


@own
@require_POST
def begin(request: HttpRequest, card: audience.OutletCard) -> HttpResponse:
    """The outlet says that its server is mended. Never ends a pause of the wire's."""
    dispatch.begin_anew(card.recipient)
    return HttpResponseRedirect(f"{HOME}?done=begun")


@own
@require_POST
def resend(request: HttpRequest, card: audience.OutletCard, delivery: int) -> HttpResponse:
    """One delivery of its own again; another outlet's does not exist here."""
    try:
        dispatch.resend(delivery, card.recipient, by=f"the outlet {card.name}")
    except NotFound as error:
        raise Http404 from error
    except Conflict:
        return HttpResponseRedirect(f"{HOME}?done=not-resent")
    return HttpResponseRedirect(f"{HOME}?done=resent")


def _home(
    request: HttpRequest, card: audience.OutletCard, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    language = language_of(request)
    settings = get_settings()
    health = dispatch.health([card.recipient], addresses={card.recipient: card.endpoint}).get(card.recipient)
    contact = channels.contact_address(card.contact)
    is_mail = card.channel == "mail"
    context = {
        "card": card,
        "title": outlet_phrase("title", language, outlet=card.name),
        "health": health,
        "stopped": outlet_phrase("disabled", language, reason=health.disabled) if health else "",
        "self_served": card.channel in _SELF_SERVED,
        "other_channel": outlet_phrase("other-channel", language, channel=card.channel),
        "contact": contact,
        "mail_label": outlet_phrase("mail", language, address=contact),
        "formats": [name for name in format_names() if name != "mail"],
        "typed": {
            "channel": card.channel,
            "endpoint": "" if is_mail else card.endpoint,
            "format": card.format,
        },
        "secret_hint": outlet_phrase("secret-hint", language, days=settings.secret_overlap_days),
        "sent": _history(card.recipient, language),
    }
    if "secret_until" in more:
        more["secret_until"] = outlet_phrase("secret-until", language, until=more["secret_until"])
    if more.get("done"):
        more["done_words"] = outlet_phrase(more["done"], language)
    return page(request, "outlets/home.html", context | more, status=status)


def _history(recipient: str, language: str) -> list[dict[str, Any]]:
    """The newest deliveries, each by the headline that it is public with; a killed one has none."""
    rows = dispatch.history(recipient)
    tongues = {row.language for row in rows}
    found = {
        (release, tongue): edition
        for tongue in tongues
        for release, edition in wire.public_headlines(
            dict.fromkeys(row.release for row in rows if row.language == tongue), tongue
        ).items()
    }
    return [_line(row, found.get((row.release, row.language)), language) for row in rows]


def _line(row: dispatch.Sent, public: wire.PublicEdition | None, language: str) -> dict[str, Any]:
    return {
        "row": row,
        "headline": public.edition.headline if public else "",
        "path": public.edition.path if public else "",
        "reason": row.reason.removeprefix(f"{row.code} "),
        "state": outlet_phrase(_STATES.get(row.state, f"state-{row.state}"), language),
        "tone": {"accepted": "good", "refused": "bad", "expired": "bad", "uncertain": "bad"}.get(
            row.state, "waiting"
        ),
        "at": long_time(row.done_at or row.lifted_at, language),
        "again": row.state in {"refused", "expired", "uncertain", "deferred"},
    }
