"""What stands before and behind every view of the API, whatever it answers: problems in one shape also where
ninja or Django answer themselves (405, bodies that are too large), HEAD as GET, nothing with a key cached.
"""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern
from django.views.decorators.csrf import csrf_exempt

from dateline.faces.api.problems import broken, of_error, problem_response

View = Callable[..., HttpResponse]


def guarded(urls: tuple[Iterable[Any], str, str]) -> tuple[list[URLPattern], str, str]:
    """The addresses that ninja gives, each with its view guarded."""
    patterns, app, namespace = urls
    kept = list(patterns)
    for pattern in kept:
        pattern.callback = _guarded(pattern.callback)
    return kept, app, namespace


def _guarded(view: View) -> View:
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the body out
        try:
            response = view(request, *args, **kwargs)
        except Exception as error:
            response = of_error(error) or broken(request, error)
        if isinstance(response, HttpResponseNotAllowed):
            allowed = str(response.headers["Allow"])
            methods = ", ".join(sorted({*allowed.split(", "), *(["HEAD"] if "GET" in allowed else [])}))
            response = problem_response(
                405, "method-not-allowed", f"here is only {methods}", headers={"Allow": methods}
            )
        if "Authorization" in request.headers:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return inner


@csrf_exempt
def nothing_here(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """404 for every address below `/api/` that there is not, the same as for what may not be known."""
    return problem_response(404, "not-found", "There is nothing here, or nothing that you may know of.")
