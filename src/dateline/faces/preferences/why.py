"""Why did I get this: the reason in one sentence, and less of it with one button."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from dateline.audience import services as audience
from dateline.core.errors import BadInput, NotFound
from dateline.core.ids import RecipientId
from dateline.core.languages import Language, autonym
from dateline.core.phrases import phrase
from dateline.dispatch import services as dispatch
from dateline.faces.newsroom.dates import long_time
from dateline.faces.preferences import session
from dateline.faces.preferences.links import HOME
from dateline.faces.preferences.own import own_language
from dateline.faces.preferences.page import language_of, page
from dateline.faces.preferences.sentences import isolated, topic_words
from dateline.wire import services as wire


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, release: str) -> HttpResponse:
    """For the person signed in."""
    found = session.who(request)
    if found is None:
        return HttpResponseRedirect(HOME)
    return _answer(request, found[0], found[1], release)


@csrf_exempt
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def by_mail(request: HttpRequest, token: str, release: str) -> HttpResponse:
    """By the link of a mail: whoever holds it may have less sent, never more."""
    found = audience.person_of_token(token)
    choices = None if found is None else audience.person_choices(found.recipient)
    if found is None or choices is None:
        raise Http404
    response = _answer(request, found.recipient, choices, release)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _answer(
    request: HttpRequest, recipient: RecipientId, choices: audience.Choices, release: str
) -> HttpResponse:
    language = language_of(request, own_language(choices))
    sent = next((s for s in dispatch.sent_to(recipient.removeprefix("j_")) if s.release == release), None)
    public = None if sent is None else wire.public_edition(release, sent.language)
    if sent is None or public is None or public.state == "killed":
        raise Http404
    context: dict[str, Any] = {}
    if request.method == "POST":
        what, value = request.POST.get("less", ""), request.POST.get("value", "")
        try:
            choices = audience.less(recipient, what, value)  # type: ignore[arg-type]  # checked there
            context["done"] = phrase("preferences.less-done", language)
        except BadInput:
            context["refused"] = phrase("preferences.less-refused", language)
        except NotFound:
            raise Http404 from None
    context |= _reason(recipient, choices, public, sent, language)
    return page(request, "why", context, language=language, status=422 if "refused" in context else 200)


def _reason(
    recipient: RecipientId,
    choices: audience.Choices,
    public: wire.PublicEdition,
    sent: dispatch.PersonDelivery,
    language: Language,
) -> dict[str, Any]:
    edition = public.edition
    told = audience.addressed([(recipient, language)], sectors=edition.sectors)
    why = told[recipient, language].personal["why"] if told else ""
    buttons = []
    for beat in audience.own_beats(choices, edition.sectors):
        words = phrase("preferences.less-topics", language, topics=topic_words(beat, language))
        buttons.append(("sector", beat, words))
    words = phrase("preferences.less-issuer", language, issuer=edition.issuer.name)
    buttons.append(("issuer", edition.issuer.slug, words))
    if len(choices.languages) > 1:
        words = phrase("preferences.less-language", language, tongue=autonym(edition.language))
        buttons.append(("language", edition.language, words))
    return {
        "edition": edition,
        "why": phrase("mail.why", language, reason=why),
        "source": phrase(
            "mail.source", language, source=isolated(audience.consent_words(choices.consent, language))
        ),
        "what": phrase("preferences.sent", language, when=long_time(sent.at, language)) if sent.at else "",
        "buttons": buttons,
        "token": audience.stop_token(recipient),
    }
