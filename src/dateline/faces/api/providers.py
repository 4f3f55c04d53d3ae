"""`POST /api/v1/providers/{name}/items`: a content provider pushes an item or a feed of them."""

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from dateline.core.errors import NotAllowed
from dateline.faces.api.problems import ApiError, Problem
from dateline.intake.services import providers
from dateline.plant.settings import get_settings

router = Router()
_COUNTS: Final = ("new", "updated", "unchanged", "duplicate", "killed", "refused", "left")


class RefusedItem(Schema):
    """One item that was not taken; the others were."""

    where: str
    reason: str


class ItemsTaken(Schema):
    """What became of the items. New and changed ones are drafts for the desk, never public by themselves."""

    provider: str
    new: int
    updated: int = Field(description="Newer versions of items that were known.")
    unchanged: int
    duplicate: int = Field(description="Items that say what another one said.")
    killed: int
    refused: int
    left: int = Field(description="Items beyond the limit of one request; send them again.")
    refusals: list[RefusedItem]
    unmapped: dict[str, int] = Field(description="Your categories that are no sector here, and how often.")


@router.post(
    "/{name}/items",
    response={202: ItemsTaken, **dict.fromkeys((401, 409, 413, 422), Problem)},
    summary="For content providers: push items",
    description="Needs `Authorization: Bearer KEY` with the provider's own key. The body is one document in "
    "any format that this wire reads (RSS, Atom, JSON Feed, NewsML-G2, NewsML 1, NITF, ninjs, Markdown, "
    "HTML, plain text ...), told by its content. A repeat changes nothing: an item is known by its own id.",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
def push_items(request: HttpRequest, name: str) -> HttpResponse:
    """Takes what came with the provider's key; 202, for drafts are made a moment later."""
    key = _bearer(request)
    try:
        providers.admit(name, key)  # before a stranger's megabytes are read
        found = providers.push(name, key, _body(request), file_name=_file_name(request))
    except NotAllowed as error:
        raise ApiError(
            401, "not-admitted", str(error), headers={"WWW-Authenticate": 'Bearer realm="dateline"'}
        ) from None
    taken = ItemsTaken(
        provider=name,
        refusals=[RefusedItem(**entry) for entry in found.refusals],
        unmapped=found.unmapped,
        **_counts(found),
    )
    return HttpResponse(
        taken.model_dump_json(),
        status=202,
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


def _counts(found: providers.PollCard) -> dict[str, Any]:
    return {name: getattr(found, name) for name in _COUNTS}


def _bearer(request: HttpRequest) -> str:
    kind, _, text = str(request.headers.get("Authorization", "")).strip().partition(" ")
    return text.strip()[:200] if kind.lower() == "bearer" else ""


def _body(request: HttpRequest) -> bytes:
    limit = get_settings().upload_limit_mb * 1024 * 1024
    try:
        if int(request.headers.get("Content-Length") or 0) <= limit and len(request.body) <= limit:
            return request.body
    except (RequestDataTooBig, ValueError):
        pass
    raise ApiError(413, "too-large", f"The body is larger than {limit // 1024 // 1024} MB; send fewer items.")


_SUFFIX: Final = {
    "text/markdown": ".md",
    "text/html": ".html",
    "application/json": ".json",
    "text/plain": ".txt",
}


def _file_name(request: HttpRequest) -> str:
    """A name for messages; its ending decides only between ways of writing prose."""
    kind = str(request.headers.get("Content-Type", "")).partition(";")[0].strip().lower()
    return "item" + _SUFFIX.get(kind, "")
