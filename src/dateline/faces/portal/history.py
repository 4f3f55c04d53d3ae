"""What was done with a release, by whom and when."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.page import frame


@signed_in
@require_safe
def history(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """`/portal/R/history/`: the append-only record."""
    card = release_for(viewer, release)
    context = frame(request, viewer, card, "history") | {"lines": desk.history(release)}
    return render(request, "portal/history.html", context)
