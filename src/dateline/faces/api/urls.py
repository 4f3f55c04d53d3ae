"""The API's operations, with their OpenAPI document at /api/v1/openapi.json."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from dateline import __version__
from dateline.core.languages import WIRE_LANGUAGES
from dateline.faces.api.asyncapi import asyncapi
from dateline.faces.api.bounces import router as bounces
from dateline.faces.api.desktops import router as desktops
from dateline.faces.api.desktops import ws_url
from dateline.faces.api.docs import reference
from dateline.faces.api.editions import router as editions
from dateline.faces.api.endpoints import router as endpoints
from dateline.faces.api.guard import guarded
from dateline.faces.api.media import router as media
from dateline.faces.api.openapi import OrderedAPI
from dateline.faces.api.problems import Problem, handle_errors
from dateline.faces.api.providers import router as providers
from dateline.faces.api.redistributed import router as redistributed
from dateline.faces.api.release_acts import router as release_acts
from dateline.faces.api.releases import router as releases
from dateline.faces.api.reports import router as reports
from dateline.faces.api.staged import router as staged
from dateline.faces.api.targets import router as targets
from dateline.faces.api.texts import router as texts
from dateline.faces.api.wire_log import LONGEST_WAIT_S, PATH, answer
from dateline.plant.settings import get_settings

api = OrderedAPI(
    title="Dateline",
    version=__version__,
    description="Releases, editions, media, circuits, reach, reports and endpoints with a key; the public "
    "wire log without one. Commas are OR within a name, names are AND; times are UTC. Every error is a "
    "problem document (RFC 9457).",
    urls_namespace="api-v1",
    docs_url=None,
)
handle_errors(api)

api.add_router("/bounces", bounces)
api.add_router("/desktop", desktops)
api.add_router("/staged", staged)
api.add_router("/editions", editions)
api.add_router("/redistributed", redistributed)
api.add_router("/providers", providers)
for _prefix, _router in (
    ("/releases", releases),
    ("/releases", release_acts),
    ("/releases", texts),
    ("/releases", media),
    ("", targets),
    ("/reports", reports),
    ("/endpoints", endpoints),
):
    api.add_router(_prefix, _router)


class Announcement(Schema):
    """Where things are."""

    wire: str = Field(description="Name of the wire.")
    stream: str = Field(description="Address of the stream (server-sent events).")
    ws: str = Field(description="The same over WebSocket.")
    passes: str = Field(description="open: the stream needs no pass; required: it does.")
    log: str = Field(description="Address of the gapless log.")
    languages: list[str] = Field(description="BCP 47 tags of the languages of this wire.")


class LoggedEvent(Schema):
    """One public event with the cursor that stands behind it."""

    cursor: str
    event: dict[str, Any] = Field(description="The wire event, the same as on the stream and in webhooks.")


class WirePage(Schema):
    """Events oldest first."""

    events: list[LoggedEvent]
    next: str = Field(description="Ask with after=NEXT for what follows; also usable when there is no event.")


_PARAMETERS: dict[str, tuple[str, str]] = {
    "after": ("string", "A cursor: answers what followed it."),
    "last": ("integer", "Instead of `after`: the newest so many events."),
    "limit": ("integer", "At most so many events, up to 10,000; 100 when not said."),
    "wait": ("number", f"Wait up to so many seconds (at most {LONGEST_WAIT_S}) while there is no news."),
    "language": ("string", "BCP 47; a bare `zh` takes both scripts."),
    "country": ("string", "What the news is about: ISO 3166 alpha-2."),
    "sector": ("string", "Media Topic id or our slug; narrower topics match too."),
    "class": ("string", "regulated, priority or normal."),
    "issuer": ("string", "Slug of the issuer."),
    "origin": ("string", "issuer or third-party."),
    "ticker": ("string", "With or without its exchange."),
    "isin": ("string", "ISO 6166."),
    "keyword": ("string", "Words in headline or summary."),
}
_DESCRIBED = [
    {"name": name, "in": "query", "required": False, "schema": {"type": kind}, "description": about}
    for name, (kind, about) in _PARAMETERS.items()
]


@api.get("/", response=Announcement, summary="Where things are")
def announce(request: HttpRequest) -> dict[str, Any]:
    """Addresses of stream and log, and the languages of this wire."""
    settings = get_settings()
    return {
        "wire": settings.wire_name,
        "stream": f"{settings.stream_url}/stream",
        "ws": ws_url(settings.stream_url),
        "passes": settings.desktop_passes,
        "log": settings.site_url + PATH,
        "languages": list(WIRE_LANGUAGES),
    }


@api.get("/asyncapi.json", include_in_schema=False)
def asyncapi_document(request: HttpRequest) -> dict[str, Any]:
    """The stream described in AsyncAPI 3."""
    settings = get_settings()
    return asyncapi(settings.stream_url, settings.wire_name)


@api.get("/docs", include_in_schema=False)
def reference_page(request: HttpRequest) -> HttpResponse:
    """The reference as a page, made of the OpenAPI document."""
    return reference(request, api.get_openapi_schema())


@api.get(
    "/wire",
    response={200: WirePage, 400: Problem, 410: Problem},
    summary="The wire log",
    openapi_extra={"parameters": _DESCRIBED},
)
def wire_log(request: HttpRequest) -> HttpResponse:
    """Public events in order, without a gap. 400 for a cursor this wire never gave, 410 for one it no
    longer serves.

    Behind an ASGI server `LongPoll` answers this address, with `wait`; here nobody waits.
    """
    found = answer(_query(request))
    return HttpResponse(
        found.body,
        status=found.status,
        content_type=found.media_type,
        headers={"Cache-Control": "no-store"} | found.headers,
    )


def _query(request: HttpRequest) -> str:
    """The raw query. Under WSGI its bytes are read as Latin-1 (PEP 3333)."""
    text = str(request.META.get("QUERY_STRING", ""))
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def addresses() -> Any:
    """What `/api/v1/` holds: every view of it guarded."""
    return guarded(api.urls)
