"""The time step: T0 with its zone, shown on the issuer's clock, in UTC and on the viewer's."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dateline.core.clock import Instant
from dateline.core.errors import DatelineError
from dateline.desk import services as desk
from dateline.faces.portal import zones
from dateline.faces.portal.access import Viewer, is_fragment, release_for, signed_in
from dateline.faces.portal.forms import WhenForm
from dateline.faces.portal.new import instant_of
from dateline.faces.portal.next_act import SCHEDULED
from dateline.faces.portal.page import clocks, frame, is_public
from dateline.faces.portal.texts import tell
from dateline.faces.portal.uploads import posted
from dateline.issuers import services as issuers
from dateline.wire import services as wire


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def time(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """`/portal/R/time/`: choose T0. With `?when=..&zone=..` htmx reads the clocks before anything is kept."""
    card = release_for(viewer, release)
    if is_public(card):
        return redirect(f"/portal/{release}/")
    if is_fragment(request) and request.method != "POST":
        return _reading(request, card)
    zone = zones.zone_of(issuers.issuer(card.issuer).country)
    form = WhenForm(*posted(request), initial=_initial(card.at, zone))
    if request.method == "POST" and form.is_valid():
        at = instant_of(form)
        if not form.errors and _kept(request, viewer, form, card, at):
            return redirect(f"/portal/{release}/time/")
    context = frame(request, viewer, card, "time") | {
        "form": form,
        "zones": zones.zone_names(),
        "issuer_zone": zone,
    }
    return render(request, "portal/time.html", context, status=422 if form.errors else 200)


def _initial(at: Instant | None, zone: str) -> dict[str, Any]:
    if at is None:
        return {"how": "approval", "zone": zone}
    return {"how": "at", "when": zones.local_text(at, zone), "zone": zone}


def _kept(
    request: HttpRequest, viewer: Viewer, form: WhenForm, card: desk.ReleaseCard, at: Instant | None
) -> bool:
    """Keeps T0. What is approved or held is moved: the old hold goes, a new lock waits for approval."""
    try:
        if card.state in SCHEDULED and at is not None:
            submitted = wire.move(card.release, at, by=viewer.name)
            if submitted.blocked:
                tell(request, submitted, "")
            else:
                messages.warning(request, _("Moved. The new time needs a new approval."))
        else:
            desk.set_time(card.release, at, by=viewer.name)
            messages.success(request, _("The time was kept."))
    except DatelineError as error:
        form.add_error("when", str(error))
        return False
    return True


def _reading(request: HttpRequest, card: desk.ReleaseCard) -> HttpResponse:
    """The three clocks for what is being typed, or what is wrong with it."""
    data = request.GET.copy()
    data.setdefault("how", "at")
    form = WhenForm(data)
    at = instant_of(form) if form.is_valid() else None
    context = {
        "at": at,
        "clocks": clocks(at, card) if at else [],
        "problems": [str(error) for errors in form.errors.values() for error in errors],
    }
    return render(request, "portal/_clocks.html", context)
