"""`POST /api/v1/redistributed`: a terminal vendor says what it passed on, and to how many desktops."""

import json
from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field, ValidationError

from dateline.audience import services as audience
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.faces.api.wire_log import problem
from dateline.wire import services as wire

router = Router()

_MOST_BYTES: Final = 128 * 1024
_TERMINAL: Final = "terminal"
_LIKE_THIS: Final = '{"events": [{"cursor": "...", "desktops": 12}]}'


class PassedOn(Schema):
    """One event that reached desktops of the vendor."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cursor: str = Field(description="The cursor that came with the event.")
    desktops: int = Field(ge=0, description="The vendor's own count of desktops that were shown it.")


class PassedOnList(Schema):
    """Up to 500 events; a later word on an event replaces the earlier one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    events: list[PassedOn] = Field(min_length=1, max_length=500)


class Recorded(Schema):
    """How many events were taken."""

    recorded: int


class VendorProblem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


@router.post(
    "",
    response={200: Recorded, **dict.fromkeys((400, 401, 403, 410), VendorProblem)},
    summary="For terminal vendors: what was passed on",
    description="Needs `Authorization: Bearer KEY`, or a pass, of an outlet of kind terminal. Reports show "
    "it as stated by the vendor.",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": PassedOnList.model_json_schema()}},
        }
    },
)
def passed_on(request: HttpRequest) -> HttpResponse:
    """Takes a vendor's word; a repeat changes nothing."""
    headers = {"Cache-Control": "no-store"}
    try:
        recipient = _vendor(request)
        counts = {row.cursor: row.desktops for row in _asked(request.body).events}
        body = json.dumps({"recorded": wire.record_redistributed(recipient, counts)}).encode()
        return HttpResponse(body, content_type="application/json", headers=headers)
    except wire.CursorTooOld as error:
        found = problem(410, "cursor-too-old", "The log no longer reaches that cursor", str(error))
    except BadInput as error:
        found = problem(400, "bad-request", "The request cannot be read", str(error))
    except _NoVendor as error:
        found = problem(403, "no-vendor", "Not a terminal vendor", str(error))
    except (NotAllowed, NotFound) as error:
        found = problem(401, "not-admitted", "No key or pass", str(error))
        headers["WWW-Authenticate"] = 'Bearer realm="dateline"'
    return HttpResponse(found.body, status=found.status, content_type=found.media_type, headers=headers)


class _NoVendor(NotAllowed):
    """A desktop of its own, which passes nothing on."""


def _vendor(request: HttpRequest) -> str:
    kind, _, text = str(request.headers.get("Authorization", "")).strip().partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise NotAllowed("send Authorization: Bearer KEY")
    recipient = audience.holder_of_secret(text.strip()).recipient
    card = audience.outlet_card(recipient)
    if card is None or card.kind != _TERMINAL:
        raise _NoVendor("only outlets of kind terminal pass news on; this key is a desktop's own")
    return recipient


def _asked(body: bytes) -> PassedOnList:
    if len(body) > _MOST_BYTES:
        raise BadInput("more than 128 KiB; send fewer events at once", where="body")
    try:
        return PassedOnList.model_validate_json(body)  # takes no nesting that would exhaust the stack
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        raise BadInput(f"{first['msg']}; send {_LIKE_THIS}", where=where) from None
