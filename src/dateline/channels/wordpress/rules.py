"""What a site's answers mean for a delivery, as pure functions (WordPress REST API handbook)."""

import json
from dataclasses import dataclass
from typing import Any, Final

from dateline.channels.http_requests import Response, asked_wait_s
from dateline.channels.in_hand import said
from dateline.core.clock import Instant
from dateline.core.words import Outcome

_THROTTLES: Final = frozenset({429, 502, 503, 504})
_REMEDIES: Final = {
    401: "check user and application password in the outlet's secret_ref file, and that the site passes the "
    "Authorization header on",
    403: "give the user the role Author or Editor, or let the site's firewall admit the REST API",
}
_NO_API: Final = (
    "there is no REST API for posts here; give the address of the site itself, turn on pretty permalinks, or "
    "write it as https://outlet.example/?rest_route=/, and let no plugin switch the API off"
)


@dataclass(eq=False)
class Trouble(Exception):
    """A request that did not do what it was for: what becomes of the delivery."""

    outcome: Outcome
    text: str
    code: int = 0
    wait_s: float | None = None
    throttle: bool = False
    error: str = ""
    """WordPress's own code (`rest_no_route`), where the answer has one."""


def document(response: Response) -> Any:
    """The JSON of an answer; None when it is none."""
    try:
        return json.loads(response.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def told(response: Response) -> tuple[str, str]:
    """(code, message) of an error: `{"code", "message", "data": {"status", "params"}}`."""
    found = document(response)
    if not isinstance(found, dict) or not isinstance(found.get("code"), str):
        return "", ""
    data = found.get("data")
    params = data.get("params") if isinstance(data, dict) else None
    more = "; ".join(map(str, params.values())) if isinstance(params, dict) else ""
    return found["code"], " ".join(part for part in (str(found.get("message", "")), more) if part)


def trouble(  # noqa: PLR0911 - one line per row of the table
    response: Response, now: Instant, *, writes: bool = False
) -> Trouble | None:
    """None for a 2xx with JSON. `writes`: the request changes the post, so silence after it leaves it open
    whether the site has done it.

    What the guard refused and a site without the API refuse at once. 400, 401, 403, 404 defer with a code:
    dispatch, which counts the tries, refuses them at the third. 429, 502, 503 and 504 throttle, and
    `Retry-After` is the wait. All else defers.
    """
    status = response.status
    if not status:
        return _silence(response, writes=writes)
    if 200 <= status < 300:
        if document(response) is not None:
            return None
        if response.fault:
            return Trouble(
                "lost" if writes else "deferred", f"{status}, cut short: {said(response.fault)}", status
            )
        return Trouble("deferred", f"{status} without JSON: a page of a cache or firewall?", status)
    error, message = told(response)
    words = said(f"{error} {message}" if error else f"{status} without the words of WordPress")
    if 300 <= status < 400:
        where = said(response.headers.get("location", "nowhere"))
        return Trouble("deferred", f"redirects are not followed; the site says it is at {where}", status)
    if error == "rest_no_route":
        return Trouble("refused", f"{words}; {_NO_API}", status, error=error)
    if status == 404 and not error:
        return Trouble("deferred", f"404; {_NO_API}", status)
    if status in _THROTTLES:
        return Trouble("deferred", words, status, asked_wait_s(response, now), throttle=True, error=error)
    remedy = _REMEDIES.get(status, "")
    return Trouble("deferred", f"{words}; {remedy}" if remedy else words, status, error=error)


def _silence(response: Response, *, writes: bool) -> Trouble:
    if response.refused:
        return Trouble("refused", response.refused)
    words = said(response.fault) or "no answer"
    if writes and response.sent:
        return Trouble("lost", f"sent, and then: {words}")
    return Trouble("deferred", words)
