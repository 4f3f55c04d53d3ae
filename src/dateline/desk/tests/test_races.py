"""Several people at once: whatever the order, one outcome, told once."""

from functools import partial

import pytest

from dateline.core.errors import Conflict, DatelineError
from dateline.desk import services as desk
from dateline.desk.tests.builders import added, ahead, approved, checked, events, locked, released, story
from dateline.desk.tests.races import ROUNDS, at_once
from dateline.issuers import services as issuers
from dateline.plant.db import vault_store

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
]


def test_two_approvals_at_once_send_exactly_once_under_solo() -> None:
    for _ in range(ROUNDS):
        release = added()
        locked(release)
        states = at_once([partial(desk.approve, release, by=name) for name in ("ana", "ben")])
        assert all(isinstance(state, desk.ApprovalState) and state.complete for state in states)
        assert len(events("Approved", release)) == 1
        assert len(desk.latest_version(release).approvals) == 1


def test_many_approvals_at_once_send_exactly_once_under_two_t18() -> None:
    for name in ("ana", "ben"):
        issuers.add_person(name)
    for _ in range(ROUNDS):
        release = added()
        locked(release)
        names = ("ana", "ben", "ana", "cy")
        states = at_once([partial(desk.approve, release, by=name) for name in names])
        assert all(isinstance(state, desk.ApprovalState) for state in states)
        assert len(events("Approved", release)) == 1
        people = desk.latest_version(release).approvals
        assert len(people) == len(set(people)) == 2


def test_one_person_clicking_often_is_one_approval_t18() -> None:
    for _ in range(ROUNDS):
        release = added(story(release_class="regulated"))
        locked(release)
        states = at_once([partial(desk.approve, release, by="ana")] * 4)
        assert all(state == desk.ApprovalState(1, 2, complete=False) for state in states)
        assert events("Approved", release) == []


def test_an_edit_and_an_approval_at_once_never_send_the_old_text() -> None:
    for _ in range(ROUNDS):
        release = added(at=ahead())
        version = locked(release)
        at_once(
            [
                partial(desk.approve, release, by="ana"),
                partial(desk.save_draft, release, story(headline="New words"), by="ben"),
            ]
        )
        assert desk.show(release).state == "draft"
        assert desk.version(version.version_id).state == "dropped"
        assert not desk.begin_lift(version.version_id)
        assert len(events("LockDropped", release)) == 1


def test_a_lift_and_a_return_at_once_never_both_happen_i2_t10() -> None:
    lifts = 0
    for _ in range(ROUNDS):
        release = added(at=ahead())
        version = approved(release)
        lifted, returned = at_once(
            [
                partial(desk.begin_lift, version.version_id),
                partial(desk.return_release, release, reason="x", by="ben"),
            ]
        )
        lifts += lifted is True
        if lifted is True:
            assert isinstance(returned, Conflict)
            assert desk.show(release).state == "lifted"
            assert desk.editions(version.version_id)
        else:
            assert lifted is False and returned is None
            assert desk.show(release).state == "returned"
            assert vault_store.names(version.version_id) == []
    assert 0 <= lifts <= ROUNDS


def test_two_locks_at_once_leave_one() -> None:
    for _ in range(ROUNDS):
        release = added()
        results = at_once([partial(desk.lock, release, by=name) for name in ("ana", "ben")])
        cards = [r for r in results if isinstance(r, desk.VersionCard)]
        assert cards and all(isinstance(r, (desk.VersionCard, Conflict)) for r in results)
        (live,) = desk.versions(release)
        assert live.version_id in {card.version_id for card in cards}


def test_edits_of_several_languages_at_once_are_all_kept_i14() -> None:
    release = added(story("ko"))
    tags = ("en", "ja", "de", "fr")
    results = at_once([partial(desk.save_draft, release, story(tag), by="ana") for tag in tags])
    assert not [r for r in results if isinstance(r, DatelineError)]
    assert set(desk.show(release).languages) == {"ko", *tags}
    assert {s.language for s in desk.drafts(release)} == {"ko", *tags}


def test_a_kill_and_a_correction_at_once_never_share_a_number() -> None:
    for _ in range(ROUNDS):
        release = released(story("ko"))
        kill = checked(desk.lock_kill(release, reason="x", by="ana"))
        correction = desk.lock_correction(release, [story("ko", headline="2")], reason="y", by="ana")
        checked(correction)
        at_once(
            [
                partial(desk.approve, release, by="ana", version_id=kill.version_id),
                partial(desk.approve, release, by="ben", version_id=correction.version_id),
            ]
        )
        numbers = [e["version"] for e in events("Approved", release)]
        assert numbers == [1, 2]
        assert desk.version(kill.version_id).state == "approved"
        assert desk.version(correction.version_id).state == "dropped"
