"""What reports count: every delivery once, nothing of a version before its lift, what was held apart."""

from itertools import pairwise

import pytest

from dateline.core.clock import FixedClock, SystemClock, from_micros, to_micros
from dateline.dispatch import rules, services, statements
from dateline.dispatch.models import Delivery, Version
from dateline.dispatch.rules import SECOND
from dateline.dispatch.sql import change
from dateline.dispatch.statements import Outcome
from dateline.dispatch.tests.builders import fan_out, now, outlets, people

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

LIFT = 1_800_000_000 * SECOND


def version(lock_id: str = "v1", **fields: object) -> None:
    known = {
        "version_id": "v1",
        "release": "r",
        "number": 1,
        "kind": "release",
        "state": "prepared",
        "lifted_at": LIFT,
    }
    Version(lock_id=lock_id, **(known | fields)).save()


def accept(channel: str, lock_id: str = "v1", *, step: int = SECOND) -> int:
    """Accepts every row of the lock, one a step after the lift; returns how many."""
    rows = statements.claim_first(channel, lock_id, limit=2000, owner="a", lease_until=now() + 10**9)
    outcomes = [
        Outcome(row.id, 1, "accepted", "", None, 1, 0, 250, LIFT + number * step, "result", LIFT, "", 1)
        for number, row in enumerate(rows, start=1)
    ]
    return len(statements.record(outcomes, owner="a"))


def test_cells_add_up_to_every_delivery() -> None:
    version()
    fan_out([*people(7), *outlets(3, languages=("en", "ko"))])
    accept("mail")
    cells = services.breakdown("v1")
    assert sum(cell.count for cell in cells) == 13
    assert {(c.channel, c.state, c.kind, c.country, c.count) for c in cells if c.channel == "mail"} == {
        ("mail", "accepted", "journalist", "KR", 7)
    }
    assert {(c.language, c.count) for c in cells if c.channel == "webhook"} == {("en", 3), ("ko", 3)}
    assert services.breakdown("unknown") == []


def test_the_curve_ends_at_all_and_has_at_most_two_hundred_points_a_channel() -> None:
    version()
    fan_out([*people(900), *outlets(5)])
    accept("mail", step=7_000)
    accept("webhook")
    points = services.curve("v1")
    mail = [point for point in points if point.channel == "mail"]
    assert 100 < len(mail) <= 200
    assert mail[-1].accepted == 900 and mail[-1].ms >= 6_300
    assert all(a.ms < b.ms and a.accepted < b.accepted for a, b in pairwise(mail))
    assert [p.accepted for p in points if p.channel == "webhook"] == [1, 2, 3, 4, 5]
    assert services.curve("unknown") == []


def test_first_and_last_leave_out_late_editions_and_held_mail() -> None:
    version()
    version("late", kind="late-edition")
    fan_out(people(3))
    fan_out(people(2, start=10), lock_id="late", version_id="v1")
    accept("mail")
    accept("mail", "late", step=60 * SECOND)
    change("UPDATE dispatch_delivery SET held = 'digest' WHERE recipient_id = 'j_2'")
    assert services.first_last("v1") == {"mail": (from_micros(LIFT + SECOND), from_micros(LIFT + 2 * SECOND))}
    assert services.first_last("unknown") == {}


def test_failures_come_newest_first_with_the_servers_words_and_a_limit() -> None:
    version()
    fan_out(people(5))
    rows = statements.claim_first("mail", "v1", limit=4, owner="a", lease_until=now() + 10**9)
    outcomes = [
        Outcome(row.id, 1, "refused", f"550 no {n}", None, 1, 0, 550, LIFT + n, "result", LIFT, "", 1)
        for n, row in enumerate(rows)
    ]
    statements.record(outcomes, owner="a")
    found = services.failures("v1", limit=3)
    assert [(f.recipient, f.code, f.text) for f in found] == [
        ("j_3", 550, "550 no 3"),
        ("j_2", 550, "550 no 2"),
        ("j_1", 550, "550 no 1"),
    ]


def test_a_version_is_settled_when_nothing_is_left_for_the_next_minute() -> None:
    version()
    fan_out(people(3))
    assert not services.is_settled("v1")
    accept("mail")
    assert services.is_settled("v1")
    fan_out(people(1, start=20))
    assert not services.is_settled("v1")
    change("UPDATE dispatch_delivery SET held = 'digest', due_at = %s WHERE state = 'waiting'", [now() + 5])
    assert services.is_settled("v1")
    assert not services.is_settled("unknown")


def test_what_is_not_lifted_or_not_prepared_is_not_settled() -> None:
    version(lifted_at=None)
    assert services.is_prepared("v1") and not services.is_settled("v1")
    Version.objects.update(lifted_at=LIFT, state="held", unprepared=True)
    assert not services.is_prepared("v1") and not services.is_settled("v1")
    assert services.was_unprepared("v1")


def test_what_did_not_arrive_is_sent_again_on_a_persons_word() -> None:
    version(settled_at=LIFT, drained_at=LIFT)
    fan_out(people(3))
    rows = statements.claim_first("mail", "v1", limit=3, owner="a", lease_until=now() + 10**9)
    states = ("accepted", "refused", "uncertain")
    outcomes = [
        Outcome(row.id, 1, state, "", None, 1, 0, 0, LIFT, "result", LIFT, "", 1)  # type: ignore[arg-type]
        for row, state in zip(rows, states, strict=True)
    ]
    statements.record(outcomes, owner="a")
    assert services.resend_missing("v1", by="ana") == 2
    assert services.resend_missing("v1", by="ana") == 0
    again = Version.objects.get(lock_id="v1")
    assert again.drained_at is None, "the pump looks at it again"
    due = statements.claim_due("mail", now=now(), limit=9, owner="a", lease_until=now() + 10**9)
    assert {row.recipient_id for row in due} == {"j_1", "j_2"}


def test_what_is_sent_again_is_tried_as_long_as_at_first() -> None:
    """I3: what the law demands 72 h from now on, the rest 24; also where an outlet asks for one delivery."""
    clock, ends = FixedClock(SystemClock().now()), {}
    for lock, rank in (("v1", rules.REGULATED), ("v2", 4)):
        version(lock, version_id=lock, rank=rank)
        fan_out(outlets(2, languages=("en",)), lock_id=lock)
        change("UPDATE dispatch_delivery SET state = 'expired', done_at = 1 WHERE lock_id = %s", [lock])
        one = Delivery.objects.filter(lock_id=lock).first()
        assert one is not None
        services.resend(one.id, one.recipient_id, by="ana", clock=clock)
        assert services.resend_missing(lock, by="ana", clock=clock) == 1
        found = Delivery.objects.filter(lock_id=lock).values_list("expires_at", flat=True)
        ends[lock] = {((end or 0) - to_micros(clock.at)) // (3600 * SECOND) for end in found}
    assert ends == {"v1": {72}, "v2": {24}}


def test_the_ledgers_speed_is_measured_on_rows_of_its_own() -> None:
    fan_out(people(4))
    assert services.ledger_speed(rows=50, claim=20, result=10) > 0
    assert sum(cell.count for cell in services.breakdown("v1")) == 4
    assert statements.unaccounted() == 0
