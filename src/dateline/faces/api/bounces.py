"""`POST /api/v1/bounces/{provider}`: what mail providers tell of bounces and complaints."""

import structlog
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from dateline.channels.services import PROVIDERS, Request, Unproved, take_webhook
from dateline.core.errors import BadInput, NotFound, Unavailable
from dateline.faces.api.wire_log import problem
from dateline.plant.settings import get_settings

log = structlog.get_logger("faces.api")
router = Router()

MOST_BYTES = 4 * 1024 * 1024
"""Of one request: providers send a few hundred events at once."""


class TakenReports(Schema):
    """What a webhook came to."""

    reports: int = Field(description="Bounces, delays and complaints in the request.")
    new: int = Field(description="Those that were not known already.")
    suppressed: int = Field(description="Addresses that are not mailed any more because of them.")


class ProviderProblem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


_RESPONSES = {200: TakenReports, **dict.fromkeys((400, 403, 404, 413, 503), ProviderProblem)}


@router.post(
    "/{provider}",
    response=_RESPONSES,
    summary="Bounces and complaints of a mail provider",
    description=f"For {', '.join(PROVIDERS)}; each proves itself by its signature, or by a password that the "
    "settings name. A repeat changes nothing.",
)
def bounces(request: HttpRequest, provider: str) -> HttpResponse:
    """Taken once it is proved; 503 asks the provider to come again."""
    return _answered(request, provider)


def _answered(request: HttpRequest, provider: str) -> HttpResponse:
    try:
        found = take_webhook(provider, _asked(request), get_settings())
    except RequestDataTooBig:
        return _problem(413, "too-large", "The request is too large", "send fewer events at once")
    except Unproved as error:
        log.warning("api.bounce_unproved", provider=provider)
        return _problem(403, "unproved", "The request does not prove who sends it", str(error))
    except NotFound as error:
        return _problem(404, "no-such-provider", "Nothing is taken here", str(error))
    except BadInput as error:
        return _problem(400, "bad-report", "The report cannot be read", str(error))
    except Unavailable:
        return _problem(503, "come-again", "A part is away", "come again later")
    counts = TakenReports(reports=found.reports, new=found.new, suppressed=found.suppressed)
    return HttpResponse(counts.model_dump_json(), content_type="application/json")


def _asked(request: HttpRequest) -> Request:
    """Raises RequestDataTooBig: some providers prove themselves inside the JSON, which must be read first."""
    if len(request.body) > MOST_BYTES:
        raise RequestDataTooBig
    return Request({name.lower(): value for name, value in request.headers.items()}, request.body)


def _problem(status: int, kind: str, title: str, detail: str) -> HttpResponse:
    told = problem(status, kind, title, detail)
    return HttpResponse(told.body, status=told.status, content_type=told.media_type)
