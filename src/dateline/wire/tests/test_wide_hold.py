"""The hold of the whole wire: nothing lifts while it is on; what was due meanwhile is judged afterwards."""

from datetime import timedelta

import pytest

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict
from dateline.issuers import services as issuers
from dateline.wire import services as wire
from dateline.wire.tests.builders import events, held
from dateline.wire.tests.test_clock import at_home, state

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now() -> FixedClock:
    return FixedClock(SystemClock().now())


def test_nothing_becomes_public_while_it_is_on(now: FixedClock) -> None:
    """I1, I2"""
    version_id = held(at=Instant(now.at + MINUTE))
    process = at_home(now)
    assert wire.hold_wire(by="ana", reason="a break-in", clock=now)
    now.advance(59)
    process.tick()
    assert process.opened == {}, "no text is opened either"
    now.advance(2)
    process.tick()
    assert state(version_id) == "held"
    assert not wire.lift(version_id, clock=now), "by no other door"
    assert wire.log_position() == 0


@pytest.mark.parametrize(("minutes", "becomes"), [(4, "lifted"), (10, "overdue")])
def test_what_was_due_meanwhile_goes_by_the_late_limit(now: FixedClock, minutes: int, becomes: str) -> None:
    version_id = held(at=Instant(now.at + MINUTE))
    process = at_home(now)
    wire.hold_wire(by="ana", reason="drill", clock=now)
    now.advance(60 + 60 * minutes)
    process.tick()
    assert wire.free_wire(by="ana", clock=now)
    process.tick()
    assert state(version_id) == becomes


def test_each_change_is_told_and_kept(now: FixedClock) -> None:
    assert not wire.wide_hold().on
    assert wire.hold_wire(by="ana", reason="drill", clock=now)
    assert not wire.hold_wire(by="ben", reason="too late", clock=now), "who was first stands"
    card = wire.wide_hold()
    assert (card.on, card.by, card.reason, card.since) == (True, "ana", "drill", now.at)
    assert wire.free_wire(by="ana", reason="over", clock=now)
    assert [(line.act, line.by, line.reason) for line in wire.wide_hold_history()] == [
        ("off", "ana", "over"),
        ("on", "ana", "drill"),
    ]
    assert [body["by"] for body in events("WireHeld")] == ["ana"]
    assert [body["by"] for body in events("WireFreed")] == ["ana"]


def test_where_releases_need_two_people_two_take_it_off(now: FixedClock) -> None:
    issuers.add_person("ben")  # the second operator switches the policy
    wire.hold_wire(by="ana", reason="a break-in", clock=now)
    assert not wire.free_wire(by="ana", clock=now)
    assert not wire.free_wire(by="ana", clock=now), "the same person twice is one person"
    assert wire.wide_hold().off_asked_by == "ana"
    assert wire.free_wire(by="ben", clock=now)
    assert not wire.wide_hold().on


def test_after_a_restore_it_stays_until_somebody_has_looked(now: FixedClock) -> None:
    wire.hold_wire(by="restore", reason="restored", needs=wire.RECONCILE, clock=now)
    with pytest.raises(Conflict, match="hold reconcile"):
        wire.free_wire(by="ana", clock=now)
    wire.reconciled(by="ana", words="uncertain", clock=now)
    assert wire.free_wire(by="ana", clock=now)


@pytest.mark.parametrize(("by", "reason", "where"), [("", "x", "by"), ("ana", " ", "reason")])
def test_it_needs_a_person_and_a_reason(by: str, reason: str, where: str) -> None:
    """I14"""
    with pytest.raises(BadInput) as refused:
        wire.hold_wire(by=by, reason=reason)
    assert refused.value.where == where


def test_taking_off_what_is_not_on_is_refused() -> None:
    with pytest.raises(Conflict, match="not on hold"):
        wire.free_wire(by="ana")
    with pytest.raises(BadInput):
        wire.free_wire(by="")
