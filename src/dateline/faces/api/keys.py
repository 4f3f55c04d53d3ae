"""Who asks: the API key of a request, its scopes, and what its holder may see."""

import math
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest

from dateline.core.errors import NotAllowed
from dateline.core.rounding import Shown, exact, rounded
from dateline.core.sources import source_network
from dateline.desk import services as desk
from dateline.faces.api.problems import Absent, ApiError
from dateline.faces.api.rates import Buckets
from dateline.faces.source import source_of
from dateline.issuers import services as issuers
from dateline.plant.settings import get_settings

_LONGEST: Final = 200
ASKED: Final = Buckets()
"""Requests of each key."""
WRONG: Final = Buckets()
"""Wrong keys of each source."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The key of a request. `issuer` and `outlet` as it is bound; with neither it sees the whole wire."""

    key: issuers.ApiKeyCard

    @property
    def is_desk(self) -> bool:
        """A key of the whole wire, whose person is of the desk."""
        return not self.key.issuer and not self.key.outlet

    @property
    def shown(self) -> Shown:
        """How counts of people are shown to it (I15)."""
        return exact if self.is_desk else rounded

    @property
    def by(self) -> str:
        """In whose name it acts: approvals count persons, however many keys one has."""
        return self.key.person

    def may(self, scope: str) -> bool:
        return scope in self.key.scopes


class ApiKey:
    """Ninja's hook: lets a request in whose key has all these scopes."""

    openapi_security_schema: Final = {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key: `Authorization: Bearer ak_...`, made by `dateline apikey add`.",
    }

    def __init__(self, scopes: tuple[str, ...]) -> None:
        self.scopes = scopes

    def __call__(self, request: HttpRequest) -> Caller:
        caller = Caller(_key_of(request))
        wait = ASKED.take(caller.key.key, get_settings().api_requests_per_minute)
        if wait:
            raise _too_many("the key asks too often", wait)
        missing = [scope for scope in self.scopes if not caller.may(scope)]
        if missing:
            raise ApiError(403, "missing-scope", f"the key lacks the scope {missing[0]}", where="scope")
        return caller


def key_with(*scopes: str) -> Any:
    """`auth=key_with("releases:read")` of a route."""
    return ApiKey(scopes)


def caller_of(request: HttpRequest) -> Caller:
    """The key that was let in."""
    caller: Caller = request.auth  # type: ignore[attr-defined]
    return caller


def _key_of(request: HttpRequest) -> issuers.ApiKeyCard:
    limit, source = get_settings().api_wrong_keys_per_minute, source_network(source_of(request))
    if source and WRONG.is_empty(source, limit):
        raise _too_many("too many wrong keys came from there", 60 / limit)
    kind, _, text = str(request.headers.get("Authorization", "")).strip().partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise _not_admitted()
    try:
        return issuers.key_in_force(text.strip()[:_LONGEST])
    except NotAllowed:
        if source:
            WRONG.take(source, limit)
        raise _not_admitted() from None


def _not_admitted() -> ApiError:
    return ApiError(
        401,
        "not-admitted",
        "send Authorization: Bearer KEY with an API key in force",
        headers={"WWW-Authenticate": 'Bearer realm="dateline"'},
    )


def _too_many(what: str, wait: float) -> ApiError:
    seconds = max(1, math.ceil(wait))
    return ApiError(
        429, "too-many-requests", f"{what}; wait {seconds} s", headers={"Retry-After": str(seconds)}
    )


def must_be_own(caller: Caller, release: str) -> None:
    """Raises Absent alike, and after the same work, for a release that never was and for another issuer's."""
    if caller.key.outlet or not desk.is_of(release, caller.key.issuer or None):
        raise Absent
