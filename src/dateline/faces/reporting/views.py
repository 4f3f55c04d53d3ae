"""`/reports/`: the list, one report, and its downloads, all under the same access rules."""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dateline.core.errors import Conflict
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, release_for, signed_in
from dateline.faces.portal.page import is_public
from dateline.faces.portal.releases import rows
from dateline.faces.reporting.page import report_context
from dateline.issuers import services as issuers
from dateline.reports import services as reports


@signed_in
@require_safe
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Releases that are out, newest first."""
    found = [row for row in rows(viewer) if is_public(row.card)]
    return render(request, "reporting/index.html", {"rows": found, "viewer": viewer})


@signed_in
@require_safe
def report(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """One report."""
    card = release_for(viewer, release)
    context = report_context(viewer, release) | {
        "card": card,
        "headline": desk.headline(release),
        "issuer_name": issuers.issuer(card.issuer).name,
    }
    return render(request, "reporting/report.html", context)


@signed_in
@require_safe
def as_csv(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """Rows of by, key, state, count."""
    release_for(viewer, release)
    return _download(
        reports.csv_text(_found(viewer, release)), "text/csv; charset=utf-8", f"report-{release}.csv"
    )


@signed_in
@require_safe
def acknowledgements(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """Which outlet's endpoint had each correction or kill, and when."""
    release_for(viewer, release)
    text = reports.acknowledgements_csv(release)
    return _download(text, "text/csv; charset=utf-8", f"acknowledgements-{release}.csv")


@signed_in
@require_safe
def as_json(request: HttpRequest, viewer: Viewer, release: str) -> HttpResponse:
    """The document of `dateline report --json`; journalists are rounded counts for issuers (I15)."""
    release_for(viewer, release)
    document = reports.report_document(_found(viewer, release), addresses=viewer.is_desk)
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    return _download(text, "application/json", f"report-{release}.json")


def _found(viewer: Viewer, release: str) -> reports.Report:
    try:
        return reports.report(release, shown=viewer.shown)
    except Conflict as error:
        raise Http404 from error


def _download(text: str, media_type: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
