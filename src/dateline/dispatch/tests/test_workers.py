"""Several workers on one ledger: each its own owner, one of them prepares, and a lost one's leases return."""

import os
import random
import subprocess
import threading
import time
from collections import Counter
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest
from django.db import connections

from dateline.core.errors import Conflict
from dateline.dispatch import begun, services, statements
from dateline.dispatch.leading import PREPARE, Turn
from dateline.dispatch.process import home_name, lock_path
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import crowd, eventually, held, lifted, outlets, states, told
from dateline.dispatch.tests.children import child, ends_in_order
from dateline.dispatch.tests.test_crash import every_repeat_has_its_trace
from dateline.plant.settings import get_settings
from dateline.testing.counts import reduced
from dateline.testing.fake_channel import read_diary

pytestmark = [pytest.mark.wire, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]

on_postgres = pytest.mark.skipif(
    not os.environ.get("DATELINE_DATABASE_URL"), reason="several workers need PostgreSQL"
)
KILLS = reduced(3, 100)
PEOPLE, OUTLETS = 1000 + 400 * KILLS, 60
WITHIN_S = reduced(90, 1800)


def worker(
    slot: int, diary: Path, *, slow_s: float = 0.01
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    words = (slot, PEOPLE, OUTLETS, diary, slow_s)
    return child("dateline.dispatch.tests.worker_child", *words, DATELINE_LEASE_S="5")


def owners() -> set[str]:
    rows = query("SELECT DISTINCT owner FROM dispatch_delivery WHERE state = 'leased'")
    return {row[0].partition(".")[0] for row in rows}


@on_postgres
@pytest.mark.timeout(7200)
def test_workers_that_are_killed_lose_nothing_and_count_each_delivery_once(tmp_path: Path) -> None:
    """I3, I5: two at work, one or the other killed; the survivor takes over what it held."""
    rng = random.Random(20261124)
    diary = tmp_path / "diary"
    facts = crowd(PEOPLE, OUTLETS).facts("v1")
    told(held(facts), lifted(facts))
    both = {home_name(get_settings().home, slot) for slot in (1, 2)}
    with ExitStack() as stack:
        running = {slot: stack.enter_context(worker(slot, diary)) for slot in (1, 2)}
        eventually(lambda: owners() == both, within_s=WITHIN_S)
        for _ in range(KILLS):
            slot = rng.choice((1, 2))
            time.sleep(rng.uniform(0.1, 0.4))
            running[slot].kill()
            running[slot].wait()
            running[slot] = stack.enter_context(worker(slot, diary))
            before = len(read_diary(diary))
            eventually(
                lambda before=before: len(read_diary(diary)) > before + 20 or services.is_settled("v1"),  # type: ignore[misc]
                within_s=WITHIN_S,
            )
        # The last kill is for good: its leases run out and come back to the other.
        running[2].kill()
        eventually(lambda: states() == {"accepted": PEOPLE + 2 * OUTLETS}, within_s=WITHIN_S)
        assert ends_in_order(running[1])
    copies = read_diary(diary)
    assert len({mid for mid, _, _ in copies}) == PEOPLE + 2 * OUTLETS, "0 lost"
    counted = Counter(
        row[0] for row in query("SELECT delivery_id FROM dispatch_attempt WHERE kind = 'result'")
    )
    assert set(counted.values()) == {1}, "one count per delivery"
    every_repeat_has_its_trace(diary)
    assert statements.unaccounted() == 0


@on_postgres
def test_one_of_them_prepares_and_another_takes_over() -> None:
    first, second = Turn(PREPARE), Turn(PREPARE)
    assert first.mine()
    assert first.mine(), "now or still"
    found: list[bool] = []

    def ask() -> None:
        found.append(second.mine())
        connections.close_all()

    for _ in range(2):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        connections["ledger"].close()  # the first one's session ends, as with its process
    assert found == [False, True]


@pytest.mark.skipif(bool(os.environ.get("DATELINE_DATABASE_URL")), reason="PostgreSQL has room for many")
def test_sqlite_has_room_for_one() -> None:
    with pytest.raises(Conflict, match="PostgreSQL"):
        services.run_dispatch(threading.Event(), {}, slot=2)
    services.must_fit(get_settings(), 1)


def test_each_slot_has_a_lock_and_a_name_of_its_own(tmp_path: Path) -> None:
    assert lock_path(tmp_path).name == "dispatch.lock"
    assert lock_path(tmp_path, 2) != lock_path(tmp_path)
    assert home_name(tmp_path, 2) != home_name(tmp_path) == home_name(tmp_path, 1)


def test_a_worker_finds_the_journal_of_another_slot(tmp_path: Path) -> None:
    """What a lost worker had not begun is no loss, whoever reaps it."""
    journal = begun.Journal(tmp_path / "begun-2", "other.1")
    journal.open()
    journal.mark(7, 1)
    assert begun.begun(tmp_path / "begun", "other.1") == {(7, 1)}
    assert begun.begun(tmp_path / "begun", "unknown.1") is None
    begun.forget(tmp_path / "begun", except_owner="mine.1")
    assert begun.begun(tmp_path / "begun", "other.1") == {(7, 1)}, "its own slot alone removes it"
    journal.close()


def test_the_crowd_is_what_the_children_think_it_is() -> None:
    assert len(crowd(3, 2).manifest("v1").rows) == 3 + len(outlets(2, languages=("en", "ko")))
