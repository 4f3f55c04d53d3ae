"""The test pack: marked, complete, really sent, and over soon where nobody answers."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import dateline.core
from dateline.audience import services as audience
from dateline.channels import sample_pack
from dateline.channels.sample_pack import editions, opened, send_test_pack
from dateline.channels.sample_words import PICTURE, PICTURE_BYTES
from dateline.channels.services import check_webhook_address, test_outlet
from dateline.channels.webhook.channel import WebhookChannel
from dateline.channels.webhook.transfers import Limits
from dateline.core.errors import BadInput
from dateline.core.words import Endpoint, Outcome, Receipt, sha256_hex
from dateline.formats.registry import names
from dateline.plant.settings import get_settings
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver

pytestmark = pytest.mark.wire
SCHEMA = json.loads((Path(dateline.core.__file__).parent / "schemas" / "webhook.json").read_text("utf-8"))
SECRET = b"k" * 32
STEPS = ["release", "picture", "correction", "arabic", "japanese", "kill"]


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WebhookReceiver]:
    monkeypatch.setenv("DATELINE_ALLOW_PRIVATE_ENDPOINTS", "127.0.0.0/8")
    get_settings.cache_clear()
    rules = [HookRule("hang", "/hang*"), HookRule("404", "/lost*", body="No such thing")]
    with WebhookReceiver(tmp_path / "hooks", rules=rules, secrets={"/a": SECRET}, store=True) as found:
        yield found
    get_settings.cache_clear()


def send(url: str, **options: Any) -> list[sample_pack.TestAnswer]:
    async def run() -> list[sample_pack.TestAnswer]:
        channel = WebhookChannel(get_settings(), **options)
        try:
            return await send_test_pack(
                channel, Endpoint("o_1", "webhook", url, secret=SECRET), format_="html"
            )
        finally:
            await channel.aclose()

    return asyncio.run(run())


def test_six_marked_messages_arrive_in_order_and_signed(receiver: WebhookReceiver) -> None:
    answers = send(receiver.url("/a"))
    assert [(a.step, a.outcome, a.code) for a in answers] == [(step, "accepted", 200) for step in STEPS]
    diary = receiver.diary()
    assert {entry.verified for entry in diary} == {"yes"} and len({entry.webhook_id for entry in diary}) == 6
    bodies = [json.loads(receiver.request(entry)[1]) for entry in diary]
    for body in bodies:
        jsonschema_rs.validate(SCHEMA, body)
        assert body["test"] is True and body["release"] == sample_pack.TEST_RELEASE
    assert [b["type"] for b in bodies] == [
        "released", "edition-added", "corrected", "edition-added", "edition-added", "killed",
    ]  # fmt: skip
    assert [b["language"] for b in bodies] == ["en", "en", "en", "ar", "ja", "en"]
    assert bodies[2]["supersedes"] and bodies[5]["supersedes"] == bodies[2]["sha256"]
    assert PICTURE.sha256 in bodies[1]["body"]


def test_the_next_pack_is_another_one(receiver: WebhookReceiver) -> None:
    """Receivers fold on the id; a second test must not be folded away."""
    send(receiver.url("/a"))
    send(receiver.url("/a"))
    assert len({entry.webhook_id for entry in receiver.diary()}) == 12


def test_after_a_message_without_an_answer_the_rest_is_not_sent(receiver: WebhookReceiver) -> None:
    answers = send(receiver.url("/hang"), limits=Limits(whole_s=0.3))
    assert [a.outcome for a in answers] == ["lost", *["skipped"] * 5]
    assert [a.step for a in answers] == STEPS and not any(a.arrived for a in answers)
    assert len(receiver.diary()) == 1


def test_a_server_that_refuses_is_asked_with_each_message(receiver: WebhookReceiver) -> None:
    answers = send(receiver.url("/lost"))
    assert {(a.outcome, a.code, a.text) for a in answers} == {("deferred", 404, "No such thing")}


def test_a_text_that_cannot_be_carried_keeps_nobody_from_trying_the_next() -> None:
    """Folders answer without codes: a refusal is a word, and not the silence that ends the pack."""

    class NoFrench:
        kind = "folder"
        retry_horizon_s = 60

        async def send(self, tasks: Any, report: Any) -> None:
            async for task in tasks:
                outcome: Outcome = "refused" if task.parcel.version == 1 else "accepted"
                await report(Receipt(task.delivery, task.fence, outcome, text="no é here"))

        async def aclose(self) -> None:
            """Nothing is open."""

    pack = send_test_pack(NoFrench(), Endpoint("o_1", "folder", "x"), format_="text")
    assert [a.outcome for a in asyncio.run(pack)] == [*["refused"] * 2, *["accepted"] * 4]


def test_the_whole_pack_has_an_end(receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_pack, "PATIENCE_S", 0.2)
    assert [a.outcome for a in send(receiver.url("/hang"))] == ["skipped"] * 6


@pytest.mark.parametrize("form", [name for name in names() if name != "mail"])
def test_every_format_can_carry_it(form: str) -> None:
    for step, edition in editions():
        parcel = opened(edition, "folder", form)
        assert parcel.body, step
        assert [sha256_hex(data) for _, data in parcel.media] == (
            [PICTURE.sha256] if step == "picture" else []
        )


def test_the_picture_is_a_picture() -> None:
    import io

    from PIL import Image

    with Image.open(io.BytesIO(PICTURE_BYTES)) as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (PICTURE.width, PICTURE.height))


@pytest.mark.django_db
def test_an_outlet_is_tested_with_its_own_secret_address_and_format(receiver: WebhookReceiver) -> None:
    cells = {"name": "Post", "country": "KR", "languages": "ar", "kind": "site", "channel": "webhook"}
    card = audience.add_outlet(cells | {"endpoint": receiver.url("/b"), "format": "text"})
    assert all(answer.arrived for answer in test_outlet(card))
    assert json.loads(receiver.request(receiver.diary()[0])[1])["body_type"] == "text"
    pulling = audience.add_outlet(cells | {"name": "Puller", "channel": "feed"})
    with pytest.raises(BadInput, match="fetches"):
        test_outlet(pulling)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://10.0.0.1/x", "10.0.0.1 is private"),
        ("https://[64:ff9b::a9fe:a9fe]/", "169.254.169.254"),
        ("http://192.0.2.7/x", "443 or 8443"),
        ("https://no-such-host.invalid/", "no address"),
    ],
)
def test_an_address_the_guard_refuses_is_refused_when_it_is_written(url: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_webhook_address(url)
    assert words in str(refused.value) and refused.value.where == "endpoint"


def test_an_address_in_a_network_of_the_operator_is_taken(receiver: WebhookReceiver) -> None:
    check_webhook_address(receiver.url("/a"))
