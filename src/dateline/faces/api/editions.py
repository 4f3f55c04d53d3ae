"""`GET /api/v1/editions/R/V/LANG`: the public text that an event names, for desktops to which it did not come
ahead. No key is needed: it is what everybody may read.
"""

import json

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from dateline.core.words import canonical_bytes, edition_document
from dateline.faces.api.wire_log import problem
from dateline.wire import services as wire

router = Router(tags=["public"])
_MOST_VERSIONS = 9999


class PublicText(Schema):
    """The words of one public edition."""

    sha256: str
    state: str
    edition: dict[str, object]


class NoText(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str


@router.get(
    "/{release}/{version}/{language}",
    response={200: PublicText, 404: NoText, 410: NoText},
    summary="The text that an event names",
)
def public_text(request: HttpRequest, release: str, version: int, language: str) -> HttpResponse:
    """404 what is not out; 410 with the notice what was killed."""
    sound = release.isascii() and release.isalnum() and language.isprintable() and language.isascii()
    known = sound and 0 < version <= _MOST_VERSIONS
    found = wire.public_edition(release, language, version) if known else None
    if found is None:
        return _refused(404, "not-found", "Nothing is public there", "look in the wire log")
    if found.state == "killed":
        return _refused(410, "killed", "The release was killed", found.notice)
    tag = f'"{found.sha256}-{found.state}"'  # a withdrawal leaves the words and changes the state
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if tag in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    head = json.dumps({"sha256": found.sha256, "state": found.state})[:-1].encode()
    body = head + b', "edition": ' + canonical_bytes(edition_document(found.edition)) + b"}"
    return HttpResponse(body, content_type="application/json", headers=headers)


def _refused(status: int, kind: str, title: str, detail: str) -> HttpResponse:
    told = problem(status, kind, title, detail)
    return HttpResponse(told.body, status=told.status, content_type=told.media_type)
