"""`/portal/R/`: before T0 the text with its findings, after it the report."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dateline.faces.portal import structure
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.live import live_context
from dateline.faces.portal.page import frame, is_public, texts
from dateline.faces.reporting.page import report_context


@signed_in
@require_safe
def overview(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """The one page of a release."""
    card = release_for(viewer, release)
    found = texts(card)
    if is_public(card):
        context = frame(request, viewer, card, "report", found) | live_context(viewer, card)
        return render(request, "portal/report.html", context | report_context(viewer, release))
    context = frame(request, viewer, card, "text", found)
    if context["is_live"]:
        context |= live_context(viewer, card)
    shown = next(iter(found.values()), None)
    context |= {
        "texts": list(found.values()),
        "shown": shown,
        "parts": structure.parts(shown.edition, f"/portal/{release}/media") if shown else [],
    }
    return render(request, "portal/text.html", context)
