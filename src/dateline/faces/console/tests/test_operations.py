"""The control page: for desk and operator, without scripts, and the why box keeps addresses out of URLs."""

import re

import pytest

from dateline.audience import services as audience
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
    assert client.post(HERE, {"act": "pause", "what": "wire:", "reason": "x"}).status_code == 403
    assert dispatch.paused() == []
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


@pytest.mark.parametrize(
    ("what", "outlet", "kind"),
    [
        ("wire:", "", "wire"),
        ("mail-normal:", "", "mail-normal"),
        ("circuit:all", "", "circuit"),
        ("provider:acme", "", "provider"),
        ("endpoint:", "the one there is", "endpoint"),
    ],
)
def test_anything_is_paused_and_resumed_here_by_name_and_with_a_reason(
    what: str, outlet: str, kind: str
) -> None:
    kit.recipients(outlets=1, journalists=0)
    if outlet:
        outlet = audience.outlet_cards()[0].name
    client = kit.signed_in("eve")
    asked = {"act": "pause", "what": what, "outlet": outlet, "reason": "their <server> moves"}
    assert client.post(HERE, asked).status_code == 302
    [one] = dispatch.paused()
    assert (one.kind, one.by, one.reason) == (kind, "eve", "their <server> moves")
    page = client.get(HERE).content.decode()
    assert "their &lt;server&gt; moves" in page and outlet in page
    again = client.post(HERE, asked | {"reason": "mine"})
    assert again.status_code == 422 and "paused already" in again.content.decode(), "who was first stands"
    assert [one.reason for one in dispatch.paused()] == ["their <server> moves"]
    client.post(HERE, {"act": "resume", "kind": one.kind, "name": one.name, "reason": "moved"})
    assert dispatch.paused() == []
    assert [(c.act, c.by, c.reason) for c in dispatch.pause_history(1)] == [("resume", "eve", "moved")]
    assert "moved" in client.get(HERE).content.decode(), "the history tells it"


@pytest.mark.parametrize(
    ("what", "outlet", "reason", "said", "field"),
    [
        ("circuit:all", "", " ", "a word of reason", "reason"),
        ("circuit:nowhere", "", "x", "nowhere", "what"),
        ("moon:x", "", "x", "cannot be paused", "what"),
        ("", "", "x", "cannot be paused", "what"),
        ("endpoint:", "", "x", "Give its name", "outlet"),
        ("endpoint:", "Nobody&#x27;s Post", "x", "there is no outlet", "outlet"),
    ],
)
def test_what_cannot_be_paused_says_why_and_keeps_what_was_typed(
    what: str, outlet: str, reason: str, said: str, field: str
) -> None:
    """I14"""
    client = kit.signed_in("eve")
    typed = outlet.replace("&#x27;", "'")
    answer = client.post(HERE, {"act": "pause", "what": what, "outlet": typed, "reason": reason})
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page
    assert f'value="{outlet}"' in page
    wrong = re.findall(r'<(?:input|select)[^>]*name="(\w+)"[^>]*aria-invalid="true"', page)
    assert wrong == [field]
    assert dispatch.paused() == []


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
    assert [(s.labels["kind"], s.value) for s in found["dateline_paused"].samples] == [("wire", 2)], (
        "its hold too"
    )
    assert {Held, Lifted} <= set(HANDLERS)


def _other() -> str:
    return next(p.name for p in issuers.people() if p.role in {"operator", "editor"} and p.name != "eve")


def test_a_form_made_by_hand_does_not_resume_what_the_hold_of_the_wire_pauses() -> None:
    dispatch.pause("wire", "hold", by="ops", reason="a leak")
    answer = kit.signed_in("eve").post(HERE, {"act": "resume", "kind": "wire", "name": "hold"})
    assert answer.status_code == 422
    assert dispatch.is_paused("wire", "hold")
