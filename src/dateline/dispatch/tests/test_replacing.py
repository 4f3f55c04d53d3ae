"""Corrections, kills and withdrawals: who gets them, what they cancel, whom they overtake (I7)."""

import pytest

from dateline.core.words import Receipt, Task, VersionKind
from dateline.dispatch import services
from dateline.dispatch.models import Version
from dateline.dispatch.preparation import addendum_hash
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import (
    FakeHouse,
    dispatching,
    eventually,
    held,
    lifted,
    outlets,
    people,
    states,
    told,
)
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def defer(task: Task) -> Receipt:
    return Receipt(task.delivery, task.fence, "deferred", 451, "later", wait_s=600)


@pytest.mark.parametrize("kind", ["correction", "kill", "withdrawal"])
def test_a_newer_version_goes_to_everyone_the_older_went_to(kind: VersionKind) -> None:
    house, mail, hook = FakeHouse(), FakeChannel("mail"), FakeChannel("webhook")
    first = house.add("v1", [*people(20, language="ko"), *outlets(4, languages=("en", "ko"))])
    second = house.add("v2", number=2, kind=kind, languages=("en",))
    told(held(first), lifted(first))
    with dispatching(house, mail, hook):
        eventually(lambda: services.is_settled("v1"))
        told(held(second), lifted(second))
        eventually(lambda: services.is_settled("v2"))
    assert states("v2") == {"accepted": 24}, "an outlet with two languages gets the one that is there once"
    assert {task.parcel.language for task in mail.seen if task.parcel.version == 2} == {"en"}
    assert {task.parcel.format for task in hook.seen} == {"json"}
    assert not services.was_unprepared("v2")
    assert Version.objects.get(lock_id="v2").rank == (0 if kind == "kill" else 1)


def test_recipients_keep_the_language_they_had_where_it_is_there() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    first = house.add("v1", [*people(2, language="ko"), *people(2, language="en", start=2)])
    second = house.add("v2", number=2, kind="correction", languages=("en", "ko"))
    told(held(first), lifted(first))
    with dispatching(house, mail):
        eventually(lambda: services.is_settled("v1"))
        told(held(second), lifted(second))
        eventually(lambda: services.is_settled("v2"))
    languages: dict[str, str] = dict(
        query("SELECT recipient_id, language FROM dispatch_delivery WHERE version_id = 'v2'")
    )
    assert languages == {"j_0": "ko", "j_1": "ko", "j_2": "en", "j_3": "en"}


def test_the_addendum_is_hashed_over_its_recipients_whatever_their_order() -> None:
    rows = people(3)
    assert addendum_hash(rows) == addendum_hash(rows[::-1])
    assert addendum_hash(rows) != addendum_hash(rows[:2])


def test_unsent_rows_are_cancelled_and_nobody_who_was_never_sent_anything_is_told() -> None:
    house = FakeHouse()
    mail = FakeChannel("mail", concurrency=1, slow=lambda task: 0.05 if task.parcel.version == 1 else 0)
    first = house.add("v1", people(2000))
    kill = house.add("v2", number=2, kind="kill")
    told(held(first), lifted(first))
    with dispatching(house, mail):
        eventually(lambda: len(mail.seen) >= 3)
        told(held(kill), lifted(kill))
        eventually(lambda: services.is_settled("v2"))
        eventually(lambda: not {"waiting", "leased", "deferred"} & set(states("v1")))
    old = states("v1")
    sent = [task for task in mail.seen if task.parcel.version == 1]
    assert old["accepted"] == len(sent) and old["accepted"] + old["cancelled"] == 2000
    reached = {task.endpoint.address for task in mail.seen if task.parcel.version == 2}
    assert {task.endpoint.address for task in sent} <= reached
    assert Version.objects.get(lock_id="v2").addendum


def test_a_deferred_recipient_gets_the_kill_and_never_the_old_text() -> None:
    house, hook = FakeHouse(), FakeChannel("webhook", answer=defer)
    first = house.add("v1", outlets(5))
    kill = house.add("v2", number=2, kind="kill")
    told(held(first), lifted(first))
    with dispatching(house, hook):
        eventually(lambda: states() == {"deferred": 5})
        hook.answer = lambda task: Receipt(task.delivery, task.fence, "accepted", 200)
        told(held(kill), lifted(kill))
        eventually(lambda: states("v1") == {"cancelled": 5})
        eventually(lambda: states("v2") == {"accepted": 5})
    assert [task.parcel.version for task in hook.seen[5:]] == [2] * 5


def test_a_kill_overtakes_what_is_waiting() -> None:
    """A busy channel sends the kill of one release before the waiting rows of another."""
    house = FakeHouse()
    mail = FakeChannel("mail", concurrency=1, slow=lambda task: 0.004)
    first = house.add("v1", people(3), release="shortnews1")
    kill = house.add("v2", number=2, kind="kill", release="shortnews1")
    big = house.add("w1", people(1500, start=10), release="bignews1")
    told(held(first), lifted(first))
    with dispatching(house, mail):
        eventually(lambda: services.is_settled("v1"))
        told(held(big), lifted(big))
        eventually(lambda: sum(task.parcel.release == "bignews1" for task in mail.seen) > 10)
        told(held(kill), lifted(kill))
        eventually(lambda: states("v2") == {"accepted": 3})
        assert states("w1").get("waiting", 0) > 500


def test_kills_and_corrections_ignore_caps_and_digests() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    first = house.add("v1", people(2))
    told(held(first), lifted(first))
    with dispatching(house, mail):
        eventually(lambda: services.is_settled("v1"))
        house.changed = {"j_0": {"mode": "digest"}, "j_1": {"cap": 1}}
        second = house.add("v2", number=2, kind="correction")
        third = house.add("v3", number=3, kind="kill")
        told(held(second), lifted(second))
        eventually(lambda: services.is_settled("v2"))
        told(held(third), lifted(third))
        eventually(lambda: services.is_settled("v3"))
    assert states("v2") == states("v3") == {"accepted": 2}


def test_kills_respect_suppressions() -> None:
    """I13."""
    house, mail = FakeHouse(), FakeChannel("mail")
    first, kill = house.add("v1", people(2)), house.add("v2", number=2, kind="kill")
    told(held(first), lifted(first))
    with dispatching(house, mail):
        eventually(lambda: services.is_settled("v1"))
        house.changed = {"j_0": {"suppressed": "asked to stop"}}
        told(held(kill), lifted(kill))
        eventually(lambda: services.is_settled("v2"))
    assert states("v2") == {"accepted": 1, "suppressed": 1}


def test_a_person_held_for_the_morning_gets_the_corrected_text_then_and_no_correction_before() -> None:
    house, mail = FakeHouse(changed={"j_0": {"mode": "digest"}}), FakeChannel("mail")
    first = house.add("v1", people(2))
    second = house.add("v2", number=2, kind="correction")
    told(held(first), lifted(first))
    with dispatching(house, mail):
        eventually(lambda: services.is_settled("v1"))
        told(held(second), lifted(second))
        eventually(lambda: services.is_settled("v2"))
        eventually(lambda: states("v1") == {"accepted": 1, "cancelled": 1})
    assert states("v2") == {"accepted": 1, "waiting": 1}
    assert len(mail.seen) == 2, "the other one had read the first version"


def test_a_late_edition_joins_its_version_and_reaches_nobody_twice() -> None:
    """I4."""
    house, mail = FakeHouse(), FakeChannel("mail")
    first = house.add("v1", people(5))
    late = house.add("late", people(8, language="ko"), kind="late-edition", version_id="v1")
    told(held(first), lifted(first))
    with dispatching(house, mail):
        eventually(lambda: services.is_settled("v1"))
        told(held(late))
        eventually(lambda: services.is_prepared("late"))
        assert sum(cell.count for cell in services.breakdown("v1")) == 5, "I1: not before its own lift"
        told(lifted(late))
        eventually(lambda: states("v1") == {"accepted": 8})
        eventually(lambda: services.is_settled("v1"))
    assert len({task.endpoint.address for task in mail.seen}) == len(mail.seen) == 8
    assert sum(cell.count for cell in services.breakdown("v1")) == 8
