"""What an endpoint's answer means for a delivery, as pure functions (reference: delivery, webhooks)."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from dateline.channels.in_hand import said
from dateline.channels.retry_after import wait_s
from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.words import Outcome
from dateline.formats.addresses import clean_href
from dateline.formats.json_ import load_json

_THROTTLES: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: no status line came, and `fault` says what happened instead.

    `refused` is the guard's word on an address it would not dial; `body` at most 64 KB, never decompressed.
    `sent`: the whole request had left, so that without a status nobody knows whether it was taken.
    """

    status: int = 0
    retry_after: str = ""
    body: bytes = b""
    fault: str = ""
    refused: str = ""
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the delivery and of the endpoint."""

    outcome: Outcome
    text: str
    wait_s: float | None = None
    throttle: bool = False
    disable: str = ""
    published_url: str = ""


def verdict(answer: Answer, now: Instant) -> Verdict:  # noqa: PLR0911 - one line per row of the table
    """2xx accepts, 410 refuses and disables the endpoint, an address the guard refused refuses at once.

    All else defers: 3xx (never followed), 4xx, 5xx, and every fault of DNS, TLS and connection. So do 400,
    401, 403, 404 and 422, with their code: dispatch, which counts the tries, refuses them at the third. 429,
    502, 503 and 504 throttle, and their `Retry-After` is the wait. What was sent whole and got no status is
    lost: it goes again under the same id, and without a repeat it ends as uncertain.
    """
    status = answer.status
    if answer.refused and not status:
        return Verdict("refused", answer.refused)
    if not status:
        return Verdict("lost" if answer.sent else "deferred", said(answer.fault) or "no answer")
    text = said(answer.body[:1024]) or _phrase(status)
    if 200 <= status < 300:
        return Verdict("accepted", text, published_url=published_url(answer.body))
    if status == 410:
        return Verdict("refused", text, disable="the endpoint answered 410 Gone")
    if 300 <= status < 400:
        return Verdict("deferred", f"redirects are not followed; {text}")
    if status in _THROTTLES:
        return Verdict("deferred", text, wait_s=wait_s(answer.retry_after, now), throttle=True)
    return Verdict("deferred", text)


def published_url(body: bytes) -> str:
    """The http(s) address under `published_url` of a JSON answer; "" when there is none."""
    if b"published_url" not in body and b"\\u" not in body:  # most answers: not read at all
        return ""
    try:
        document = load_json(body)
    except BadInput:
        return ""
    value = document.get("published_url") if isinstance(document, dict) else None
    address = clean_href(value) if isinstance(value, str) else ""
    return address if address.startswith("http") else ""


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
