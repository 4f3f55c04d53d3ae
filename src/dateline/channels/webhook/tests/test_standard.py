"""An independent verifier (PyPI `standardwebhooks`) checks what really arrived, also while secrets change."""

import asyncio
import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from dateline.channels.tests.builders import SECRET, Feed, Receipts, edition, hook_parcel, hook_task, settings
from dateline.channels.webhook.channel import WebhookChannel
from dateline.core.words import Task
from dateline.testing.webhook_receiver import WebhookReceiver

pytestmark = pytest.mark.wire
OLD = b"o" * 32


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(tmp_path / "hooks", secrets={"/a": SECRET}, store=True) as found:
        yield found


def verifier(secret: bytes) -> Webhook:
    return Webhook("whsec_" + base64.b64encode(secret).decode())


def arrived(receiver: WebhookReceiver, task: Task) -> tuple[dict[str, str], bytes]:
    """Headers and body of the one request that the task made."""

    async def run() -> None:
        channel = WebhookChannel(settings(allow_private_endpoints="127.0.0.0/8", webhook_sockets=5))
        try:
            receipts = Receipts()
            await channel.send(aiter(Feed([task])), receipts)
            assert receipts.of(task.delivery).outcome == "accepted"
        finally:
            await channel.aclose()

    asyncio.run(run())
    return receiver.request(receiver.diary()[-1])


@pytest.mark.parametrize("form", ["json", "html", "text", "ninjs"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_verifier_of_others_accepts_what_arrived(
    receiver: WebhookReceiver, form: str, language: str
) -> None:
    parcel = hook_parcel(edition(language), form)
    headers, body = arrived(receiver, hook_task(1, parcel, receiver.url("/a")))
    assert verifier(SECRET).verify(body, headers) == json.loads(parcel.body)


def test_a_letter_changed_or_another_secret_is_refused(receiver: WebhookReceiver) -> None:
    headers, body = arrived(receiver, hook_task(1, hook_parcel(), receiver.url("/a")))
    for wrong in (body.replace(b"plant", b"plank", 1), body + b" "):
        with pytest.raises(WebhookVerificationError):
            verifier(SECRET).verify(wrong, headers)
    with pytest.raises(WebhookVerificationError):
        verifier(OLD).verify(body, headers)


def test_while_secrets_change_a_receiver_with_either_accepts(receiver: WebhookReceiver) -> None:
    task = hook_task(1, hook_parcel(), receiver.url("/a"))
    task = replace(task, endpoint=replace(task.endpoint, previous_secret=OLD))
    headers, body = arrived(receiver, task)
    signatures = headers["webhook-signature"].split(" ")
    assert len(signatures) == 2 and all(one.startswith("v1,") for one in signatures)
    verifier(SECRET).verify(body, headers)
    verifier(OLD).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        verifier(b"n" * 32).verify(body, headers)
    assert receiver.diary()[-1].verified == "yes"
