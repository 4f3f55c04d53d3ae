"""Headers of every answer: strict content policy, nothing from other hosts, nothing inline."""

from collections.abc import Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from dateline.plant.settings import get_settings

_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def _policy() -> str:
    connect = f"'self' {get_settings().stream_url}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src {connect}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src 'self'"
    )


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
