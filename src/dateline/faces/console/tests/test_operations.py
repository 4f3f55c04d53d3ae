"""The control page: for desk and operator, without scripts, and the why box keeps addresses out of URLs."""

import pytest

from dateline.core.events import Held, Lifted
from dateline.dispatch import services as dispatch
from dateline.dispatch.jobs import HANDLERS
from dateline.faces.health import delivery_figures
from dateline.faces.health.checks import checks
from dateline.faces.portal.tests import kit
from dateline.issuers import services as issuers
from dateline.wire import services as wire

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
HERE = "/console/operations/"


@pytest.fixture(autouse=True)
def _house(db: None) -> None:
    kit.house()
    issuers.add_person("eve", role="editor")


def test_people_of_an_issuer_may_not_see_or_act() -> None:
    """I15, T5"""
    client = kit.signed_in("carl")
    assert client.get(HERE).status_code == 403
    assert client.post(HERE, {"act": "hold", "reason": "x"}).status_code == 403
    assert client.post(HERE, {"act": "why", "release": "x", "recipient": "x"}).status_code == 403
    assert not wire.wide_hold().on


def test_an_empty_page_says_what_will_be_here() -> None:
    page = kit.signed_in("eve").get(HERE).content.decode()
    for words in ("Nothing is under way.", "Nothing is paused.", "Every endpoint is well."):
        assert words in page
    assert "no-store" in kit.signed_in("eve").get(HERE)["Cache-Control"]


def test_the_whole_wire_is_held_from_here_with_a_reason() -> None:
    client = kit.signed_in("eve")
    refused = client.post(HERE, {"act": "hold", "reason": " "})
    assert refused.status_code == 422
    assert "word of reason" in refused.content.decode()
    assert client.post(HERE, {"act": "hold", "reason": "a break-in"}).status_code == 302
    held = wire.wide_hold()
    assert (held.on, held.by, held.reason) == (True, "eve", "a break-in")
    assert "a break-in" in client.get(HERE).content.decode()
    assert {c.name: c.state for c in checks()}["wire"].startswith("on hold since")
    client.post(HERE, {"act": "free"})
    assert wire.wide_hold().on, "two of the desk: two people"
    assert "must do the same" in client.get(HERE).content.decode()
    kit.signed_in(_other()).post(HERE, {"act": "free"})
    assert not wire.wide_hold().on


def test_a_pause_is_shown_and_ended_here() -> None:
    dispatch.pause("circuit", "asia", by="ana", reason="wrong <lists>")
    client = kit.signed_in("eve")
    page = client.get(HERE).content.decode()
    assert "asia" in page
    assert "wrong &lt;lists&gt;" in page
    assert client.post(HERE, {"act": "resume", "kind": "circuit", "name": "asia"}).status_code == 302
    assert dispatch.paused() == []
    assert client.post(HERE, {"act": "resume", "kind": "moon", "name": "x"}).status_code == 422


def test_why_answers_by_post_alone_and_keeps_what_was_typed() -> None:
    """I15: nothing of it in an address that a proxy would log."""
    client = kit.signed_in("eve")
    refused = client.post(HERE, {"act": "why", "release": "k7m2x9qd4w", "recipient": "ada@ledger.example"})
    page = refused.content.decode()
    assert refused.status_code == 422
    assert 'value="ada@ledger.example"' in page
    assert "k7m2x9qd4w" in page
    release = kit.draft()
    wire.submit(release, by="carl")
    asked = client.post(HERE, {"act": "why", "release": release, "recipient": "ada@ledger.example"})
    assert asked.status_code in {200, 422}
    assert "ada@ledger.example" not in client.get(f"{HERE}?recipient=ada@ledger.example").content.decode()


def test_figures_say_what_is_held_and_paused() -> None:
    dispatch.pause("wire", by="ana", reason="x")
    wire.hold_wire(by="ana", reason="x")
    found = {family.name: family for family in delivery_figures.delivery_figures()}
    assert set(found) == set(delivery_figures.DELIVERY_NAMES)
    assert found["dateline_wire_on_hold"].samples[0].value == 1
    assert [(s.labels["kind"], s.value) for s in found["dateline_paused"].samples] == [("wire", 1)]
    assert {Held, Lifted} <= set(HANDLERS)


def _other() -> str:
    return next(p.name for p in issuers.people() if p.role in {"operator", "editor"} and p.name != "eve")
