"""Webhooks of mail providers: proved first, taken once, and never a way to suppress a stranger."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from dateline.audience import services as audience
from dateline.channels.mail import webhooks
from dateline.channels.mail.tests.returned_mails import ANA, add_journalist
from dateline.core.errors import BadInput, Unavailable
from dateline.dispatch import services as dispatch
from dateline.faces.tests.bounce_requests import (
    CERTIFICATE,
    TOPIC,
    amazon,
    basic,
    complaints_for,
    configured,
    delivery,
    mailgun,
    post,
    requests_for,
    sendgrid,
    sns,
)
from dateline.plant.settings import get_settings

__all__ = ["amazon", "configured", "delivery"]  # fixtures

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


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
