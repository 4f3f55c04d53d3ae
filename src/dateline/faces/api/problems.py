"""Problem documents (RFC 9457): one shape for everything that goes wrong under `/api/`."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db.utils import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from dateline.core.errors import BadInput, Conflict, DatelineError, NotAllowed, NotFound, Unavailable
from dateline.desk import services as desk
from dateline.issuers import services as issuers

log = structlog.get_logger("faces.api")

MEDIA_TYPE: Final = "application/problem+json"
_TYPES: Final = "urn:dateline:problem:"
_ABSENT: Final = "There is nothing here, or nothing that you may know of."


class Fault(Schema):
    """One thing that is wrong with a request."""

    where: str = Field(description="The field, parameter, file or line.")
    message: str


class Problem(Schema):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="`urn:dateline:problem:KIND`; programs tell problems apart by it.")
    title: str
    status: int
    detail: str = Field(description="The cause and the next step, for people.")
    where: str | None = Field(None, description="The field, parameter, file or line, where there is one.")
    errors: list[Fault] | None = Field(None, description="All faults, where there are several.")


class ApiError(DatelineError):
    """An error with an HTTP status of its own."""

    def __init__(
        self, status: int, kind: str, detail: str, *, where: str = "", headers: Mapping[str, str] = {}
    ) -> None:
        super().__init__(detail)
        self.status, self.kind, self.where, self.headers = status, kind, where, headers


class Absent(ApiError):
    """404 in the same words whether it never was or is not for this key (I1, T5)."""

    def __init__(self) -> None:
        super().__init__(404, "not-found", _ABSENT)


def problem_response(
    status: int,
    kind: str,
    detail: str,
    *,
    where: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] = {},
) -> HttpResponse:
    """The answer. Never cached: what is absent today may be public in a second."""
    document: dict[str, Any] = {
        "type": _TYPES + kind,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if where:
        document["where"] = where
    if errors:
        document["errors"] = [dict(error) for error in errors]
    body = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
    return HttpResponse(
        body, status=status, content_type=MEDIA_TYPE, headers={"Cache-Control": "no-store", **headers}
    )


def of_error(error: Exception) -> HttpResponse | None:  # noqa: PLR0911 - a table of kinds
    """The answer to an error that was raised on purpose, or None for a fault of ours."""
    if isinstance(error, ValidationError):
        return _invalid(error)
    if isinstance(error, HttpError):
        return _http_error(error)
    if isinstance(error, DatelineError):
        return _ours(error)
    if isinstance(error, Http404):
        return problem_response(404, "not-found", _ABSENT)
    if isinstance(error, RequestDataTooBig):
        return problem_response(413, "too-large", "the request is too large; send less at once")
    if isinstance(error, (SuspiciousOperation, MultiPartParserError, UnreadablePostError)):
        return problem_response(400, "bad-request", "the request cannot be read; send it again")
    if isinstance(error, (OperationalError, InterfaceError)):
        return problem_response(
            503, "unavailable", "the records cannot be read just now; try again", headers={"Retry-After": "5"}
        )
    return None


def _ours(error: DatelineError) -> HttpResponse:
    if isinstance(error, ApiError):
        return problem_response(
            error.status, error.kind, str(error), where=error.where, headers=error.headers
        )
    if isinstance(error, BadInput):
        return problem_response(422, "bad-input", error.message, where=error.where)
    again = {"Retry-After": "1"}
    kinds: tuple[tuple[type[DatelineError], int, str, Mapping[str, str]], ...] = (
        (issuers.InUse, 422, "idempotency-key-in-use", {}),
        (issuers.Running, 409, "still-running", again),
        (desk.Changed, 412, "changed-meanwhile", {}),
        (Conflict, 409, "conflict", {}),
        (NotAllowed, 403, "not-allowed", {}),
        (NotFound, 404, "not-found", {}),
        (Unavailable, 503, "unavailable", {"Retry-After": "5"}),
    )
    for kind, status, name, headers in kinds:
        if isinstance(error, kind):
            return problem_response(status, name, str(error), headers=headers)
    return problem_response(400, "bad-request", str(error))


def _invalid(error: ValidationError) -> HttpResponse:
    """Which fields, without what was in them: it may be a text before its T0."""
    faults = [
        {"where": ".".join(str(part) for part in found["loc"]), "message": str(found["msg"])}
        for found in error.errors[:50]
    ]
    first = faults[0]
    return problem_response(422, "bad-input", first["message"], where=first["where"], errors=faults)


def _http_error(error: HttpError) -> HttpResponse:
    if error.status_code == 401:
        return unauthorized()
    return problem_response(error.status_code, "bad-request", str(error))


def unauthorized(detail: str = "send Authorization: Bearer KEY with an API key in force") -> HttpResponse:
    """401, the same for no key, a wrong one and one that has ended."""
    return problem_response(
        401, "not-admitted", detail, headers={"WWW-Authenticate": 'Bearer realm="dateline"'}
    )


def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """500 without details: they are in the log."""
    log.exception("api.fault", method=request.method, error=type(error).__name__)
    return problem_response(500, "fault", "something went wrong here; the fault was recorded")


def handle_errors(api: NinjaAPI) -> None:
    """Makes every error of the API's views a problem document."""

    def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
        found = error if isinstance(error, Exception) else error()
        return of_error(found) or broken(request, found)

    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, answer)
