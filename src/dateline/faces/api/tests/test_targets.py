"""Circuits, reach, reports and endpoints over the API."""

import pytest

from dateline.audience import services as audience
from dateline.desk import services as desk
from dateline.dispatch import services as dispatch
from dateline.faces.api.tests.program import Program, program
from dateline.faces.portal.tests import kit

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

OUTLET = {
    "name": "Busan Daily",
    "country": "KR",
    "languages": ["ko", "en"],
    "channel": "webhook",
    "endpoint": "https://1.1.1.1/in",
    "format": "json",
}


def test_circuits_are_listed_and_read(acme: Program) -> None:
    audience.add_circuit("harbours", countries=["KR", "DE"], sectors=["01000000"])
    names, path = [], "/circuits?limit=3"
    while path:
        page = acme.get(path).document
        names += [row["name"] for row in page["circuits"]]
        path = f"/circuits?limit=3&after={page['next']}" if page["next"] else ""
    assert names == [one.name for one in audience.circuits()] and "harbours" in names
    assert acme.get("/circuits/harbours").document["countries"] == ["KR", "DE"]
    assert acme.get("/circuits/none", 404) and acme.get("/circuits?after=none", 422)


def test_reach_is_rounded_for_issuers_and_exact_for_the_desk(acme: Program, desk_program: Program) -> None:
    """I15."""
    kit.recipients(outlets=4, journalists=6)
    seen = acme.get("/reach?sector=01000000&language=en").document
    assert seen["rounded"] and seen["journalists"] == 10 and seen["outlets"] == 4
    exact = desk_program.get("/reach?sector=01000000&language=en").document
    assert not exact["rounded"] and exact["journalists"] == 6
    assert (
        acme.get("/reach?circuit=all&country=KR,DE&keyword=x&about=KR&issuer=acme").document["circuit"]
        == "all"
    )
    for query in ("circuit=none", "country=ZZ", "issuer=minato", "colour=red", "language=klingonese"):
        assert acme.get(f"/reach?{query}", 422).document["where"], query
    many = ",".join(["KR"] * 101)
    assert acme.get(f"/reach?country={many}", 422).document["where"] == "country"
    assert desk_program.get("/reach?issuer=nobody", 422).document["where"] == "issuer"


def test_a_report_shows_issuers_no_address_and_rounded_people(acme: Program, desk_program: Program) -> None:
    """I15."""
    kit.recipients(outlets=2, journalists=3)
    name = kit.draft()
    assert acme.get(f"/reports/{name}", 409).kind == "conflict"
    acme.post(f"/releases/{name}/submit")
    kit.lift(name)
    found = acme.get(f"/reports/{name}")
    assert found.document["manifest"]["counts"]["journalists"] == 10
    assert "@" not in found.response.content.decode()
    assert desk_program.get(f"/reports/{name}").document["manifest"]["counts"]["journalists"] == 3
    lock = acme.get(f"/releases/{name}").document["lock"]
    assert lock["counts"]["journalists"] == 10
    assert desk_program.get(f"/releases/{name}").document["lock"]["counts"]["journalists"] == 3
    assert desk.show(name).state == "released"


def test_outlets_are_added_listed_paused_and_resumed(desk_program: Program) -> None:
    made = desk_program.post("/endpoints", OUTLET, 201)
    recipient = made.document["recipient"]
    assert made.headers["Location"] == f"/api/v1/endpoints/{recipient}"
    assert made.document["languages"] == ["ko", "en"] and made.document["state"] == "ok"
    assert desk_program.post("/endpoints", OUTLET, 409).kind == "conflict"
    kit.recipients(outlets=3, journalists=0)
    names, path = [], "/endpoints?limit=2"
    while path:
        page = desk_program.get(path).document
        names += [row["name"] for row in page["endpoints"]]
        path = f"/endpoints?limit=2&after={page['next']}" if page["next"] else ""
    assert names == [card.name for card in audience.outlet_cards()] and len(names) == 4
    paused = desk_program.post(f"/endpoints/{recipient}/pause", {"reason": "moving house"}).document
    assert paused["state"] == "paused" and paused["because"] == "ops: moving house"
    assert desk_program.get(f"/endpoints/{recipient}").document["state"] == "paused"
    assert desk_program.post(f"/endpoints/{recipient}/resume").document["state"] == "ok"
    assert desk_program.get("/endpoints/nothing", 404) and desk_program.get("/endpoints?after=x", 422)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"country": "ZZ"}, "country"),
        ({"languages": ["klingonese"]}, "languages"),
        ({"languages": ["ko;en"]}, "languages"),
        ({"languages": []}, "languages"),
        ({"channel": "pigeon"}, "channel"),
        ({"format": "nonsense"}, "format"),
        ({"endpoint": "https://127.0.0.1/in"}, "endpoint"),
        ({"endpoint": "nonsense"}, "endpoint"),
        ({"name": "a\x00b"}, "name"),
        ({"secret": "x"}, "secret"),
    ],
)
def test_an_outlet_that_cannot_be_used_names_its_field(
    desk_program: Program, change: dict[str, object], where: str
) -> None:
    found = desk_program.post("/endpoints", OUTLET | change, 422)
    assert found.document["where"].startswith(where), found.document
    assert audience.outlet_cards() == []


def test_an_outlet_has_its_own_endpoint_and_no_other(desk_program: Program) -> None:
    mine = desk_program.post("/endpoints", OUTLET, 201).document["recipient"]
    other = desk_program.post("/endpoints", OUTLET | {"name": "Other"}, 201).document["recipient"]
    outlet = program(outlet=mine)
    assert [row["recipient"] for row in outlet.get("/endpoints").document["endpoints"]] == [mine]
    absent = outlet.get("/endpoints/nothing", 404).response.content
    for act in ("", "/test", "/pause", "/resume"):
        method, document = ("POST", {"reason": "x"}) if act else ("GET", None)
        found = outlet.ask(method, f"/endpoints/{other}{act}", document)
        assert found.status == 404 and found.response.content == absent
    assert outlet.post("/endpoints", OUTLET | {"name": "Third"}, 403)
    assert outlet.get("/releases", 403) and outlet.get("/reach", 403)
    assert outlet.post(f"/endpoints/{mine}/pause", {"reason": "mending"}).document["state"] == "paused"
    assert outlet.post(f"/endpoints/{mine}/resume").document["state"] == "ok"
    dispatch.pause("endpoint", mine, by="ops", reason="they asked")
    assert outlet.post(f"/endpoints/{mine}/resume", status=409).kind == "conflict"
    assert dispatch.is_paused("endpoint", mine)
    seen = outlet.get(f"/endpoints/{mine}").document
    assert (seen["state"], seen["because"]) == ("paused", "the wire: ask its operator")
    assert desk_program.get(f"/endpoints/{mine}").document["because"] == "ops: they asked"


def test_issuers_have_nothing_to_do_with_endpoints(acme: Program) -> None:
    assert acme.get("/endpoints", 403).kind == "missing-scope"
    assert acme.post("/endpoints", OUTLET, 403).kind == "missing-scope"


def test_a_test_that_cannot_be_sent_says_why(desk_program: Program) -> None:
    feed = {"name": "Puller", "channel": "feed", "endpoint": "", "format": ""}
    made = desk_program.post("/endpoints", OUTLET | feed, 201).document
    found = desk_program.post(f"/endpoints/{made['recipient']}/test", status=422)
    assert "fetches its news itself" in found.document["detail"]
