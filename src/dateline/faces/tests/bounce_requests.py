"""Webhooks of mail providers as they send them, each signed as it signs; Amazon stands in for itself."""

import base64
import hmac
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from django.test import Client

from dateline.channels.mail import verp, webhooks
from dateline.channels.mail.tests.returned_mails import ANA, accepted_mail, add_journalist
from dateline.dispatch.addressing import message_id
from dateline.plant.settings import get_settings

TOPIC = "arn:aws:sns:eu-west-1:111122223333:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"
SENDGRID = ec.generate_private_key(ec.SECP256R1())
AMAZON = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PASSWORD = "correct-horse"
MAILGUN = "mailgun-signing-key"


Signed = tuple[Any, dict[str, str]]
"""Body and headers of one request."""
WORDS = "550 5.1.1 The email account that you tried to reach does not exist"


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    public = SENDGRID.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    for name, value in {
        "BOUNCE_DOMAIN": "bounce.wire.example",
        "SES_TOPIC_ARN": TOPIC,
        "SENDGRID_KEY": base64.b64encode(public).decode(),
        "MAILGUN_KEY": MAILGUN,
        "POSTMARK_TOKEN": PASSWORD,
        "MAILJET_TOKEN": PASSWORD,
        "BREVO_TOKEN": PASSWORD,
    }.items():
        monkeypatch.setenv(f"DATELINE_{name}", value)
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.fixture
def delivery() -> int:
    return accepted_mail(add_journalist())


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses asked of Amazon, which stands in for itself: a paid service."""
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return certificate() if url.endswith(".pem") else b"confirmed"

    monkeypatch.setattr(webhooks, "_fetching", lambda _: fetch)
    return asked


def post(
    client: Client, provider: str, document: Any, status: int = 200, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    named = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    response = client.post(
        f"/api/v1/bounces/{provider}", body, content_type="application/json", headers=named
    )
    assert response.status_code == status, response.content
    kind = "application/json" if status == 200 else "application/problem+json"
    assert response.headers["Content-Type"] == kind
    found: dict[str, Any] = json.loads(response.content)
    return found


# --- signing ----------------------------------------------------------------------------------------------


def sendgrid(*events: dict[str, Any], stamp: int | None = None) -> tuple[bytes, dict[str, str]]:
    body = json.dumps(list(events)).encode()
    text = str(int(time.time()) if stamp is None else stamp)
    signature = SENDGRID.sign(text.encode() + body, ec.ECDSA(hashes.SHA256()))
    return body, {
        "X_Twilio_Email_Event_Webhook_Signature": base64.b64encode(signature).decode(),
        "X_Twilio_Email_Event_Webhook_Timestamp": text,
    }


def mailgun(
    event: dict[str, Any], *, token: str = "t1", stamp: int | None = None, key: str = MAILGUN
) -> dict[str, Any]:
    text = str(int(time.time()) if stamp is None else stamp)
    signature = hmac.digest(key.encode(), f"{text}{token}".encode(), "sha256").hex()
    return {"signature": {"timestamp": text, "token": token, "signature": signature}, "event-data": event}


def sns(message: Any, *, key: Any = AMAZON, version: str = "2", **fields: str) -> dict[str, str]:
    document = {
        "Type": "Notification",
        "MessageId": "m1",
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **fields,
    }
    names = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"]
    text = "".join(f"{name}\n{document[name]}\n" for name in names if name in document)
    algorithm: Any = hashes.SHA1() if version == "1" else hashes.SHA256()
    signature = key.sign(text.encode(), padding.PKCS1v15(), algorithm)
    return {**document, "Signature": base64.b64encode(signature).decode()}


def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(AMAZON.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(AMAZON, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def basic(password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"wire:{password}".encode()).decode()}


# --- a hard bounce ------------------------------------------------------------------------------------------


def requests_for(delivery: int) -> dict[str, Signed]:
    """A hard bounce of this mail as each provider tells it."""
    ours, sender = message_id("mail", delivery), verp.return_path(get_settings(), delivery)
    return {
        "ses": _of_ses(ours, sender),
        "sendgrid": _of_sendgrid(ours),
        "mailgun": _of_mailgun(ours, sender),
        "postmark": _of_postmark(),
        "mailjet": _of_mailjet(),
        "brevo": _of_brevo(ours),
    }


def _of_ses(ours: str, sender: str) -> Signed:
    bounced = {
        "emailAddress": ANA,
        "status": "5.1.1",
        "action": "failed",
        "diagnosticCode": f"smtp; {WORDS}",
    }
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "feedbackId": "f1",
        "bouncedRecipients": [bounced],
    }
    mail = {"source": sender, "messageId": "ses1", "headers": [{"name": "Message-ID", "value": ours}]}
    return sns({"notificationType": "Bounce", "bounce": bounce, "mail": mail}), {}


def _of_sendgrid(ours: str) -> Signed:
    return sendgrid(
        {
            "email": ANA,
            "event": "bounce",
            "type": "bounce",
            "status": "5.1.1",
            "reason": WORDS,
            "sg_event_id": "e1",
            "smtp-id": ours,
        }
    )


def _of_mailgun(ours: str, sender: str) -> Signed:
    event = {
        "event": "failed",
        "severity": "permanent",
        "reason": "generic",
        "recipient": ANA,
        "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
        "envelope": {"sender": sender},
        "message": {"headers": {"message-id": ours.strip("<>")}},
    }
    return mailgun(event), {}


def _of_postmark() -> Signed:
    told = {"RecordType": "Bounce", "ID": 42, "Type": "HardBounce", "Email": ANA, "Details": f"smtp;{WORDS}"}
    return told, basic()


def _of_mailjet() -> Signed:
    told = {
        "event": "bounce",
        "email": ANA,
        "MessageID": 7,
        "hard_bounce": True,
        "error_related_to": "recipient",
        "error": "user unknown",
        "comment": "",
    }
    return [told], basic()


def _of_brevo(ours: str) -> Signed:
    told = {"event": "hard_bounce", "email": ANA, "message-id": ours, "reason": WORDS, "ts_event": 1}
    return told, {"Authorization": f"Bearer {PASSWORD}"}


def complaints_for(delivery: int) -> dict[str, Signed]:
    """The same mail called spam."""
    ours, sender = message_id("mail", delivery), verp.return_path(get_settings(), delivery)
    about = {"feedbackId": "c1", "complainedRecipients": [{"emailAddress": ANA}]}
    return {
        "ses": (sns({"eventType": "Complaint", "complaint": about, "mail": {"source": sender}}), {}),
        "sendgrid": sendgrid({"email": ANA, "event": "spamreport", "sg_event_id": "e2", "smtp-id": ours}),
        "mailgun": (mailgun({"event": "complained", "recipient": ANA}, token="t2"), {}),
        "postmark": (
            {"RecordType": "SpamComplaint", "ID": 43, "Type": "SpamComplaint", "Email": ANA},
            basic(),
        ),
        "mailjet": ({"event": "spam", "email": ANA, "MessageID": 7}, basic()),
        "brevo": ({"event": "spam", "email": ANA, "message-id": ours}, basic()),
    }
