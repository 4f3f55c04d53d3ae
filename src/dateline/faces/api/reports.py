"""`/api/v1/reports/R`: what happened to a release."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dateline.faces.api import shapes
from dateline.faces.api.answering import Reply, answer
from dateline.faces.api.keys import caller_of, key_with, must_be_own
from dateline.faces.api.openapi import problems
from dateline.faces.api.releases import R
from dateline.reports import services as reports

router = Router(tags=["reports"])


@router.get(
    R,
    auth=key_with("reports:read"),
    response={200: shapes.ReportOut, **problems(404, 409)},
    summary="The delivery report",
)
def read_report(request: HttpRequest, release: str) -> HttpResponse:
    """Counts by state, channel, country and language; lateness, skew, failures with the server's words.
    Issuers see outlets by name and journalists as rounded counts. 409 before anything is locked.
    """
    caller = caller_of(request)
    must_be_own(caller, release)
    found = reports.report(release, shown=caller.shown)
    return answer(request, Reply(reports.report_document(found, addresses=caller.is_desk)))
