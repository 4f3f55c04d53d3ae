"""The desk follows hold and log by events that may come twice, late, or for a lock that is gone."""

import pytest

from dateline.core.events import Held, HoldWithdrawn, ItemArrived, Lifted, LockDropped, Overdue
from dateline.core.ids import VersionId
from dateline.desk import services as desk
from dateline.desk.jobs import CONSUMER, HANDLERS
from dateline.desk.tests.builders import (
    added,
    ahead,
    approved,
    checked,
    events,
    hold,
    lift,
    lifted_event,
    locked,
    miss,
    released,
    story,
    take_back,
    tell,
)
from dateline.plant.db import outbox, vault_store

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def test_the_desk_hears_of_hold_and_log_and_of_providers_items() -> None:
    assert CONSUMER == "desk"
    assert set(HANDLERS) == {Held, Overdue, HoldWithdrawn, Lifted, ItemArrived}


def test_a_release_follows_its_hold_to_the_log() -> None:
    release = added(at=ahead())
    version = approved(release)
    seen = [desk.show(release).state]
    for step in (hold, miss, lift):
        step(version)
        seen.append(desk.show(release).state)
    assert seen == ["approved", "held", "overdue", "released"]


def test_events_through_the_outbox_are_handled_once_and_again() -> None:
    release = added(at=ahead())
    version = approved(release)
    outbox.append(Held(version.version_id, version.release, version.due_at or ahead()))
    assert desk.begin_lift(version.version_id)
    event = lifted_event(version)
    outbox.append(event)
    outbox.append(event)
    outbox.follow(CONSUMER, HANDLERS)
    card = desk.show(release)
    assert (card.state, card.at) == ("released", event.at)
    assert [line.act for line in desk.history(release)].count("lifted") == 1


def test_the_first_lift_fixes_instant_and_working_name() -> None:
    release = added(story("ko", slug="first-name"))
    version = approved(release)
    assert desk.begin_lift(version.version_id)
    event = lifted_event(version)
    tell(event)
    correction = desk.lock_correction(
        release, [story("ko", slug="second-name", headline="x")], reason="x", by="ana"
    )
    desk.approve(checked(correction).release, by="ana")
    lift(correction)
    card = desk.show(release)
    assert (card.slug, card.at, card.version) == ("first-name", event.at, 2)


def test_a_lift_told_twice_never_goes_back_in_state() -> None:
    release = released(story("ko"))
    first = desk.latest_version(release)
    correction = desk.lock_correction(release, [story("ko", headline="x")], reason="x", by="ana")
    desk.approve(checked(correction).release, by="ana")
    lift(correction)
    tell(lifted_event(first))
    assert (desk.show(release).state, desk.show(release).version) == ("corrected", 2)


def test_a_late_edition_leaves_the_state_alone() -> None:
    release = released(story("ko"))
    late = desk.lock_late_edition(release, [story("en")], by="ana")
    desk.approve(checked(late).release, by="ana")
    hold(late)
    assert desk.show(release).state == "released"
    lift(late)
    assert (desk.show(release).state, desk.show(release).languages) == ("released", ("ko", "en"))


def test_a_withdrawn_hold_leaves_nothing_t10() -> None:
    release = added(at=ahead())
    version = approved(release)
    hold(version)
    take_back(version)
    assert desk.show(release).state == "withdrawn"
    assert desk.version(version.version_id).state == "dropped"
    assert vault_store.names(version.version_id) == []
    assert not desk.begin_lift(version.version_id)
    take_back(version)
    assert len(events("LockDropped", release)) == 1


@pytest.mark.parametrize("stage", ["draft", "locked"])
def test_what_was_never_held_can_be_withdrawn(stage: str) -> None:
    release = added()
    version_id = locked(release).version_id if stage == "locked" else VersionId("vnone")
    tell(HoldWithdrawn(version_id, release))
    assert desk.show(release).state == "withdrawn"


def test_the_end_of_an_old_hold_does_not_withdraw_the_new_lock() -> None:
    release = added(at=ahead())
    old = approved(release)
    hold(old)
    desk.set_time(release, ahead(7200), by="ana")
    new = locked(release)
    take_back(old)
    miss(old)
    hold(old)
    assert desk.show(release).state == "locked"
    assert desk.version(new.version_id).state == "locked"


def test_a_withdrawn_late_edition_does_not_withdraw_the_release() -> None:
    release = released(story("ko"))
    late = desk.lock_late_edition(release, [story("en")], by="ana")
    desk.approve(checked(late).release, by="ana")
    take_back(late)
    assert desk.show(release).state == "released"
    assert desk.version(late.version_id).state == "dropped"


def test_news_of_a_hold_that_comes_after_the_lift_changes_nothing() -> None:
    release = added(at=ahead())
    version = approved(release)
    assert desk.begin_lift(version.version_id)
    hold(version)
    miss(version)
    take_back(version)
    assert desk.show(release).state == "lifted"
    assert desk.version(version.version_id).state == "approved"
    tell(lifted_event(version))
    assert desk.show(release).state == "released"


def test_the_log_is_the_truth_even_when_the_desk_was_not_asked() -> None:
    release = added(at=ahead())
    version = approved(release)
    tell(lifted_event(version))
    assert desk.show(release).state == "released"
    assert not desk.begin_lift(version.version_id)


def test_a_lock_is_claimed_once_and_only_when_approved_i2() -> None:
    release = added()
    version = locked(release)
    assert not desk.begin_lift(version.version_id)
    desk.approve(release, by="ana")
    assert desk.begin_lift(version.version_id)
    assert not desk.begin_lift(version.version_id)
    assert not desk.begin_lift("vnone")


def test_a_dropped_lock_is_never_claimed_i2() -> None:
    release = added(at=ahead())
    version = approved(release)
    desk.return_release(release, reason="x", by="ben")
    assert not desk.begin_lift(version.version_id)


def test_each_dropped_lock_is_told_once() -> None:
    release = added(at=ahead())
    for _ in range(3):
        locked(release)
    desk.spike(release, reason="x", by="ben")
    told = [e["version_id"] for e in events(LockDropped.__name__, release)]
    assert len(told) == len(set(told)) == 3
