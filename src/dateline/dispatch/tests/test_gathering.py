"""Who gathers digests, and what it costs while there is nothing to gather."""

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from dateline.dispatch import digests, statements
from dateline.dispatch.digests import Gathering
from dateline.dispatch.models import Version
from dateline.dispatch.pauses import Stops
from dateline.dispatch.rules import SECOND
from dateline.dispatch.sql import change, query
from dateline.dispatch.statements import Outcome
from dateline.dispatch.statements import digests as digest_rows
from dateline.dispatch.tests.builders import fan_out, now, people, states
from dateline.plant.db.databases import LEDGER

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]
NOTHING = Stops()
MAIL_RESTS = Stops(mail_locks=frozenset({"v1"}))


class NotOurs:
    """Another worker holds the lock."""

    def mine(self) -> bool:
        return False


def due(count: int, *, at: int = 0) -> None:
    """Rows of one release that wait for the digests of as many people."""
    Version(lock_id="v1", version_id="v1", release="r", state="prepared", lifted_at=1, channels="mail").save()
    fan_out(people(count))
    change("UPDATE dispatch_delivery SET digest = -1, due_at = %s", [at or now() - SECOND])


def step(gathering: Gathering, *, stops: Stops = NOTHING, at: int = 0) -> bool:
    with transaction.atomic(using=LEDGER):
        return gathering.step(now=at or now(), stops=stops)


def carriers() -> int:
    return int(query("SELECT COUNT(*) FROM dispatch_delivery WHERE lock_id = 'digest'")[0][0])


def asked(gathering: Gathering, **more: object) -> list[str]:
    """The statements that a step asks."""
    with CaptureQueriesContext(connections[LEDGER]) as seen:
        assert not step(gathering, **more)  # type: ignore[arg-type]
    return [str(one["sql"]) for one in seen if "dispatch_" in str(one["sql"])]


def test_whose_turn_it_is_not_gathers_and_closes_nothing() -> None:
    due(3)
    other = Gathering(turn=NotOurs())  # type: ignore[arg-type]
    assert asked(other) == [] and carriers() == 0
    mine = Gathering()
    while step(mine):
        pass
    assert carriers() == 3


def test_what_is_due_later_is_gathered_when_it_is() -> None:
    hour = now() + 3600 * SECOND
    due(2, at=hour)
    gathering = Gathering()
    assert not step(gathering) and carriers() == 0
    assert step(gathering, at=hour + 1) and carriers() == 2


def test_while_nothing_became_due_and_no_digest_ended_two_looks_at_an_index_are_all() -> None:
    """However many wait: behind a pause, or for a digest that is on its way."""
    due(5, at=now() - 60 * SECOND)
    gathering = Gathering()
    asked(gathering, stops=MAIL_RESTS)
    later = now() + 20 * SECOND
    idle = asked(gathering, stops=MAIL_RESTS, at=later)
    assert len(idle) == 2, idle
    if connections[LEDGER].vendor == "sqlite":
        for sql in idle:
            assert "USING" in str(query(f"EXPLAIN QUERY PLAN {sql}")) and "INDEX dispatch_digest" in str(
                query(f"EXPLAIN QUERY PLAN {sql}")
            ), sql
    assert step(gathering, at=later + SECOND), "resumed: all of it is looked at again"
    assert carriers() == 5


def test_a_digest_that_ended_is_closed_once_and_its_rows_with_it() -> None:
    due(3)
    gathering = Gathering()
    while step(gathering):
        pass
    rows = statements.claim_due("mail", now=now(), limit=2, owner="a", lease_until=now() + 10**9)
    done = now()
    statements.record(
        [
            Outcome(r.id, r.fence, "accepted", "", None, 1, 0, 250, done, "result", done, "250 ok", 1)
            for r in rows
        ],
        owner="a",
    )
    assert step(gathering), "two have ended"
    assert states("v1") == {"accepted": 2, "waiting": 1}
    with transaction.atomic(using=LEDGER):
        assert digest_rows.close() == 0, "and were told of"
    assert digest_rows.forget_carriers(before=now() + SECOND) == 2
    assert statements.unaccounted() == 0


def test_a_row_committed_a_moment_after_its_hour_is_not_missed() -> None:
    due(1, at=now() + 5 * SECOND)
    gathering = Gathering()
    at = now() + 8 * SECOND
    change("UPDATE dispatch_delivery SET digest = 0")  # not committed yet, as far as others can see
    assert not step(gathering, at=at)
    change("UPDATE dispatch_delivery SET digest = -1")
    assert step(gathering, at=at + SECOND) and carriers() == 1


def test_the_lock_of_the_turn_is_its_own() -> None:
    from dateline.dispatch import leading

    keys = [leading.FOLLOW, leading.PREPARE, leading.ARCHIVE, leading.DIGESTS]
    assert len(set(keys)) == 4
    assert digests.Gathering().turn is not digests.Gathering().turn
