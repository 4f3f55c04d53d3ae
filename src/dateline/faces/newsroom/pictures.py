"""Pictures of public editions, by content hash; of unreleased ones nothing is known here (T4)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from dateline.wire import services as wire


@require_safe
def picture(request: HttpRequest, sha256: str, extension: str) -> HttpResponse:
    """The bytes as they came; the address names their hash, so they never change."""
    found = wire.media(sha256) if len(sha256) == 64 else None
    if found is None or found[1].rpartition("/")[2] != extension:
        raise Http404
    body, media_type = found
    response = HttpResponse(body, content_type=media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
