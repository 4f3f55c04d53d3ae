"""Reads what a request brings as stories: JSON, a file as it is, or several in a multipart form.

Fields of JSON are written out as the front matter of a Markdown file and read by intake, so that one path
checks and cleans whatever comes in, and names the same places.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from django.http import HttpRequest
from pydantic import BaseModel, ValidationError

from dateline.core.clock import Instant, SystemClock, parse_instant
from dateline.core.errors import BadInput
from dateline.core.words import Story
from dateline.faces.api.inputs import EditionIn, FileIn, NewRelease
from dateline.faces.api.problems import ApiError
from dateline.formats.catalogue import formats
from dateline.formats.front_matter import written
from dateline.intake import services as intake
from dateline.plant.settings import get_settings

JSON: Final = "application/json"
MULTIPART: Final = "multipart/form-data"
_NAMES: Final = {"text/markdown": "release.md", "text/html": "release.html", "text/plain": "release.txt"}
_FILES: Final = frozenset(
    {
        *(f"application/{kind}" for kind in ("octet-stream", "xml", "xhtml+xml", "feed+json", "ninjs+json")),
        *("application/rss+xml", "application/atom+xml", "text/xml", "message/rfc822"),
    }
)
_NO_EDITION_KEYS: Final = frozenset({"body", "file", "media"})
_FRONT_MATTER: Final = re.compile(r"front matter `(\w+)`")
_SAFE_NAME: Final = re.compile(r"[^/\\\x00-\x1f\x7f]{1,200}")
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Incoming:
    """Stories with what was said beside them; the original first. `identity`: what makes two requests the
    same, where their bytes may differ.
    """

    stories: tuple[Story, ...]
    issuer: str = ""
    circuit: str = ""
    at: str | None = None
    identity: bytes | None = field(default=None, repr=False)


def media_type_of(request: HttpRequest) -> str:
    """The media type of the body, without parameters."""
    return str(request.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def json_of(request: HttpRequest, shape: type[M]) -> M:
    """The body as this shape. Raises ApiError 400, 415; BadInput naming field or line."""
    if media_type_of(request) != JSON:
        raise _unsupported(JSON)
    checked_size(request, get_settings().upload_limit_mb)
    try:
        return shape.model_validate_json(request.body)  # takes no nesting that would exhaust the stack
    except ValidationError as error:
        raise _faulty(error) from None


def _faulty(error: ValidationError) -> BadInput | ApiError:
    """What is wrong, without what was there: it may be a text before its T0."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return ApiError(400, "bad-json", str(first["msg"]), where="body")
    where = ".".join(str(part) for part in first["loc"]) or "body"
    return BadInput(str(first["msg"]), where=where)


def checked_size(request: HttpRequest, megabytes: int) -> None:
    """Raises ApiError 413 for a body beyond so many MB, before it is read where its length is told."""
    limit = megabytes * 1024 * 1024
    told = str(request.META.get("CONTENT_LENGTH") or "0")
    if (told.isdigit() and int(told) > limit) or len(request.body) > limit:
        raise ApiError(
            413, "too-large", f"more than {megabytes} MB; send less, or shrink the pictures", where="body"
        )


def _unsupported(*takes: str) -> ApiError:
    return ApiError(
        415,
        "unsupported-media-type",
        f"send {' or '.join(takes)}",
        where="Content-Type",
        headers={"Accept": ", ".join(takes)},
    )


# --- whole releases ------------------------------------------------------------------------------------


def release_of(request: HttpRequest) -> Incoming:
    """What a new release is made of, from any of the ways to send it."""
    kind = media_type_of(request)
    if kind == JSON:
        asked = json_of(request, NewRelease)
        stories = tuple(story_of(one, f"editions[{number}]") for number, one in enumerate(asked.editions))
        return Incoming(stories, asked.issuer, asked.circuit, asked.at)
    if kind == MULTIPART:
        return _form(request)
    story = file_of(request)
    asked_for = {name: str(request.GET.get(name, "")) for name in ("issuer", "circuit", "at")}
    return Incoming((story,), asked_for["issuer"], asked_for["circuit"], asked_for["at"] or None)


def edition_of(request: HttpRequest, language: str, along: Mapping[str, bytes]) -> Story:
    """One language of a release: JSON or a file. `along` are pictures that are there already."""
    if media_type_of(request) == JSON:
        asked = json_of(request, EditionIn)
        if asked.language not in {"", language}:
            raise BadInput(f"the address says {language}", where="language")
        return story_of(asked.model_copy(update={"language": language}), "body", along)
    return file_of(request, language=language, along=along)


def file_of(request: HttpRequest, *, language: str = "", along: Mapping[str, bytes] = {}) -> Story:
    """The body as one file. Raises ApiError 413, 415; BadInput naming place and remedy."""
    kind = media_type_of(request)
    if kind not in taken():
        raise _unsupported(JSON, MULTIPART, *sorted(_NAMES), "application/octet-stream")
    checked_size(request, get_settings().upload_limit_mb)
    query = request.GET
    return _read(
        request.body,
        query.get("name", "") or _NAMES.get(kind, "release"),
        language=language or query.get("language", ""),
        encoding=query.get("encoding", ""),
        item=_item(query.get("item", "1")),
        along=along,
    )


def taken() -> frozenset[str]:
    """Media types of files that are read."""
    return frozenset({*_FILES, *_NAMES, *(card.media_type for card in formats() if card.reads)}) - {JSON}


def _item(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text)):
        raise BadInput(f"'{text[:20]}' is no number of an item; count from 1", where="item")
    return int(text)


def _form(request: HttpRequest) -> Incoming:
    """Files `edition` (the original first) and `media`, fields `issuer`, `circuit`, `at`."""
    checked_size(request, get_settings().upload_limit_mb + 4)
    unknown = sorted({*request.FILES, *request.POST} - {"edition", "media", "issuer", "circuit", "at"})
    if unknown:
        raise BadInput(
            "there is no such field; give edition, media, issuer, circuit, at", where=unknown[0][:40]
        )
    along = {str(file.name): file.read() for file in request.FILES.getlist("media")}
    files = [(str(file.name), file.read()) for file in request.FILES.getlist("edition")]
    if not files:
        raise BadInput("send at least one file; the original first", where="edition")
    words = {name: str(request.POST.get(name, "")) for name in ("issuer", "circuit", "at")}
    said = json.dumps(
        [words, [[n, hashlib.sha256(d).hexdigest()] for n, d in (*files, *sorted(along.items()))]]
    )
    stories = tuple(_read(data, name, along=along) for name, data in files)
    return Incoming(stories, words["issuer"], words["circuit"], words["at"] or None, said.encode())


# --- one edition ---------------------------------------------------------------------------------------


def story_of(asked: EditionIn, where: str, along: Mapping[str, bytes] = {}) -> Story:
    """The story that the fields, or the file in them, tell. Raises BadInput naming the place."""
    pictures = {p.file: _decoded(p.data, f"{where}.media {p.file}") for p in asked.media}
    values = asked.model_dump(by_alias=True, exclude=set(_NO_EDITION_KEYS), exclude_defaults=True)
    listed = [_without_empty(p.model_dump(exclude={"data"})) for p in asked.media]
    if asked.file is not None:
        return _of_file(asked, asked.file, where, {**along, **pictures}, values)
    if listed:
        values["media"] = listed
    if "contacts" in values:
        values["contacts"] = [_without_empty(contact) for contact in values["contacts"]]
    text = written(values) + asked.body
    try:
        return _read(text.encode(), f"{where}.md", language=asked.language, along={**along, **pictures})
    except BadInput as error:
        raise _placed(error, where) from None


def _placed(error: BadInput, where: str) -> BadInput:
    """The fault with the field's own name in place of the file that was made of the fields."""
    cause = error.__cause__ if isinstance(error.__cause__, BadInput) else error
    named = _FRONT_MATTER.match(cause.where)
    inner = named[1] if named else cause.where.removeprefix(f"{where}.md").lstrip(": ")
    return BadInput(cause.message, where=f"{where}.{inner}" if inner else where)


def _of_file(
    asked: EditionIn, file: FileIn, where: str, along: Mapping[str, bytes], values: Mapping[str, Any]
) -> Story:
    more = sorted(set(values) - {"language"})
    if more or asked.body:
        raise BadInput(
            "a file says this itself; leave it out beside `file`", where=f"{where}.{(more or ['body'])[0]}"
        )
    if (file.text is None) == (file.data is None):
        raise BadInput("give either text or data", where=f"{where}.file")
    data = file.text.encode() if file.text is not None else _decoded(file.data or "", f"{where}.file.data")
    name = file.name or where
    return _read(data, name, language=asked.language, encoding=file.encoding, item=file.item, along=along)


def _read(
    data: bytes,
    name: str,
    *,
    language: str = "",
    encoding: str = "",
    item: int = 1,
    along: Mapping[str, bytes] = {},
) -> Story:
    if not _SAFE_NAME.fullmatch(name):
        raise BadInput("a name of a file is at most 200 characters without slashes", where="name")
    return intake.read_bytes(
        data, name, lang=language or None, sent_along=along, encoding=encoding, item=item
    )


def _decoded(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("it is not base64", where=where) from None


def _without_empty(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def kept_pictures(story: Story, old: Story | None) -> Story:
    """`story` with the pictures of the draft it replaces: they are deleted by themselves."""
    if old is None:
        return story
    names = {item.name for item in story.media}
    media = tuple(item for item in old.media if item.name not in names)
    there = {name for name, _ in story.attachments}
    attachments = tuple(pair for pair in old.attachments if pair[0] not in there)
    return replace(story, media=(*story.media, *media), attachments=(*story.attachments, *attachments))


def instant_of(text: str | None, where: str = "at") -> Instant | None:
    """T0 as it was said, None for on approval. Raises BadInput for a past or zoneless time."""
    if not text:
        return None
    try:
        chosen = parse_instant(text)
    except BadInput as error:
        raise BadInput(error.message, where=where) from None
    if chosen <= SystemClock().now():
        raise BadInput(f"{text[:60]} is in the past; give a later time, or none", where=where)
    return chosen


def only(request: HttpRequest, names: Sequence[str]) -> None:
    """Raises BadInput for a parameter that does not exist: a typing error must not widen an answer."""
    unknown = sorted(set(request.GET) - set(names))
    if unknown:
        raise BadInput(
            f"there is no such parameter; there are {', '.join(names) or 'none'}", where=unknown[0][:40]
        )
