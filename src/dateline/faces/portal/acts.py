"""Submit and withdraw: the acts of the bottom bar. The rules are those of desk and wire."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dateline.core.errors import DatelineError
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.acting import attempt
from dateline.faces.portal.forms import ReasonForm
from dateline.faces.portal.page import frame, is_public
from dateline.faces.portal.texts import tell
from dateline.faces.portal.uploads import posted
from dateline.faces.reporting.reach import reached
from dateline.wire import services as wire


@signed_in
@require_POST
def submit(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """Locks, checks and approves where policy allows; else it waits for another person."""
    release_for(viewer, release)
    try:
        submitted = wire.submit(release, by=viewer.name)
    except DatelineError as error:
        messages.error(request, str(error))
    else:
        tell(request, submitted, _("Locked and approved. It goes out at T0."))
    return redirect(f"/portal/{release}/")


@signed_in
@require_POST
def hand_in(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """Hands the draft to the desk without locking it: an editor reads it first."""
    release_for(viewer, release)
    if attempt(request, lambda: desk.to_review(release, by=viewer.name)):
        messages.success(request, _("Handed in. An editor will read it."))
    return redirect(f"/portal/{release}/")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """A page of its own, so that the act is deliberate. Before T0 nothing becomes public; after it the page
    stays, marked, and says why.
    """
    card = release_for(viewer, release)
    public = is_public(card)
    form = ReasonForm(*posted(request))
    if (
        request.method == "POST"
        and (not public or form.is_valid())
        and _withdrawn(request, viewer, release, form)
    ):
        return redirect(f"/portal/{release}/")
    public = is_public(card)  # it may have gone out meanwhile
    context = frame(request, viewer, card, "after" if public else "time") | {
        "form": form,
        "reached": reached(viewer, release) if public else None,
    }
    return render(request, "portal/withdraw.html", context, status=422 if form.errors else 200)


def _withdrawn(request: HttpRequest, viewer: Viewer, release: str, form: ReasonForm) -> bool:
    try:
        if wire.withdraw(release, by=viewer.name):
            messages.success(request, _("Withdrawn. Nothing of it became public."))
            return True
        if not form.is_valid():  # it went out between the page and the button
            messages.warning(request, _("It is out already. Say why it is withdrawn, and confirm."))
            return False
        submitted = wire.submit_withdrawal(release, reason=form.cleaned_data["reason"], by=viewer.name)
    except DatelineError as error:
        form.is_valid()
        form.add_error(None, str(error))
        return False
    tell(request, submitted, _("Withdrawn. The page stays and is marked; those who received it are told."))
    return True
