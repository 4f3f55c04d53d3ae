"""`/api/v1/endpoints`: outlets and their endpoints, for the desk, and for each outlet its own."""

from dataclasses import replace
from threading import BoundedSemaphore
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dateline.audience import services as audience
from dateline.channels import services as channels
from dateline.core.errors import BadInput, Conflict, NotAllowed
from dateline.dispatch import services as dispatch
from dateline.faces.api import inputs, shapes
from dateline.faces.api.answering import Reply, answer, once, once_long, paged
from dateline.faces.api.bodies import json_of
from dateline.faces.api.keys import Caller, caller_of, key_with
from dateline.faces.api.openapi import body, idempotent, problems
from dateline.faces.api.problems import Absent, ApiError
from dateline.faces.api.releases import PAGE, page_of
from dateline.reports.services import endpoint_document

router = Router(tags=["endpoints"])

O: Final = "/{recipient:recipient}"  # noqa: E741 - as R and L of releases and languages
READ: Final = key_with("endpoints:read")
WRITE: Final = key_with("endpoints:write")
_IDEMPOTENCY: Final = idempotent()["parameters"][:1]
_tests: Final = BoundedSemaphore(2)
"""Each test may take most of a minute of a thread: more at once would make others wait."""


def _documents(caller: Caller, cards: list[audience.OutletCard]) -> list[dict[str, Any]]:
    known = dispatch.health(
        [card.recipient for card in cards], addresses={card.recipient: card.endpoint for card in cards}
    )
    return [endpoint_document(card, _shown(caller, card, known.get(card.recipient))) for card in cards]


def _shown(
    caller: Caller, card: audience.OutletCard, health: dispatch.Health | None
) -> dispatch.Health | None:
    """Who of the wire paused it, and why, is for the desk: an outlet's key is told that it is paused."""
    if health is None or caller.is_desk or health.paused_by in {"", _by(caller, card)}:
        return health
    return replace(health, paused_by="the wire", paused_reason="ask its operator")


def _own(caller: Caller, recipient: str) -> audience.OutletCard:
    """The outlet. Raises Absent alike for one that is not there and one that is not the key's."""
    if not caller.is_desk and caller.key.outlet != recipient:
        raise Absent
    card = audience.outlet_card(recipient)
    if card is None:
        raise Absent
    return card


def _by(caller: Caller, card: audience.OutletCard) -> str:
    return caller.by or f"the outlet {card.name}"[:80]


@router.get(
    "",
    auth=READ,
    response={200: shapes.EndpointPage, **problems(422)},
    summary="List outlets",
    openapi_extra={"parameters": PAGE},
)
def list_endpoints(request: HttpRequest) -> HttpResponse:
    """By name, each with the state of its endpoint; an outlet's key sees its own."""
    caller = caller_of(request)
    after, limit = page_of(request)
    if caller.is_desk:
        if after is not None and not (after.isascii() and after.isprintable()):
            raise BadInput("it names no outlet; begin anew without it", where="after")
        cards = audience.outlet_cards(limit + 1, after=after or "")
    else:
        cards = [_own(caller, caller.key.outlet)] if after is None else []
    return answer(request, paged(request, "endpoints", _documents(caller, cards), limit, "recipient"))


@router.post(
    "",
    auth=WRITE,
    response={201: shapes.EndpointOut, **problems(400, 403, 409, 413, 415, 422)},
    summary="Add an outlet",
    openapi_extra={"parameters": _IDEMPOTENCY, **body(inputs.OutletIn)},
)
def add_endpoint(request: HttpRequest) -> HttpResponse:
    """For keys of the whole wire. Its address must be one that the wire may dial."""
    caller = caller_of(request)
    if not caller.is_desk:
        raise NotAllowed("only a key of the whole wire adds outlets")
    asked = json_of(request, inputs.OutletIn)
    cells = {name: _cell(name, value) for name, value in asked.model_dump().items()}
    if asked.channel == "webhook":
        _check_address(asked.endpoint)

    def act() -> Reply:
        card = audience.add_outlet(cells)
        location = f"/api/v1/endpoints/{card.recipient}"
        return Reply(_documents(caller, [card])[0], 201, {"Location": location})

    return once(request, act)


def _check_address(url: str) -> None:
    try:
        audience.checked_web_address(url)
        channels.check_webhook_address(url)
    except BadInput as error:
        raise BadInput(error.message, where="endpoint") from None


def _cell(name: str, value: Any) -> str:
    parts = value if isinstance(value, list) else [value]
    if any("\x00" in part for part in parts):
        raise BadInput("it holds a NUL", where=name)
    if isinstance(value, list) and any(";" in part for part in parts):
        raise BadInput("one name in each place of the list, without ;", where=name)
    return ";".join(parts)


@router.get(O, auth=READ, response={200: shapes.EndpointOut, **problems(404)}, summary="Read an outlet")
def read_endpoint(request: HttpRequest, recipient: str) -> HttpResponse:
    """Its endpoint and how that does."""
    caller = caller_of(request)
    return answer(request, Reply(_documents(caller, [_own(caller, recipient)])[0]))


@router.post(
    O + "/test",
    auth=WRITE,
    response={200: shapes.TestOut, **problems(404, 409, 422)},
    summary="Send the test pack",
    openapi_extra={"parameters": _IDEMPOTENCY},
)
def test_endpoint(request: HttpRequest, recipient: str) -> HttpResponse:
    """Marked messages over the outlet's own channel, now; takes up to 45 seconds. Nothing of it enters the
    wire log.
    """
    card = _own(caller_of(request), recipient)
    return once_long(request, lambda: Reply(_tested(card)))


def _tested(card: audience.OutletCard) -> dict[str, Any]:
    if not _tests.acquire(timeout=1):
        raise ApiError(
            503, "busy", "other tests are running; ask again in a minute", headers={"Retry-After": "60"}
        )
    try:
        answers = channels.test_outlet(card)
    finally:
        _tests.release()
    return {
        "recipient": card.recipient,
        "arrived": sum(one.arrived for one in answers),
        "answers": [
            {
                "step": one.step,
                "language": one.language,
                "outcome": one.outcome,
                "code": one.code,
                "text": one.text,
                "ms": one.ms,
                "published_url": one.published_url or None,
            }
            for one in answers
        ],
    }


test_endpoint.__test__ = False  # type: ignore[attr-defined]  # no test of ours, whatever pytest thinks of its name


@router.post(
    O + "/pause",
    auth=WRITE,
    response={200: shapes.EndpointOut, **problems(400, 404, 413, 415, 422)},
    summary="Hold back its deliveries",
    openapi_extra=body(inputs.Reason),
)
def pause_endpoint(request: HttpRequest, recipient: str) -> HttpResponse:
    """They wait, spend no tries, and expire in their own time. Pausing twice changes nothing."""
    caller = caller_of(request)
    card = _own(caller, recipient)
    asked = json_of(request, inputs.Reason)
    if "\x00" in asked.reason:
        raise BadInput("it holds a NUL", where="reason")
    dispatch.pause("endpoint", card.recipient, by=_by(caller, card), reason=asked.reason)
    return answer(request, Reply(_documents(caller, [card])[0]))


@router.post(
    O + "/resume",
    auth=WRITE,
    response={200: shapes.EndpointOut, **problems(404, 409)},
    summary="Let its deliveries go on",
)
def resume_endpoint(request: HttpRequest, recipient: str) -> HttpResponse:
    """Also after its server was mended: what rests or was disabled begins anew, at once. An outlet ends its
    own pause, never one of the wire's.
    """
    caller = caller_of(request)
    card = _own(caller, recipient)
    health = dispatch.health([card.recipient]).get(card.recipient)
    if health is not None and health.paused_by:
        if not caller.is_desk and health.paused_by != _by(caller, card):
            raise Conflict("the wire has paused it; ask its operator")
        dispatch.resume("endpoint", card.recipient, by=_by(caller, card))
    dispatch.begin_anew(card.recipient)
    return answer(request, Reply(_documents(caller, [card])[0]))
