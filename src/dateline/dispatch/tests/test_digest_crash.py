"""Dispatch killed amid digests: each person's is one mail under one id, and what it listed is told as it
ended (I3, I5).
"""

import random
import subprocess
import time
from pathlib import Path

import pytest

from dateline.dispatch import statements
from dateline.dispatch.sql import change, query
from dateline.dispatch.tests.builders import (
    digest_crowd,
    dispatching,
    eventually,
    held,
    lifted,
    now,
    told,
)
from dateline.dispatch.tests.children import child, ends_in_order
from dateline.dispatch.tests.test_crash import every_repeat_has_its_trace, sound
from dateline.testing.counts import reduced
from dateline.testing.fake_channel import FakeChannel, read_diary

pytestmark = [pytest.mark.wire, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]

KILLS = reduced(2, 100)
PEOPLE = 300 + 60 * KILLS
WITHIN_S = reduced(120, 1800)
SLOW_S = 0.02
CHILD = "dateline.dispatch.tests.digest_child"


def count(where: str) -> int:
    return int(query(f"SELECT COUNT(*) FROM dispatch_delivery WHERE {where}")[0][0])


def waits_for_digests() -> None:
    """Three releases are out, and every row of theirs waits for its person's digest."""
    house = digest_crowd(PEOPLE)
    with dispatching(house, FakeChannel("mail")):
        for lock in ("v0", "v1", "v2"):
            facts = house.facts(lock)
            told(held(facts), lifted(facts))
        eventually(lambda: count("digest = -1 AND state = 'waiting'") == 3 * PEOPLE, within_s=WITHIN_S)


def wait_until(diary: Path, sent: int, process: subprocess.Popen[bytes]) -> None:
    """Digests are gathered, and so many were sent."""

    def seen() -> bool:
        return count("lock_id = 'digest'") > 0 and len(read_diary(diary)) >= sent

    eventually(lambda: seen() or process.poll() is not None, within_s=WITHIN_S)
    assert process.poll() is None, "it ended by itself"


@pytest.mark.timeout(7200)
def test_kill_nine_amid_digests_loses_none_and_sends_none_under_two_ids(tmp_path: Path) -> None:
    """While they are gathered, sent and closed: each time at another moment."""
    rng = random.Random(20261125)
    diary = tmp_path / "diary"
    waits_for_digests()
    change("UPDATE dispatch_delivery SET due_at = %s WHERE digest = -1", [now()])
    for number in range(KILLS):
        with child(CHILD, PEOPLE, diary, SLOW_S) as process:
            more = 0 if number % 2 else 20  # as soon as they are gathered, or amid sending and closing
            wait_until(diary, min(len(read_diary(diary)) + more, PEOPLE), process)
            time.sleep(rng.uniform(0.0, 0.3))
            process.kill()
        if not count("lock_id <> 'digest' AND done_at IS NULL"):
            break
    with child(CHILD, PEOPLE, diary, SLOW_S) as process:
        eventually(lambda: not count("done_at IS NULL"), within_s=WITHIN_S)
        assert ends_in_order(process)
    assert count("state = 'accepted'") == count("1 = 1") == 4 * PEOPLE
    carried = query(
        "SELECT digest, COUNT(*) FROM dispatch_delivery WHERE lock_id <> 'digest' GROUP BY digest"
    )
    assert {rows for _, rows in carried} == {3} and len(carried) == PEOPLE, "one digest lists all three"
    copies = read_diary(diary)
    assert len({mid for mid, _, _ in copies}) == PEOPLE, "0 lost, one id a person"
    assert {delivery for _, delivery, _ in copies} == {row[0] for row in carried}
    every_repeat_has_its_trace(diary)
    assert statements.unaccounted() == 0
    sound()
