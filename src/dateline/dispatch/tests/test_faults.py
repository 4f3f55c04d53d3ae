"""The database fails under the pump: results wait, nothing is lost, nothing is sent twice without a trace."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from dateline.core.channel import Channel
from dateline.dispatch import health, services, statements
from dateline.dispatch.breaker import Heard
from dateline.dispatch.sql import change, query
from dateline.dispatch.statements import Outcome
from dateline.dispatch.tests.builders import (
    FakeHouse,
    dispatching,
    eventually,
    fan_out,
    held,
    lifted,
    now,
    people,
    states,
    told,
)
from dateline.dispatch.writer import Writer
from dateline.plant.db.databases import LEDGER
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


@contextmanager
def writing() -> Iterator[Writer]:
    writer = Writer("h.a", now, lease_s=90, on_commit=lambda: None)
    writer.start()
    try:
        yield writer
    finally:
        writer.finish()


def accepted(delivery: int, fence: int = 1) -> Outcome:
    return Outcome(delivery, fence, "accepted", "", None, 1, 0, 250, now(), "result", now(), "Ok" * 400, 1)


def test_a_full_disk_delays_results_and_loses_none() -> None:
    if connections[LEDGER].vendor != "sqlite":
        pytest.skip("PostgreSQL's disk is not ours to fill: the next test breaks its connections instead")
    fan_out(people(500))
    with writing() as writer:
        rows = writer.submit(
            lambda: statements.claim_first("mail", "v1", limit=500, owner="h.a", lease_until=now() + 10**8)
        ).result(10)
        # No page more than now: the next commit on this connection meets a full disk, the one after does not.
        writer.submit(lambda: query("PRAGMA max_page_count = 1")).result(10)
        for row in rows:
            writer.add(accepted(row.id))
        assert writer.flushed(20)
    assert states() == {"accepted": 500}


def test_a_job_that_fails_says_so_and_the_next_one_is_done() -> None:
    with writing() as writer:
        with pytest.raises(DatabaseError, match="nowhere"):
            writer.submit(lambda: query("SELECT missing FROM nowhere")).result(10)
        assert writer.submit(lambda: query("SELECT 1")).result(10) == [(1,)]


def test_results_are_committed_in_groups_and_all_of_them() -> None:
    fan_out(people(600))
    with writing() as writer:
        rows = writer.submit(
            lambda: statements.claim_first("mail", "v1", limit=600, owner="h.a", lease_until=now() + 10**8)
        ).result(10)
        for row in rows:
            writer.add(accepted(row.id))
        assert writer.flushed(20)
        assert writer.backlog == 0 and writer.unwritten() == set()
        assert states() == {"accepted": 600}


def test_news_of_health_is_written_in_groups_no_larger_than_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a backlog would need more parameters than SQLite takes, and the same statement for ever."""
    sizes: list[int] = []
    monkeypatch.setattr(health, "add", lambda news, now: sizes.append(len(news)))
    writer = Writer("h.a", now, lease_s=90, on_commit=lambda: None)
    for number in range(2500):  # what has gathered while the database was away
        news = Heard(f"o_{number}", "webhook", now(), 1, 0, 0, 0, 0, 0, 0, "503 Busy", "")
        writer.add(accepted(number), news)
    writer.start()
    assert writer.flushed(20)
    writer.finish()
    assert [size for size in sizes if size] == [1000, 1000, 500]


def test_broken_connections_cost_time_and_nothing_else() -> None:
    if connections[LEDGER].vendor != "postgresql":
        pytest.skip("SQLite has no connection to break: DATELINE_TEST_DATABASE=postgres runs this")
    house = FakeHouse()
    mail = FakeChannel("mail", slow=lambda task: 0.01, concurrency=8)
    facts = house.add("v1", people(800))
    told(held(facts), lifted(facts))
    channels: list[Channel] = [mail]
    with dispatching(house, *channels):
        for sent in (50, 200, 400):
            eventually(lambda sent=sent: len(mail.seen) >= sent)  # type: ignore[misc]
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                )
        connections[LEDGER].close()
        eventually(lambda: services.is_settled("v1"), within_s=90)
    assert states() == {"accepted": 800}
    assert len({task.delivery for task in mail.seen}) == 800
    assert statements.unaccounted() == 0


def test_a_version_that_cannot_be_addressed_holds_up_no_other() -> None:
    """I6: rows of several versions are claimed together, and one of them meets a fault of our own."""

    class Broken(FakeHouse):
        whole = False

        def event(self, lock_id: str, language: str) -> dict[str, Any]:
            if lock_id == "v1" and not self.whole:
                raise RuntimeError("no such event")
            return super().event(lock_id, language)

    house, mail = Broken(), FakeChannel("mail")
    for lock, name in (("v1", "broken2222"), ("v2", "sound22222")):
        facts = house.add(lock, people(20), release=name)
        told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(lambda: states("v2") == {"accepted": 20} and states("v1") == {"deferred": 20})
        house.whole = True
        change("UPDATE dispatch_delivery SET due_at = %s WHERE state = 'deferred'", [now()])
        eventually(lambda: states("v1") == {"accepted": 20})
    assert statements.unaccounted() == 0 and len(mail.seen) == 40
