"""Providers that sign nothing and send a password that the operator chose: Postmark, Mailjet, Brevo."""

import base64
import binascii
import hmac
from collections.abc import Iterator
from typing import Any, Final

from dateline.channels.mail.providers.report import (
    Report,
    Request,
    Unproved,
    failed,
    items,
    message_id_of,
    table,
    text_of,
    words_of,
)

_POSTMARK_OURS: Final = frozenset({"spamnotification", "blocked", "dmarcpolicy", "smtpapierror"})


def check(request: Request, password: str) -> None:
    """The password as HTTP Basic (any user name) or as a bearer token. Raises Unproved."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    given = value.strip()
    if scheme.lower() == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
    if not hmac.compare_digest(given.encode("utf-8", "replace"), password.encode()):
        raise Unproved("the password is wrong or missing")


def postmark(document: Any) -> Iterator[Report]:
    """Bounce and SpamComplaint records; other records are passed over."""
    event = table(document, "body")
    record, kind_of = text_of(event, "RecordType"), text_of(event, "Type").lower()
    words = words_of(text_of(event, "Details") or text_of(event, "Description"))
    common = {"identity": text_of(event, "ID"), "address": text_of(event, "Email"), "text": words}
    if record == "SpamComplaint" or kind_of == "spamcomplaint":
        yield Report("complaint", **common)
    elif record == "Bounce" and kind_of in {"autoresponder", "challengeverification"}:
        yield Report("automatic", **common)
    elif record == "Bounce" and kind_of == "transient":
        yield Report("delayed", **common)
    elif record == "Bounce":
        kind, code = failed(words, hard=kind_of in {"hardbounce", "bademailaddress"})
        ours = kind_of in _POSTMARK_OURS and kind != "full"
        yield Report("ours" if ours else kind, code=code, **common)


def mailjet(document: Any) -> Iterator[Report]:
    """Bounces, blocks and spam reports: one event, or a list of them."""
    for event in items(document if isinstance(document, list) else [document], "body"):
        name = text_of(event, "event")
        words = words_of(" ".join(text_of(event, part) for part in ("error_related_to", "error", "comment")))
        common = {
            "identity": f"{name} {text_of(event, 'Message_GUID') or text_of(event, 'MessageID')}",
            "address": text_of(event, "email"),
            "text": words,
        }
        if name == "spam":
            yield Report("complaint", **common)
        elif name in {"bounce", "blocked"}:
            unknown = text_of(event, "error") in {"user unknown", "invalid domain", "no mail host"}
            kind, code = failed(words, hard=bool(event.get("hard_bounce")) and unknown)
            yield Report(kind, code=code, **common)


def brevo(document: Any) -> Iterator[Report]:
    """Bounces, blocks, delays and spam reports: one event, or a list of them."""
    for event in items(document if isinstance(document, list) else [document], "body"):
        name = text_of(event, "event")
        words = words_of(event.get("reason"))
        sent = message_id_of(text_of(event, "message-id"))
        common = {
            "identity": f"{name} {sent} {text_of(event, 'ts_event') or text_of(event, 'ts')}",
            "address": text_of(event, "email"),
            "text": words,
            "message_id": sent,
        }
        if name in {"spam", "complaint"}:
            yield Report("complaint", **common)
        elif name == "deferred":
            yield Report("delayed", **common)
        elif name in {"hard_bounce", "soft_bounce", "invalid_email", "blocked", "error"}:
            kind, code = failed(words, hard=name in {"hard_bounce", "invalid_email"})
            yield Report(kind, code=code, **common)
