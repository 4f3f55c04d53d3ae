"""Random events over the statements: what must be true of every ledger stays true (I3, I4, I7)."""

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from dateline.dispatch import statements
from dateline.dispatch.models import Version
from dateline.dispatch.rules import FINAL, OPEN, SECOND, State, reaped
from dateline.dispatch.sql import change, query
from dateline.dispatch.statements import Claimed, HandBack, Orphan, Outcome
from dateline.dispatch.tests.builders import fan_out, outlets, people
from dateline.testing.counts import reduced

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]

_OWNERS = ("h.a", "h.b")


class Ledger(RuleBasedStateMachine):
    """Two workers, two versions of one release, one clock that only grows."""

    def __init__(self) -> None:
        super().__init__()
        for table in ("delivery", "attempt", "version"):
            change(f"DELETE FROM dispatch_{table}")
        self.now = 1_000 * SECOND
        self.held: dict[str, list[Claimed]] = {owner: [] for owner in _OWNERS}
        self.final: dict[int, str] = {}
        self.replayed: set[int] = set()
        self.killed = False
        Version(lock_id="v1", version_id="v1", release="r", number=1, state="prepared", lifted_at=1).save()

    @initialize(count=st.integers(1, 6))
    def prepare(self, count: int) -> None:
        self.manifest = [*people(count), *people(1, language="ko"), *outlets(2, languages=("en", "ko"))]
        fan_out(self.manifest)

    @rule()
    def fan_out_again(self) -> None:
        fan_out(self.manifest[::-1])

    @rule(seconds=st.integers(1, 200))
    def time_passes(self, seconds: int) -> None:
        self.now += seconds * SECOND

    @precondition(lambda self: not self.killed)
    @rule(
        owner=st.sampled_from(_OWNERS), limit=st.integers(1, 4), channel=st.sampled_from(["mail", "webhook"])
    )
    def claim(self, owner: str, limit: int, channel: str) -> None:
        until = self.now + 90 * SECOND
        rows = statements.claim_first(channel, "v1", limit=limit, owner=owner, lease_until=until)
        rows += statements.claim_due(
            channel, now=self.now, limit=limit - len(rows), owner=owner, lease_until=until
        )
        assert len(rows) <= limit
        self.held[owner] += rows

    @rule(owner=st.sampled_from(_OWNERS), data=st.data())
    def report(self, owner: str, data: st.DataObject) -> None:
        if not self.held[owner]:
            return
        row = self.held[owner].pop(data.draw(st.integers(0, len(self.held[owner]) - 1)))
        state: State = data.draw(st.sampled_from(["accepted", "deferred", "refused", "waiting"]))
        lost = state == "waiting"
        due = self.now + 50 * SECOND if state in {"deferred", "waiting"} else None
        done = None if due else self.now
        losses = row.losses + 1 if lost else 0
        kind = "lost" if lost else "result"
        moved = statements.record(
            [
                Outcome(
                    row.id,
                    row.fence,
                    state,
                    "",
                    due,
                    row.attempts + 1,
                    losses,
                    0,
                    done,
                    kind,
                    self.now,
                    "",
                    1,
                )
            ],
            owner=owner,
        )
        statements.cancel_superseded([id_ for id_ in moved if due], now=self.now)

    @rule(owner=st.sampled_from(_OWNERS))
    def hand_back(self, owner: str) -> None:
        rows, self.held[owner] = self.held[owner], []
        back = [HandBack(row.id, row.fence, "waiting", "", row.held, self.now, None) for row in rows]
        statements.cancel_superseded(list(statements.hand_back(back, owner=owner)), now=self.now)

    @rule(owner=st.sampled_from(_OWNERS))
    def worker_dies_or_stalls(self, owner: str) -> None:
        """Its rows are reaped; it may still report later."""
        found = query(
            "SELECT id, fence, owner, losses FROM dispatch_delivery WHERE state = 'leased' AND owner = %s",
            [owner],
        )
        alone = len(found) == 1
        judged = [
            (o, reaped(losses=o.losses, begun=True, alone=alone, now=self.now, rng=random.Random(1)))
            for o in (Orphan(*row) for row in found)
        ]
        statements.reap(judged, now=self.now)
        if self.killed:
            statements.cancel_version("v1", "newer", now=self.now)

    @rule(number=st.integers(0, 5))
    def somebody_stops(self, number: int) -> None:
        statements.suppress(f"p{number}", "asked to stop", now=self.now)

    @rule()
    def news_gets_old(self) -> None:
        for channel in ("mail", "webhook"):
            statements.expire_version("v1", channel, ends_at=900 * SECOND, now=self.now)

    @rule()
    def kill(self) -> None:
        self.killed = True
        Version.objects.filter(lock_id="v1").update(superseded_at=self.now)
        statements.cancel_version("v1", "newer", now=self.now)

    @precondition(lambda self: not self.killed)
    @rule()
    def operator_resends(self) -> None:
        ids = [row[0] for row in query("SELECT id FROM dispatch_delivery")]
        before = self._states()
        statements.replay(ids, "ana", now=self.now, expires_at=self.now + 10**12)
        self.replayed |= {id_ for id_ in ids if before[id_] in {"refused", "expired", "uncertain"}}

    @invariant()
    def nothing_leaves_a_final_state_but_by_replay(self) -> None:
        """I3."""
        found = self._states()
        for delivery, state in self.final.items():
            assert found[delivery] == state or delivery in self.replayed
        self.final = {delivery: state for delivery, state in found.items() if state in FINAL}
        self.replayed.clear()

    @invariant()
    def nobody_has_two_rows(self) -> None:
        """I4."""
        rows = query(
            "SELECT COUNT(*), COUNT(DISTINCT person_id) FROM dispatch_delivery WHERE person_id IS NOT NULL"
        )
        assert rows[0][0] == rows[0][1]

    @invariant()
    def a_replaced_version_has_nothing_left_to_send(self) -> None:
        """I7: only what is under way."""
        if self.killed:
            assert not {"waiting", "deferred"} & set(self._states().values())

    @invariant()
    def every_claim_is_accounted_for(self) -> None:
        assert statements.unaccounted() == 0

    @invariant()
    def every_ending_says_when(self) -> None:
        rows: list[Any] = query("SELECT state, done_at FROM dispatch_delivery")
        assert all((done is None) == (state in OPEN) for state, done in rows)

    def _states(self) -> dict[int, str]:
        return dict(query("SELECT id, state FROM dispatch_delivery"))


def test_random_events_break_no_invariant() -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=reduced(25, 1000),
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
