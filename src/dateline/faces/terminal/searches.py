"""`/terminal/searches/`: saved searches in the account of who is signed in; others have a browser's."""

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.views.decorators.http import require_http_methods

from dateline.core.errors import BadInput, NotFound
from dateline.faces.portal.access import viewer_of
from dateline.faces.terminal.asked import asked_of
from dateline.issuers import services as issuers

_MOST_BYTES: Final = 512 * 1024


def member_of(request: HttpRequest) -> int | None:
    """Whose account it is; None when nobody is signed in."""
    viewer = viewer_of(request)
    if viewer is None:
        return None
    try:
        return issuers.person(viewer.name).id
    except NotFound:
        return None


def shown(member: int) -> list[dict[str, str]]:
    """What the scripts are told."""
    return [{"name": one.name, "query": one.query} for one in issuers.kept_searches(member)]


@require_http_methods(["GET", "PUT"])
def searches(request: HttpRequest) -> HttpResponse:
    """`{"searches": [{"name", "query"}]}`. PUT keeps these and no others; what no filter can use is left out
    of a question. 401 when nobody is signed in, 400 with the place of what does not fit.
    """
    member = member_of(request)
    if member is None:
        return _answer({"detail": "sign in to keep searches in your account"}, 401)
    if request.method == "PUT":
        try:
            issuers.keep_searches(member, _sent(request.body))
        except BadInput as error:
            return _answer({"detail": error.message, "where": error.where}, 400)
    return _answer({"searches": shown(member)}, 200)


def _sent(body: bytes) -> list[issuers.KeptSearch]:
    if len(body) > _MOST_BYTES:
        raise BadInput(f"is longer than {_MOST_BYTES} bytes", where="body")
    try:
        rows = json.loads(body)["searches"]
        found = [(row["name"], row["query"]) for row in rows]
    except (ValueError, KeyError, TypeError):
        raise BadInput('write {"searches": [{"name": "...", "query": "..."}]}', where="body") from None
    if not all(isinstance(part, str) for pair in found for part in pair):
        raise BadInput("name and query are texts", where="searches")
    return [issuers.KeptSearch(name.strip(), asked_of(QueryDict(query)).query) for name, query in found]


def _answer(document: dict[str, Any], status: int) -> JsonResponse:
    response = JsonResponse(document, status=status, json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-store"
    return response
