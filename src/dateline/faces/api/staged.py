"""`/api/v1/staged/...`: sealed text for the edges of the wire before T0; for others it does not exist."""

import hmac
import json
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Router

from dateline.core.errors import NotFound
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

router = Router()


@router.get("/", include_in_schema=False)
def bodies(request: HttpRequest) -> HttpResponse:
    """What may be sent ahead now: random ids and numbers of frames."""
    return _for_edges(
        request, lambda: {"bodies": [{"id": name, "parts": parts} for name, parts in wire.staged_bodies()]}
    )


@router.get("/{name}", include_in_schema=False)
def frames(request: HttpRequest, name: str) -> HttpResponse:
    """The frames of one."""
    return _for_edges(request, lambda: {"frames": wire.staged_frames(name)})


def _for_edges(request: HttpRequest, answer: Callable[[], dict[str, Any]]) -> HttpResponse:
    """404 without the edges' secret, so that nothing shows whether anything is staged (I1)."""
    shown = str(request.headers.get("Authorization", "")).removeprefix("Bearer ").strip()
    if not hmac.compare_digest(shown.encode(), get_settings().edge_password.encode()):
        raise Http404
    try:
        document = answer()
    except NotFound:
        raise Http404 from None
    return HttpResponse(
        json.dumps(document), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
