"""Many lives of a release against a small model: states as the table says, once told, nothing kept of what
was dropped.
"""

import os
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from dateline.core.errors import BadInput, Conflict
from dateline.desk import rules
from dateline.desk import services as desk
from dateline.desk.models import Version
from dateline.desk.tests.builders import (
    added,
    ahead,
    checked,
    events,
    hold,
    lifted_event,
    miss,
    story,
    take_back,
    tell,
)
from dateline.plant.db import vault_store

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(databases=["default", "ledger"]),
]
_SOAK = os.environ.get("DATELINE_SOAK") == "1"
PEOPLE = st.sampled_from(["ana", "ben", "cy"])
TAGS = st.sampled_from(["ko", "en", "ja"])


class Life(RuleBasedStateMachine):
    """One release. The model: its state, whether it has been out, which languages are public, the newest
    number.
    """

    regulated = False

    def __init__(self) -> None:
        super().__init__()
        self.world = transaction.atomic()
        self.world.__enter__()
        self.release = added(
            story("ko", release_class="regulated" if self.regulated else "normal"), at=ahead()
        )
        self.state = "draft"
        self.out = False
        self.public: set[str] = set()
        self.number = 1
        self.lifted: list[str] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.world.__exit__(None, None, None)

    def expect(self, act: rules.Act, run: Callable[[], Any]) -> Any:
        """Runs the act and moves the model, or sees it refused where the table refuses it."""
        if rules.allows(act, self.state, public=self.out):
            result = run()
            self.state = rules.TRANSITIONS[act][self.state]  # type: ignore[index]
            return result
        with pytest.raises(Conflict, match=self.release):
            run()
        return None

    def live(self, *states: str) -> list[desk.VersionCard]:
        cards = [v for v in desk.versions(self.release) if v.version_id not in self.lifted]
        return [card for card in cards if card.state in states]

    # --- what people do -------------------------------------------------------------------------------

    @rule(tag=TAGS, by=PEOPLE)
    def edit(self, tag: str, by: str) -> None:
        text = story(tag, release_class="regulated" if self.regulated else "normal")
        self.expect("edit", lambda: desk.save_draft(self.release, text, by=by))

    @rule(by=PEOPLE)
    def hand_in(self, by: str) -> None:
        self.expect("review", lambda: desk.to_review(self.release, by=by))

    @rule(by=PEOPLE)
    def lock(self, by: str) -> None:
        card = self.expect("lock", lambda: desk.lock(self.release, by=by))
        if card:
            checked(card)

    @rule(by=PEOPLE)
    def give_back(self, by: str) -> None:
        if self.out and not self.live("locked"):
            with pytest.raises(Conflict):
                desk.return_release(self.release, reason="x", by=by)
            return
        self.expect("return", lambda: desk.return_release(self.release, reason="x", by=by))

    @rule(by=PEOPLE)
    def stop(self, by: str) -> None:
        self.expect("spike", lambda: desk.spike(self.release, reason="x", by=by))

    @rule(by=PEOPLE)
    def approve(self, by: str) -> None:
        waiting = self.live("locked")
        if not waiting:
            if self.live("approved"):
                assert desk.approve(self.release, by=by).complete
            else:
                with pytest.raises(Conflict):
                    desk.approve(self.release, by=by)
            return
        chosen = next((v for v in reversed(waiting) if v.kind == "kill"), waiting[-1])
        people = {*chosen.approvals, by}
        state = desk.approve(self.release, by=by)
        assert (state.have, state.needed) == (len(people), 2 if self.regulated else 1)
        assert state.complete == (len(people) >= state.needed)
        if state.complete and chosen.kind == "release":
            self.state = "approved"

    @rule(tag=TAGS)
    def add_language(self, tag: str) -> None:
        if rules.allows("lock a late edition", self.state, public=self.out) and tag in self.taken():
            with pytest.raises(Conflict, match="already"):
                desk.lock_late_edition(self.release, [story(tag)], by="ana")
            return
        card = self.expect(
            "lock a late edition", lambda: desk.lock_late_edition(self.release, [story(tag)], by="ana")
        )
        if card:
            checked(card)
            assert card.number == self.approved_number()

    @rule(tag=TAGS)
    def correct(self, tag: str) -> None:
        act: rules.Act = "lock a correction"
        if rules.allows(act, self.state, public=self.out) and tag not in self.taken():
            with pytest.raises(BadInput):
                desk.lock_correction(self.release, [story(tag)], reason="x", by="ana")
            return
        self.later(act, lambda: desk.lock_correction(self.release, [story(tag)], reason="x", by="ana"))

    @rule()
    def kill(self) -> None:
        self.later("lock a kill", lambda: desk.lock_kill(self.release, reason="x", by="ana"))

    @rule()
    def withdraw_after(self) -> None:
        self.later("lock a withdrawal", lambda: desk.lock_withdrawal(self.release, reason="x", by="ana"))

    def later(self, act: rules.Act, run: Callable[[], desk.VersionCard]) -> None:
        card = self.expect(act, run)
        if card:
            checked(card)
            assert card.number == self.approved_number() + 1

    def taken(self) -> set[str]:
        """Languages that are public or approved to become so."""
        cards = [v for v in desk.versions(self.release) if v.state == "approved"]
        return {str(e.language) for card in cards if card.kind != "kill" for e in card.editions}

    def approved_number(self) -> int:
        cards = [v for v in desk.versions(self.release) if v.state == "approved" and v.kind != "late-edition"]
        return max(card.number for card in cards)

    # --- what the wire does ---------------------------------------------------------------------------

    @rule()
    def open_hold(self) -> None:
        for card in self.live("approved"):
            hold(card)
            if card.kind == "release" and self.state == "approved":
                self.state = "held"

    @rule()
    def miss(self) -> None:
        for card in self.live("approved"):
            miss(card)
            if card.kind == "release" and self.state in {"approved", "held"}:
                self.state = "overdue"

    @rule()
    def take_back(self) -> None:
        for card in self.live("approved", "locked")[-1:]:
            take_back(card)
            assert desk.version(card.version_id).state == "dropped"
            if card.kind == "release":
                self.state = "withdrawn"

    @rule(twice=st.booleans())
    def lift(self, twice: bool) -> None:
        for card in self.live("approved")[:1]:
            assert desk.begin_lift(card.version_id)
            assert not desk.begin_lift(card.version_id)
            for _ in range(1 + twice):
                tell(lifted_event(card))
            self.lifted.append(card.version_id)
            act = rules.LIFTS.get(card.kind)
            if act:
                self.state = rules.TRANSITIONS[act].get(self.state, self.state)  # type: ignore[call-overload]
            self.out = True
            self.public |= {str(e.language) for e in card.editions}
            self.number = max(self.number, card.number)

    # --- what always holds ----------------------------------------------------------------------------

    @invariant()
    def state_is_what_the_table_says(self) -> None:
        card = desk.show(self.release)
        assert (card.state, card.version) == (self.state, self.number)

    @invariant()
    def each_approval_is_told_once(self) -> None:
        told = [e["version_id"] for e in events("Approved", self.release)]
        approved = {v.version_id for v in desk.versions(self.release) if v.state == "approved"}
        assert len(told) == len(set(told))
        assert approved <= set(told)

    @invariant()
    def dropped_locks_are_told_once_and_leave_nothing(self) -> None:
        told = [e["version_id"] for e in events("LockDropped", self.release)]
        dropped = list(
            Version.objects.filter(release=self.release, state="dropped").values_list("version_id", flat=True)
        )
        assert sorted(told) == sorted(dropped)
        assert not any(vault_store.names(version_id) for version_id in dropped)

    @invariant()
    def what_is_not_dropped_can_be_read(self) -> None:
        for card in desk.versions(self.release):
            assert len(desk.editions(card.version_id)) == len(card.editions)

    @invariant()
    def numbers_of_what_was_approved_are_different(self) -> None:
        cards = [v for v in desk.versions(self.release) if v.state == "approved" and v.kind != "late-edition"]
        numbers = [card.number for card in cards]
        assert numbers == sorted(set(numbers))

    @invariant()
    def no_edition_is_approved_unchecked(self) -> None:
        for card in desk.versions(self.release):
            if card.state == "approved":
                assert desk.gate_missing(card.version_id) == ()


class RegulatedLife(Life):
    """The same, with two persons at every step."""

    regulated = True


@pytest.mark.parametrize("life", [Life, RegulatedLife])
def test_a_release_lives_as_the_table_says_i2_i9_t18(life: type[Life]) -> None:
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=400 if _SOAK else 12,
            stateful_step_count=40 if _SOAK else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
