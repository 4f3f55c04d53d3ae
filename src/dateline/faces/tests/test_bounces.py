"""Webhooks of mail providers: proved first, taken once, and never a way to suppress a stranger."""

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from django.test import Client

from dateline.audience import services as audience
from dateline.channels.mail import verp, webhooks
from dateline.channels.mail.tests.returned_mails import ANA, accepted_mail, add_journalist
from dateline.core.errors import BadInput, Unavailable
from dateline.dispatch import services as dispatch
from dateline.dispatch.addressing import message_id
from dateline.plant.settings import get_settings

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

TOPIC = "arn:aws:sns:eu-west-1:111122223333:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123abcd.pem"
SENDGRID = ec.generate_private_key(ec.SECP256R1())
AMAZON = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PASSWORD = "correct-horse"
MAILGUN = "mailgun-signing-key"


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


# --- a request of each provider, signed as it signs -------------------------------------------------------


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


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Addresses asked of Amazon, which stands in for itself: a paid service."""
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return certificate() if url.endswith(".pem") else b"confirmed"

    monkeypatch.setattr(webhooks, "_fetching", lambda _: fetch)
    return asked


def basic(password: str = PASSWORD) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"wire:{password}".encode()).decode()}


def requests_for(delivery: int) -> dict[str, tuple[Any, dict[str, str]]]:
    """A hard bounce of this mail as each provider tells it."""
    ours, sender = message_id("mail", delivery), verp.return_path(get_settings(), delivery)
    words = "550 5.1.1 The email account that you tried to reach does not exist"
    return {
        "ses": (
            sns(
                {
                    "notificationType": "Bounce",
                    "bounce": {
                        "bounceType": "Permanent",
                        "bounceSubType": "General",
                        "feedbackId": "f1",
                        "bouncedRecipients": [
                            {
                                "emailAddress": ANA,
                                "status": "5.1.1",
                                "action": "failed",
                                "diagnosticCode": f"smtp; {words}",
                            }
                        ],
                    },
                    "mail": {
                        "source": sender,
                        "messageId": "ses1",
                        "headers": [{"name": "Message-ID", "value": ours}],
                    },
                }
            ),
            {},
        ),
        "sendgrid": sendgrid(
            {
                "email": ANA,
                "event": "bounce",
                "type": "bounce",
                "status": "5.1.1",
                "reason": words,
                "sg_event_id": "e1",
                "smtp-id": ours,
            }
        ),
        "mailgun": (
            mailgun(
                {
                    "event": "failed",
                    "severity": "permanent",
                    "reason": "generic",
                    "recipient": ANA,
                    "delivery-status": {"code": 550, "message": "5.1.1 no such user"},
                    "envelope": {"sender": sender},
                    "message": {"headers": {"message-id": ours.strip("<>")}},
                }
            ),
            {},
        ),
        "postmark": (
            {
                "RecordType": "Bounce",
                "ID": 42,
                "Type": "HardBounce",
                "Email": ANA,
                "Details": f"smtp;{words}",
            },
            basic(),
        ),
        "mailjet": (
            [
                {
                    "event": "bounce",
                    "email": ANA,
                    "MessageID": 7,
                    "hard_bounce": True,
                    "error_related_to": "recipient",
                    "error": "user unknown",
                    "comment": "",
                }
            ],
            basic(),
        ),
        "brevo": (
            {"event": "hard_bounce", "email": ANA, "message-id": ours, "reason": words, "ts_event": 1},
            {"Authorization": f"Bearer {PASSWORD}"},
        ),
    }


@pytest.mark.parametrize("provider", webhooks.PROVIDERS)
def test_a_hard_bounce_suppresses_once(
    anonymous: Client, amazon: list[str], delivery: int, provider: str
) -> None:
    """I13."""
    body, headers = requests_for(delivery)[provider]
    assert post(anonymous, provider, body, headers=headers) == {"reports": 1, "new": 1, "suppressed": 1}
    assert audience.is_suppressed(ANA)
    assert post(anonymous, provider, body, headers=headers) == {"reports": 1, "new": 0, "suppressed": 0}
    found = dispatch.returned("v1")
    tells_the_mail = provider not in {"postmark", "mailjet"}
    assert found.bounces == (1 if tells_the_mail else 0)


@pytest.mark.parametrize("provider", webhooks.PROVIDERS)
def test_what_does_not_prove_itself_changes_nothing(
    anonymous: Client, amazon: list[str], delivery: int, provider: str
) -> None:
    body, headers = requests_for(delivery)[provider]
    if provider == "ses":
        wrong: Any = {**body, "Message": body["Message"].replace("ana@", "eve@")}
    elif provider == "sendgrid":
        wrong = body.replace(b"ana@", b"eve@")
    elif provider == "mailgun":
        wrong = {**body, "signature": {**body["signature"], "token": "other"}}
    else:
        wrong, headers = body, basic("wrong")
    problem = post(anonymous, provider, wrong, 403, headers=headers)
    assert problem["type"] == "urn:dateline:problem:unproved"
    post(
        anonymous,
        provider,
        b"{}" if provider in {"ses", "mailgun"} else body,
        400 if provider in {"ses", "mailgun"} else 403,
    )
    assert not audience.is_suppressed(ANA) and dispatch.returns_by_kind() == {}


@pytest.mark.parametrize("provider", [*webhooks.PROVIDERS, "nobody"])
def test_a_provider_without_a_key_is_not_there(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch, delivery: int, provider: str
) -> None:
    """An empty key must never accept what is not signed."""
    body, headers = requests_for(delivery).get(provider, ({}, {}))
    for name in (
        "SES_TOPIC_ARN",
        "SENDGRID_KEY",
        "MAILGUN_KEY",
        "POSTMARK_TOKEN",
        "MAILJET_TOKEN",
        "BREVO_TOKEN",
    ):
        monkeypatch.setenv(f"DATELINE_{name}", "")
    get_settings.cache_clear()
    assert (
        post(anonymous, provider, body, 404, headers=headers)["type"]
        == "urn:dateline:problem:no-such-provider"
    )
    assert not audience.is_suppressed(ANA)


def complaints_for(delivery: int) -> dict[str, tuple[Any, dict[str, str]]]:
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


@pytest.mark.parametrize("provider", webhooks.PROVIDERS)
def test_a_complaint_suppresses_at_once(
    anonymous: Client, amazon: list[str], delivery: int, provider: str
) -> None:
    body, headers = complaints_for(delivery)[provider]
    assert post(anonymous, provider, body, headers=headers)["suppressed"] == 1
    found = audience.suppression_of(ANA)
    assert found is not None and found.reason == "complained that mail is unwanted"
    assert dispatch.returns_by_kind() == {"complaint": 1}


def test_events_that_are_about_nothing_returned_are_passed_over(anonymous: Client, amazon: list[str]) -> None:
    nothing = {"reports": 0, "new": 0, "suppressed": 0}
    body, headers = sendgrid({"email": ANA, "event": "open"}, {"email": ANA, "event": "delivered"})
    assert post(anonymous, "sendgrid", body, headers=headers) == nothing
    assert post(anonymous, "mailgun", mailgun({"event": "opened"})) == nothing
    assert post(anonymous, "postmark", {"RecordType": "Open"}, headers=basic()) == nothing
    assert post(anonymous, "brevo", {"event": "click"}, headers=basic()) == nothing
    assert post(anonymous, "mailjet", [{"event": "sent"}], headers=basic()) == nothing
    assert post(anonymous, "ses", sns("Successfully validated SNS topic for SES.")) == nothing


def test_other_troubles_are_told_apart(anonymous: Client, amazon: list[str], delivery: int) -> None:
    body, headers = sendgrid(
        {"email": ANA, "event": "bounce", "status": "5.7.26", "reason": "DMARC", "sg_event_id": "1"},
        {"email": ANA, "event": "bounce", "status": "5.2.2", "reason": "full", "sg_event_id": "2"},
        {"email": ANA, "event": "deferred", "response": "451 later", "sg_event_id": "3"},
        {"email": ANA, "event": "bounce", "type": "blocked", "reason": "554 no", "sg_event_id": "4"},
    )
    post(anonymous, "sendgrid", body, headers=headers)
    post(
        anonymous,
        "postmark",
        {"RecordType": "Bounce", "ID": 1, "Type": "AutoResponder", "Email": ANA},
        headers=basic(),
    )
    kinds = {"ours": 1, "full": 1, "delayed": 1, "other": 1, "automatic": 1}
    assert dispatch.returns_by_kind() == kinds and not audience.is_suppressed(ANA)


def test_a_whole_batch_is_taken(anonymous: Client) -> None:
    for number in range(3):
        add_journalist(f"j{number}@daily.example")
    body, headers = sendgrid(
        *(
            {"email": f"j{n}@daily.example", "event": "bounce", "status": "5.1.1", "sg_event_id": str(n)}
            for n in range(1200)
        ),
        {"email": "no address", "event": "spamreport", "sg_event_id": "x"},
    )
    assert post(anonymous, "sendgrid", body, headers=headers)["reports"] == 1201
    assert audience.suppression_count() == 1200


@pytest.mark.parametrize("age_s", [-3 * 86_400, 3 * 86_400])
def test_an_old_signature_proves_nothing(anonymous: Client, amazon: list[str], age_s: int) -> None:
    stamp = int(time.time()) + age_s
    body, headers = sendgrid({"email": ANA, "event": "spamreport"}, stamp=stamp)
    post(anonymous, "sendgrid", body, 403, headers=headers)
    post(anonymous, "mailgun", mailgun({"event": "complained", "recipient": ANA}, stamp=stamp), 403)
    at = datetime.fromtimestamp(stamp, UTC).isoformat()
    post(anonymous, "ses", sns({"eventType": "Complaint"}, Timestamp=at), 403)


def test_a_second_body_under_one_mailgun_token_is_known_already(anonymous: Client) -> None:
    """Its signature does not cover the body."""
    first = mailgun({"event": "complained", "recipient": ANA})
    assert post(anonymous, "mailgun", first)["new"] == 1
    assert (
        post(
            anonymous,
            "mailgun",
            {**first, "event-data": {"event": "complained", "recipient": "eve@daily.example"}},
        )["new"]
        == 0
    )


@pytest.mark.parametrize("version", ["1", "2"])
def test_both_signatures_of_sns_are_read(anonymous: Client, amazon: list[str], version: str) -> None:
    assert post(anonymous, "ses", sns("hello", version=version))["reports"] == 0
    assert amazon == [CERTIFICATE]


@pytest.mark.parametrize(
    "fields",
    [
        {
            "SigningCertURL": "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-0.pem"
        },
        {"SigningCertURL": "https://evil.example/SimpleNotificationService-0.pem"},
        {"SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem"},
        {"SigningCertURL": "https://u@sns.eu-west-1.amazonaws.com:8443/SimpleNotificationService-0.pem"},
        {"SigningCertURL": "https://s3.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem"},
        {"SigningCertURL": "https://sns.eu-west-1.amazonaws.com/bucket/evil.pem"},
        {"SigningCertURL": "https://[::1/SimpleNotificationService-0.pem"},
        {"TopicArn": TOPIC + "x"},
        {"SignatureVersion": "3"},
    ],
)
def test_what_is_not_from_our_topic_is_not_even_looked_up(
    anonymous: Client, amazon: list[str], fields: dict[str, str]
) -> None:
    post(anonymous, "ses", sns("hello", **fields), 403)
    assert amazon == []


def subscription(url: str) -> dict[str, str]:
    return sns("confirm", Type="SubscriptionConfirmation", Token="t", SubscribeURL=url)


def test_a_subscription_of_our_topic_is_confirmed(anonymous: Client, amazon: list[str]) -> None:
    url = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
    post(anonymous, "ses", subscription(url))
    assert amazon == [CERTIFICATE, url]


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "http://sns.eu-west-1.amazonaws.com/",
        "file:///etc/passwd",
        "",
    ],
)
def test_a_subscribe_url_to_anywhere_else_is_never_followed(
    anonymous: Client, amazon: list[str], url: str
) -> None:
    post(anonymous, "ses", subscription(url), 403)
    assert amazon == [CERTIFICATE]


def test_a_name_of_amazons_that_leads_to_a_private_address_is_not_dialled(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard judges the address really dialled, whatever the name says."""
    from dateline.channels import guarded_get

    real = guarded_get.get

    def resolved(url: str, judge: Callable[[str], str], **options: Any) -> bytes:
        return real(url, judge, **options, resolve=("sns.eu-west-1.amazonaws.com:443:127.0.0.1",))

    monkeypatch.setattr(guarded_get, "get", resolved)
    problem = post(anonymous, "ses", sns("hello", SigningCertURL=CERTIFICATE.replace("0123", "4567")), 400)
    assert "127.0.0.1 is loopback" in problem["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no",
        b"[" * 100_000,
        b"[]",
        b"1",
        b"\xff",
        b'{"signature": 1}',
        b'{"Type": "Notification"}',
        b"{}",
    ],
)
def test_bodies_that_cannot_be_read_end_in_a_problem(
    anonymous: Client, amazon: list[str], body: bytes
) -> None:
    """I14."""
    for provider in ("ses", "mailgun", "postmark", "mailjet", "brevo"):
        response = anonymous.post(
            f"/api/v1/bounces/{provider}", body, content_type="application/json", headers=basic()
        )
        assert response.status_code in {200, 400, 403}, (provider, response.content)
    assert audience.suppression_count() == 0


def test_a_request_of_many_megabytes_is_refused_before_it_is_read(anonymous: Client) -> None:
    assert post(anonymous, "brevo", b" " * 40_000_000, 413, headers=basic())["status"] == 413
    assert post(anonymous, "brevo", b" " * 5_000_000, 413, headers=basic())["status"] == 413


def test_other_methods_are_refused_and_the_document_tells_of_it(anonymous: Client) -> None:
    assert anonymous.get("/api/v1/bounces/ses").status_code == 405
    document = json.loads(anonymous.get("/api/v1/openapi.json").content)
    assert set(document["paths"]["/api/v1/bounces/{provider}"]["post"]["responses"]) >= {
        "200",
        "400",
        "403",
        "404",
    }


def test_the_fetch_refuses_what_is_private_and_says_what_does_not_answer(tmp_path: Path) -> None:
    from dateline.channels.guarded_get import get
    from dateline.testing.ports import free_port

    port = free_port()
    with pytest.raises(BadInput, match="is not fetched: private"):
        get(f"https://127.0.0.1:{port}/", lambda address: "private")
    with pytest.raises(BadInput, match="only https"):
        get("http://127.0.0.1/", lambda address: "")
    with pytest.raises(Unavailable, match="does not answer"):
        get(f"https://127.0.0.1:{port}/", lambda address: "")


def test_the_words_of_a_provider_stand_in_the_history(anonymous: Client, delivery: int) -> None:
    body, headers = requests_for(delivery)["sendgrid"]
    post(anonymous, "sendgrid", body, headers=headers)
    from dateline.dispatch.sql import query

    (line,) = query("SELECT code, text FROM dispatch_attempt WHERE kind = 'dsn'")
    assert line[0] == 550 and line[1].startswith("no such address 5.1.1: 550 5.1.1")


@pytest.mark.parametrize("provider", ["ses", "mailgun"])
def test_half_characters_are_no_report(client: Client, provider: str) -> None:
    """What cannot be signed is refused in words before any signature is computed over it."""
    signature = {"timestamp": str(int(time.time())), "token": "\ud800", "signature": "x"}
    message = {
        "Type": "Notification",
        "TopicArn": TOPIC,
        "Timestamp": datetime.now(UTC).isoformat(),
        "SignatureVersion": "1",
        "SigningCertURL": CERTIFICATE,
        "Message": "\ud800",
    }
    document = message if provider == "ses" else {"signature": signature, "event-data": {}}

    assert "not JSON" in post(client, provider, json.dumps(document).encode(), 400)["detail"]
