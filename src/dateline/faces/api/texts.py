"""`/api/v1/releases/R/editions`: read in every format; add, replace, remove while it is a draft."""

from threading import BoundedSemaphore
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.languages import Language
from dateline.desk import services as desk
from dateline.faces.api import inputs, shapes
from dateline.faces.api.answering import Reply, answer, answer_bytes, holding, if_match
from dateline.faces.api.bodies import edition_of, kept_pictures, only
from dateline.faces.api.documents import release_document
from dateline.faces.api.keys import caller_of, key_with, must_be_own
from dateline.faces.api.openapi import body, changing, file_query, files, problems
from dateline.faces.api.problems import Absent, ApiError
from dateline.faces.api.releases import R
from dateline.faces.portal.drafts import completed, draft_edition, page_facts
from dateline.faces.portal.page import is_public
from dateline.formats.pdf import pdf_document
from dateline.formats.registry import codec, export_names
from dateline.plant.settings import get_settings
from dateline.wire import services as wire

router = Router(tags=["editions"], by_alias=True)
L: Final = R + "/editions/{desk_language:language}"
_WHICH: Final = ("public", "locked", "draft")
_pdfs: Final = BoundedSemaphore(2)
"""A PDF takes a second of a processor: more at once would make readers wait."""


def written_as() -> dict[str, Any]:
    """Media types of the formats, for the OpenAPI document."""
    kinds = {codec(name).media_type.partition(";")[0] for name in export_names()} - {"application/json"}
    return {kind: {"schema": {"type": "string", "format": "binary"}} for kind in sorted(kinds)}


@router.get(
    R + "/editions",
    auth=key_with("releases:read"),
    response={200: shapes.EditionList, **problems(404)},
    summary="List the editions",
)
def list_editions(request: HttpRequest, release: str) -> HttpResponse:
    """One line for each language."""
    must_be_own(caller_of(request), release)
    card, public = desk.show(release), wire.public_languages(release)
    languages = dict.fromkeys((*card.languages, *public))
    site = get_settings().site_url
    rows = [
        {
            "language": tag,
            "original": tag == card.original_language,
            "public": tag in public,
            "url": site + public[tag] if tag in public else None,
        }
        for tag in languages
    ]
    return answer(request, Reply({"editions": rows}))


@router.get(
    L,
    auth=key_with("releases:read"),
    response={200: dict[str, Any], **problems(404, 406, 409, 422)},
    summary="Read an edition",
    openapi_extra={
        "responses": {200: {"content": written_as()}},
        "parameters": [
            {
                "name": "format",
                "in": "query",
                "schema": {"type": "string", "default": "json"},
                "description": "A name of `dateline formats`: json, markdown, ninjs, newsml-g2, pdf ...",
            },
            {
                "name": "which",
                "in": "query",
                "schema": {"type": "string", "enum": list(_WHICH)},
                "description": "Not given: what is public, else the lock, else the draft.",
            },
            {
                "name": "version",
                "in": "query",
                "schema": {"type": "integer", "minimum": 1, "maximum": 99999},
                "description": "An older public version.",
            },
        ],
    },
)
def read_edition(request: HttpRequest, release: str, language: str) -> HttpResponse:
    """In the media type of its format; a draft with the gaps that lock and T0 fill. Of a killed or withdrawn
    release it is the notice.
    """
    must_be_own(caller_of(request), release)
    only(request, ("format", "which", "version"))
    name = request.GET.get("format", "json")
    if name not in export_names():
        raise BadInput(f"it is none of {', '.join(export_names())}", where="format")
    found = _found(release, language, request.GET.get("which", ""), _version(request.GET.get("version", "")))
    if name == "pdf":
        data, media_type = _pdf(found), "application/pdf"
    else:
        data, media_type = codec(name).render(found.edition, found.page), codec(name).media_type
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    headers = {"Content-Language": language, "Content-Disposition": "attachment"}
    return answer_bytes(request, data, media_type + charset, headers=headers)


def _pdf(found: wire.Exported) -> bytes:
    if not _pdfs.acquire(timeout=5):
        raise ApiError(503, "busy", "other PDFs are being made", headers={"Retry-After": "5"})
    try:
        return pdf_document(found.edition, found.page, dict(found.pictures))
    finally:
        _pdfs.release()


def _version(text: str) -> int:
    if text and not (text.isascii() and text.isdigit() and len(text) < 6 and int(text)):
        raise BadInput(f"'{text[:20]}' is no number of a version", where="version")
    return int(text or 0)


def _found(release: str, language: str, which: str, version: int) -> wire.Exported:
    """The edition asked for. Raises NotFound naming what there is, BadInput."""
    if which not in {"", *_WHICH}:
        raise BadInput(f"it is none of {', '.join(_WHICH)}", where="which")
    if version and which not in {"", "public"}:
        raise BadInput("only public editions have older versions", where="version")
    if which == "public" or version or (not which and language in wire.public_languages(release)):
        return wire.export_public(release, language, version)
    if which == "locked":
        return wire.export_held(release, language)
    if not which:
        try:
            return wire.export_held(release, language)
        except (Conflict, NotFound):
            pass
    return _draft(release, language)


def _draft(release: str, language: str) -> wire.Exported:
    card = desk.show(release)
    if is_public(card):
        raise Absent  # after T0 the drafts are what is public, which is read as such
    stories = desk.drafts(release)
    story = next((one for one in stories if one.language == language), None)
    if story is None:
        raise NotFound(f"{release} has no edition in {language}; there are {', '.join(card.languages)}")
    data = dict(story.attachments)
    pictures = {m.sha256: (data[m.name], m.media_type) for m in story.media if m.name in data}
    return wire.Exported(draft_edition(completed(story, stories[0]), card), page_facts(), pictures)


@router.put(
    L,
    auth=key_with("releases:write"),
    response={200: shapes.ReleaseOut, 201: shapes.ReleaseOut, **problems(400, 404, 409, 412, 413, 415, 422)},
    summary="Add or replace the draft in a language",
    openapi_extra={
        "parameters": [*changing()["parameters"], *file_query()],
        **body(inputs.EditionIn, **files()),
    },
)
def put_edition(request: HttpRequest, release: str, language: str) -> HttpResponse:
    """From JSON or from a file of any format. Pictures that are there stay, also where the text names none. A
    lock that was there is dropped. 409 once it is out: then correct it.
    """
    caller = caller_of(request)
    must_be_own(caller, release)
    old = next((one for one in desk.drafts(release) if one.language == language), None)
    along = dict(old.attachments) if old else {}
    story = kept_pictures(edition_of(request, language, along), old)
    revision = if_match(request, release_document(release, caller))
    with holding(release, revision):
        desk.save_draft(release, story, by=caller.by)
    return answer(request, Reply(release_document(release, caller), 200 if old else 201))


@router.delete(
    L,
    auth=key_with("releases:write"),
    response={200: shapes.ReleaseOut, **problems(404, 409, 412, 422)},
    summary="Remove the draft in a language",
    openapi_extra=changing(),
)
def delete_edition(request: HttpRequest, release: str, language: str) -> HttpResponse:
    """Not the original's. A lock that was there is dropped."""
    caller = caller_of(request)
    must_be_own(caller, release)
    if Language(language) not in desk.show(release).languages:
        raise NotFound(f"{release} has no draft in {language}")
    revision = if_match(request, release_document(release, caller))
    with holding(release, revision):
        desk.remove_draft(release, language, by=caller.by)
    return answer(request, Reply(release_document(release, caller)))
