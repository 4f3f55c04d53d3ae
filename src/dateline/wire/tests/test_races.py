"""Two at once: lift against withdrawal, two lifts, lift against a new lock, and many writers of one log."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import connections

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Conflict
from dateline.desk import services as desk
from dateline.wire import services as wire
from dateline.wire.tests.builders import events, held, story, work

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]
SOAK = os.environ.get("DATELINE_SOAK") == "1"
ROUNDS = 10_000 if SOAK else 12
FEW = 500 if SOAK else 5


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Runs the acts in threads that start together; their results, or what they raised."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            gate.wait()
            results[number] = act()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.timeout(7200 if SOAK else 300)
def test_of_lift_and_withdrawal_exactly_one_wins() -> None:
    """T10"""
    won = {"lift": 0, "withdrawal": 0}
    for _ in range(ROUNDS):
        version_id = held()
        release = desk.version(version_id).release
        before = wire.log_position()
        lifted, withdrawn = at_once(partial(wire.lift, version_id), partial(wire.withdraw, release, by="ana"))
        assert {lifted, withdrawn} == {True, False}, (lifted, withdrawn)
        work()
        public = wire.public_edition(release, "en") is not None
        assert public is lifted and (wire.log_position() > before) is lifted
        assert desk.show(release).state == ("released" if lifted else "withdrawn")
        won["lift" if lifted else "withdrawal"] += 1
    assert sum(won.values()) == ROUNDS


def test_of_many_lifts_of_one_hold_one_wins() -> None:
    """I2"""
    for _ in range(FEW):
        version_id = held("en", "ko")
        before = wire.log_position()
        results = at_once(*[partial(wire.lift, version_id)] * 4)
        assert sorted(results, key=bool) == [False, False, False, True]
        assert wire.log_position() == before + 2


def test_of_lift_and_change_of_text_exactly_one_wins() -> None:
    """T10: the desk drops the lock at the very moment of the lift."""
    for _ in range(FEW):
        version_id = held()
        release = desk.version(version_id).release
        changed = story(headline="The museum opens its new hall later")
        lifted, saved = at_once(
            partial(wire.lift, version_id), partial(desk.save_draft, release, changed, by="ana")
        )
        work()
        assert (lifted is True) == isinstance(saved, Conflict), (lifted, saved)
        assert (wire.public_edition(release, "en") is not None) is (lifted is True)
        assert desk.show(release).state == ("released" if lifted is True else "draft")


def test_of_lift_and_move_exactly_one_wins() -> None:
    """T10"""
    later = Instant(SystemClock().now() + timedelta(hours=1))
    for _ in range(FEW):
        version_id = held()
        release = desk.version(version_id).release
        lifted, moved = at_once(partial(wire.lift, version_id), partial(wire.move, release, later, by="ana"))
        work()
        assert (lifted is True) == isinstance(moved, Conflict), (lifted, moved)
        assert (wire.public_edition(release, "en") is not None) is (lifted is True)


def test_many_writers_leave_no_gap_in_the_log_and_readers_skip_nothing() -> None:
    """I11: a reader that follows while eight lifts commit sees every number once, in order."""
    ids = [held("en", "ko") for _ in range(40 if SOAK else 8)]
    seen: list[int] = []
    cursors: list[str] = []
    done = threading.Event()

    def read() -> None:
        after = wire.wire_page().next
        while True:
            last_look = done.is_set()
            rows = wire.lifted_after(seen[-1] if seen else 0, limit=3)
            seen.extend(row.seq for row in rows)
            page = wire.wire_page(after=after, limit=3)
            cursors.extend(cursor for cursor, _ in page.events)
            after = page.next
            if last_look and not rows and not page.events:
                return

    def write(first: int) -> None:
        for version_id in ids[first::4]:
            assert wire.lift(version_id)

    def write_all() -> None:
        assert at_once(*[partial(write, n) for n in range(4)]) == [None] * 4
        done.set()

    assert at_once(read, write_all) == [None, None]
    assert seen == list(range(1, 2 * len(ids) + 1))
    assert len(cursors) == len(set(cursors)) == len(seen)
    rows = wire.lifted_after(0, limit=1000)
    assert [row.at for row in rows] == sorted(row.at for row in rows), "instants follow the order of the log"
    assert len(events("Lifted")) == len(ids)
