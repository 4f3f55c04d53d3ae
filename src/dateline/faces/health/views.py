"""`/healthz`: the process lives. `/readyz`: its databases answer. `/metrics`: figures, to this machine
only.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from dateline.faces.health.checks import checks
from dateline.faces.health.figures import exposition
from dateline.faces.source import FORWARDED, LOOPBACK
from dateline.plant.settings import get_settings


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers; asks nothing else, so that a slow database restarts nobody."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """`{"ready": bool, "checks": {name: "ok" | what is wrong}}`; 503 when a part is out that pages cannot
    do without.
    """
    found = checks()
    ready = all(check.state == "ok" for check in found if check.needed)
    document: dict[str, Any] = {"ready": ready, "checks": {check.name: check.state for check in found}}
    return JsonResponse(document, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text (names: `figures.NAMES`). Anybody else but this machine finds nothing here."""
    if not _is_local(request):
        raise Http404
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def _is_local(request: HttpRequest) -> bool:
    """A proxy on this machine also comes from loopback, but says for whom it asks."""
    if get_settings().trusted_proxies == 0 and any(name in request.META for name in FORWARDED):
        return False
    return request.META.get("REMOTE_ADDR", "") in LOOPBACK
