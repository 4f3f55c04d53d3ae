"""`/api/v1/circuits` and `/api/v1/reach`: named rules, and how many they reach."""

from dataclasses import asdict
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dateline.audience import services as audience
from dateline.core.errors import BadInput, NotFound
from dateline.core.words import Circuit
from dateline.faces.api import shapes
from dateline.faces.api.answering import Reply, answer, paged
from dateline.faces.api.bodies import only
from dateline.faces.api.keys import caller_of, key_with
from dateline.faces.api.openapi import problems
from dateline.faces.api.problems import Absent
from dateline.faces.api.releases import PAGE, circuit_named, page_of, readable
from dateline.issuers import services as issuers

router = Router(tags=["circuits and reach"])

_LISTS: Final = {
    "country": "ISO codes where recipients work.",
    "language": "BCP 47 tags.",
    "sector": "Media Topic ids or slugs.",
    "keyword": "Words; alternatives to the sectors.",
    "about": "Countries that the news is about: who chose others is left out.",
}
_MOST: Final = 100


def _document(circuit: Circuit) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in asdict(circuit).items()
        if name in shapes.CircuitOut.model_fields
    }  # fmt: skip


@router.get(
    "/circuits",
    auth=key_with("releases:read"),
    response={200: shapes.CircuitList, **problems(422)},
    summary="List circuits",
    openapi_extra={"parameters": PAGE},
)
def list_circuits(request: HttpRequest) -> HttpResponse:
    """Standing circuits first, then by name."""
    after, limit = page_of(request)
    found = [_document(one) for one in audience.circuits()]
    if after is not None:
        names = [one["name"] for one in found]
        if after not in names:
            raise BadInput("it names no circuit; begin anew without it", where="after")
        found = found[names.index(after) + 1 :]
    return answer(request, paged(request, "circuits", found[: limit + 1], limit, "name"))


@router.get(
    "/circuits/{circuit_name:name}",
    auth=key_with("releases:read"),
    response={200: shapes.CircuitOut, **problems(404)},
    summary="Read a circuit",
)
def read_circuit(request: HttpRequest, name: str) -> HttpResponse:
    """The rule behind the name."""
    try:
        found = audience.circuit(name)
    except NotFound:
        raise Absent from None
    return answer(request, Reply(_document(found)))


@router.get(
    "/reach",
    auth=key_with("reach:read"),
    response={200: shapes.ReachOut, **problems(422)},
    summary="Count whom a rule would reach",
    openapi_extra={
        "parameters": [
            {
                "name": "circuit",
                "in": "query",
                "schema": {"type": "string"},
                "description": "Name of a circuit.",
            },
            {
                "name": "issuer",
                "in": "query",
                "schema": {"type": "string"},
                "description": "Who chose others is left out; a key's own issuer when not said.",
            },
            *(
                {
                    "name": name,
                    "in": "query",
                    "schema": {"type": "string"},
                    "description": f"{about} Commas are OR.",
                }
                for name, about in _LISTS.items()
            ),
        ]
    },
)
def reach(request: HttpRequest) -> HttpResponse:
    """Commas are OR within a name, names are AND. For issuers people are rounded to two digits, tens at
    least.
    """
    caller = caller_of(request)
    only(request, ("circuit", "issuer", *_LISTS))
    name = request.GET.get("circuit") or None
    circuit = None if name is None else audience.circuit(circuit_named(name))
    lists = {key: _split(request, key) for key in _LISTS}
    found = audience.reach(
        circuit,
        countries=lists["country"],
        languages=lists["language"],
        sectors=lists["sector"],
        keywords=lists["keyword"],
        about=lists["about"],
        issuer=_issuer(request, caller.key.issuer),
    )
    shown = caller.shown
    document = {
        "circuit": None if circuit is None else circuit.name,
        "outlets": found.outlets,
        "journalists": shown(found.journalists),
        "desktops": found.desktops,
        "by_country": {key: shown(count) for key, count in found.by_country.items()},
        "by_language": {key: shown(count) for key, count in found.by_language.items()},
        "rounded": not caller.is_desk,
    }
    return answer(request, Reply(document))


def _split(request: HttpRequest, name: str) -> list[str]:
    words = [part.strip() for part in request.GET.get(name, "").split(",") if part.strip()]
    if len(words) > _MOST:
        raise BadInput(f"more than {_MOST} words", where=name)
    return words


def _issuer(request: HttpRequest, own: str) -> str:
    asked = request.GET.get("issuer", "")
    if own:
        if asked not in {"", own}:
            raise BadInput(f"this key is bound to {own}", where="issuer")
        return own
    if asked:
        try:
            return issuers.issuer(readable(asked, "issuer")).slug
        except NotFound as error:
            raise BadInput(str(error), where="issuer") from None
    return ""
