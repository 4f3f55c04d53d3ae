"""Approvals: who, how many, over what; and what they refuse."""

from datetime import timedelta

import pytest

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotAllowed, NotFound
from dateline.desk import services as desk
from dateline.desk.tests.builders import (
    BLOCK,
    WARN,
    added,
    ahead,
    approved,
    checked,
    events,
    lift,
    locked,
    released,
    story,
)
from dateline.issuers import services as issuers
from dateline.issuers.models import Member

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def two_people() -> None:
    for name in ("ana", "ben"):
        issuers.add_person(name)
    assert issuers.policy() == "two"


def test_one_approval_sends_under_solo() -> None:
    at = ahead()
    release = added(at=at)
    version = locked(release)
    state = desk.approve(release, by="ana")
    assert (state.have, state.needed, state.complete) == (1, 1, True)
    assert desk.show(release).state == "approved"
    assert desk.version(version.version_id).approvals == ("ana",)
    (event,) = events("Approved", release)
    assert event["version_id"] == version.version_id
    assert (event["kind"], event["version"], event["due_at"]) == ("release", 1, at.isoformat())


def test_on_approval_the_event_has_no_t0_but_the_moment(clock: FixedClock) -> None:
    release = added()
    locked(release)
    desk.approve(release, by="ana", clock=clock)
    (event,) = events("Approved", release)
    assert (event["due_at"], event["at"]) == (None, clock.now().isoformat())


def test_two_different_persons_are_needed_under_two_t18() -> None:
    two_people()
    release = added()
    locked(release)
    assert desk.approve(release, by="ana") == desk.ApprovalState(1, 2, complete=False)
    assert desk.approve(release, by="ana") == desk.ApprovalState(1, 2, complete=False)
    assert desk.approve(release, by=" ana ") == desk.ApprovalState(1, 2, complete=False)
    assert desk.show(release).state == "locked"
    assert events("Approved", release) == []
    assert desk.approve(release, by="ben") == desk.ApprovalState(2, 2, complete=True)
    assert len(events("Approved", release)) == 1


def renamed(old: str, new: str) -> None:
    Member.objects.filter(name=old).update(name=new)


def test_a_person_who_is_renamed_is_no_second_person_t18() -> None:
    two_people()
    release = added()
    locked(release)
    desk.approve(release, by="ana")
    renamed("ana", "anna")
    assert desk.approve(release, by="anna") == desk.ApprovalState(1, 2, complete=False)
    assert desk.approve(release, by="ana") == desk.ApprovalState(1, 2, complete=False), "nor is the old name"
    assert desk.approve(release, by="ben").complete


def test_another_person_who_has_the_name_by_now_is_another_person_t18() -> None:
    two_people()
    release = added()
    locked(release)
    desk.approve(release, by="ana")
    renamed("ana", "anna")
    renamed("ben", "ana")
    assert desk.approve(release, by="ana").complete
    assert [line.by for line in desk.history(release) if line.act == "approved"] == ["ana", "ana"]


def test_a_regulated_item_needs_two_persons_under_solo_t18() -> None:
    release = added(story(release_class="regulated"))
    locked(release)
    assert not desk.approve(release, by="ana").complete
    assert desk.approve(release, by="ben").complete


def test_who_wrote_and_locked_it_may_be_one_of_the_two() -> None:
    release = added(story(release_class="regulated"), by="ana")
    locked(release, by="ana")
    desk.approve(release, by="ana")
    assert desk.approve(release, by="ben").complete


@pytest.mark.parametrize("act", ["lock_correction", "lock_kill", "lock_withdrawal", "lock_late_edition"])
def test_no_later_version_of_a_regulated_item_slips_through_with_one_t18(act: str) -> None:
    release = added(story(release_class="regulated"))
    locked(release)
    desk.approve(release, by="ana")
    desk.approve(release, by="ben")
    lift(desk.latest_version(release))
    if act == "lock_correction":
        version = desk.lock_correction(release, [story(release_class="normal")], reason="x", by="ana")
    elif act == "lock_late_edition":
        version = desk.lock_late_edition(release, [story("ko", release_class="normal")], by="ana")
    else:
        version = getattr(desk, act)(release, reason="x", by="ana")
    checked(version)
    assert not desk.approve(release, by="ana").complete
    assert desk.approve(release, by="ben").complete


def test_approvals_do_not_outlive_the_lock() -> None:
    two_people()
    release = added()
    locked(release)
    desk.approve(release, by="ana")
    desk.set_circuit(release, "asean", by="ana")
    locked(release)
    assert desk.approve(release, by="ben") == desk.ApprovalState(1, 2, complete=False)


def test_a_second_click_changes_nothing() -> None:
    release = added()
    locked(release)
    desk.approve(release, by="ana")
    assert desk.approve(release, by="ana") == desk.ApprovalState(1, 1, complete=True)
    assert desk.approve(release, by="ben").complete
    assert desk.latest_version(release).approvals == ("ana",)
    assert len(events("Approved", release)) == 1


def test_nothing_is_approved_that_is_not_locked() -> None:
    release = added()
    with pytest.raises(Conflict, match=r"is draft, .*possible now: .*lock"):
        desk.approve(release, by="ana")
    with pytest.raises(NotFound):
        desk.approve("2222222222", by="ana")
    out = released(story(headline="Another"))
    with pytest.raises(Conflict, match="is released"):
        desk.approve(out, by="ana")


def test_another_lock_than_the_one_named_is_not_approved() -> None:
    release = added()
    old = locked(release)
    new = locked(release)
    with pytest.raises(Conflict, match="nothing of"):
        desk.approve(release, by="ana", version_id=old.version_id)
    assert desk.approve(release, by="ana", version_id=new.version_id).complete


def test_approving_after_t0_is_refused() -> None:
    at = ahead()
    release = added(at=at)
    locked(release)
    for late in (at, Instant(at + timedelta(seconds=1))):
        with pytest.raises(NotAllowed, match="dateline release schedule"):
            desk.approve(release, by="ana", clock=FixedClock(late))
    assert desk.show(release).state == "locked"
    assert desk.approve(release, by="ana", clock=FixedClock(Instant(at - timedelta(seconds=1)))).complete


def test_an_edition_the_gate_has_not_seen_is_not_approved_i9() -> None:
    release = added(story("en"), story("ko"))
    version = desk.lock(release, by="ana")
    desk.record_findings(version.editions[0].sha256, (), release=release)
    assert desk.gate_missing(version.version_id) == ("ko",)
    with pytest.raises(NotAllowed, match="ko not checked yet"):
        desk.approve(release, by="ana")
    desk.record_findings(version.editions[1].sha256, (), release=release)
    assert desk.approve(release, by="ana").complete


def test_a_blocking_finding_stops_the_approval_and_quotes_no_text_i9() -> None:
    release = added()
    checked(desk.lock(release, by="ana"), WARN, BLOCK)
    with pytest.raises(NotAllowed, match="text-empty in en blocks") as caught:
        desk.approve(release, by="ana")
    assert BLOCK.message not in str(caught.value)
    assert desk.show(release).state == "locked"


def test_warnings_do_not_stop_anybody() -> None:
    release = added()
    checked(desk.lock(release, by="ana"), WARN)
    assert desk.approve(release, by="ana").complete


def test_a_named_person_with_a_reason_overrides_one_finding_of_one_edition_i9() -> None:
    release = added(story("en"), story("ko"))
    version = checked(desk.lock(release, by="ana"), BLOCK)
    english, korean = version.editions
    desk.override(release, english.sha256, BLOCK.code, reason="A picture says it all.", by="ben")
    with pytest.raises(NotAllowed, match="text-empty in ko"):
        desk.approve(release, by="ana")
    desk.override(release, korean.sha256, BLOCK.code, reason="As in English.", by="ben")
    assert desk.approve(release, by="ana").complete
    line = next(line for line in desk.history(release) if line.act == "overrode")
    assert (line.by, line.reason) == ("ben", "A picture says it all.")
    assert "text-empty in en" in line.detail


def test_an_override_needs_a_name_a_reason_and_something_that_blocks() -> None:
    release = added()
    version = checked(desk.lock(release, by="ana"), BLOCK, WARN)
    sha256 = version.editions[0].sha256
    with pytest.raises(BadInput, match="reason"):
        desk.override(release, sha256, BLOCK.code, reason=" ", by="ben")
    with pytest.raises(BadInput, match="by"):
        desk.override(release, sha256, BLOCK.code, reason="x", by="")
    with pytest.raises(BadInput, match=WARN.code):
        desk.override(release, sha256, WARN.code, reason="x", by="ben")
    with pytest.raises(Conflict, match="lock it again"):
        desk.override(release, "0" * 64, BLOCK.code, reason="x", by="ben")


def test_an_override_does_not_outlive_the_lock_i9() -> None:
    release = added()
    version = checked(desk.lock(release, by="ana"), BLOCK)
    desk.override(release, version.editions[0].sha256, BLOCK.code, reason="x", by="ben")
    checked(desk.lock(release, by="ana"), BLOCK)
    with pytest.raises(NotAllowed):
        desk.approve(release, by="ana")


def test_what_intake_blocked_blocks_too_i9() -> None:
    release = added(story(findings=(BLOCK,)))
    locked(release)
    with pytest.raises(NotAllowed, match=BLOCK.code):
        desk.approve(release, by="ana")


def test_findings_are_kept_per_language_and_only_for_what_is_locked() -> None:
    release = added(story("en", findings=(WARN,)), story("ko"))
    assert desk.findings(release) == {"en": (WARN,), "ko": ()}
    version = desk.lock(release, by="ana")
    desk.record_findings(version.editions[1].sha256, (BLOCK,), release=release)
    desk.record_findings(version.editions[0].sha256, (WARN,), release=release)
    assert desk.findings(release) == {"en": (WARN,), "ko": (BLOCK,)}
    desk.record_findings(version.editions[1].sha256, (), release=release)
    assert desk.findings(release) == {"en": (WARN,), "ko": ()}
    desk.save_draft(release, story("ko", headline="x"), by="ana")
    with pytest.raises(Conflict, match="lock it again"):
        desk.record_findings(version.editions[1].sha256, (), release=release)


def test_what_was_approved_is_not_judged_anew_i9() -> None:
    release = added()
    version = approved(release)
    with pytest.raises(Conflict, match="awaits approval"):
        desk.record_findings(version.editions[0].sha256, (BLOCK,), release=release)
    assert desk.findings(release) == {"en": ()}


def test_people_of_an_issuer_approve_only_its_own_releases() -> None:
    release = added()
    issuers.add_issuer("rival", "Rival", "JP")
    issuers.add_person("carl", role="issuer", issuer="rival")
    issuers.add_person("mina", role="issuer", issuer="museum")
    locked(release)
    with pytest.raises(NotAllowed, match="carl may not"):
        desk.approve(release, by="carl")
    assert desk.approve(release, by="mina").complete


def test_returning_a_lock_takes_its_approvals_with_it_and_keeps_the_reason_sealed() -> None:
    release = added()
    version = approved(release)
    desk.return_release(release, reason="The number is wrong.", by="ben")
    assert desk.show(release).state == "returned"
    assert [e["version_id"] for e in events("LockDropped", release)] == [version.version_id]
    line = desk.history(release)[-1]
    assert (line.act, line.by, line.reason) == ("returned", "ben", "The number is wrong.")
    assert "number" not in line.detail


def test_a_way_back_needs_a_reason_and_a_state_that_allows_it() -> None:
    release = added()
    with pytest.raises(BadInput, match="reason"):
        desk.spike(release, reason="", by="ben")
    with pytest.raises(Conflict, match="is draft"):
        desk.return_release(release, reason="x", by="ben")
    out = released(story(headline="Another"))
    with pytest.raises(Conflict, match="nothing of it awaits approval"):
        desk.return_release(out, reason="x", by="ben")
    with pytest.raises(Conflict, match="is released"):
        desk.spike(out, reason="x", by="ben")


def test_approved_events_carry_the_moment_of_the_last_approval() -> None:
    before = SystemClock().now()
    release = added()
    approved(release)
    (event,) = events("Approved", release)
    assert before.isoformat() <= event["at"] <= SystemClock().now().isoformat()
