"""Amazon's webhooks: only our topic's, and nothing is fetched from anywhere but Amazon itself."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dateline.faces.tests.bounce_requests import CERTIFICATE, TOPIC, amazon, configured, post, sns

__all__ = ["amazon", "configured"]  # fixtures

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


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
