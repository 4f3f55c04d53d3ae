"""An outlet's own pages: who gets in, what they see, and what their buttons do."""

import base64
import re
from typing import Any

import pytest
from django.test import Client

from dateline.audience import services as audience
from dateline.core.errors import Unavailable
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases.outlets import outlet_words
from dateline.dispatch import services as dispatch
from dateline.dispatch.breaker import address_hash
from dateline.dispatch.models import Delivery, EndpointHealth
from dateline.faces.outlets import views
from dateline.faces.outlets.tests.conftest import delivered, new_outlet, published
from dateline.faces.tests import press
from dateline.testing.webhook_receiver import WebhookReceiver
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def inside(card: audience.OutletCard, language: str = "en") -> Client:
    """A browser that came in by the outlet's link."""
    client = Client(headers={"accept-language": language})
    token = audience.new_invite(card.recipient, by="ana")
    answer = client.post(f"/outlets/in/{token}/?language={language}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/outlets/")
    return client


def text(client: Client, path: str = "/outlets/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_opening_the_link_changes_nothing_and_pressing_lets_in_once(receiver: WebhookReceiver) -> None:
    card = new_outlet("Cairo Post", receiver.url("/a"))
    token = audience.new_invite(card.recipient, by="ana")
    for _ in range(3):
        assert Client().get(f"/outlets/in/{token}/").status_code == 200
        assert Client().head(f"/outlets/in/{token}/").status_code == 200
    first, second = Client(), Client()
    assert first.post(f"/outlets/in/{token}/").status_code == 302
    assert second.post(f"/outlets/in/{token}/").status_code == 403
    assert "Cairo Post" in text(first)
    assert second.get("/outlets/").status_code == 403


def test_a_language_that_was_chosen_stays_for_what_the_buttons_answer(receiver: WebhookReceiver) -> None:
    """A form's address has no `?language=`; who is not let in gets no session for asking."""
    browser = inside(new_outlet("Cairo Post", receiver.url("/a")))
    assert 'dir="rtl"' in text(browser, "/outlets/?language=ar")
    assert 'dir="rtl"' in browser.post("/outlets/test/").content.decode()
    stranger = Client()
    stranger.get("/outlets/in/nothing/?language=ar")
    assert not stranger.cookies.get("sessionid")


def test_forms_of_other_sites_are_refused(receiver: WebhookReceiver) -> None:
    card = new_outlet("Cairo Post", receiver.url("/a"))
    strict = Client(enforce_csrf_checks=True)
    token = audience.new_invite(card.recipient, by="ana")
    assert strict.post(f"/outlets/in/{token}/").status_code == 403
    assert audience.redeem_invite(token) is not None, "the refused form did not use the link up"


@pytest.mark.parametrize("path", ["endpoint/", "secret/", "test/", "begin/", "resend/1/"])
def test_without_a_link_there_is_nothing(path: str, receiver: WebhookReceiver) -> None:
    assert Client().post(f"/outlets/{path}").status_code == 403
    assert Client().get(f"/outlets/{path}").status_code in {403, 405}


def test_an_outlet_sees_only_its_own(receiver: WebhookReceiver) -> None:
    mine, other = new_outlet("Cairo Post", receiver.url("/a")), new_outlet("Giza News", receiver.url("/b"))
    delivered(mine, "aaaaaaaaa2")
    theirs = delivered(other, "bbbbbbbbb2", "refused")
    client = inside(mine)
    shown = text(client)
    assert "aaaaaaaaa2" in shown and "bbbbbbbbb2" not in shown and "Giza News" not in shown
    assert client.post(f"/outlets/resend/{theirs}/").status_code == 404
    assert client.post(f"/outlets/resend/{10**30}/").status_code == 404
    client.post("/outlets/secret/", {"recipient": other.recipient, "outlet": other.recipient})
    assert audience.endpoint_secret(other.recipient).generation == 0
    client.post("/outlets/out/")
    assert client.get("/outlets/").status_code == 403


def test_nothing_before_its_release_is_shown(receiver: WebhookReceiver) -> None:
    """I1."""
    card = new_outlet("Cairo Post", receiver.url("/a"))
    delivered(card, "ccccccccc2", "waiting", lifted_at=None, done_at=None, due_at=None, fence=0)
    assert "ccccccccc2" not in text(inside(card))


def test_a_webhook_is_moved_and_what_cannot_be_is_said_beside_the_field(receiver: WebhookReceiver) -> None:
    """The guard judges a new address when it is written (and again at each send)."""
    card = new_outlet("Cairo Post", receiver.url("/a"))
    client = inside(card)
    form = {"channel": "webhook", "format": "html", "endpoint": receiver.url("/new")}
    answer = client.post("/outlets/endpoint/", form)
    assert answer.headers["Location"] == "/outlets/?done=saved"
    moved = audience.outlet_card(card.recipient)
    assert moved is not None and (moved.endpoint, moved.format) == (receiver.url("/new"), "html")
    for bad, said in (
        ("https://10.1.2.3/x", "10.1.2.3 is private"),
        ("javascript:alert(1)", "http"),
        ("https://u:p@post.example/", "password"),
        ("", "http"),
    ):
        refused = client.post("/outlets/endpoint/", form | {"endpoint": bad})
        body = refused.content.decode()
        assert refused.status_code == 422 and said in body and 'aria-invalid="true"' in body
        assert audience.outlet_card(card.recipient) == moved
    assert client.post("/outlets/endpoint/", form | {"format": "papyrus"}).status_code == 422
    assert client.post("/outlets/endpoint/", form | {"channel": "sftp"}).status_code == 422


def test_a_name_server_that_says_nothing_is_told_like_a_wrong_address(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(host: str, port: int) -> list[str]:
        raise Unavailable(f"the name server did not answer for '{host}'; try again")

    monkeypatch.setattr("dateline.channels.services.resolved", silent)
    card = new_outlet("Cairo Post", receiver.url("/a"))
    form = {"channel": "webhook", "format": "json", "endpoint": "https://slow.example/hook"}
    answer = inside(card).post("/outlets/endpoint/", form)
    body = answer.content.decode()
    assert answer.status_code == 422 and "did not answer for" in body and 'aria-invalid="true"' in body
    assert 'value="https://slow.example/hook"' in body, "what was typed stays"
    assert audience.outlet_card(card.recipient) == card


def test_an_outlet_may_choose_mail_to_its_contact_and_to_nobody_else(receiver: WebhookReceiver) -> None:
    card = new_outlet("Cairo Post", receiver.url("/a"))
    client = inside(card)
    client.post("/outlets/endpoint/", {"channel": "mail", "endpoint": "victim@elsewhere.example"})
    moved = audience.outlet_card(card.recipient)
    assert moved is not None and (moved.channel, moved.endpoint) == ("mail", "desk@post.example")
    without = inside(new_outlet("Giza News", receiver.url("/b"), contact=""))
    assert without.post("/outlets/endpoint/", {"channel": "mail"}).status_code == 422


def test_an_outlet_of_another_channel_is_told_whom_to_ask(receiver: WebhookReceiver) -> None:
    card = new_outlet("Puller", "", channel="feed", format="")
    client = inside(card)
    assert "over feed" in text(client) and 'name="endpoint"' not in text(client)
    form = {"channel": "webhook", "endpoint": receiver.url("/a"), "format": "json"}
    assert client.post("/outlets/endpoint/", form).status_code == 422
    assert client.post("/outlets/test/").status_code == 422


def test_a_new_secret_is_shown_once(receiver: WebhookReceiver) -> None:
    card = new_outlet("Cairo Post", receiver.url("/a"))
    client = inside(card)
    assert "whsec_" not in text(client)
    answer = client.post("/outlets/secret/")
    (shown,) = set(re.findall(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode()))
    assert "no-store" in answer.headers["Cache-Control"]
    assert shown == audience.endpoint_secret(card.recipient).text
    assert len(base64.b64decode(shown[6:])) == 32
    assert "whsec_" not in text(client)


def test_the_test_pack_is_sent_and_each_answer_shown(receiver: WebhookReceiver) -> None:
    client = inside(new_outlet("Cairo Post", receiver.url("/a")))
    body = client.post("/outlets/test/").content.decode()
    assert "6 of 6 test messages arrived" in body and len(receiver.diary()) == 6
    broken = inside(new_outlet("Giza News", receiver.url("/broken")))
    body = broken.post("/outlets/test/").content.decode()
    assert "0 of 6" in body and "Out of paper" in body and "500" in body


def test_many_tests_at_once_hold_no_more_threads(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever presses often is told so, and readers' pages go on."""
    monkeypatch.setattr(views, "_TEST_WAIT_S", 0.0)
    client = inside(new_outlet("Cairo Post", receiver.url("/a")))
    taken = [views._tests.acquire(blocking=False) for _ in range(4)]
    try:
        answer = client.post("/outlets/test/")
    finally:
        for _ in filter(None, taken):
            views._tests.release()

    assert answer.status_code == 503 and "other tests are running" in answer.content.decode()
    assert receiver.diary() == []
    assert client.post("/outlets/test/").status_code == 200, "every place was given back"


def test_what_failed_can_be_sent_again_and_what_arrived_not(receiver: WebhookReceiver) -> None:
    card = new_outlet("Cairo Post", receiver.url("/a"))
    failed = delivered(card, "ddddddddd2", "refused", reason="500 Out of paper", last_code=500)
    fine = delivered(card, "eeeeeeeee2")
    published(fine, "https://post.example/story")
    client = inside(card)
    shown = text(client)
    assert "<code>500</code>" in shown and "Out of paper" in shown and "https://post.example/story" in shown
    assert f"/outlets/resend/{failed}/" in shown and f"/outlets/resend/{fine}/" not in shown
    assert client.post(f"/outlets/resend/{failed}/").headers["Location"].endswith("done=resent")
    assert Delivery.objects.get(pk=failed).state == "waiting"
    assert client.post(f"/outlets/resend/{fine}/").headers["Location"].endswith("done=not-resent")


def test_a_stopped_endpoint_says_why_and_can_go_on_but_a_pause_is_the_wires(
    receiver: WebhookReceiver,
) -> None:
    card = new_outlet("Cairo Post", receiver.url("/a"))
    EndpointHealth(
        endpoint=card.recipient, channel="webhook", fails=12, disabled_reason="no success for 5 days",
        disabled_address=address_hash(card.endpoint),
    ).save()  # fmt: skip
    dispatch.pause("endpoint", card.recipient, by="ana", reason="unpaid")
    client = inside(card)
    shown = text(client)
    assert "no success for 5 days" in shown and "paused" in shown and "unpaid" not in shown
    client.post("/outlets/begin/")
    shown = text(client)
    assert "no success for 5 days" not in shown and "paused" in shown


def test_words_of_others_are_no_markup(receiver: WebhookReceiver) -> None:
    card = new_outlet("<b>Cairo</b>", receiver.url("/a"))
    delivered(card, "fffffffff2", "refused", reason="<script>alert(1)</script>")
    shown = text(inside(card))
    assert "<script>" not in shown and "<b>Cairo" not in shown


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_each_language_has_every_word_with_the_same_places(language: str) -> None:
    english, words = outlet_words("en"), outlet_words(language)
    assert words.keys() == english.keys()
    for key, phrase in words.items():
        assert phrase.strip() == phrase and phrase
        assert set(re.findall(r"\{(\w+)", phrase)) == set(re.findall(r"\{(\w+)", english[key])), key


@pytest.mark.parametrize(("language", "direction", "word"), [("ar", "rtl", "حفظ"), ("ja", "ltr", "保存")])
def test_the_page_speaks_the_readers_language(
    receiver: WebhookReceiver, language: str, direction: str, word: str
) -> None:
    answer: Any = inside(new_outlet("Cairo Post", receiver.url("/a")), language).get("/outlets/")
    body = answer.content.decode()
    assert f'lang="{language}" dir="{direction}"' in body and word in body
    assert answer.headers["Content-Language"] == language


def test_the_history_tells_what_it_was_and_says_a_code_once(receiver: WebhookReceiver) -> None:
    """An outlet knows a release by its headline; of one that was killed there is none to show."""
    press.add_house()
    release = press.out(press.story("en"), press.story("ar"))
    killed = press.out(press.story("en", slug="gone"), press.story("ar", slug="gone"))
    press.follow_up(wire.submit_kill(killed, reason="Sent in error.", by="ana"))
    card = new_outlet("Cairo Post", receiver.url("/a"))
    delivered(card, release, "refused", reason="500 Out of paper", last_code=500)
    delivered(card, killed)
    shown = text(inside(card))
    headline = press.story("ar").headline
    assert shown.count(headline) == 1 and f'href="{press.path(release, "ar")}"' in shown
    assert killed in shown
    assert "<code>500</code>" in shown and "Out of paper</q>" in shown and "500 Out of paper" not in shown
