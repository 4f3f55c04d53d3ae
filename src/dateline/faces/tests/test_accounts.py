"""Signing in by one-time link: opening it burns nothing, pressing the button signs in once."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from dateline.faces.tests import press
from dateline.issuers import services as issuers

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture
def token() -> str:
    press.add_house()
    return issuers.new_sign_in("ana")


def test_the_page_says_how_to_get_a_link(anonymous: Client) -> None:
    assert "dateline user link NAME" in anonymous.get("/accounts/").content.decode()


def test_opening_the_link_signs_nobody_in(token: str) -> None:
    """Mail scanners and prefetch open links."""
    client = Client()
    for _ in range(3):
        response = client.get(f"/accounts/in/{token}/")
        assert response.status_code == 200 and b"<button" in response.content
        assert response.headers["Referrer-Policy"] == "same-origin"
        assert "no-store" in response.headers["Cache-Control"]
        assert "sessionid" not in response.cookies
    assert client.head(f"/accounts/in/{token}/").status_code == 200
    response = client.post(f"/accounts/in/{token}/")
    assert response.status_code == 302 and response.headers["Location"] == "/portal/"


def test_the_button_signs_in_once(token: str) -> None:
    client = Client()
    client.post(f"/accounts/in/{token}/")
    assert "ana" in client.get("/accounts/").content.decode()
    again = Client().post(f"/accounts/in/{token}/")
    assert again.status_code == 403
    user = get_user_model().objects.get(username="ana")
    assert not user.has_usable_password() and not user.is_staff and not user.is_superuser


def test_the_form_guards_against_other_sites(token: str, anonymous: Client) -> None:
    assert anonymous.post(f"/accounts/in/{token}/").status_code == 403
    assert issuers.redeem_sign_in(token) is not None  # and did not burn the link


def test_bad_tokens_answer_alike(token: str) -> None:
    """Nobody learns which links exist: unknown, used and cut short look the same, before and after the
    button.
    """
    client = Client()
    client.post(f"/accounts/in/{token}/")
    bad = [token, token[:-1], "x", "0" * 32, "A" * 500]
    client = Client()
    answers = [client.post(f"/accounts/in/{one}/") for one in bad]
    assert {answer.status_code for answer in answers} == {403}
    assert len({_without_csrf(answer.content.decode()) for answer in answers}) == 1
    pages = {client.get(f"/accounts/in/{one}/").status_code for one in bad}
    assert pages == {200}


def _without_csrf(page: str) -> str:
    """The guard against other sites' forms has another value in every page."""
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page)


def test_signing_out_ends_the_session(token: str) -> None:
    client = Client()
    client.post(f"/accounts/in/{token}/")
    assert client.get("/accounts/out/").status_code == 405
    response = client.post("/accounts/out/")
    assert response.status_code == 302 and response.headers["Location"] == "/accounts/"
    assert "dateline user link NAME" in client.get("/accounts/").content.decode()


def test_a_second_link_finds_the_same_user(token: str) -> None:
    Client().post(f"/accounts/in/{token}/")
    Client().post(f"/accounts/in/{issuers.new_sign_in('ana')}/")
    assert get_user_model().objects.filter(username="ana").count() == 1
