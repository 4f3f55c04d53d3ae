"""Who may what over the API: keys, scopes, other issuers' releases, limits, problems of every kind."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.desk import services as desk
from dateline.faces.api import keys
from dateline.faces.api.rates import Buckets
from dateline.faces.api.tests.program import Answer, Program, problem_schema, program, release
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.issuers.models import ApiKey, Member

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

READS = ("", "/editions", "/editions/en", "/editions/en?which=draft", "/findings", "/history", "/media")
ACTS = {
    "hand-in": None,
    "lock": None,
    "submit": None,
    "approve": {"hash": "0" * 64},
    "schedule": {"at": "2099-01-01T00:00Z"},
    "withdraw": {"reason": "x"},
    "correct": {"reason": "x", "editions": [{"language": "en", "headline": "a", "body": "b"}]},
    "kill": {"reason": "x"},
    "late-editions": {"language": "de", "headline": "a", "body": "b"},
}


@pytest.mark.parametrize("state", ["draft", "held", "out"])
def test_a_foreign_release_answers_as_one_that_never_was(minato: Program, state: str) -> None:
    """I1, T5: the same status and bytes, and the same questions to the database, so the same time."""
    name = kit.out() if state == "out" else kit.draft(at=kit.soon())
    if state == "held":
        minato_free = program("carl")
        assert minato_free.post(f"/releases/{name}/submit").document["approved"]
        kit.work()
    before = desk.revision(name)
    minato.get("/releases")  # the day of the key's last use is noted now
    for path in READS:
        with CaptureQueriesContext(
            connection,
        ) as foreign:
            here = minato.get(f"/releases/{name}{path}", 404)
        with CaptureQueriesContext(connection) as absent:
            there = minato.get(f"/releases/zzzzzzzzzz{path}", 404)
        assert here.response.content == there.response.content, path
        assert len(foreign) == len(absent), path
    for act, document in ACTS.items():
        found = minato.post(f"/releases/{name}/{act}", document, 404)
        assert (
            found.response.content
            == minato.post(f"/releases/zzzzzzzzzz/{act}", document, 404).response.content
        )
    assert minato.ask("PATCH", f"/releases/{name}", {"circuit": "all"}).status == 404
    assert minato.ask("PUT", f"/releases/{name}/editions/en", {"headline": "a", "body": "b"}).status == 404
    assert minato.ask("DELETE", f"/releases/{name}/editions/en").status == 404
    picture = minato.post(
        f"/releases/{name}/media?name=a.png", status=404, data=b"x", content_type="image/png"
    )
    assert picture.kind == "not-found"
    assert minato.get(f"/reports/{name}", 404)
    assert minato.get(f"/releases?after={name}", 422).kind == "bad-input"
    assert minato.get("/releases").document == {"releases": [], "next": None}
    assert desk.revision(name) == before


def test_without_a_key_in_force_nothing_is_said(house: None) -> None:
    """The same words for no key, a wrong one, a revoked one, one that ended and one of a person who left."""
    name = kit.draft()
    good = program("carl")
    end = Instant(SystemClock().now() + timedelta(days=1))
    ended = issuers.new_api_key("b", scopes=("releases:read",), by="ops", person="carl", expires_at=end)
    ApiKey.objects.filter(key=ended.key).update(expires_at=SystemClock().now())
    revoked = issuers.new_api_key("c", scopes=("releases:read",), by="ops", person="carl")
    issuers.revoke_api_key(revoked.key)
    left = program("ops", wire=True)
    Member.objects.filter(name="ops").update(active=False)
    wrong = good.secret[:-1] + ("2" if good.secret[-1] != "2" else "3")
    hostile = ("", "x", "ak__", "ak_\x00_\x00", "ak_ñ_ñ", "dk_a_b", "ak_" + "a" * 5000)
    answers = set()
    for secret in (ended.secret, revoked.secret, left.secret, wrong, *hostile):
        found = Program(secret).get(f"/releases/{name}", 401)
        assert found.headers["WWW-Authenticate"] == 'Bearer realm="dateline"'
        answers.add(found.response.content)
    bare = Client().get(f"/api/v1/releases/{name}")
    assert bare.status_code == 401 and answers == {bare.content}
    assert good.get(f"/releases/{name}").document["release"] == name


def test_a_scope_that_is_missing_is_named_before_anything_is_looked_up(house: None) -> None:
    name = kit.draft()
    reader = program("carl", scopes=("releases:read",))
    for path in (f"/releases/{name}/submit", "/releases/zzzzzzzzzz/submit"):
        found = reader.post(path, status=403)
        assert found.kind == "missing-scope" and "releases:write" in found.document["detail"]
    assert reader.get("/reach", 403) and reader.get(f"/reports/{name}", 403) and reader.get("/endpoints", 403)
    writer = program("carl", scopes=("releases:write",))
    made = writer.post("/releases", release(), 201).document["release"]
    assert writer.post(f"/releases/{made}/submit", status=403).kind == "missing-scope"
    assert writer.get(f"/releases/{made}", 403)
    published = kit.out()
    lacks = writer.post(f"/releases/{published}/withdraw", {"reason": "x"}, 403)
    assert lacks.kind == "missing-scope" and "releases:approve" in lacks.document["detail"]
    assert desk.show(published).state == "released"


def test_a_key_of_the_desk_acts_for_every_issuer(desk_program: Program) -> None:
    kit.draft(), kit.draft(issuer="minato", by="dora")
    assert {row["issuer"] for row in desk_program.get("/releases").document["releases"]} == {"acme", "minato"}
    (row,) = desk_program.get("/releases?issuer=minato").document["releases"]
    assert row["issuer"] == "minato"
    assert desk_program.post("/releases", release(), 422).document["where"] == "issuer"
    assert desk_program.post("/releases", release(issuer="nobody"), 422).document["where"] == "issuer"
    assert desk_program.post("/releases", release(issuer="a\x00"), 422).document["where"] == "issuer"
    assert desk_program.post("/releases", release(issuer="minato"), 201).document["created_by"] == "ops"


def test_a_key_may_ask_so_often_and_another_one_is_free(
    acme: Program, minato: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "get_settings", _Few)
    monkeypatch.setattr(keys, "ASKED", Buckets(FixedClock(SystemClock().now())))
    for _ in range(3):
        acme.get("/releases")
    found = acme.get("/releases", 429)
    assert found.kind == "too-many-requests" and int(found.headers["Retry-After"]) >= 1
    minato.get("/releases")


class _Few:
    api_requests_per_minute = 3
    api_wrong_keys_per_minute = 3
    trusted_proxies = 0


def test_who_tries_keys_is_turned_away_for_a_while(acme: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = FixedClock(SystemClock().now())
    monkeypatch.setattr(keys, "get_settings", _Few)
    monkeypatch.setattr(keys, "WRONG", Buckets(clock))
    for _ in range(3):
        Program("ak_wrong_wrong").get("/releases", 401)
    assert Program("ak_wrong_wrong").get("/releases", 429).kind == "too-many-requests"
    assert acme.get("/releases", 429), "nor may the right key be found by who tries"
    clock.advance(60)
    acme.get("/releases")


def test_every_address_that_there_is_not_and_every_wrong_method_is_a_problem(acme: Program) -> None:
    for path in ("/nothing", "/releases/", "/releases/UPPER", "/releases/" + "a" * 300, "/circuits/nowhere"):
        assert acme.get(path, 404).kind == "not-found", path
    assert acme.get("/releases/x%00y", 404)
    found = acme.ask("DELETE", "/releases")
    assert found.status == 405 and found.kind == "method-not-allowed"
    assert found.headers["Allow"] == "GET, HEAD, POST"
    assert acme.ask("HEAD", "/releases").status == 200


@pytest.mark.parametrize(
    ("fault", "status"), [(ValueError("a secret word"), 500), (OperationalError("away"), 503)]
)
def test_a_fault_of_ours_says_nothing_of_itself(
    acme: Program, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int
) -> None:
    def broken(**_: object) -> None:
        raise fault

    monkeypatch.setattr(desk, "list_releases", broken)
    found = acme.get("/releases", status)
    assert "secret" not in found.response.content.decode() and "away" not in found.document["detail"]


def test_the_log_names_the_fault_and_never_the_key(
    acme: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(**_: object) -> None:
        raise DatabaseError("a fault")

    monkeypatch.setattr(desk, "list_releases", broken)
    acme.get("/releases", 500)
    Program(acme.secret + "x").get("/releases", 401)
    said = "".join(capsys.readouterr())
    assert "api.fault" in said and acme.secret.rpartition("_")[2] not in said


def test_the_older_routes_speak_in_problems_too(house: None) -> None:
    for response in (
        Client().post("/api/v1/redistributed", b"{}", content_type="application/json"),
        Client().get("/api/v1/wire?limit=0"),
        Client().get("/api/v1/staged/"),
        Client().get("/api/v1/desktop/token"),
        Client().put("/api/v1/wire"),
    ):
        assert response.headers["Content-Type"] == "application/problem+json"
        problem_schema().validate(Answer(response).document)


def test_a_list_asks_as_many_questions_whatever_its_length(acme: Program) -> None:
    """No N+1."""
    kit.draft("en", "de")
    acme.get("/releases")
    with CaptureQueriesContext(connection) as few:
        acme.get("/releases")
    for _ in range(6):
        kit.draft("en", "de")
    with CaptureQueriesContext(connection) as many:
        assert len(acme.get("/releases").document["releases"]) == 7
    assert len(many) == len(few)
