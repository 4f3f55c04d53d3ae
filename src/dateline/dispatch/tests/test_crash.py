"""Real processes killed and stopped at any moment: nothing lost, no repeat without a trace, nothing early
(I3, I5).

Promised is at least once under one id. The receiver's diary is the witness: it is written before the answer.
"""

import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connections

from dateline.core.clock import SystemClock
from dateline.dispatch import services, statements
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import attempts, crowd, eventually, held, lifted, states, told
from dateline.dispatch.tests.children import child, ends_in_order
from dateline.plant.db.databases import LEDGER
from dateline.plant.settings import get_settings
from dateline.testing.counts import reduced
from dateline.testing.fake_channel import read_diary

pytestmark = [pytest.mark.wire, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]

KILLS = reduced(3, 100)
SETTLE_S = reduced(120, 1800)  # a row that was lost five times in a row waits a quarter of an hour


@contextmanager
def pump(
    diary: Path, people: int, outlets: int, *, slow_s: float = 0, **environment: str
) -> Iterator[subprocess.Popen[bytes]]:
    """A dispatch process; killed at the end if it still runs, stopped or not."""
    words = (people, outlets, diary, slow_s)
    with child("dateline.dispatch.tests.pump_child", *words, **environment) as process:
        yield process


def lines(diary: Path) -> int:
    return len(read_diary(diary))


def wait_for_lines(diary: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    eventually(lambda: lines(diary) >= count or process.poll() is not None, within_s=SETTLE_S)
    assert process.poll() is None, "the process ended by itself"


def finish(diary: Path, people: int, outlets: int) -> None:
    """One last process that nobody kills, stopped in order."""
    with pump(diary, people, outlets) as process:
        eventually(lambda: services.is_settled("v1") and not open_rows(), within_s=SETTLE_S)
        assert ends_in_order(process)


def open_rows() -> int:
    return sum(count for state, count in states().items() if state in {"waiting", "leased", "deferred"})


def every_repeat_has_its_trace(diary: Path) -> None:
    """Diary against ledger: the only legal difference is a repeat, and its first copy's claim is a `lost`
    row.
    """
    copies = Counter((delivery, mid) for mid, delivery, _ in read_diary(diary))
    ids = {mid for _, mid in copies}
    assert len(ids) == len(copies), "I5: a repeat carries the same id"
    lost = {(delivery, fence) for delivery, fence, _ in attempts("lost")}
    fences: dict[int, list[int]] = {}
    for _, delivery, fence in read_diary(diary):
        fences.setdefault(delivery, []).append(fence)
    for delivery, claims in fences.items():
        assert len(set(claims)) == len(claims), "one copy per claim"
        assert all((delivery, fence) in lost for fence in sorted(claims)[:-1]), (delivery, claims)


def sound() -> None:
    assert statements.unaccounted() == 0
    if connections[LEDGER].vendor == "sqlite":
        assert query("PRAGMA integrity_check") == [("ok",)]


@pytest.mark.timeout(7200)
def test_kill_nine_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """During preparation, while pumping, over and over."""
    rng = random.Random(20261124)
    people, outlets = 1500 + 500 * KILLS, 100
    facts = crowd(people, outlets).facts("v1")
    diary = tmp_path / "diary"
    told(held(facts))
    with pump(diary, people, outlets) as process:
        eventually(lambda: states() or process.poll() is not None, within_s=SETTLE_S)
        process.kill()
    assert lines(diary) == 0, "I1: nothing leaves before the lift"
    told(lifted(facts))
    for _ in range(KILLS):
        with pump(diary, people, outlets, slow_s=0.01) as process:
            before = lines(diary)
            wait_for_lines(diary, min(before + 50, people + 2 * outlets), process)
            time.sleep(rng.uniform(0.1, 0.45))
            process.kill()
        if services.is_settled("v1") and not open_rows():
            break
    finish(diary, people, outlets)
    total = people + 2 * outlets
    assert states() == {"accepted": total}
    assert len({mid for mid, _, _ in read_diary(diary)}) == total
    every_repeat_has_its_trace(diary)
    sound()


def test_a_stalled_process_wakes_up_and_sends_nothing_twice(tmp_path: Path) -> None:
    """SIGSTOP for longer than the lease, with nobody else there: its rows are still its own."""
    people, diary = 400, tmp_path / "diary"
    facts = crowd(people, 0).facts("v1")
    told(held(facts), lifted(facts))
    with pump(diary, people, 0, slow_s=0.02, DATELINE_LEASE_S="5") as process:
        wait_for_lines(diary, 30, process)
        process.send_signal(signal.SIGSTOP)
        time.sleep(0.5)
        frozen = lines(diary)
        time.sleep(5.5)
        assert lines(diary) == frozen < people
        process.send_signal(signal.SIGCONT)
        eventually(lambda: services.is_settled("v1"), within_s=SETTLE_S)
        assert ends_in_order(process)
    assert states() == {"accepted": people}
    assert lines(diary) == people
    assert attempts("lost") == []


def test_a_stalled_worker_whose_rows_were_taken_changes_nothing_when_it_wakes(
    tmp_path: Path, home: Path
) -> None:
    """Two machines on one PostgreSQL: late results are recorded, without effect."""
    if connections[LEDGER].vendor != "postgresql":
        pytest.skip("a SQLite ledger has one dispatch process: DATELINE_TEST_DATABASE=postgres runs this")
    people, diary = 300, tmp_path / "diary"
    other = tmp_path / "other-home"
    for name in ("vault", "message-id"):
        get_settings().secret(name)
    shutil.copytree(home / "keys", other / "keys")
    facts = crowd(people, 0).facts("v1")
    told(held(facts), lifted(facts))
    with pump(diary, people, 0, slow_s=0.5, DATELINE_LEASE_S="5") as stalled:
        wait_for_lines(diary, 16, stalled)
        stalled.send_signal(signal.SIGSTOP)
        leased = {row[0] for row in query("SELECT id FROM dispatch_delivery WHERE state = 'leased'")}
        assert leased
        with pump(diary, people, 0, DATELINE_LEASE_S="5", DATELINE_HOME=str(other)) as worker:
            eventually(lambda: services.is_settled("v1"), within_s=SETTLE_S)
            assert states() == {"accepted": people}
            assert leased <= {delivery for delivery, _, _ in attempts("lost")}
            stalled.send_signal(signal.SIGCONT)
            eventually(late_results, within_s=SETTLE_S)
            assert ends_in_order(stalled) and ends_in_order(worker)
    assert states() == {"accepted": people}
    assert len({mid for mid, _, _ in read_diary(diary)}) == people
    every_repeat_has_its_trace(diary)
    sound()


def late_results() -> int:
    """Claims that were lost and answered after all."""
    rows = query(
        """SELECT COUNT(*) FROM dispatch_attempt a JOIN dispatch_attempt b
        ON a.delivery_id = b.delivery_id AND a.fence = b.fence WHERE a.kind = 'lost' AND b.kind = 'result'"""
    )
    return int(rows[0][0])


def test_the_process_survives_events_that_came_while_it_was_down(tmp_path: Path) -> None:
    people, diary = 50, tmp_path / "diary"
    facts = crowd(people, 0).facts("v1")
    told(held(facts), lifted(facts, SystemClock().now()))
    finish(diary, people, 0)
    assert states() == {"accepted": people}
    assert services.was_unprepared("v1")
