"""Addresses of an old site answer with 301 to the page here; asked only where nothing of ours stands."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from dateline.intake.services import wordpress
from dateline.wire import services as wire

_LONGEST = 2_000
_SUFFIXES = ("/amp", "/feed", "/embed")
"""Other forms of a WordPress page, which have no page of their own here."""


def moved(request: HttpRequest) -> HttpResponse | None:
    """301 to the public edition that stood at this address; None where none did.

    The target is a path of this newsroom, asked for by release and language: never an address that somebody
    wrote, so no open redirect, and never the address itself, so no loop.
    """
    if request.method not in {"GET", "HEAD"} or len(request.path) > _LONGEST:
        return None
    path = wordpress.normal_path(request.path)
    asked = [wordpress.plain_id(request.META.get("QUERY_STRING", "")[:_LONGEST]), path]
    asked += [path.removesuffix(suffix) for suffix in _SUFFIXES if path.endswith(suffix)]
    target = wire.old_address(_host(request), [address for address in asked if address not in {"", "/"}])
    if target is None or wordpress.normal_path(target) == path:
        return None
    response = HttpResponsePermanentRedirect(target)
    # A kill or a newer import may change the target: caches ask again each day.
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _host(request: HttpRequest) -> str:
    """The host as the browser named it, without port; only compared, never shown."""
    return str(request.META.get("HTTP_HOST", "")).partition(":")[0].lower()[:255]
