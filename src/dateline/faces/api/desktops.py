"""`/api/v1/desktop/...`: passes and tickets for desktops; keys and revocations for edges."""

import json
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from dateline.audience import services as audience
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.faces.api.wire_log import problem
from dateline.plant.settings import get_settings

router = Router()

COOKIE: Final = "dateline_desktop"
_MOST_BYTES: Final = 8192
_NO_STORE: Final = {"Cache-Control": "no-store"}


class IssuedPass(Schema):
    """What a key was exchanged for."""

    token: str = Field(description="Send it as `Authorization: Bearer TOKEN`; never in an address.")
    expires_at: str = Field(description="UTC; the edge closes then. Get another a little earlier.")
    account: str
    connections: int = Field(description="How many the account may have open at one edge process.")
    languages: list[str] = Field(description="In order of preference; empty = all.")
    grants: list[str]
    stream: str
    ws: str


class Ticket(Schema):
    """For programs that can send no header, such as EventSource and WebSocket in a browser."""

    ticket: str = Field(description="Add `ticket=TICKET` to the address of the stream. It works once.")
    expires_in: int = Field(description="Seconds.")


class KeySet(Schema):
    """A JWK set (RFC 7517) of Ed25519 keys."""

    keys: list[dict[str, str]]


class TicketBrought(Schema):
    """What an edge was given."""

    ticket: str


class Admission(Schema):
    """For the edge alone: signed, and useless as a pass."""

    admission: str


class DesktopProblem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


_REFUSALS = dict.fromkeys((400, 401), DesktopProblem)


@router.post(
    "/token",
    response={200: IssuedPass, **_REFUSALS},
    summary="A pass for a desktop",
    description="Needs `Authorization: Bearer KEY`. `?cookie=1` also sets the pass as a cookie, for pages "
    "whose edge has the same host.",
)
def token(request: HttpRequest, cookie: bool = False) -> HttpResponse:
    """Exchanges a key for a pass."""
    return _answered(lambda: _token(request, cookie=cookie))


def _token(request: HttpRequest, *, cookie: bool) -> HttpResponse:
    settings = get_settings()
    made = audience.pass_for_secret(_bearer(request))
    stream = settings.stream_url
    body = IssuedPass(
        token=made.text,
        expires_at=made.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        account=made.granted.account,
        connections=made.granted.connections,
        languages=list(made.granted.languages),
        grants=list(made.granted.grants),
        stream=f"{stream}/stream",
        ws=ws_url(stream),
    )
    answer = _json(body.model_dump())
    if cookie:
        answer.set_cookie(
            COOKIE,
            made.text,
            max_age=60 * settings.desktop_pass_minutes,
            secure=settings.site_url.startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
    return answer


@router.post(
    "/ticket",
    response={200: Ticket, **_REFUSALS, 429: DesktopProblem},
    summary="A ticket for one connection",
    description="Needs `Authorization: Bearer KEY` or `Bearer TOKEN`.",
)
def ticket(request: HttpRequest) -> HttpResponse:
    """Makes a ticket."""

    def made() -> HttpResponse:
        issued = audience.ticket_for_secret(_bearer(request))
        return _json({"ticket": issued.text, "expires_in": issued.seconds})

    return _answered(made)


@router.get("/keys", response=KeySet, summary="The public keys of passes")
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that edges believe: the one before, the one in force, the next."""
    answer = _json(audience.published_keys())
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


@router.get(
    "/revocations",
    summary="The signed list of revoked keys",
    response={200: str},
    openapi_extra={"responses": {200: {"content": {"application/jose": {"schema": {"type": "string"}}}}}},
)
def revocations(request: HttpRequest) -> HttpResponse:
    """A JWS (RFC 7515) with `number` and `keys`; edges poll it."""
    return HttpResponse(audience.revocation_list(), content_type="application/jose", headers=_NO_STORE)


@router.post("/admission", response={200: Admission, **_REFUSALS}, summary="For edges: redeem a ticket")
def admission(request: HttpRequest) -> HttpResponse:
    """Takes a ticket, once."""

    def made() -> HttpResponse:
        return _json({"admission": audience.redeem_ticket(_brought(request))})

    return _answered(made)


def _brought(request: HttpRequest) -> str:
    body = request.body
    try:
        return TicketBrought.model_validate(json.loads(body if len(body) <= _MOST_BYTES else b"")).ticket
    except (ValueError, RecursionError):  # 8 KB of brackets are deeper than the parser goes
        raise BadInput('send {"ticket": "..."}', where="body") from None


def _bearer(request: HttpRequest) -> str:
    kind, _, text = str(request.headers.get("Authorization", "")).strip().partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise NotAllowed("send Authorization: Bearer KEY")
    return text.strip()


def _answered(act: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return act()
    except audience.TooManyTickets as error:
        found = problem(429, "too-many-tickets", "Too many tickets at once", str(error))
    except (NotAllowed, NotFound) as error:
        found = problem(401, "not-admitted", "No pass for this", str(error))
    except BadInput as error:
        found = problem(400, "bad-request", "The request cannot be read", str(error))
    headers = dict(_NO_STORE)
    if found.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="dateline"'
    if found.status == 429:
        headers["Retry-After"] = str(audience.TICKET_S)
    return HttpResponse(found.body, status=found.status, content_type=found.media_type, headers=headers)


def _json(document: dict[str, Any]) -> HttpResponse:
    return HttpResponse(
        json.dumps(document, ensure_ascii=False), content_type="application/json", headers=_NO_STORE
    )


def ws_url(stream: str) -> str:
    """The WebSocket address of an edge."""
    return "ws" + stream.removeprefix("http") + "/ws"
