"""A slow or dead endpoint delays nobody else, and gets one delivery at a time (I6)."""

import asyncio

import pytest

from dateline.core.clock import to_micros
from dateline.core.words import Receipt, Task
from dateline.dispatch import services
from dateline.dispatch.models import EndpointHealth
from dateline.dispatch.sql import change, query
from dateline.dispatch.tests.builders import (
    FakeHouse,
    attempts,
    dispatching,
    eventually,
    held,
    lifted,
    long_ago,
    now,
    outlets,
    states,
    told,
)
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def dead(task: Task) -> Receipt:
    if task.endpoint.address.startswith("o_0@"):
        return Receipt(task.delivery, task.fence, "deferred", 0, "connection refused", wait_s=0.01)
    return Receipt(task.delivery, task.fence, "accepted", 200)


def unanswered(task: Task) -> Receipt:
    return Receipt(task.delivery, task.fence, "lost", text="timed out")


def test_a_dead_endpoint_stops_being_asked_and_the_others_are_all_served() -> None:
    house, hook = FakeHouse(), FakeChannel("webhook", answer=dead)
    facts = house.add("v1", outlets(200))
    told(held(facts), lifted(facts))
    with dispatching(house, hook):
        eventually(lambda: states().get("accepted") == 199)
        eventually(lambda: EndpointHealth.objects.filter(breaker="open").exists())
        tries = len(attempts("result"))
        assert tries == 199 + 5, "five failures open the breaker"
    health = EndpointHealth.objects.get()
    assert (health.endpoint, health.fails) == ("o_0", 5)
    assert health.open_until > now()
    assert query("SELECT attempts FROM dispatch_delivery WHERE endpoint_id = 'o_0'") == [(5,)]


def test_a_webhook_that_is_never_answered_ends_uncertain_and_not_expired() -> None:
    """Sent whole, never answered, and no repeat left: its receiver may have it."""
    house = FakeHouse()
    facts = house.add("v1", outlets(1))
    hook = FakeChannel("webhook", answer=unanswered)
    with dispatching(house, hook):
        told(held(facts), lifted(facts))
        eventually(lambda: states() == {"waiting": 1} and attempts("lost"))
        change("UPDATE dispatch_version SET lifted_at = %s", [to_micros(long_ago(25 * 3600))])
        eventually(lambda: states() == {"uncertain": 1})


def test_what_comes_for_a_resting_endpoint_waits_without_spending_tries() -> None:
    house, hook = FakeHouse(), FakeChannel("webhook", answer=dead)
    told_before = EndpointHealth(
        endpoint="o_0", channel="webhook", breaker="open", open_until=now() + 900_000_000, fails=5, opened=1
    )
    told_before.save()
    facts = house.add("v1", outlets(3, languages=("en", "ko")))
    told(held(facts), lifted(facts))
    with dispatching(house, hook):
        eventually(lambda: services.is_settled("v1"))
    assert states() == {"accepted": 4, "deferred": 2}
    rows = query("SELECT fence, attempts, due_at, reason FROM dispatch_delivery WHERE state = 'deferred'")
    assert {row[:2] for row in rows} == {(0, 0)}
    assert {row[2] for row in rows} == {told_before.open_until}
    assert {row[3] for row in rows} == {"waiting for the endpoint to recover"}


def test_a_kill_probes_a_resting_endpoint_at_once_and_success_closes_it() -> None:
    house, hook = FakeHouse(), FakeChannel("webhook")
    first = house.add("v1", outlets(1))
    kill = house.add("v2", number=2, kind="kill")
    told(held(first), lifted(first))
    with dispatching(house, hook):
        eventually(lambda: services.is_settled("v1"))
    EndpointHealth(
        endpoint="o_0", channel="webhook", breaker="open", open_until=now() + 900_000_000, fails=9, opened=3
    ).save()
    told(held(kill), lifted(kill))
    with dispatching(house, hook):
        eventually(lambda: states("v2") == {"accepted": 1})
    health = EndpointHealth.objects.get()
    assert (health.breaker, health.fails, health.opened) == ("closed", 0, 0)


def test_an_endpoint_that_is_gone_gets_nothing_more() -> None:
    def gone(task: Task) -> Receipt:
        return Receipt(task.delivery, task.fence, "refused", 410, "Gone", disable_endpoint="410 Gone")

    house, hook = FakeHouse(), FakeChannel("webhook", answer=gone)
    facts = house.add("v1", outlets(1, languages=("en", "ko", "ja")), languages=("en", "ko", "ja"))
    told(held(facts), lifted(facts))
    with dispatching(house, hook):
        eventually(lambda: services.is_settled("v1"))
    assert len(hook.seen) == 1
    assert states() == {"refused": 3}
    assert sorted(f.text for f in services.failures("v1")) == [
        "410 Gone",
        "endpoint disabled: 410 Gone",
        "endpoint disabled: 410 Gone",
    ]


def test_an_endpoint_gets_one_delivery_at_a_time_and_all_of_them_in_the_end() -> None:
    house = FakeHouse()
    out: dict[str, int] = {}
    most: dict[str, int] = {}

    class Counting(FakeChannel):
        async def _work(self, tasks, report, file):  # type: ignore[no-untyped-def]
            async for task in tasks:
                who = task.endpoint.address
                out[who] = out.get(who, 0) + 1
                most[who] = max(most.get(who, 0), out[who])
                await asyncio.sleep(0.001)
                out[who] -= 1
                self.seen.append(task)
                await report(Receipt(task.delivery, task.fence, "accepted", 200))

    tags = [f"en-{letter}{second}" for letter in "ABCD" for second in "ABCDE"]
    hook = Counting("webhook", concurrency=50)
    facts = house.add("v1", outlets(10, languages=tags), languages=tags)
    told(held(facts), lifted(facts))
    with dispatching(house, hook):
        eventually(lambda: states() == {"accepted": 200}, within_s=60)
    assert set(most.values()) == {1}
    assert len({task.delivery for task in hook.seen}) == 200


def test_slow_endpoints_hold_up_nobody_while_there_are_hands_left() -> None:
    house = FakeHouse()
    slow = {f"o_{n}@desk.example" for n in range(5)}
    hook = FakeChannel(
        "webhook", concurrency=20, slow=lambda task: 3.0 if task.endpoint.address in slow else 0.0
    )
    facts = house.add("v1", outlets(300))
    told(held(facts), lifted(facts))
    with dispatching(house, hook):
        eventually(lambda: states().get("accepted", 0) >= 295)
        served = [task.endpoint.address for task in hook.seen]
        assert not slow & set(served[:290])
        eventually(lambda: states() == {"accepted": 300})
