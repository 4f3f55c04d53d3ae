"""What outlets and operators see and do: history, a repeat, disabling, acknowledgements, pick-ups."""

import random

import pytest
from django.db import transaction

from dateline.core.clock import from_micros
from dateline.core.errors import Conflict, NotFound
from dateline.core.events import EndpointDisabled, event_from
from dateline.core.words import Receipt, Task
from dateline.dispatch import endpoints, health, services
from dateline.dispatch.breaker import Breaker, address_hash, heard
from dateline.dispatch.models import EndpointHealth
from dateline.dispatch.sql import change, query
from dateline.dispatch.tests.builders import (
    RELEASE,
    FakeHouse,
    dispatching,
    eventually,
    held,
    lifted,
    now,
    outlets,
    states,
    told,
)
from dateline.plant.db.databases import LEDGER
from dateline.plant.db.models import OutboxRow
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def taking(task: Task) -> Receipt:
    """o_0 publishes, o_1 is gone, all others take it."""
    name = task.endpoint.address.partition("@")[0]
    if name == "o_0":
        url = f"https://paper.example/{task.parcel.version}"
        return Receipt(task.delivery, task.fence, "accepted", 200, "ok", published_url=url)
    if name == "o_1":
        return Receipt(task.delivery, task.fence, "refused", 410, "Gone", disable_endpoint="410 Gone")
    return Receipt(task.delivery, task.fence, "accepted", 202)


def sent_with_a_kill() -> None:
    """A release to five outlets in one language, then a kill."""
    house, hook = FakeHouse(), FakeChannel("webhook", answer=taking)
    first = house.add("v1", outlets(5, languages=("en",)), languages=("en",))
    kill = house.add("v2", number=2, kind="kill", languages=("en",))
    told(held(first), lifted(first))
    with dispatching(house, hook):
        eventually(lambda: services.is_settled("v1"))
        told(held(kill), lifted(kill))
        eventually(lambda: sum(states("v2").values()) == 5 and services.is_settled("v2"))


def test_an_outlet_sees_its_own_released_deliveries_and_nobody_elses() -> None:
    """I1: what is not released is not there."""
    sent_with_a_kill()
    house = FakeHouse()
    told(held(house.add("v9", outlets(5), release="other33333")))
    mine = services.history("o_0")
    assert [(s.release, s.version, s.kind, s.state) for s in mine] == [
        (RELEASE, 2, "kill", "accepted"),
        (RELEASE, 1, "release", "accepted"),
    ]
    assert [s.published_url for s in mine] == ["https://paper.example/2", "https://paper.example/1"]
    assert {s.delivery for s in mine}.isdisjoint({s.delivery for s in services.history("o_2")})
    assert services.history("o_nobody") == []


def test_the_report_knows_who_acknowledged_a_kill_and_when() -> None:
    sent_with_a_kill()
    (notice,) = services.notices(RELEASE)
    assert (notice.version, notice.kind, notice.endpoints, notice.acknowledged) == (2, "kill", 5, 4)
    assert notice.within == 4
    rows = services.acknowledgements(RELEASE)
    assert [r.state for r in rows] == ["accepted"] * 4 + ["refused"]
    assert all(r.at is not None and r.after_ms is not None and r.after_ms >= 0 for r in rows[:4])
    assert (rows[4].recipient, rows[4].at, rows[4].after_ms) == ("o_1", None, None)


def test_an_acknowledgement_after_a_minute_counts_as_late() -> None:
    sent_with_a_kill()
    late = "UPDATE dispatch_delivery SET done_at = done_at + 61000000"
    change(f"{late} WHERE recipient_id = 'o_3' AND lock_id = 'v2'")
    (notice,) = services.notices(RELEASE)
    assert (notice.acknowledged, notice.within) == (4, 3)


def test_pickups_are_kept_once_per_delivery() -> None:
    sent_with_a_kill()
    found = services.pickups(RELEASE)
    assert [(p.recipient, p.version, p.url) for p in found] == [
        ("o_0", 1, "https://paper.example/1"),
        ("o_0", 2, "https://paper.example/2"),
    ]
    endpoints.note_pickups([(services.history("o_0")[0].delivery, "https://paper.example/other", now())])
    assert services.pickups(RELEASE) == found


def test_an_endpoint_that_is_gone_is_told_of_once() -> None:
    """The event is written with the row, however often the same word comes again."""
    sent_with_a_kill()
    events = [
        event_from(row.kind, row.body)
        for row in OutboxRow.objects.using(LEDGER).filter(kind="EndpointDisabled")
    ]
    assert [(e.endpoint, e.channel, e.reason) for e in events if isinstance(e, EndpointDisabled)] == [
        ("o_1", "webhook", "410 Gone")
    ]
    receipt = Receipt(1, 1, "refused", 410, "410 Gone", disable_endpoint="410 Gone")
    rest = Breaker("o_1", "webhook")
    news = heard(rest, receipt, address="o_1@desk.example", now=now(), rng=random.Random(3))
    with transaction.atomic(using=LEDGER):
        health.add([news], now=now())
    assert OutboxRow.objects.using(LEDGER).filter(kind="EndpointDisabled").count() == 1


def test_one_failed_delivery_is_sent_again_on_the_outlets_word() -> None:
    sent_with_a_kill()
    kill = services.history("o_1")[0]
    services.begin_anew("o_1")
    services.resend(kill.delivery, "o_1", by="the outlet o_1")
    assert services.history("o_1")[0].state == "waiting"
    told_by = query("SELECT text FROM dispatch_attempt WHERE kind = 'replay'")
    assert told_by == [("resent by the outlet o_1",)]
    house, hook = FakeHouse(), FakeChannel("webhook")
    house.add("v2", number=2, kind="kill", languages=("en",))
    with dispatching(house, hook):
        eventually(lambda: services.history("o_1")[0].state == "accepted")


def test_nobody_sends_anothers_delivery_nor_one_that_arrived_or_was_replaced() -> None:
    sent_with_a_kill()
    kill, first = services.history("o_1")
    with pytest.raises(NotFound):
        services.resend(kill.delivery, "o_0", by="o_0")
    with pytest.raises(NotFound):
        services.resend(10**9, "o_1", by="o_1")
    with pytest.raises(Conflict, match="newer version"):
        services.resend(first.delivery, "o_1", by="o_1")
    with pytest.raises(Conflict, match="accepted"):
        services.resend(services.history("o_0")[0].delivery, "o_0", by="o_0")


def test_begin_anew_forgets_the_failures_and_makes_due_what_waited() -> None:
    house, hook = FakeHouse(), FakeChannel("webhook")
    later = now() + 900_000_000
    EndpointHealth(
        endpoint="o_0", channel="webhook", breaker="open", open_until=later, fails=7, opened=1
    ).save()
    facts = house.add("v1", outlets(2, languages=("en",)), languages=("en",))
    told(held(facts), lifted(facts))
    with dispatching(house, hook):
        eventually(lambda: states() == {"accepted": 1, "deferred": 1})
        # The pump may hear only after it has claimed and parked the row again: it still goes soon.
        assert services.begin_anew("o_0") == 1
        eventually(lambda: states() == {"accepted": 2})
    assert services.health(["o_0"]) == {}


def test_health_tells_of_rest_disabling_and_pause() -> None:
    at = now()
    EndpointHealth(
        endpoint="o_1", channel="webhook", breaker="open", open_until=at + 30_000_000, fails=5, opened=1,
        failing_since=at, disabled_reason="410 Gone", disabled_address=address_hash("https://a.example/"),
    ).save()  # fmt: skip
    services.pause("endpoint", "o_2", by="ana", reason="their wish")
    found = services.health()
    assert found["o_1"].fails == 5 and found["o_1"].failing_since == from_micros(at)
    assert found["o_1"].disabled == "410 Gone" and found["o_1"].resting_until is not None
    assert (found["o_2"].paused_by, found["o_2"].paused_reason) == ("ana", "their wish")
    moved = services.health(["o_1"], addresses={"o_1": "https://b.example/"})
    assert moved["o_1"].disabled == "" and set(moved) == {"o_1"}


def test_what_is_archived_is_not_sent_again() -> None:
    """Its row may still lie in the table, to be deleted soon."""
    sent_with_a_kill()
    change("UPDATE dispatch_version SET superseded_at = NULL, archived_at = %s", [now()])
    [delivery] = query("SELECT id FROM dispatch_delivery WHERE lock_id = 'v1' AND state = 'refused'")[0]
    with pytest.raises(Conflict, match="archived"):
        services.resend(delivery, "o_1", by="ana")
    assert states("v1")["refused"] == 1
