"""ETags, `If-Match`, and what a repeat with the same Idempotency-Key comes to."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.client import encode_multipart

from dateline.core.clock import SystemClock
from dateline.desk import services as desk
from dateline.faces.api.tests.program import Answer, Program, edition, release
from dateline.faces.portal.tests import kit
from dateline.faces.tests.press import PICTURE
from dateline.issuers import api_answers
from dateline.issuers.models import ApiAnswer
from dateline.plant.db import vault_store
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def key(name: str) -> dict[str, Any]:
    return {"headers": {"Idempotency-Key": name}}


def test_a_read_that_is_known_is_not_sent_again(acme: Program) -> None:
    name = kit.draft()
    paths = ("", "/editions", "/editions/en", "/editions/en?format=newsml-g2", "/media", "/history")
    for path in (*(f"/releases/{name}{p}" for p in paths), "/releases", "/circuits", "/reach"):
        tag = acme.get(path).headers["ETag"]
        for header in (tag, f'"other", W/{tag}', "*"):
            again = acme.get(path, 304, headers={"If-None-Match": header})
            assert again.response.content == b"" and again.headers["ETag"] == tag
        assert acme.get(path, headers={"If-None-Match": '"other"'}).response.content


def test_a_change_is_made_to_what_was_read_or_not_at_all(acme: Program) -> None:
    name = kit.draft()
    path = f"/releases/{name}"
    tag = acme.get(path).headers["ETag"]
    seen: dict[str, Any] = {"headers": {"If-Match": tag}}
    assert acme.ask("PATCH", path, {"circuit": "europe"}, **seen).status == 200
    lost = [
        acme.ask("PATCH", path, {"circuit": "africa"}, **seen),
        acme.ask("PUT", f"{path}/editions/en", edition(), **seen),
        acme.post(f"{path}/lock", status=412, **seen),
        acme.post(f"{path}/submit", status=412, **seen),
        acme.post(f"{path}/withdraw", {"reason": "x"}, 412, **seen),
        acme.post(f"{path}/media?name=a.png", status=412, data=PICTURE, content_type="image/png", **seen),
    ]
    for found in lost:
        assert found.status == 412 and found.kind == "changed-meanwhile"
    now = acme.get(path)
    assert now.document["circuit"] == "europe" and now.document["state"] == "draft"
    for header in (now.headers["ETag"], "*", '"x", *'):
        found = acme.ask("PATCH", path, {"circuit": "africa"}, headers={"If-Match": header})
        assert found.status == 200, header
    assert acme.ask("PATCH", path, {"circuit": "africa"}, headers={"If-Match": "nonsense"}).status == 412


def test_who_changes_between_the_look_and_the_act_is_noticed(
    acme: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The revision is compared within the transaction of the change."""
    name = kit.draft()
    tag = acme.get(f"/releases/{name}").headers["ETag"]
    real = desk.unchanged

    def late(release: str, revision: int) -> object:
        desk.set_circuit(release, "africa", by="ops")
        return real(release, revision)

    monkeypatch.setattr(desk, "unchanged", late)
    found = acme.ask("PATCH", f"/releases/{name}", {"circuit": "europe"}, headers={"If-Match": tag})
    assert found.status == 412 and desk.show(name).circuit == "africa"


def test_the_same_request_gets_the_first_answer_again(acme: Program, minato: Program) -> None:
    first = acme.post("/releases", release(), 201, **key("one"))
    again = acme.post("/releases", release(), 201, **key("one"))
    assert again.response.content == first.response.content
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert len(acme.get("/releases").document["releases"]) == 1
    other = acme.post("/releases", release(circuit="europe"), 422, **key("one"))
    assert other.kind == "idempotency-key-in-use"
    assert (
        acme.post("/releases", release(), 201, **key("two")).document["release"] != first.document["release"]
    )
    # what one program calls `one` is nothing to another
    assert minato.post("/releases", release(), 201, **key("one")).document["issuer"] == "minato"


def test_a_form_is_the_same_whatever_parts_its_fields(acme: Program) -> None:
    """Programs draw a new boundary for each request."""
    answers = [
        acme.post(
            "/releases",
            status=201,
            data=encode_multipart(line, {"edition": SimpleUploadedFile("en.md", text.encode())}),
            content_type=f"multipart/form-data; boundary={line}",
            **key("form"),
        )
        for line, text in (("one", kit.TEXTS["en"]), ("two", kit.TEXTS["en"]))
    ]
    assert answers[0].response.content == answers[1].response.content
    assert acme.post("/releases", release(), 422, **key("form")).kind == "idempotency-key-in-use"


def test_what_was_changed_comes_with_its_new_tag(acme: Program) -> None:
    made = acme.post("/releases", release(), 201)
    path = f"/releases/{made.document['release']}"
    assert made.headers["ETag"] == acme.get(path).headers["ETag"]
    changed = acme.ask("PATCH", path, {"circuit": "europe"}, headers={"If-Match": made.headers["ETag"]})
    assert changed.headers["ETag"] == acme.get(path).headers["ETag"] != made.headers["ETag"]


def test_a_request_that_came_to_nothing_may_be_sent_again(acme: Program) -> None:
    bad = release(circuit="nowhere")
    assert acme.post("/releases", bad, 422, **key("one"))
    assert acme.post("/releases", release(), 201, **key("one"))
    for header in ("", "a b", "x" * 256, "ñ"):
        found = acme.ask("POST", "/releases", release(), headers={"Idempotency-Key": header})
        assert found.status == (400 if header else 201), header


def test_an_answer_is_kept_for_a_day_and_sealed(acme: Program) -> None:
    """T6: what may hold a text before its T0 lies in the vault, and goes with its key."""
    first = acme.post("/releases", release(), 201, **key("one")).document
    row = ApiAnswer.objects.get()
    owner = api_answers._owner(row)
    assert b"Harbour" in vault_store.get(owner, "answer")
    assert "one" not in row.token and row.status == 201
    late = SystemClock().now() - api_answers.KEPT * 2
    ApiAnswer.objects.update(at=late)
    second = acme.post("/releases", release(), 201, **key("one")).document
    assert second["release"] != first["release"]
    assert ApiAnswer.objects.count() == 1


def test_acts_and_pictures_are_repeated_too(acme: Program) -> None:
    name = kit.draft()
    path = f"/releases/{name}"
    picture: dict[str, Any] = {"data": PICTURE, "content_type": "image/png", **key("picture")}
    sent = acme.post(f"{path}/media?name=a.png", status=201, **picture)
    revision = desk.revision(name)
    assert acme.post(f"{path}/media?name=a.png", status=201, **picture).document == sent.document
    assert desk.revision(name) == revision
    seen = acme.get(path).headers["ETag"]
    act: dict[str, Any] = {"headers": {"Idempotency-Key": "go", "If-Match": seen}}
    first = acme.post(f"{path}/submit", **act).document
    assert acme.post(f"{path}/submit", **act).document == first, "although the release is another by now"
    kit.lift(name)
    assert acme.post(f"{path}/kill", {"reason": "x"}, **key("k")).document["approved"]
    assert acme.post(f"{path}/kill", {"reason": "x"}, **key("k")).headers["Idempotency-Replayed"] == "true"


def test_an_approval_is_repeated_although_it_changed_the_release(acme: Program) -> None:
    name = kit.draft()
    path = f"/releases/{name}"
    acme.post(f"{path}/hand-in")
    lock = acme.post(f"{path}/lock").document["release"]["lock"]
    seen = acme.get(path).headers["ETag"]
    act: dict[str, Any] = {"headers": {"Idempotency-Key": "yes", "If-Match": seen}}
    first = acme.post(f"{path}/approve", {"hash": lock["hash"]}, **act).document
    again = acme.post(f"{path}/approve", {"hash": lock["hash"]}, **act)
    assert again.document == first and again.headers["Idempotency-Replayed"] == "true"


def test_a_long_act_whose_twin_came_to_nothing_does_not_begin_unrecorded(
    acme: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken(*_: object) -> None:
        raise api_answers._Taken

    name = kit.draft()
    monkeypatch.setattr(api_answers, "_claim", taken)
    assert acme.post(f"/releases/{name}/submit", status=409, **key("go")).kind == "still-running"
    assert desk.show(name).state == "draft"


def test_a_long_act_that_never_ended_is_not_done_twice(
    acme: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash between the act and its record: nobody can say what came of it."""
    name = kit.draft()

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(api_answers, "_keep", crash)
        with pytest.raises(KeyboardInterrupt):
            acme.post(f"/releases/{name}/submit", **key("go"))
    assert acme.post(f"/releases/{name}/submit", status=409, **key("go")).kind == "still-running"


def test_an_act_that_was_refused_gives_its_key_back(acme: Program) -> None:
    name = kit.draft()
    assert acme.post(f"/releases/{name}/kill", {"reason": "x"}, 409, **key("k"))
    kit.lift(name) if acme.post(f"/releases/{name}/submit").document["approved"] else None
    assert acme.post(f"/releases/{name}/kill", {"reason": "x"}, **key("k")).document["approved"]


def at_once(count: int, ask: Callable[[], Answer]) -> list[Answer]:
    """The answers of so many programs that ask at the same moment, each on a connection of its own."""
    barrier, found = Barrier(count), []

    def run() -> None:
        try:
            barrier.wait(30)
            found.append(ask())
        finally:
            connections.close_all()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == count
    return found


@pytest.mark.django_db(databases=["default", "ledger"], transaction=True)
def test_twins_at_the_same_moment_make_one_draft(acme: Program) -> None:
    answers = at_once(4, lambda: Program(acme.secret).ask("POST", "/releases", release(), **key("twins")))
    assert {found.status for found in answers} == {201}
    assert len({found.response.content for found in answers}) == 1
    assert len(acme.get("/releases").document["releases"]) == 1


@pytest.mark.django_db(databases=["default", "ledger"], transaction=True)
def test_twins_of_a_long_act_do_it_once(acme: Program) -> None:
    name = kit.draft()
    answers = at_once(3, lambda: Program(acme.secret).ask("POST", f"/releases/{name}/submit", **key("twins")))
    assert {found.status for found in answers} <= {200, 409}
    done = [found for found in answers if found.status == 200]
    assert done and len({found.response.content for found in done}) == 1
    assert [line.act for line in desk.history(name)].count("locked") == 1
    assert wire.public_languages(name) == {}


@pytest.mark.django_db(databases=["default", "ledger"], transaction=True)
def test_of_two_who_saw_the_same_one_changes_it(acme: Program) -> None:
    name = kit.draft()
    tag = acme.get(f"/releases/{name}").headers["ETag"]
    circuits = iter(("europe", "africa"))
    answers = at_once(
        2,
        lambda: Program(acme.secret).ask(
            "PATCH", f"/releases/{name}", {"circuit": next(circuits)}, headers={"If-Match": tag}
        ),
    )
    assert sorted(found.status for found in answers) == [200, 412]
