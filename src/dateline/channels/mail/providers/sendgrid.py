"""Twilio SendGrid's event webhook, signed with ECDSA over P-256."""

import base64
import binascii
import time
from collections.abc import Iterator
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from dateline.channels.mail.providers.report import (
    Report,
    Request,
    Unproved,
    failed,
    items,
    message_id_of,
    text_of,
    words_of,
)
from dateline.core.errors import BadInput

_SIGNATURE: Final = "x-twilio-email-event-webhook-signature"
_TIMESTAMP: Final = "x-twilio-email-event-webhook-timestamp"
_OLDEST_S: Final = 24 * 3600  # repeats of a day are signed anew; a day covers clocks and queues


def check(request: Request, key: str, *, now_s: float | None = None) -> None:
    """Raises Unproved; BadInput for a key that is none."""
    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
    except (ValueError, binascii.Error):
        raise BadInput("is not the base64 key SendGrid shows", where="DATELINE_SENDGRID_KEY") from None
    stamp = request.headers.get(_TIMESTAMP, "")
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise BadInput("is not an elliptic-curve key", where="DATELINE_SENDGRID_KEY")
    try:
        signature = base64.b64decode(request.headers.get(_SIGNATURE, ""), validate=True)
        public.verify(signature, stamp.encode() + request.body, ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError, binascii.Error):
        raise Unproved("the signature is not SendGrid's") from None
    age = (time.time() if now_s is None else now_s) - (
        int(stamp) if stamp.isascii() and stamp.isdigit() else 0
    )
    if abs(age) > _OLDEST_S:
        raise Unproved("the signature is too old")


def reports(document: Any) -> Iterator[Report]:
    """Bounces, drops, delays and spam reports of a batch; other events are passed over."""
    for event in items(document, "body"):
        name = text_of(event, "event")
        words = words_of(event.get("reason") or event.get("response"))
        common = {
            "identity": text_of(event, "sg_event_id"),
            "address": text_of(event, "email"),
            "text": words,
            "message_id": message_id_of(text_of(event, "smtp-id")),
        }
        if name == "spamreport":
            yield Report("complaint", **common)
        elif name == "deferred":
            yield Report("delayed", **common)
        elif name in {"bounce", "dropped"}:
            if words.lower().startswith("spam reporting"):
                yield Report("complaint", **common)
                continue
            hard = _is_hard(event, words)
            kind, code = failed(words, code=text_of(event, "status"), hard=hard)
            yield Report(kind, code=code, **common)


def _is_hard(event: dict[str, Any], words: str) -> bool:
    return text_of(event, "bounce_classification").lower() == "invalid address" or words.lower().startswith(
        ("bounced address", "invalid")
    )
