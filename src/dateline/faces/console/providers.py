"""Content providers for the desk: how each feed does, what its items became, what waits for a person."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dateline.core.errors import DatelineError, NotFound
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, desk_only
from dateline.intake.services import providers

HERE: Final = "/console/providers/"
_STATUS: Final = 422
_POLLS: Final = 20


@dataclass(frozen=True, slots=True)
class ProviderLine:
    """One provider with its newest poll, None before the first."""

    card: providers.ProviderCard
    last: providers.PollCard | None
    state: str
    tone: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A release that an item became, as the page shows it."""

    card: desk.ItemCard
    headline: str
    wanted: str


@desk_only
@require_safe
def listing(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`/console/providers/`."""
    last = providers.last_polls()
    lines = [_line(card, last.get(card.name)) for card in providers.providers()]
    return render(request, "console/providers.html", {"viewer": viewer, "lines": lines})


@desk_only
@require_http_methods(["GET", "HEAD", "POST"])
def provider(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponse:
    """`/console/providers/NAME/`."""
    try:
        card = providers.provider(name)
    except NotFound:
        raise Http404 from None
    error = ""
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("act", ""))
        try:
            if act is not None:
                act(card.name, viewer.name, request.POST.get("value", ""))
        except DatelineError as refused:
            error = str(refused)
        if not error:
            return HttpResponseRedirect(f"{HERE}{card.name}/")
    return _page(request, viewer, providers.provider(card.name), error)


def _page(request: HttpRequest, viewer: Viewer, card: providers.ProviderCard, error: str) -> HttpResponse:
    polls = providers.polls(card.name, limit=_POLLS)
    found = desk.items_of(card.name)
    headlines = desk.headlines([item.release for item in found])
    items = [
        ItemRow(item, headlines.get(item.release, "") or item.release, _wanted(item.wanted)) for item in found
    ]
    return render(
        request,
        "console/provider.html",
        {
            "viewer": viewer,
            "line": _line(card, polls[0] if polls else None),
            "polls": polls,
            "items": items,
            "error": error,
        },
        status=_STATUS if error else 200,
    )


def _line(card: providers.ProviderCard, last: providers.PollCard | None) -> ProviderLine:
    words, tone = {
        "paused": (_("paused"), "waiting"),
        "failing": (_("failing"), "bad"),
    }.get(card.state, (_("well"), "good"))
    return ProviderLine(card, last, words, tone)


def _wanted(wanted: str) -> str:
    return {
        "approve": _("will be approved"),
        "correct": _("a correction is being prepared"),
        "kill": _("a kill is being prepared"),
        "look": _("a newer version waits for you"),
    }.get(wanted, "")


# --- acts ---


def _pause(name: str, by: str, reason: str) -> None:
    providers.pause(name, by=by, reason=reason)


def _resume(name: str, _by: str, _value: str) -> None:
    providers.resume(name)


def _take(name: str, by: str, release: str) -> None:
    desk.take_item(_own(name, release), by=by)


def _leave(name: str, _by: str, release: str) -> None:
    desk.leave_item(_own(name, release))


def _own(name: str, release: str) -> str:
    """The release, if it came from this provider. Raises NotFound."""
    item = desk.item_of(release)
    if item is None or item.provider != name:
        raise NotFound(f"{release[:20]} is no release of {name}")
    return release


_ACTS: Final[dict[str, Callable[[str, str, str], None]]] = {
    "pause": _pause,
    "resume": _resume,
    "take": _take,
    "leave": _leave,
}
