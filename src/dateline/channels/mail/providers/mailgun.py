"""Mailgun's webhooks, signed with HMAC-SHA256 over a timestamp and a token.

The signature does not cover the body. Each token is therefore good for one report alone: a second body under
it is known already, and changes nothing.
"""

import hmac
import time
from collections.abc import Iterator
from typing import Any, Final

from dateline.channels.mail.providers.report import (
    Report,
    Unproved,
    failed,
    message_id_of,
    table,
    text_of,
    words_of,
)

_OLDEST_S: Final = 12 * 3600  # Mailgun repeats for eight hours, with the first signature


def check(document: Any, key: str, *, now_s: float | None = None) -> None:
    """Raises Unproved, or BadInput where there is no signature to look at."""
    signature = table(table(document, "body").get("signature"), "signature")
    stamp, token = text_of(signature, "timestamp"), text_of(signature, "token")
    real = hmac.digest(key.encode(), f"{stamp}{token}".encode(), "sha256").hex()
    if not token or not hmac.compare_digest(real.encode(), text_of(signature, "signature").encode()):
        raise Unproved("the signature is not Mailgun's")
    age = (time.time() if now_s is None else now_s) - (
        int(stamp) if stamp.isascii() and stamp.isdigit() else 0
    )
    if abs(age) > _OLDEST_S:
        raise Unproved("the signature is too old")


def reports(document: Any) -> Iterator[Report]:
    """The one event of a request, if it says that a mail came back."""
    event = table(table(document, "body").get("event-data"), "event-data")
    status = event.get("delivery-status")
    status = status if isinstance(status, dict) else {}
    words = words_of(" ".join(text_of(status, name) for name in ("code", "message", "description")))
    message, envelope = event.get("message"), event.get("envelope")
    headers = message.get("headers") if isinstance(message, dict) else {}
    common = {
        "identity": text_of(table(document["signature"], "signature"), "token"),
        "address": text_of(event, "recipient"),
        "text": words,
        "sender": text_of(envelope, "sender") if isinstance(envelope, dict) else "",
        "message_id": message_id_of(text_of(headers, "message-id")) if isinstance(headers, dict) else "",
    }
    name, reason = text_of(event, "event"), text_of(event, "reason")
    if name == "complained" or (name == "failed" and reason == "suppress-complaint"):
        yield Report("complaint", **common)
    elif name == "failed" and text_of(event, "severity") == "temporary":
        yield Report("delayed", **common)
    elif name == "failed":
        code = text_of(status, "enhanced-code")
        kind, code = failed(words, code=code, hard=reason == "suppress-bounce")
        yield Report(kind, code=code, **common)
