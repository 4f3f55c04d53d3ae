"""Amazon SES: bounces, complaints and delays, which SNS brings, signed by Amazon over a named topic."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from dateline.channels.mail.providers.report import (
    Report,
    Unproved,
    failed,
    items,
    table,
    text_of,
    words_of,
)
from dateline.core.errors import BadInput

Fetch = Callable[[str], bytes]

# Anybody may publish at Amazon: only the service's own hosts, and on them only certificates of SNS.
_HOST: Final = re.compile(r"sns\.[a-z0-9-]+\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE: Final = re.compile(r"/SimpleNotificationService-[0-9a-f]+\.pem")
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_OLDEST: Final = timedelta(days=1)
_HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "1": hashes.SHA1(),  # noqa: S303 - what SNS signs with unless the topic asks for 2
    "2": hashes.SHA256(),
}


def check(document: Any, topic: str, fetch: Fetch, *, now: datetime | None = None) -> dict[str, Any]:
    """The SNS message once it is proved to be Amazon's, about our topic and of today. Raises Unproved;
    BadInput for what is no SNS message.
    """
    message = table(document, "body")
    kind = text_of(message, "Type")
    if kind not in _SIGNED:
        raise BadInput("is not Notification or SubscriptionConfirmation", where="Type")
    if text_of(message, "TopicArn") != topic:
        raise Unproved("the topic is not the one of DATELINE_SES_TOPIC_ARN")
    _check_age(text_of(message, "Timestamp"), now or datetime.now(UTC))
    algorithm = _HASHES.get(text_of(message, "SignatureVersion"))
    url = text_of(message, "SigningCertURL")
    if algorithm is None or not _is_amazons(url) or not _CERTIFICATE.fullmatch(urlsplit(url).path):
        raise Unproved("the signature names no certificate of SNS")
    names = [name for name in _SIGNED[kind] if isinstance(message.get(name), str)]
    signed = "".join(f"{name}\n{message[name]}\n" for name in names).encode()
    try:
        key = x509.load_pem_x509_certificate(fetch(url)).public_key()
        signature = base64.b64decode(text_of(message, "Signature"), validate=True)
        if not isinstance(key, rsa.RSAPublicKey):
            raise Unproved("the certificate of SNS holds no RSA key")
        key.verify(signature, signed, padding.PKCS1v15(), algorithm)
    except (InvalidSignature, ValueError, binascii.Error):
        raise Unproved("the signature is not Amazon's") from None
    return message


def _check_age(stamp: str, now: datetime) -> None:
    try:
        age = now - datetime.fromisoformat(stamp)
    except (ValueError, TypeError):
        raise BadInput("is no time", where="Timestamp") from None
    if abs(age) > _OLDEST:
        raise Unproved("the message is too old")


def _is_amazons(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and port in {None, 443}
    return parts.scheme == "https" and plain and bool(_HOST.fullmatch(parts.hostname or ""))


def confirm(message: dict[str, Any], fetch: Fetch) -> None:
    """Follows the SubscribeURL of a checked message; to Amazon alone, and `fetch` refuses private addresses.
    Raises Unproved for any other address.
    """
    url = text_of(message, "SubscribeURL")
    if not _is_amazons(url):
        raise Unproved("the SubscribeURL is not Amazon's")
    fetch(url)


def reports(message: dict[str, Any]) -> Iterator[Report]:
    """What a checked Notification says: one report for each recipient. Raises BadInput."""
    try:
        event = table(json.loads(text_of(message, "Message")), "Message")
    except (ValueError, RecursionError):
        # SNS says so itself when the topic is set up: a plain sentence, nothing to do.
        return
    kind = text_of(event, "notificationType") or text_of(event, "eventType")
    mail = event.get("mail")
    mail = mail if isinstance(mail, dict) else {}
    common = {"sender": text_of(mail, "source"), "message_id": _message_id(mail)}
    if kind == "Bounce":
        yield from _bounces(table(event.get("bounce"), "bounce"), common)
    elif kind == "Complaint":
        about = table(event.get("complaint"), "complaint")
        for person in items(about.get("complainedRecipients"), "complainedRecipients"):
            address = text_of(person, "emailAddress")
            yield Report("complaint", f"{text_of(about, 'feedbackId')} {address}", address, **common)
    elif kind == "DeliveryDelay":
        about = table(event.get("deliveryDelay"), "deliveryDelay")
        for person in items(about.get("delayedRecipients"), "delayedRecipients"):
            address = text_of(person, "emailAddress")
            identity = f"{text_of(mail, 'messageId')} {text_of(about, 'timestamp')} {address}"
            words = words_of(person.get("diagnosticCode"))
            yield Report("delayed", identity, address, text_of(person, "status"), words, **common)


def _bounces(about: dict[str, Any], common: dict[str, str]) -> Iterator[Report]:
    hard = text_of(about, "bounceType") == "Permanent"
    for person in items(about.get("bouncedRecipients"), "bouncedRecipients"):
        address = text_of(person, "emailAddress")
        words = words_of(person.get("diagnosticCode"))
        kind, code = failed(words, code=text_of(person, "status"), hard=hard)
        if text_of(about, "bounceSubType") == "MailboxFull":
            kind = "full"
        yield Report(kind, f"{text_of(about, 'feedbackId')} {address}", address, code, words, **common)


def _message_id(mail: dict[str, Any]) -> str:
    """Our own Message-ID among the original headers; SES puts another in its place on the way out."""
    headers = mail.get("headers")
    for header in headers if isinstance(headers, list) else []:
        if isinstance(header, dict) and text_of(header, "name").lower() == "message-id":
            return text_of(header, "value")
    return ""
