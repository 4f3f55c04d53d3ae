"""Who may see what: another issuer's release is as absent as one that does not exist (T5)."""

import pytest
from django.db import connection
from django.test import Client

from dateline.desk import services as desk
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.issuers.models import Member
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

GETS = (
    "", "text/", "text/en/", "text/en/edit/", "language/", "circuit/", "time/", "preview/",
    "preview/en/page/", "preview/en/page.html", "after/", "correct/", "kill/",
    "withdraw/", "live/", "history/",
)  # fmt: skip
POSTS = (
    "submit/", "hand-in/", "withdraw/", "kill/", "correct/", "circuit/", "time/", "text/en/edit/",
    "text/en/remove/", "language/",
)  # fmt: skip
FORM = {"reason": "because", "text": "x", "circuit": "all", "how": "approval"}


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()


@pytest.mark.parametrize("released", [False, True])
def test_another_issuers_release_answers_like_one_that_is_not_there(released: bool) -> None:
    """T5"""
    release = kit.out() if released else kit.draft()
    client = kit.signed_in("dora")
    state = desk.show(release).state
    absent = client.get("/portal/zzzzzzzzzz/")
    assert absent.status_code == 404
    for path in GETS:
        response = client.get(f"/portal/{release}/{path}")
        assert response.status_code == 404, path
        assert response.content == absent.content, path
    for path in POSTS:
        assert client.post(f"/portal/{release}/{path}", FORM).status_code == 404, path
    for path in ("", "report.csv", "report.json"):
        assert client.get(f"/reports/{release}/{path}").status_code == 404, path
    assert desk.show(release).state == state


def test_a_session_does_not_pass_to_whoever_bears_the_name_by_now() -> None:
    """T18: who may rename others could else act with two names in one browser."""
    client = Client()
    token = issuers.new_sign_in("ops")
    assert client.post(f"/accounts/in/{token}/").status_code == 302
    assert client.get("/portal/").status_code == 200
    Member.objects.filter(name="ops").update(name="former")
    Member.objects.filter(name="carl").update(name="ops")
    assert client.get("/portal/").status_code == 302, "signed out"


def test_the_desk_sees_every_issuers_release() -> None:
    release = kit.draft()
    client = kit.signed_in("ops")
    assert client.get(f"/portal/{release}/").status_code == 200
    assert "acme" in client.get("/portal/").content.decode()


def test_every_act_needs_its_token() -> None:
    release = kit.draft()
    client = kit.signed_in("carl", csrf=True)
    for path in POSTS:
        assert client.post(f"/portal/{release}/{path}", FORM).status_code == 403, path
    assert desk.show(release).state == "draft"


def test_acts_are_not_done_by_looking() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    for path in ("submit/", "hand-in/", "text/en/remove/"):
        assert client.get(f"/portal/{release}/{path}").status_code == 405, path
    assert desk.show(release).state == "draft"


def test_a_person_who_left_is_signed_out() -> None:
    release = kit.draft()
    client = kit.signed_in("carl")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE issuers_member SET active = %s WHERE name = 'carl'", [False])
    response = client.get(f"/portal/{release}/")
    assert response.status_code == 302 and response.headers["Location"].startswith("/accounts/")


def test_a_session_without_a_person_sees_nothing() -> None:
    kit.draft()
    assert kit.signed_in("nobody").get("/portal/").status_code == 302


def test_nothing_unreleased_is_in_the_messages_cookie() -> None:
    """T6: what a browser keeps holds no word of the text."""
    release = kit.draft(at=kit.soon())
    client = kit.signed_in("carl")
    response = client.post(f"/portal/{release}/submit/")
    kept = "".join(morsel.value for morsel in response.cookies.values())
    assert "Harbour" not in kept and "museum" not in kept
    assert wire.public_languages(release) == {}
