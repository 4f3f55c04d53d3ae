"""The statements that move rows, on whichever database the suite runs on."""

import random
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connections, transaction

from dateline.dispatch import statements
from dateline.dispatch.models import Version
from dateline.dispatch.rules import FINAL, MOVES, OPEN, SECOND, State, reaped
from dateline.dispatch.sql import change, query
from dateline.dispatch.statements import Claimed, HandBack, Orphan
from dateline.dispatch.statements import Outcome as Result
from dateline.dispatch.tests.builders import attempts, fan_out, new, now, outlets, people, states
from dateline.plant.db.databases import LEDGER

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]

LEASE = 90 * SECOND


def claim(limit: int = 10, *, owner: str = "h.a", channel: str = "mail", lease: int = LEASE) -> list[Claimed]:
    with transaction.atomic(using=LEDGER):
        return statements.claim_first(channel, "v1", limit=limit, owner=owner, lease_until=now() + lease)


def result(
    row: Claimed, state: State = "accepted", *, due_at: int | None = None, kind: str = "result"
) -> Result:
    done = None if state in OPEN else now()
    return Result(row.id, row.fence, state, "said so", due_at, 1, 0, 250, done, kind, now(), "words", 12)


def reap(*orphans: Orphan, alone: bool = True) -> int:
    """As the upkeep does it."""
    rng = random.Random(1)
    judged = [(o, reaped(losses=o.losses, begun=o.begun, alone=alone, now=now(), rng=rng)) for o in orphans]
    with transaction.atomic(using=LEDGER):
        return statements.reap(judged, now=now())


def one(column: str, delivery: int) -> object:
    return query(f"SELECT {column} FROM dispatch_delivery WHERE id = %s", [delivery])[0][0]


def test_the_fan_out_may_run_twice() -> None:
    rows = [*people(50), *outlets(5, languages=("en", "ko"))]
    assert fan_out(rows) == 60
    assert fan_out(rows) == 0
    assert fan_out([*rows, *people(1, start=50)]) == 1
    assert states() == {"waiting": 61}


def test_one_person_gets_one_delivery_whatever_lists_and_languages_overlap() -> None:
    """I4: by index, also for two recipients that are one person."""
    twice = [*people(1), *people(1, language="ko")]
    assert fan_out(twice) == 1
    other = people(1, start=7)[0]
    same_person = new(other)._replace(person_id="p0")
    assert statements.fan_out("v1", "late", [same_person], now=now()) == 0
    assert statements.fan_out("v2", "v2", [same_person], now=now()) == 1


def test_rows_keep_the_order_they_were_inserted_in() -> None:
    """I12: the shuffled manifest decides who is first, nothing else does."""
    rows = people(40)[::-1]
    fan_out(rows)
    assert [row.recipient_id for row in claim(40)] == [row.recipient for row in rows]


def test_a_suppressed_entry_is_a_row_with_its_reason() -> None:
    statements.fan_out("v1", "v1", [new(people(1)[0], state="suppressed", reason="asked to stop")], now=now())
    assert states() == {"suppressed": 1}
    assert claim() == []
    assert query("SELECT reason, done_at IS NOT NULL FROM dispatch_delivery") == [("asked to stop", True)]


@pytest.mark.parametrize("limit", [1, 7, 500])
def test_a_claim_never_takes_more_than_asked(limit: int) -> None:
    fan_out(people(30))
    rows = claim(limit)
    assert len(rows) == min(limit, 30)
    assert all(row.fence == 1 for row in rows)
    assert states().get("leased", 0) == len(rows)


def test_workers_at_the_same_time_never_share_a_row() -> None:
    """Claimed at most n each, and all of it once."""
    fan_out(people(600))
    start, got = Barrier(4), []  # type: ignore[var-annotated]

    def work(owner: str) -> None:
        try:
            start.wait()
            for _ in range(15):
                rows = claim(10, owner=owner)
                assert len(rows) <= 10
                got.extend(row.id for row in rows)
        finally:
            connections.close_all()

    threads = [Thread(target=work, args=(f"h.{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == len(set(got)) == 600
    assert states() == {"leased": 600}


def test_retries_come_back_when_due_and_not_before() -> None:
    fan_out(people(3))
    rows = claim()
    statements.record(
        [
            result(rows[0], "deferred", due_at=now() - 5),
            result(rows[1], "deferred", due_at=now() + 60 * SECOND),
            result(rows[2]),
        ],
        owner="h.a",
    )
    due = statements.claim_due("mail", now=now(), limit=10, owner="h.a", lease_until=now() + LEASE)
    assert [(row.id, row.fence, row.attempts) for row in due] == [(rows[0].id, 2, 1)]
    assert claim() == [], "what was claimed before never comes through the first lane"
    assert statements.next_due("mail") == one("due_at", rows[1].id)
    assert statements.next_due("webhook") is None


def test_a_late_result_leaves_its_attempt_and_no_other_trace() -> None:
    """A fenced claim: the stalled worker's answer changes nothing, yet the try did happen."""
    fan_out(people(1))
    stalled = claim(owner="h.slow", lease=-1)[0]
    with transaction.atomic(using=LEDGER):
        found = statements.orphans("h.b", now=now())
    assert reap(*found) == 1
    again = statements.claim_due("mail", now=now(), limit=5, owner="h.b", lease_until=now() + LEASE)[0]
    assert (again.id, again.fence) == (stalled.id, 2)
    assert statements.record([result(again)], owner="h.b") == {again.id}
    assert statements.record([result(stalled, "refused")], owner="h.slow") == set()
    assert states() == {"accepted": 1}
    assert attempts() == [(again.id, 1, "lost"), (again.id, 1, "result"), (again.id, 2, "result")]


def test_a_result_of_the_right_owner_with_an_old_fence_changes_nothing() -> None:
    fan_out(people(1))
    row = claim()[0]
    assert statements.record([result(row._replace(fence=0))], owner="h.a") == set()
    assert states() == {"leased": 1}


def test_the_servers_words_are_kept_to_a_kilobyte_of_whole_characters() -> None:
    fan_out(people(1))
    row = claim()[0]
    statements.record([result(row)._replace(text="\x00ü" * 4000)], owner="h.a")
    text = query("SELECT text FROM dispatch_attempt")[0][0]
    assert text == "ü" * 512


def test_a_claim_nobody_saw_is_taken_back_as_if_it_had_not_been() -> None:
    fan_out(people(2))
    rows = claim()
    back = [
        HandBack(rows[0].id, 1, "waiting", "", "", None, None),
        HandBack(rows[1].id, 1, "deferred", "resting", "", now() + 5, None),
    ]
    assert statements.hand_back(back, owner="h.b") == set(), "only by whoever holds it"
    assert statements.hand_back(back, owner="h.a") == {rows[0].id, rows[1].id}
    assert [one("fence", row.id) for row in rows] == [0, 0]
    assert [row.id for row in claim()] == [rows[0].id]
    assert attempts() == []


def test_renewal_prolongs_what_is_ours_and_says_which_that_is() -> None:
    fan_out(people(3))
    mine, theirs = claim(2), claim(1, owner="h.b")
    assert statements.renew("h.a", lease_until=now() + 5 * LEASE) == {row.id: 1 for row in mine}
    assert int(str(one("lease_until", mine[0].id))) > int(str(one("lease_until", theirs[0].id)))


def test_the_reaper_takes_expired_leases_and_the_dead_of_our_home_but_never_our_own() -> None:
    fan_out(people(4))
    expired, alive = claim(1, owner="x.1", lease=-1), claim(1, owner="x.2")
    ours, dead = claim(1, owner="home.new", lease=-1), claim(1, owner="home.old")
    found = {o.id for o in statements.orphans("home.new", now=now(), dead_prefix="home.")}
    assert found == {expired[0].id, dead[0].id}
    assert alive[0].id not in found and ours[0].id not in found
    assert {o.id for o in statements.orphans("home.new", now=now())} == {expired[0].id}


def test_reaped_rows_are_lost_when_begun_and_released_when_not() -> None:
    fan_out(people(2))
    begun, not_begun = claim()
    assert reap(Orphan(begun.id, 1, "h.a"), Orphan(not_begun.id, 1, "h.a", begun=False)) == 2
    assert attempts() == [(begun.id, 1, "lost"), (not_begun.id, 1, "released")]
    assert (one("losses", begun.id), one("losses", not_begun.id)) == (1, 0)
    assert len(statements.claim_due("mail", now=now(), limit=5, owner="h.b", lease_until=now() + LEASE)) == 2


@pytest.mark.parametrize("alone", [True, False])
def test_a_row_that_kills_three_workers_is_uncertain_and_one_that_died_among_many_is_not(
    alone: bool,
) -> None:
    fan_out(people(1))
    row = claim()[0]
    for fence in (1, 2, 3):
        assert reap(Orphan(row.id, fence, "h.a", losses=fence - 1), alone=alone) == 1
        late = now() + 400 * SECOND
        statements.claim_due("mail", now=late, limit=5, owner="h.a", lease_until=now() + LEASE)
    assert len(attempts("lost")) == 3
    assert states() == ({"uncertain": 1} if alone else {"leased": 1})
    assert (one("done_at", row.id) is not None) == alone
    assert one("losses", row.id) == 3


def test_old_news_expires_and_what_was_never_answered_becomes_uncertain() -> None:
    fan_out(people(4))
    rows = claim(3)
    statements.record([result(rows[0], "deferred", due_at=now() + 9)], owner="h.a")
    reap(Orphan(rows[1].id, 1, "h.a"))
    change("UPDATE dispatch_delivery SET expires_at = %s WHERE id = %s", [now() + LEASE, rows[1].id + 2])
    assert statements.expire_version("v1", "webhook", ends_at=now(), now=now()) == 0
    assert statements.expire_version("v1", "mail", ends_at=now() + LEASE, now=now()) == 0
    assert statements.expire_version("v1", "mail", ends_at=now() - 1, now=now()) == 2
    assert (one("state", rows[0].id), one("state", rows[1].id)) == ("expired", "uncertain")
    assert "last: said so" in str(one("reason", rows[0].id))
    assert states() == {"expired": 1, "uncertain": 1, "leased": 1, "waiting": 1}


def test_a_row_with_an_end_of_its_own_expires_then_and_is_never_deferred_beyond_it() -> None:
    fan_out(people(1))
    row = claim()[0]
    ends = now() + 50
    change("UPDATE dispatch_delivery SET expires_at = %s", [ends])
    statements.record([result(row, "deferred", due_at=now() + LEASE)], owner="h.a")
    assert one("due_at", row.id) == ends
    assert statements.expire_due("mail", now=ends - 1) == 0
    assert statements.expire_due("mail", now=ends) == 1


def test_a_newer_version_cancels_unsent_rows_and_leaves_those_under_way() -> None:
    """I7; a lost one is uncertain, because it may have arrived."""
    fan_out(people(4))
    rows = claim(3)
    statements.record([result(rows[0], "deferred", due_at=now() + 9)], owner="h.a")
    reap(Orphan(rows[1].id, 1, "h.a"))
    assert statements.cancel_version("v1", "a newer version", now=now(), limit=2) == 2
    assert statements.cancel_version("v1", "a newer version", now=now()) == 1
    assert states() == {"cancelled": 2, "uncertain": 1, "leased": 1}
    assert one("state", rows[1].id) == "uncertain"


def test_a_suppression_ends_every_open_row_of_the_person_and_touches_no_other() -> None:
    """I13."""
    Version(lock_id="v1", version_id="v1", release="r", number=1, state="prepared").save()
    fan_out([*people(3), *outlets(1)])
    sent = claim(1)[0]
    statements.record([result(sent)], owner="h.a")
    for name in ("p0", "p1", "o_0"):
        statements.suppress(name, "asked to stop", now=now())
    assert states() == {"accepted": 1, "suppressed": 2, "waiting": 1}


def test_replay_needs_an_ended_row_and_is_written_down() -> None:
    fan_out(people(3))
    rows = claim(2)
    statements.record([result(rows[0]), result(rows[1], "refused")], owner="h.a")
    ids = [row.id for row in rows] + [rows[1].id + 1]
    assert statements.replay(ids, "ana", now=now(), expires_at=now() + LEASE) == 1
    assert states() == {"accepted": 1, "waiting": 2}
    assert (rows[1].id, 1, "replay") in attempts()
    assert query("SELECT text FROM dispatch_attempt WHERE kind = 'replay'") == [("resent by ana",)]


def test_mails_are_counted_per_person_and_day() -> None:
    assert statements.count_mails([("p1", "2026-11-24", 2), ("p2", "2026-11-24", 1)]) == {
        ("p1", "2026-11-24"): 2,
        ("p2", "2026-11-24"): 1,
    }
    assert statements.count_mails([("p1", "2026-11-24", 3)]) == {("p1", "2026-11-24"): 5}
    assert statements.forget_mail_days("2026-11-25") == 2


def test_rows_of_a_void_lock_are_deleted_in_chunks() -> None:
    fan_out(people(5))
    fan_out(people(2), lock_id="v2")
    assert [statements.drop_rows("v1", limit=3) for _ in range(3)] == [3, 2, 0]
    assert states() == {"waiting": 2}


def _into(state: State) -> int:
    """A row in that state, by moves that are allowed."""
    fan_out(people(1))
    row = claim()[0]
    if state == "leased":
        return row.id
    direct: dict[State, State] = {"expired": "waiting", "cancelled": "waiting", "suppressed": "waiting"}
    change(
        "UPDATE dispatch_delivery SET state = %s, due_at = %s WHERE id = %s",
        [direct.get(state, state), 1, row.id],
    )
    if state in direct:
        change("UPDATE dispatch_delivery SET state = %s WHERE id = %s", [state, row.id])
    return row.id


@pytest.mark.parametrize("old", sorted(OPEN | FINAL))
def test_the_database_refuses_every_move_outside_the_table(old: State) -> None:
    """I3: also for a statement that somebody writes one day."""
    move = "UPDATE dispatch_delivery SET state = %s, due_at = 1 WHERE id = %s"
    for target in sorted(OPEN | FINAL):
        delivery = _into(old)
        if target == old or target in MOVES[old]:
            assert change(move, [target, delivery]) == 1
        else:
            with pytest.raises(DatabaseError, match="cannot make this move"):
                change(move, [target, delivery])
            assert one("state", delivery) == old
        change("DELETE FROM dispatch_delivery")


def test_attempts_are_append_only() -> None:
    statements.add_attempts([(1, 1, "result", 5, 250, "first", 3), (1, 1, "result", 6, 0, "second", 3)])
    statements.add_attempts([(1, 1, "result", 7, 0, "third", 3)])
    assert query("SELECT text FROM dispatch_attempt") == [("first",)]
    with pytest.raises(DatabaseError, match="append-only"):
        change("UPDATE dispatch_attempt SET code = 1")


def test_every_claim_is_accounted_for() -> None:
    """The nightly sum: distinct (delivery, fence) of attempts + leased = sum of fence."""
    fan_out(people(20))
    rows = claim(12)
    statements.record([result(row) for row in rows[:4]], owner="h.a")
    statements.record([result(row, "deferred", due_at=now() - 1) for row in rows[4:7]], owner="h.a")
    statements.hand_back([HandBack(rows[7].id, 1, "waiting", "", "", None, None)], owner="h.a")
    reap(Orphan(rows[8].id, 1, "h.a"))
    statements.claim_due("mail", now=now(), limit=3, owner="h.a", lease_until=now() + LEASE)
    assert statements.unaccounted() == 0


_LANES = {
    "dispatch_lane_first": "channel = 'mail' AND lock_id = 'v1' AND state = 'waiting' AND fence = 0"
    " AND due_at IS NULL",
    "dispatch_lane_due": "channel = 'mail' AND due_at <= 5 AND due_at IS NOT NULL"
    " AND digest = 0 AND state IN ('waiting', 'deferred')",
    "dispatch_open": "lock_id = 'v1' AND done_at IS NULL AND state <> 'leased'",
    "dispatch_lane_leased": "state = 'leased' AND lease_until < 5",
    "dispatch_delivery_person": "person_id = 'p1' AND version_id IN ('v1', 'v2')",
}


@pytest.mark.parametrize(("index", "sql"), _LANES.items())
def test_each_lane_has_its_index(index: str, sql: str) -> None:
    explain = "EXPLAIN QUERY PLAN" if connections[LEDGER].vendor == "sqlite" else "EXPLAIN"
    with transaction.atomic(using=LEDGER):
        if explain == "EXPLAIN":
            query("SET LOCAL enable_seqscan = off")  # else PostgreSQL reads a small table whole
        plan = query(f"{explain} SELECT id FROM dispatch_delivery WHERE {sql}")
    assert any(index in str(row) for row in plan), plan
