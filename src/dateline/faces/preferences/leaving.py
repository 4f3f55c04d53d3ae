"""A copy of all that is held about a person, and their erasure."""

import json

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from dateline.audience import services as audience
from dateline.core.clock import SystemClock, iso_z
from dateline.core.ids import RecipientId
from dateline.dispatch import services as dispatch
from dateline.faces.preferences import session
from dateline.faces.preferences.links import HOME
from dateline.faces.preferences.own import own_language
from dateline.faces.preferences.page import language_of, page


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """JSON to keep: the person, links and stops, and every delivery. See core/schemas/person.json."""
    found = session.who(request)
    if found is None:
        return HttpResponseRedirect(HOME)
    text = json.dumps(document(found[0]), ensure_ascii=False, indent=2)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="dateline-person.json"'
    return response


def document(recipient: RecipientId) -> dict[str, object]:
    """All that is held about a person, as JSON values; deliveries out of the archives too."""
    person = recipient.removeprefix("j_")
    return {
        "exported_at": iso_z(SystemClock().now()),
        **audience.held_about(recipient),
        "deliveries": [
            {
                "release": sent.release,
                "version": sent.version,
                "language": sent.language,
                "state": sent.state,
                "at": iso_z(sent.at) if sent.at else None,
                "due_at": iso_z(sent.due_at) if sent.due_at else None,
                "held": sent.held,
                "reason": sent.reason,
                "attempts": sent.attempts,
            }
            for sent in (*dispatch.sent_to(person), *dispatch.archived_to(person))
        ],
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """GET says what happens; POST deletes the person and signs out."""
    found = session.who(request)
    if found is None:
        return HttpResponseRedirect(HOME)
    recipient, choices = found
    language = language_of(request, own_language(choices))
    if request.method != "POST":
        return page(request, "erase", language=language)
    audience.erase(recipient)
    response = page(request, "erase", {"done": True}, language=language)
    session.end(request, response)
    return response
