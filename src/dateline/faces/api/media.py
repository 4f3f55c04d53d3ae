"""`/api/v1/releases/R/media`: pictures of a release: send, list, read, remove."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Router

from dateline.core.errors import BadInput, Conflict
from dateline.core.words import Media, Story
from dateline.desk import services as desk
from dateline.faces.api import shapes
from dateline.faces.api.answering import Reply, answer, answer_bytes, holding, if_match, once
from dateline.faces.api.bodies import checked_size, media_type_of, only
from dateline.faces.api.documents import release_document
from dateline.faces.api.keys import caller_of, key_with, must_be_own
from dateline.faces.api.openapi import changing, idempotent, problems
from dateline.faces.api.problems import Absent, ApiError
from dateline.faces.api.releases import R
from dateline.intake import services as intake
from dateline.plant.settings import get_settings

router = Router(tags=["media"], by_alias=True)

MOST_PICTURES: Final = 100
MOST_BYTES_TIMES: Final = 5
"""The pictures of one edition together weigh at most so many uploads."""
_LONGEST: Final = 1000
_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "image/gif")
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
_GONE: Final = frozenset({"killed"})
_QUERY: Final = (
    ("language", "Of which edition; the original when not said."),
    ("alt", "What it shows, for those who cannot see it."),
    ("caption", "Words below it."),
    ("credit", "Whose picture it is."),
)


def _stories(release: str) -> tuple[Story, ...]:
    """The texts with their pictures. Raises Absent for what was killed: nothing of it is given out."""
    if desk.show(release).state in _GONE:
        raise Absent
    return desk.drafts(release)


def _rows(release: str, stories: tuple[Story, ...]) -> Iterator[dict[str, Any]]:
    for story in stories:
        for item in story.media:
            yield _row(release, story.language, item)


def _row(release: str, language: str, item: Media) -> dict[str, Any]:
    url = f"{get_settings().site_url}/api/v1/releases/{release}/media/{item.sha256}"
    return {"language": language, **asdict(item), "url": url}


@router.get(
    R + "/media",
    auth=key_with("releases:read"),
    response={200: shapes.MediaList, **problems(404)},
    summary="List the pictures",
)
def list_media(request: HttpRequest, release: str) -> HttpResponse:
    """Of all editions; one that stands in several is there once for each."""
    must_be_own(caller_of(request), release)
    return answer(request, Reply({"media": list(_rows(release, _stories(release)))}))


@router.get(
    R + "/media/{sha256:sha256}",
    auth=key_with("releases:read"),
    response={200: Any, **problems(404)},
    summary="Read a picture",
    openapi_extra={"responses": {200: {"content": dict.fromkeys(_TYPES, _BINARY)}}},
)
def read_media(request: HttpRequest, release: str, sha256: str) -> HttpResponse:
    """Its bytes as they came, by the hash of them."""
    must_be_own(caller_of(request), release)
    for story in _stories(release):
        for item in story.media:
            data = dict(story.attachments).get(item.name) if item.sha256 == sha256 else None
            if data is not None:
                return answer_bytes(
                    request, data, item.media_type, headers={"Content-Disposition": "attachment"}
                )
    raise Absent


@router.post(
    R + "/media",
    auth=key_with("releases:write"),
    response={201: shapes.MediaRow, **problems(400, 404, 409, 412, 413, 415, 422)},
    summary="Send a picture",
    openapi_extra={
        "parameters": [
            *idempotent()["parameters"],
            {
                "name": "name",
                "in": "query",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": 200},
                "description": "The name by which the text shows it; another of that name is replaced.",
            },
            *(
                {
                    "name": name,
                    "in": "query",
                    "schema": {"type": "string", "maxLength": _LONGEST},
                    "description": about,
                }
                for name, about in _QUERY
            ),
        ],
        "requestBody": {"required": True, "content": dict.fromkeys(_TYPES, _BINARY)},
    },
)
def send_media(request: HttpRequest, release: str) -> HttpResponse:
    """JPEG, PNG, WebP or GIF as the body, told by its bytes. It is measured before anything decodes it; its
    metadata stay in it. A lock that was there is dropped.
    """
    caller = caller_of(request)
    must_be_own(caller, release)
    only(request, ("name", *(name for name, _ in _QUERY)))
    if media_type_of(request) not in {*_TYPES, "application/octet-stream"}:
        raise ApiError(415, "unsupported-media-type", f"send {', '.join(_TYPES)}", where="Content-Type")
    checked_size(request, get_settings().upload_limit_mb)
    name, words = _named(request), {key: _words(request, key) for key in ("alt", "caption", "credit")}
    picture = intake.picture(name, request.body, **words)
    language = request.GET.get("language") or desk.show(release).original_language

    def act() -> Reply:
        revision = if_match(request, release_document(release, caller))
        with holding(release, revision):
            story = _edition(release, language)
            desk.save_draft(release, _with(story, picture), by=caller.by)
        row = _row(release, language, picture.media)
        return Reply(row, 201, {"Location": str(row["url"])})

    return once(request, act)


def _named(request: HttpRequest) -> str:
    name = " ".join(request.GET.get("name", "").split())
    if not name or len(name) > 200 or "/" in name or "\\" in name or not name.isprintable():
        raise BadInput("give a file name of at most 200 characters without slashes", where="name")
    return name


def _words(request: HttpRequest, key: str) -> str:
    text = " ".join(request.GET.get(key, "").split())
    if len(text) > _LONGEST or not text.isprintable():
        raise BadInput(f"at most {_LONGEST} characters, all of them visible", where=key)
    return text


def _edition(release: str, language: str) -> Story:
    card = desk.show(release)
    story = next((one for one in desk.drafts(release) if one.language == language), None)
    if story is None:
        raise BadInput(
            f"there is no edition in that language; there are {', '.join(card.languages)}", where="language"
        )
    return story


def _with(story: Story, picture: intake.Picture) -> Story:
    name = picture.media.name
    kept = tuple(item for item in story.media if item.name != name)
    if len(kept) >= MOST_PICTURES:
        raise Conflict(f"it has {MOST_PICTURES} pictures; remove one first")
    most = MOST_BYTES_TIMES * get_settings().upload_limit_mb * 1024 * 1024
    if sum(item.size_bytes for item in kept) + picture.media.size_bytes > most:
        raise Conflict(f"its pictures have {most // 1024 // 1024} MB; remove one first, or shrink them")
    others = tuple(pair for pair in story.attachments if pair[0] != name)
    return replace(story, media=(*kept, picture.media), attachments=(*others, (name, picture.data)))


@router.delete(
    R + "/media/{sha256:sha256}",
    auth=key_with("releases:write"),
    response={200: shapes.MediaList, **problems(404, 409, 412, 422)},
    summary="Remove a picture",
    openapi_extra={
        "parameters": [
            *changing()["parameters"],
            {"name": "language", "in": "query", "schema": {"type": "string"}, "description": _QUERY[0][1]},
        ]
    },
)
def delete_media(request: HttpRequest, release: str, sha256: str) -> HttpResponse:
    """From one edition; where the text shows it, that place goes too."""
    caller = caller_of(request)
    must_be_own(caller, release)
    only(request, ("language",))
    language = request.GET.get("language") or desk.show(release).original_language
    revision = if_match(request, release_document(release, caller))
    with holding(release, revision):
        story = _edition(release, language)
        gone = {item.name for item in story.media if item.sha256 == sha256}
        if not gone:
            raise Absent
        left = replace(
            story,
            media=tuple(item for item in story.media if item.name not in gone),
            attachments=tuple(pair for pair in story.attachments if pair[0] not in gone),
            blocks=tuple(b for b in story.blocks if b.kind != "image" or b.media not in gone),
            boilerplate=tuple(b for b in story.boilerplate if b.kind != "image" or b.media not in gone),
        )
        desk.save_draft(release, left, by=caller.by)
    return answer(request, Reply({"media": list(_rows(release, desk.drafts(release)))}))
