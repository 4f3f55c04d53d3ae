"""`/api/v1/desktop/...`: what desktops and edges ask of the origin."""

import json
from typing import Any

import pytest
from django.test import Client

from dateline.audience import services as audience
from dateline.plant.passes import Verifier, keys_of

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture
def secret(house: None) -> str:
    row = {"account": "acme", "country": "KR", "languages": "ko", "sectors": "", "keywords": ""}
    assert not audience.import_rows([row], "desktop").rejected
    return audience.new_desktop_key("acme", by="ana").secret


def post(client: Client, path: str, bearer: str = "", body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return client.post(
        f"/api/v1/desktop/{path}", json.dumps(body or {}), content_type="application/json", headers=headers
    )


def published(client: Client) -> Verifier:
    return Verifier(keys_of(client.get("/api/v1/desktop/keys").json()))


def test_a_key_gets_a_pass_and_nothing_is_cached(anonymous: Client, secret: str) -> None:
    answer = post(anonymous, "token", secret)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    found = answer.json()
    assert published(anonymous).read(found["token"]).account == "acme" == found["account"]
    assert found["ws"] == "ws://127.0.0.1:8081/ws"
    assert not answer.cookies


def test_a_page_may_have_its_pass_as_a_cookie(anonymous: Client, secret: str) -> None:
    morsel = post(anonymous, "token?cookie=1", secret).cookies["dateline_desktop"]
    assert morsel["httponly"] and morsel["samesite"] == "Lax" and morsel["path"] == "/"
    assert published(anonymous).read(morsel.value).account == "acme"


@pytest.mark.parametrize("path", ["token", "ticket"])
@pytest.mark.parametrize("bearer", ["", "dk_a_b", "x" * 5000, "a.b." + "c" * 86])
def test_who_has_no_key_gets_nothing(anonymous: Client, house: None, path: str, bearer: str) -> None:
    answer = post(anonymous, path, bearer)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert not bearer or bearer not in answer.content.decode()


def test_a_ticket_is_redeemed_once_and_never_by_get(anonymous: Client, secret: str) -> None:
    ticket = post(anonymous, "ticket", secret).json()["ticket"]
    assert anonymous.get("/api/v1/desktop/admission").status_code == 405
    first, second = (post(anonymous, "admission", body={"ticket": ticket}) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 401)
    assert "admission" in first.json()


def test_too_many_tickets_are_refused_for_a_while(anonymous: Client, secret: str) -> None:
    answers = [post(anonymous, "ticket", secret) for _ in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {200} and answers[20].status_code == 429
    assert answers[20].headers["Retry-After"] == "30" and "WWW-Authenticate" not in answers[20].headers
    assert answers[20].headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("body", [[], {"ticket": 3}, {"other": "x"}, {"ticket": "x" * 9000}])
def test_an_admission_that_cannot_be_read_is_refused(anonymous: Client, house: None, body: Any) -> None:
    assert post(anonymous, "admission", body=body).status_code == 400


def test_an_admission_of_brackets_is_refused_like_any_other(anonymous: Client, house: None) -> None:
    answer = anonymous.post("/api/v1/desktop/admission", "[" * 8000, content_type="application/json")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_revocations_are_signed(anonymous: Client, secret: str) -> None:
    [card] = audience.desktop_keys("acme")
    audience.revoke_desktop_key(card.key)
    answer = anonymous.get("/api/v1/desktop/revocations")
    assert answer.headers["Content-Type"] == "application/jose"
    assert published(anonymous).claims("revocations", answer.content.decode())["keys"] == [card.key]
