"""The whole process in a thread: prepare, pump, retry, hold, suppress, resume."""

from dataclasses import replace
from pathlib import Path

import pytest

from dateline.core.clock import SystemClock
from dateline.core.events import Event, HoldWithdrawn, LockDropped, Prepared, Settled, Suppressed
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.words import Outcome, Receipt, Task
from dateline.dispatch import services
from dateline.dispatch.models import Version
from dateline.dispatch.sql import change, query
from dateline.dispatch.tests.builders import (
    RELEASE,
    FakeHouse,
    attempts,
    dispatching,
    eventually,
    held,
    lifted,
    now,
    outlets,
    people,
    states,
    told,
)
from dateline.plant.db import vault_store
from dateline.plant.db.databases import LEDGER
from dateline.plant.db.outbox import follow
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def settled(version_id: str = "v1") -> bool:
    return services.is_settled(version_id)


def news(into: list[str]) -> list[str]:
    """Adds the kinds of events that dispatch has written since the last look."""

    def take(event: Event) -> None:
        into.append(type(event).__name__)

    follow("test", {Prepared: take, Settled: take}, source=LEDGER, positions=LEDGER)
    return into


def test_everybody_in_the_manifest_is_sent_once_and_the_version_settles() -> None:
    house, mail, hook = FakeHouse(), FakeChannel("mail"), FakeChannel("webhook")
    facts = house.add("v1", [*people(300), *outlets(40, languages=("en", "ko"))])
    with dispatching(house, mail, hook):
        told(held(facts))
        eventually(lambda: services.is_prepared("v1"))
        assert states() == {"waiting": 380}
        assert not mail.seen and not settled(), "I1: nothing leaves before the lift"
        told(lifted(facts))
        eventually(settled)
        said: list[str] = []
        eventually(lambda: news(said) == ["Prepared", "Settled"])
    assert states() == {"accepted": 380}
    assert len({task.delivery for task in mail.seen}) == len(mail.seen) == 300
    assert len({task.message_id for task in [*mail.seen, *hook.seen]}) == 380
    assert not services.was_unprepared("v1")
    assert mail.closed and hook.closed
    assert len(attempts("result")) == 380


def test_a_lift_before_preparation_has_ended_goes_on_and_is_said() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    facts = house.add("v1", people(50))
    told(lifted(facts))
    with dispatching(house, mail):
        eventually(settled)
    assert states() == {"accepted": 50}
    assert services.was_unprepared("v1")


def test_ids_of_messages_are_stable_and_of_their_kind() -> None:
    """I5: a repeat carries the same id."""
    house = FakeHouse()
    tries: dict[int, int] = {}

    def once_lost(task: Task) -> Receipt:
        tries[task.delivery] = tries.get(task.delivery, 0) + 1
        outcome: Outcome = "deferred" if tries[task.delivery] == 1 else "accepted"
        return Receipt(task.delivery, task.fence, outcome, 450, "4.2.1 later", wait_s=0.05)

    mail, hook = FakeChannel("mail", answer=once_lost), FakeChannel("webhook", answer=once_lost)
    facts = house.add("v1", [*people(5), *outlets(5)])
    told(held(facts), lifted(facts))
    with dispatching(house, mail, hook):
        eventually(lambda: states() == {"accepted": 10})
    by_delivery: dict[int, set[str]] = {}
    for task in [*mail.seen, *hook.seen]:
        by_delivery.setdefault(task.delivery, set()).add(task.message_id)
    assert len(mail.seen) == len(hook.seen) == 10
    assert all(len(ids) == 1 for ids in by_delivery.values())
    assert all(t.message_id.startswith("<") and t.message_id.endswith("@wire.example>") for t in mail.seen)
    assert all(t.message_id.startswith("msg_") and "." not in t.message_id for t in hook.seen)


def test_what_is_told_to_wait_is_tried_again_and_refused_for_good_is_not() -> None:
    house = FakeHouse()

    def answer(task: Task) -> Receipt:
        if task.endpoint.address.startswith("j_0@"):
            return Receipt(task.delivery, task.fence, "refused", 550, "5.1.1 unknown user")
        if task.endpoint.address.startswith("j_1@"):
            return Receipt(task.delivery, task.fence, "deferred", 451, "4.7.1 greylisted", wait_s=900)
        return Receipt(task.delivery, task.fence, "accepted", 250)

    mail = FakeChannel("mail", answer=answer)
    facts = house.add("v1", people(4))
    told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(settled)
    assert states() == {"accepted": 2, "deferred": 1, "refused": 1}
    assert [(f.recipient, f.state, f.code, f.text) for f in services.failures("v1")] == [
        ("j_0", "refused", 550, "550 5.1.1 unknown user")
    ]


def test_a_channel_that_raises_stops_nobody_else_and_comes_back() -> None:
    house = FakeHouse()
    hook = FakeChannel("webhook")

    class Breaking(FakeChannel):
        broken = True

        async def send(self, tasks, report):  # type: ignore[no-untyped-def]
            if self.broken:
                self.broken = False
                await anext(aiter(tasks))
                raise OSError("no route")
            await super().send(tasks, report)

    mail = Breaking("mail")
    facts = house.add("v1", [*people(3), *outlets(3)])
    told(held(facts), lifted(facts))
    with dispatching(house, mail, hook):
        eventually(lambda: len(hook.seen) == 3)
        eventually(lambda: states().get("accepted") == 5)
        eventually(lambda: len(attempts("lost")) == 1)
    assert states() == {"accepted": 5, "waiting": 1}, (
        "the one it had drawn may have left: repeated by schedule"
    )


def test_rows_of_a_channel_that_is_not_installed_end_and_say_so() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    rows = [replace(row, channel="pigeon") for row in outlets(2)]
    facts = house.add("v1", [*people(1), *rows])
    told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(settled)
    assert states() == {"accepted": 1, "refused": 2}
    assert "no channel 'pigeon'" in services.failures("v1")[0].text


def test_a_format_that_cannot_be_made_refuses_its_rows_alone() -> None:
    house, hook = FakeHouse(), FakeChannel("webhook")
    good, bad = outlets(2)
    facts = house.add("v1", [good, replace(bad, format="papyrus")])
    told(held(facts), lifted(facts))
    with dispatching(house, hook):
        eventually(settled)
    assert states() == {"accepted": 1, "refused": 1}
    assert "papyrus" in services.failures("v1")[0].text


def test_an_address_that_is_gone_ends_its_row() -> None:
    house, mail = FakeHouse(gone={"j_1"}), FakeChannel("mail")
    facts = house.add("v1", people(2))
    told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(settled)
    assert states() == {"accepted": 1, "refused": 1}


def test_who_stopped_is_not_written_to_whether_told_by_event_or_found_at_claim() -> None:
    """I13."""
    house, mail = FakeHouse(changed={"j_2": {"suppressed": "asked to stop"}}), FakeChannel("mail")
    rows = people(4)
    rows[3] = replace(rows[3], suppressed="bounced for good")
    facts = house.add("v1", rows)
    with dispatching(house, mail):
        told(held(facts))
        eventually(lambda: services.is_prepared("v1"))
        told(Suppressed("p1", "stopped by link", SystemClock().now()))
        eventually(lambda: states().get("suppressed") == 2)
        told(lifted(facts))
        eventually(settled)
    assert [task.endpoint.address for task in mail.seen] == ["j_0@desk.example"]
    assert dict(query("SELECT recipient_id, reason FROM dispatch_delivery WHERE state = 'suppressed'")) == {
        "j_1": "stopped by link",
        "j_2": "asked to stop",
        "j_3": "bounced for good",
    }


def test_mail_over_the_cap_and_for_digests_is_held_until_morning_and_counts_as_settled() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    house.changed = {
        "j_0": {"cap": 2, "timezone": "Asia/Seoul"},
        "j_1": {"mode": "digest", "timezone": "Asia/Seoul"},
    }
    locks = [house.add(f"v{n}", people(2), release=f"release{n}") for n in range(4)]
    for facts in locks:
        told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(lambda: all(settled(facts.lock_id) for facts in locks))
    assert [task.endpoint.address for task in mail.seen] == ["j_0@desk.example"] * 2
    assert states() == {"accepted": 2, "waiting": 6}
    held_rows = query("SELECT held, fence, due_at, expires_at FROM dispatch_delivery WHERE state = 'waiting'")
    assert {row[0] for row in held_rows} == {"over the cap of 2 mails a day", "asked for one digest a day"}
    assert {row[1] for row in held_rows} == {0}, "nobody was sent anything"
    assert all(row[3] - row[2] == mail.retry_horizon_s * 1_000_000 for row in held_rows)


def test_held_mail_goes_out_when_its_hour_has_come() -> None:
    house, mail = FakeHouse(changed={"j_0": {"mode": "digest"}}), FakeChannel("mail")
    facts = house.add("v1", people(1))
    told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(settled)
        assert not mail.seen
        change("UPDATE dispatch_delivery SET due_at = %s", [now()])
        eventually(lambda: states("v1") == {"accepted": 1})
    assert services.first_last("v1") == {}, "mail held for the morning says nothing about the skew"


@pytest.mark.parametrize("event", [LockDropped, HoldWithdrawn])
def test_a_void_lock_leaves_neither_rows_nor_parcels(event: type[LockDropped | HoldWithdrawn]) -> None:
    """I1."""
    house, mail = FakeHouse(), FakeChannel("mail")
    facts = house.add("v1", people(20))
    with dispatching(house, mail):
        told(held(facts))
        eventually(lambda: services.is_prepared("v1"))
        assert vault_store.names("v1", using=LEDGER) == ["parcel/en/mail"]
        told(event(VersionId("v1"), ReleaseId(RELEASE)))
        eventually(lambda: states() == {})
        eventually(lambda: vault_store.names("v1", using=LEDGER) == [])
    assert not mail.seen


def test_a_lock_dropped_after_its_lift_keeps_its_rows() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    facts = house.add("v1", people(3))
    told(held(facts), lifted(facts), LockDropped(VersionId("v1"), ReleaseId(RELEASE)))
    with dispatching(house, mail):
        eventually(settled)
    assert states() == {"accepted": 3}


def test_preparation_goes_on_where_it_was_cut_off() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    facts = house.add("v1", people(30))
    with dispatching(house, mail):
        told(held(facts))
        eventually(lambda: services.is_prepared("v1"))
    change("DELETE FROM dispatch_delivery WHERE id IN (SELECT id FROM dispatch_delivery LIMIT 15)")
    Version.objects.update(state="held")
    with dispatching(house, mail):
        eventually(lambda: services.is_prepared("v1"))
        assert states() == {"waiting": 30}
        told(lifted(facts))
        eventually(settled)
    assert len(mail.seen) == 30


def test_an_orderly_stop_leaves_no_lease_and_no_loss() -> None:
    house = FakeHouse()
    mail = FakeChannel("mail", slow=lambda task: 0.02, concurrency=4)
    facts = house.add("v1", people(400))
    told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(lambda: len(mail.seen) > 20)
    sent = len(mail.seen)
    assert states() == {"accepted": sent, "waiting": 400 - sent}
    assert attempts("lost") == []
    assert query("SELECT COUNT(*) FROM dispatch_delivery WHERE owner <> ''") == [(0,)]
    mail.slow = None
    with dispatching(house, mail):
        eventually(settled)
    assert states() == {"accepted": 400}
    assert len({task.delivery for task in mail.seen}) == len(mail.seen) == 400


def test_an_answer_given_twice_counts_once() -> None:
    house = FakeHouse()

    class Stuttering(FakeChannel):
        async def send(self, tasks, report):  # type: ignore[no-untyped-def]
            async for task in tasks:
                await report(Receipt(task.delivery, task.fence, "accepted", 250))
                await report(Receipt(task.delivery, task.fence, "refused", 550))

    facts = house.add("v1", people(20))
    told(held(facts), lifted(facts))
    with dispatching(house, Stuttering("mail")):
        eventually(settled)
    assert states() == {"accepted": 20}


def test_a_second_process_on_the_same_home_waits_for_the_first(home: Path) -> None:
    house, first, second = FakeHouse(), FakeChannel("mail"), FakeChannel("mail")
    facts = house.add("v1", people(10))
    with dispatching(house, first), dispatching(house, second):
        told(held(facts), lifted(facts))
        eventually(settled)
    assert len(first.seen) + len(second.seen) == 10
    assert not (first.seen and second.seen)
