"""A copied cookie is worth nothing once its person signed out, here or everywhere, stopped or was erased."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from dateline.audience import services as audience
from dateline.audience.services import SIGN_IN_HOURS
from dateline.core.clock import FixedClock, SystemClock
from dateline.core.ids import RecipientId
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases import phrase
from dateline.faces.preferences.session import COOKIE
from dateline.faces.preferences.tests.kit import ADDRESS, add_journalist, letters, press, sign_in
from dateline.faces.source import source_of

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture
def who() -> RecipientId:
    return add_journalist()


def copied(client: Client) -> Client:
    """Another browser with this one's cookie."""
    other = Client(enforce_csrf_checks=True)
    other.cookies[COOKIE] = client.cookies[COOKIE].value
    return other


def is_in(client: Client) -> bool:
    return ADDRESS in client.get("/preferences/").content.decode()


def test_signing_out_ends_the_copy_too_and_no_other_browser(anonymous: Client, who: RecipientId) -> None:
    del who
    other = Client(enforce_csrf_checks=True)
    sign_in(anonymous)
    sign_in(other)
    copy = copied(anonymous)
    assert is_in(copy)
    anonymous.post("/preferences/out/", {"csrfmiddlewaretoken": anonymous.cookies["csrftoken"].value})
    assert not is_in(copy) and not is_in(anonymous)
    assert is_in(other)


def test_signing_out_everywhere_ends_all(anonymous: Client, who: RecipientId) -> None:
    add_journalist("ben@paper.example")
    other, neighbour = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    sign_in(anonymous)
    sign_in(other)
    sign_in(neighbour, "ben@paper.example")
    copy = copied(other)
    token = anonymous.get("/preferences/") and anonymous.cookies["csrftoken"].value
    page = anonymous.post("/preferences/out/", {"everywhere": "1", "csrfmiddlewaretoken": token}, follow=True)
    assert ADDRESS not in page.content.decode()
    assert not is_in(other) and not is_in(copy)
    assert "ben@paper.example" in neighbour.get("/preferences/").content.decode(), "of this person alone"
    assert audience.held_about(who)["sign_ins"] == []


def test_stopping_ends_them_for_good(anonymous: Client, who: RecipientId) -> None:
    sign_in(anonymous)
    copy = copied(anonymous)
    audience.stop(audience.stop_token(who))
    assert not is_in(copy)
    audience.unsuppress(ADDRESS, by="wei", reason="asked for it by phone")
    assert not is_in(copy), "also when the address may be mailed again"


def test_a_crowds_stop_ends_them_for_good(anonymous: Client, who: RecipientId) -> None:
    sign_in(anonymous)
    copy = copied(anonymous)
    audience.suppress_recipients([(who, "bounced")], source="test")
    audience.unsuppress(ADDRESS, by="wei", reason="mailbox is back")
    assert not is_in(copy)


def test_erasing_ends_them_also_for_the_same_address_later(anonymous: Client, who: RecipientId) -> None:
    sign_in(anonymous)
    copy = copied(anonymous)
    press(anonymous, "/preferences/erase/")
    audience.unsuppress(ADDRESS, by="wei", reason="asked to be on the list again")
    assert add_journalist() == who
    assert not is_in(copy) and not is_in(anonymous)


def test_a_sign_in_ends_after_its_hours(who: RecipientId) -> None:
    clock = FixedClock(SystemClock().now())
    made = audience.sign_in(who, clock=clock)
    clock.advance(SIGN_IN_HOURS * 3600 - 1)
    assert audience.signed_in(made, clock=clock) is not None
    clock.advance(1)
    assert audience.signed_in(made, clock=clock) is None
    later = audience.sign_in(who, clock=clock)
    assert len(audience.held_about(who)["sign_ins"]) == 1 and later != made, "old rows are dropped"


def test_the_copy_for_the_person_names_sign_ins_and_holds_no_key(anonymous: Client, who: RecipientId) -> None:
    sign_in(anonymous)
    [one] = audience.held_about(who)["sign_ins"]
    assert set(one) == {"at", "expires_at"}


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_the_button_is_there_in_their_language(anonymous: Client, who: RecipientId, language: str) -> None:
    audience.choose(who, {"languages": language})
    sign_in(anonymous)
    assert phrase("preferences.sign-out-all", language) in anonymous.get("/preferences/").content.decode()


def test_a_flood_of_joining_gets_the_same_page_and_no_letters(
    anonymous: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dateline.plant.settings import get_settings

    few = get_settings().model_copy(update={"letters_per_source": 2})
    monkeypatch.setattr("dateline.audience.asking.get_settings", lambda: few)
    form: dict[str, Any] = {"name": "X", "country": "SG", "languages": ["en"], "sectors": ["20000256"]}
    pages = {
        press(anonymous, "/preferences/join/", email=f"p{number}@post.example", **form) for number in range(5)
    }
    assert len(pages) == 1
    assert len(letters()) == 2


@pytest.mark.parametrize(
    ("proxies", "peer", "told", "source"),
    [
        (0, "8.8.4.4", "", "8.8.4.4"),
        (0, "8.8.4.4", "203.0.113.9", "8.8.4.4"),
        (0, "127.0.0.1", "203.0.113.9", ""),
        (0, "10.0.0.2", "203.0.113.9", ""),
        (0, "10.0.0.2", "", "10.0.0.2"),
        (0, "127.0.0.1", "", "127.0.0.1"),
        (1, "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "127.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "127.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "10.0.0.2", "203.0.113.9", "10.0.0.2"),
        (1, "127.0.0.1", "203.0.113.9:4711", "203.0.113.9"),
        (1, "127.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
    ],
)
def test_the_source_is_what_the_outermost_trusted_proxy_saw(
    monkeypatch: pytest.MonkeyPatch, proxies: int, peer: str, told: str, source: str
) -> None:
    from dateline.plant.settings import get_settings

    set_ = get_settings().model_copy(update={"trusted_proxies": proxies})
    monkeypatch.setattr("dateline.faces.source.get_settings", lambda: set_)
    request = RequestFactory().get("/", headers={"X-Forwarded-For": told} if told else {})
    request.META["REMOTE_ADDR"] = peer
    assert source_of(request) == source
