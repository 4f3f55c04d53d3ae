"""Headers of every answer: strict content policy, nothing from other hosts, nothing inline. And static
files.
"""

import gzip
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from whitenoise.middleware import WhiteNoiseMiddleware

from dateline.plant.settings import get_settings

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_PRESSED = ("text/css", "text/javascript", "application/javascript", "image/svg+xml")


def _policy() -> str:
    parts = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": f"'self' {get_settings().stream_url}",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "frame-src": "'self'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())


def _dress(response: HttpResponse) -> HttpResponse:
    for name, value in _FIXED.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _policy())
    return response


@sync_and_async_middleware
def SecurityHeaders(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Adds the headers; works in both of Django's worlds so that async views stay async."""
    if iscoroutinefunction(get_response):

        async def middleware(request: HttpRequest) -> HttpResponse:
            return _dress(await get_response(request))

        return middleware  # type: ignore[return-value]

    def plain(request: HttpRequest) -> HttpResponse:
        return _dress(get_response(request))

    return plain


class Assets(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise ships no types
    """Static files. WhiteNoise's own middleware is synchronous only, which would hold one thread for each
    request
    that waits further in, and answers with a stream that ASGI cannot await.
    """

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self):
            return self._later(request)
        found = self.files.get(request.path_info)
        if found is None:
            return cast(HttpResponseBase, self.get_response(request))
        return _whole(self.serve(found, request), request)

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        found = self.files.get(request.path_info)
        if found is None:
            return cast(HttpResponseBase, await self.get_response(request))
        return await sync_to_async(lambda: _whole(self.serve(found, request), request))()


def _whole(stream: HttpResponseBase, request: HttpRequest) -> HttpResponse:
    """The file in one piece, pressed where that pays: our files are small, and none holds a secret."""
    body = b"".join(cast("list[bytes]", stream))
    stream.close()
    response = HttpResponse(body, status=stream.status_code, headers=dict(stream.headers))
    kind = str(stream.headers.get("Content-Type", "")).partition(";")[0]
    if stream.status_code == 200 and kind in _PRESSED and body:
        response.headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            response.content = _pressed(body)
            response.headers["Content-Encoding"] = "gzip"
            response.headers["Content-Length"] = str(len(response.content))
    return response


@lru_cache(maxsize=64)
def _pressed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6, mtime=0)
