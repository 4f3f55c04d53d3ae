"""Answers of the API: JSON with an ETag, conditional requests, pages with a `next`, repeats of a POST."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from dateline.desk import services as desk
from dateline.faces.api.keys import caller_of
from dateline.faces.api.problems import ApiError
from dateline.issuers import services as issuers

_NO_STORE: Final = {"Cache-Control": "no-store", "Vary": "Authorization"}
_TOKEN: Final = re.compile(r"[\x21-\x7e]{1,255}")
_TAGS: Final = re.compile(r'(?:W/)?("[^"]*")|(\*)')


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, document and further headers."""

    document: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


def body_of(document: Any) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def tag_of(body: bytes) -> str:
    """The ETag of these bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def answer(request: HttpRequest, reply: Reply) -> HttpResponse:
    """The reply with its ETag; 304 where a GET already has it. Nothing is ever kept by a cache on the way."""
    return answer_bytes(request, body_of(reply.document), "application/json", reply.status, reply.headers)


def with_tag(document: Any, **headers: str) -> dict[str, str]:
    """Headers of an answer that is a release as `/releases/R` shows it: its ETag, for the next `If-Match`."""
    return {"ETag": tag_of(body_of(document)), **headers}


def answer_bytes(
    request: HttpRequest, body: bytes, media_type: str, status: int = 200, headers: Mapping[str, str] = {}
) -> HttpResponse:
    """As `answer`, for other formats."""
    kept = {**_NO_STORE, **headers}
    if request.method == "GET" and status == 200:
        kept["ETag"] = tag_of(body)
        if _names(request.headers.get("If-None-Match", ""), kept["ETag"]):
            return HttpResponse(status=304, headers=kept)
    return HttpResponse(body, status=status, content_type=media_type, headers=kept)


def _names(header: str, tag: str) -> bool:
    return any(star or found == tag for found, star in _TAGS.findall(header))


# --- changes -------------------------------------------------------------------------------------------


def if_match(request: HttpRequest, document: Mapping[str, Any]) -> int | None:
    """The revision that a change is for, None without `If-Match`. `document` is the release as it stands.

    Raises ApiError 412 where the caller saw another one.
    """
    header = request.headers.get("If-Match", "")
    if not header:
        return None
    if not _names(header, tag_of(body_of(document))):
        raise ApiError(
            412, "changed-meanwhile", "it was changed since you read it; read it again", where="If-Match"
        )
    return int(document["revision"])


def holding(release: str, revision: int | None) -> AbstractContextManager[None]:
    """Within it nobody else changes the release; raises desk.Changed where somebody did since `if_match`."""
    return nullcontext() if revision is None else desk.unchanged(release, revision)


# --- repeats -------------------------------------------------------------------------------------------


def once(request: HttpRequest, act: Callable[[], Reply], identity: bytes | None = None) -> HttpResponse:
    """Runs a short act in one transaction with the record of its answer, once for each Idempotency-Key.

    `identity` is what makes two requests the same, where their bytes may differ (multipart).
    """
    token = _token_of(request)
    if not token:
        return answer(request, act())
    kept, again = issuers.answer_once(
        caller_of(request).key.key, token, _identity(request, identity), lambda: _kept(act())
    )
    return _again(kept) if again else _opened(kept)


def once_long(request: HttpRequest, act: Callable[[], Reply]) -> HttpResponse:
    """As `once`, for acts that no transaction may last: of two at the same time one is refused."""
    token = _token_of(request)
    if not token:
        return answer(request, act())
    key = caller_of(request).key.key
    before = issuers.begin_answer(key, token, _identity(request, None))
    if before is not None:
        return _again(before)
    try:
        kept = _kept(act())
    except BaseException:
        issuers.drop_answer(key, token)
        raise
    issuers.finish_answer(key, token, kept)
    return _opened(kept)


def _token_of(request: HttpRequest) -> str:
    token = str(request.headers.get("Idempotency-Key", ""))
    if token and not _TOKEN.fullmatch(token):
        raise ApiError(
            400,
            "bad-header",
            "give 1 to 255 visible ASCII characters without blanks",
            where="Idempotency-Key",
        )
    return token


def _identity(request: HttpRequest, identity: bytes | None) -> bytes:
    head = f"{request.method} {request.get_full_path()}\n{request.headers.get('If-Match', '')}\n"
    return head.encode("utf-8", "replace") + (request.body if identity is None else identity)


def _kept(reply: Reply) -> issuers.KeptAnswer:
    return issuers.KeptAnswer(reply.status, tuple(reply.headers.items()), body_of(reply.document))


def _opened(kept: issuers.KeptAnswer) -> HttpResponse:
    return HttpResponse(
        kept.body,
        status=kept.status,
        content_type="application/json",
        headers={**_NO_STORE, **dict(kept.headers)},
    )


def _again(kept: issuers.KeptAnswer) -> HttpResponse:
    response = _opened(kept)
    response.headers["Idempotency-Replayed"] = "true"
    return response


# --- pages ---------------------------------------------------------------------------------------------


def paged(request: HttpRequest, name: str, rows: list[dict[str, Any]], limit: int, key: str) -> Reply:
    """A page of at most `limit` of the `rows`, of which there is one more where a next page follows. `next`
    and the `Link` header say where that begins.
    """
    more = len(rows) > limit
    shown = rows[:limit]
    following = str(shown[-1][key]) if more else None
    headers = {}
    if following is not None:
        query = {**{k: v for k, v in request.GET.items() if k != "after"}, "after": following}
        headers["Link"] = f'<{request.path}?{urlencode(query)}>; rel="next"'
    return Reply({name: shown, "next": following}, headers=headers)
