"""`/api/v1/releases`: list, read, create and change drafts, findings and history."""

from typing import Any, Final, Literal, get_args

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dateline.audience import services as audience
from dateline.core.clock import iso_z
from dateline.core.errors import BadInput, NotAllowed, NotFound
from dateline.desk import services as desk
from dateline.faces.api import inputs, shapes
from dateline.faces.api.answering import Reply, answer, holding, if_match, once, paged, with_tag
from dateline.faces.api.bodies import Incoming, instant_of, json_of, only, release_of
from dateline.faces.api.converters import register
from dateline.faces.api.documents import findings_document, release_document, release_rows
from dateline.faces.api.keys import Caller, caller_of, key_with, must_be_own
from dateline.faces.api.openapi import body, changing, problems, takes_release
from dateline.issuers import services as issuers

register()
router = Router(tags=["releases"], by_alias=True)

R: Final = "/{desk_release:release}"
State = Literal[
    "draft", "in review", "locked", "approved", "returned", "spiked", "held", "overdue", "lifted",
    "withdrawn", "released", "corrected", "killed",
]  # fmt: skip


def page_of(request: HttpRequest, *besides: str) -> tuple[str | None, int]:
    """(`after`, `limit`) of a list. Raises BadInput for what is none, and for unknown parameters."""
    only(request, ("after", "limit", *besides))
    text = request.GET.get("limit", "50")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6 and 0 < int(text) <= 200):
        raise BadInput(f"'{text[:20]}' is not a whole number from 1 to 200", where="limit")
    return request.GET.get("after") or None, int(text)


PAGE: Final = [
    {
        "name": "after",
        "in": "query",
        "schema": {"type": "string"},
        "description": "`next` of the page before.",
    },
    {
        "name": "limit",
        "in": "query",
        "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
        "description": "Rows of a page.",
    },
]


@router.get(
    "",
    auth=key_with("releases:read"),
    response={200: shapes.ReleasePage, **problems(422)},
    summary="List releases",
    openapi_extra={
        "parameters": [
            *PAGE,
            {"name": "state", "in": "query", "schema": {"type": "string", "enum": list(get_args(State))}},
            {
                "name": "issuer",
                "in": "query",
                "schema": {"type": "string"},
                "description": "For keys of the whole wire: releases of this issuer.",
            },
        ]
    },
)
def list_releases(request: HttpRequest) -> HttpResponse:
    """Newest first; only those of the key's issuer."""
    caller = caller_of(request)
    after, limit = page_of(request, "state", "issuer")
    state = request.GET.get("state")
    if state is not None and state not in get_args(State):
        raise BadInput(f"it is none of {', '.join(get_args(State))}", where="state")
    cards = desk.list_releases(
        issuer=_listed_issuer(request, caller), state=state, before=_sound(after), limit=limit + 1
    )
    return answer(request, paged(request, "releases", release_rows(cards), limit, "release"))


def _listed_issuer(request: HttpRequest, caller: Caller) -> str | None:
    asked = _sound(request.GET.get("issuer") or None)
    if caller.key.issuer and asked not in {None, caller.key.issuer}:
        raise BadInput(f"this key is bound to {caller.key.issuer}", where="issuer")
    return caller.key.issuer or asked


def _sound(text: str | None) -> str | None:
    """What a database may be asked for; the rest is no name of ours."""
    if text is not None and not (text.isascii() and text.isprintable() and len(text) <= 100):
        raise BadInput("it holds characters that no name here has", where="after")
    return text


@router.post(
    "",
    auth=key_with("releases:write"),
    response={201: shapes.ReleaseOut, **problems(400, 403, 409, 413, 415, 422)},
    summary="Create a draft",
    openapi_extra=takes_release(),
)
def create_release(request: HttpRequest) -> HttpResponse:
    """From JSON, from one file of any format that is read, or from several files in a form. Nothing of it is
    public. What was odd in it: `/releases/R/findings`.
    """
    caller = caller_of(request)
    incoming = release_of(request)
    issuer = issuer_for(caller, incoming)
    circuit = circuit_named(incoming.circuit or incoming.stories[0].circuit or "all")
    at = instant_of(incoming.at) or instant_of(incoming.stories[0].embargo, "embargo")

    def act() -> Reply:
        release = desk.add_release(incoming.stories, issuer=issuer, circuit=circuit, at=at, by=caller.by)
        document = release_document(release, caller)
        return Reply(document, 201, with_tag(document, Location=f"/api/v1/releases/{release}"))

    return once(request, act, incoming.identity)


def issuer_for(caller: Caller, incoming: Incoming) -> str:
    """Whose release it will be. Raises NotAllowed for another issuer than the key's, BadInput for none."""
    named = incoming.issuer or incoming.stories[0].issuer
    if caller.key.issuer:
        if named not in {"", caller.key.issuer}:
            raise NotAllowed(f"this key is bound to {caller.key.issuer} and may not act for another issuer")
        return caller.key.issuer
    if not named:
        raise BadInput("say whose release it is", where="issuer")
    try:
        return issuers.issuer(readable(named, "issuer")).slug
    except NotFound as error:
        raise BadInput(str(error), where="issuer") from None


def readable(name: str, where: str) -> str:
    """What a database may be asked for. Raises BadInput."""
    if not name.isprintable():
        raise BadInput("it holds invisible characters", where=where)
    return name


def circuit_named(name: str) -> str:
    """The circuit's own name. Raises BadInput naming near ones."""
    try:
        return audience.circuit(readable(name, "circuit")).name
    except NotFound as error:
        raise BadInput(str(error), where="circuit") from None


@router.get(
    R,
    auth=key_with("releases:read"),
    response={200: shapes.ReleaseOut, **problems(404)},
    summary="Read a release",
)
def read_release(request: HttpRequest, release: str) -> HttpResponse:
    """State, T0, languages and lock; the text is in its editions."""
    caller = caller_of(request)
    must_be_own(caller, release)
    return answer(request, Reply(release_document(release, caller)))


@router.patch(
    R,
    auth=key_with("releases:write"),
    response={200: shapes.ReleaseOut, **problems(400, 404, 409, 412, 415, 422)},
    summary="Change circuit or T0 of a draft",
    openapi_extra={**changing(), **body(inputs.ReleaseChange)},
)
def change_release(request: HttpRequest, release: str) -> HttpResponse:
    """A lock that was there is dropped. To move the T0 of what is approved, use `schedule`."""
    caller = caller_of(request)
    must_be_own(caller, release)
    asked = json_of(request, inputs.ReleaseChange)
    circuit = None if asked.circuit is None else circuit_named(asked.circuit)
    at = instant_of(asked.at)
    revision = if_match(request, release_document(release, caller))
    with holding(release, revision):
        if circuit is not None:
            desk.set_circuit(release, circuit, by=caller.by)
        if "at" in asked.model_fields_set:
            desk.set_time(release, at, by=caller.by)
    document = release_document(release, caller)
    return answer(request, Reply(document, headers=with_tag(document)))


@router.get(
    R + "/findings",
    auth=key_with("releases:read"),
    response={200: shapes.FindingList, **problems(404)},
    summary="What checks say of it",
)
def findings(request: HttpRequest, release: str) -> HttpResponse:
    """By language: of the newest lock what intake and every check said, of a draft what intake said."""
    must_be_own(caller_of(request), release)
    said = {language: findings_document(found) for language, found in desk.findings(release).items()}
    return answer(request, Reply({"findings": said}))


@router.get(
    R + "/history",
    auth=key_with("releases:read"),
    response={200: shapes.HistoryList, **problems(404)},
    summary="Every act on it",
)
def history(request: HttpRequest, release: str) -> HttpResponse:
    """Who did what and when, the oldest first."""
    must_be_own(caller_of(request), release)
    lines: list[dict[str, Any]] = [
        {"at": iso_z(line.at), "by": line.by, "act": line.act, "detail": line.detail, "reason": line.reason}
        for line in desk.history(release)
    ]
    return answer(request, Reply({"history": lines}))
