"""What an endpoint's answer means for a delivery, as pure functions (reference: delivery, webhooks)."""

import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from dateline.channels.in_hand import said
from dateline.core.clock import Instant
from dateline.core.errors import BadInput
from dateline.core.words import Outcome
from dateline.formats.addresses import clean_href
from dateline.formats.json_ import load_json

LONGEST_WAIT_S: Final = 3600.0
"""`Retry-After` is obeyed up to here: news is perishable."""

_THROTTLES: Final = frozenset({429, 502, 503, 504})
_SECONDS: Final = re.compile(r"^\d{1,9}$")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `status` 0: no status line came, and `fault` says what happened instead.

    `refused` is the guard's word on an address it would not dial; `body` at most 64 KB, never decompressed.
    """

    status: int = 0
    retry_after: str = ""
    body: bytes = b""
    fault: str = ""
    refused: str = ""


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
    502, 503 and 504 throttle, and their `Retry-After` is the wait.
    """
    status = answer.status
    if answer.refused and not status:
        return Verdict("refused", answer.refused)
    if not status:
        return Verdict("deferred", said(answer.fault) or "no answer")
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


def wait_s(retry_after: str, now: Instant) -> float | None:
    """Seconds that `Retry-After` asks for, given as seconds or as a date; at most an hour. None: unusable."""
    value = retry_after.strip()
    if _SECONDS.match(value):
        return min(float(value), LONGEST_WAIT_S)
    try:
        until = parsedate_to_datetime(value)
    except (ValueError, IndexError, TypeError):
        return None
    if until.tzinfo is None:  # `-0000`, which HTTP never means otherwise than as UTC
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT_S)


def published_url(body: bytes) -> str:
    """The http(s) address under `published_url` of a JSON answer; "" when there is none."""
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
