"""Asking for a link, signing in with it, joining: strangers learn nothing, and looking changes nothing."""

from typing import Any

import pytest
from django.test import Client

from dateline.audience import services as audience
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases import phrase
from dateline.faces.preferences.session import COOKIE
from dateline.faces.preferences.tests.kit import ADDRESS, add_journalist, letters, path_in, press, sign_in

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
SENT = phrase("preferences.ask-sent", "en", minutes=30)


def test_every_address_gets_the_same_answer(anonymous: Client) -> None:
    add_journalist()
    add_journalist("gone@paper.example")
    audience.suppress("gone@paper.example", reason="bounce", source="test")
    answers = [
        anonymous.post(
            "/preferences/link/", {"email": email, "csrfmiddlewaretoken": _token(anonymous)}
        ).content
        for email in (ADDRESS, "nobody@paper.example", "gone@paper.example")
    ]
    assert len({_without_token(a) for a in answers}) == 1 and SENT.encode() in answers[0]
    assert [letter.address for letter in letters()] == [ADDRESS]


def _token(client: Client) -> str:
    client.get("/preferences/")
    return client.cookies["csrftoken"].value


def _without_token(page: bytes) -> bytes:
    return b"\n".join(line for line in page.splitlines() if b"csrfmiddlewaretoken" not in line)


def test_a_bad_address_is_said_beside_the_field_and_kept(anonymous: Client) -> None:
    data = {"email": "mei at paper", "csrfmiddlewaretoken": _token(anonymous)}
    response = anonymous.post("/preferences/link/", data)
    text = response.content.decode()
    assert response.status_code == 422
    assert 'value="mei at paper"' in text and 'aria-invalid="true"' in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("languages", ";".join(f"x{number}" for number in range(3000))),
        ("languages", "en;" * 50_000),
        ("sectors", "nonsense;<b>"),
        ("sectors", "energy;" * 5_000),
        ("timezone", "x" * 50_000),
    ],
)
def test_a_form_full_of_nonsense_is_refused_soon(anonymous: Client, field: str, value: str) -> None:
    """A page with a list for each of 3,000 languages, each with all of them, never came to its end."""
    form = {
        "email": "new@paper.example",
        "name": "N",
        "country": "SG",
        "languages": "en",
        "sectors": "energy",
    }
    answer = anonymous.post(
        "/preferences/join/", {**form, field: value, "csrfmiddlewaretoken": _token(anonymous)}
    )

    assert answer.status_code == 422 and len(answer.content) < 2_000_000
    assert letters() == []


def test_opening_a_link_changes_nothing_and_pressing_signs_in_once(anonymous: Client) -> None:
    """Scanners of mail open links, often several times and with HEAD."""
    add_journalist()
    audience.ask_link(ADDRESS, language="en")  # type: ignore[arg-type]
    [letter] = letters()
    path = path_in(letter)
    for _ in range(3):
        assert anonymous.head(path).status_code == 200
        response = anonymous.get(path)
        assert response.status_code == 200 and COOKIE not in response.cookies
        assert "m…@paper.example" in response.content.decode(), "a forwarded link says whose it is"
        assert ADDRESS not in response.content.decode()
        assert response.headers["Referrer-Policy"] == "same-origin"
    assert ADDRESS in press(anonymous, path)
    stranger = Client(enforce_csrf_checks=True)
    replayed = stranger.get(path)
    assert replayed.status_code == 410 and "This link was used at" in replayed.content.decode()
    assert stranger.post(path).status_code == 403, "without the form's own token"
    assert COOKIE not in stranger.cookies


def test_the_cookie_is_for_these_pages_alone(anonymous: Client) -> None:
    add_journalist()
    sign_in(anonymous)
    cookie = anonymous.cookies[COOKIE]
    assert cookie["path"] == "/preferences/" and cookie["httponly"] and cookie["samesite"] == "Lax"
    assert ADDRESS not in cookie.value
    assert anonymous.get("/portal/").status_code == 302, "no desk opens with it"
    anonymous.cookies[COOKIE] = cookie.value[:-1] + "x"
    assert ADDRESS not in anonymous.get("/preferences/").content.decode()


def test_signing_out(anonymous: Client) -> None:
    add_journalist()
    sign_in(anonymous)
    page = anonymous.get("/preferences/")
    assert ADDRESS in page.content.decode()
    anonymous.post("/preferences/out/", {"csrfmiddlewaretoken": anonymous.cookies["csrftoken"].value})
    assert ADDRESS not in anonymous.get("/preferences/").content.decode()


@pytest.mark.parametrize("path", ["open/x/", "join/x/", "open/" + "0" * 96 + "/"])
def test_unknown_links_say_so_and_offer_a_new_one(anonymous: Client, path: str) -> None:
    response = anonymous.get(f"/preferences/{path}")
    assert response.status_code == 404
    text = response.content.decode()
    assert phrase("preferences.link-unknown", "en") in text and 'name="email"' in text


def test_joining_asks_confirms_and_records(anonymous: Client) -> None:
    """I13: consent with its source and time; nothing is kept of who never confirms."""
    form: dict[str, Any] = {
        "email": "bo@post.example",
        "name": "Bo",
        "country": "SG",
        "languages": ["ms", "en"],
    }
    said = press(anonymous, "/preferences/join/", sectors=["20000256"], **form)
    assert phrase("preferences.join-sent", "en", hours=24) in said
    assert audience.find("bo@post.example") is None
    [letter] = letters()
    assert letter.purpose == "join" and letter.address == "bo@post.example"
    assert anonymous.get(path_in(letter)).status_code == 200
    assert audience.find("bo@post.example") is None, "looking is not confirming"
    page = press(anonymous, path_in(letter))
    found = audience.find("bo@post.example")
    assert found is not None
    choices = audience.choices(found.recipient)
    assert choices.languages == ("ms", "en") and "confirmed by the mailed link" in choices.consent
    assert '<html lang="ms"' in page, "their own language from the first page on"


def test_a_form_with_a_gap_keeps_what_was_typed(anonymous: Client) -> None:
    said = press(anonymous, "/preferences/join/", email="bo@post.example", name="Bo", languages=["ms"])
    assert 'value="bo@post.example"' in said and 'value="Bo"' in said
    assert phrase("preferences.wrong", "en") in said and letters() == []


def test_the_join_form_tells_nobody_who_is_there(anonymous: Client) -> None:
    add_journalist()
    form: dict[str, Any] = {"name": "X", "country": "SG", "languages": ["en"], "sectors": ["20000256"]}
    one = press(anonymous, "/preferences/join/", email=ADDRESS, **form)
    other = press(anonymous, "/preferences/join/", email="new@post.example", **form)
    assert one == other
    assert [(x.address, x.purpose) for x in letters()] == [(ADDRESS, "open"), ("new@post.example", "join")]


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
@pytest.mark.parametrize("path", ["", "join/"])
def test_pages_for_strangers_follow_their_browser(anonymous: Client, language: str, path: str) -> None:
    text = anonymous.get(f"/preferences/{path}", headers={"accept-language": language}).content.decode()
    assert f'<html lang="{language}"' in text
    assert phrase("preferences.join-title", language) in text
