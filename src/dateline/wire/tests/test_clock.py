"""The clock process: on time, in order, one leader, and deaf to a clock that jumps."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, connections

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import Conflict
from dateline.desk import services as desk
from dateline.plant.settings import get_settings
from dateline.wire import services as wire
from dateline.wire.clock_process import ClockProcess
from dateline.wire.leader import leadership
from dateline.wire.tests.builders import draft, events, held, out, story, work

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]
HOUR = timedelta(hours=1)


class Alone:
    """Leads without asking anybody."""

    def take(self) -> bool:
        return True

    def release(self) -> None:
        pass


class Falling(Random):
    """Chance that turns any order round."""

    drawn = 0

    def random(self) -> float:
        self.drawn += 1
        return 1.0 / self.drawn


def at_home(clock: FixedClock) -> ClockProcess:
    process = ClockProcess(clock, Alone(), Falling())
    process.tick()
    return process


def state(version_id: str) -> str:
    found = wire.hold(version_id)
    assert found is not None
    return found.state


@pytest.fixture
def now() -> FixedClock:
    return FixedClock(SystemClock().now())


def test_it_lifts_at_t0_and_not_before(now: FixedClock) -> None:
    """I2, T9"""
    version_id = held(at=Instant(now.at + HOUR))
    process = at_home(now)
    now.advance(3599.999)
    process.tick()
    assert state(version_id) == "held"
    now.advance(0.001)
    process.tick()
    assert state(version_id) == "lifted"


def test_it_opens_the_text_two_seconds_before_t0_and_says_when_to_look_again(now: FixedClock) -> None:
    version_id = held(at=Instant(now.at + HOUR))
    process = at_home(now)
    now.advance(3597)
    process.tick()
    assert version_id not in process.opened, "its text would lie open in memory longer than it must"
    now.advance(1.5)
    process.tick()
    assert version_id in process.opened
    now.advance(1.49)
    assert process.tick() == pytest.approx(0.01, abs=1e-6)
    now.advance(0.01)
    process.tick()
    assert state(version_id) == "lifted" and not process.opened


def test_what_was_withdrawn_after_it_was_opened_is_forgotten(now: FixedClock) -> None:
    version_id = held(at=Instant(now.at + HOUR))
    process = at_home(now)
    now.advance(3599)
    process.tick()
    assert wire.withdraw(desk.version(version_id).release, by="ana")
    process.tick()
    assert not process.opened
    now.advance(2)
    process.tick()
    assert state(version_id) == "withdrawn" and wire.log_position() == 0


def test_a_clock_set_forward_lifts_nothing_until_real_time_comes(now: FixedClock) -> None:
    """T9: the wall clock jumps an hour ahead; the hold stays until the monotonic clock says so too."""
    version_id = held(at=Instant(now.at + HOUR))
    process = at_home(now)
    now.at = Instant(now.at + 2 * HOUR)
    process.tick()
    assert state(version_id) == "held" and process.jumped
    now.advance(3500)
    process.tick()
    assert state(version_id) == "held"
    now.advance(101)
    process.tick()
    assert state(version_id) == "lifted", "late by the wall clock, on time by the monotonic one: not overdue"


def test_a_clock_set_back_makes_the_hold_wait_until_both_agree(now: FixedClock) -> None:
    """T9"""
    version_id = held(at=Instant(now.at + HOUR))
    process = at_home(now)
    now.at = Instant(now.at - HOUR)
    now.advance(3600)
    process.tick()
    assert state(version_id) == "held" and process.jumped
    now.at = Instant(now.at + HOUR)  # set right again
    process.tick()
    assert state(version_id) == "lifted" and not process.jumped


def test_a_t0_missed_while_down_lifts_within_the_late_limit(now: FixedClock) -> None:
    """T9"""
    version_id = held(at=Instant(now.at + HOUR))
    now.advance(3600 + get_settings().late_limit_s)
    at_home(now)
    assert state(version_id) == "lifted"


def test_beyond_the_limit_it_is_overdue_once_and_waits_for_a_person(now: FixedClock) -> None:
    """T9"""
    version_id = held(at=Instant(now.at + HOUR))
    release = desk.version(version_id).release
    now.advance(3601 + get_settings().late_limit_s)
    process = at_home(now)
    for _ in range(3):
        process.tick()
    assert state(version_id) == "overdue" and len(events("Overdue")) == 1
    assert not wire.lift(version_id, clock=now) and wire.log_position() == 0
    work()
    assert desk.show(release).state == "overdue"
    wire.release_overdue(release, by="ana")
    process.tick()
    assert state(version_id) == "lifted"
    with pytest.raises(Conflict, match="not overdue"):
        wire.release_overdue(release, by="ana")


def test_an_overdue_hold_can_be_withdrawn(now: FixedClock) -> None:
    version_id = held(at=Instant(now.at + HOUR))
    release = desk.version(version_id).release
    now.advance(9999)
    at_home(now)
    assert wire.withdraw(release, by="ana")
    work()
    assert state(version_id) == "withdrawn" and desk.show(release).state == "withdrawn"


def test_due_holds_go_by_class_and_by_chance_within_it(now: FixedClock) -> None:
    """T11, I12"""
    at = Instant(now.at + HOUR)
    normal = [held(at=at) for _ in range(4)]
    priority = held(at=at, release_class="priority")
    process = at_home(now)
    now.advance(3600)
    arrived = [h.version_id for h in wire.due_soon(0, now=now.at) if h.version_id != priority]
    process.tick()
    assert sorted(arrived) == sorted(normal)
    assert [row.version_id for row in wire.lifted_after(0)] == [priority, *arrived[::-1]]


def test_one_that_cannot_be_opened_delays_no_other(
    now: FixedClock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, sound = held(at=Instant(now.at + HOUR)), held(at=Instant(now.at + HOUR))
    editions = desk.editions

    def failing(version_id: str) -> object:
        if version_id == broken:
            raise OSError("SECRET words")
        return editions(version_id)

    process = at_home(now)
    monkeypatch.setattr(desk, "editions", failing)
    now.advance(3600)
    process.tick()
    assert (state(broken), state(sound)) == ("held", "lifted")
    logged = capsys.readouterr().out
    assert "lift.failed" in logged and "opening.py:" in logged and "SECRET" not in logged
    monkeypatch.undo()
    now.advance(0.5)
    process.tick()
    assert state(broken) == "held", "tried again only after a pause"
    now.advance(0.6)
    process.tick()
    assert state(broken) == "lifted"


# --- processes and threads --------------------------------------------------------------------------------


@contextmanager
def clock_thread() -> Iterator[threading.Event]:
    stop = threading.Event()
    thread = threading.Thread(target=wire.run_clock, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(timeout=30)
        assert not thread.is_alive()


def eventually(version_id: str, wanted: str) -> bool:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if state(version_id) == wanted:
            return True
        time.sleep(0.02)
    return False


def test_the_running_clock_lifts_never_early_and_sees_holds_that_open_while_it_runs(now: FixedClock) -> None:
    """I2: approved by a clock that stands still, so that a busy machine does not come too late for T0."""

    def ahead(seconds: float) -> Instant:
        return Instant(now.at + timedelta(seconds=seconds))

    with clock_thread():
        ids = [held(at=ahead(seconds), clock=now) for seconds in (0.8, 0.6, 0.7)]
        ids += [held(), held()]
        assert all(eventually(version_id, "lifted") for version_id in ids)
    for version_id in ids:
        hold = wire.hold(version_id)
        assert hold is not None and hold.lifted_at is not None and hold.lifted_at >= hold.due_at


def test_of_two_clocks_one_leads_and_the_other_takes_over() -> None:
    with clock_thread() as first:
        assert eventually(held(), "lifted")
        with clock_thread():
            assert eventually(held(), "lifted")
            first.set()
            assert eventually(held(), "lifted")
    assert wire.log_position() == 3


def test_leadership_is_held_by_one_thread_at_a_time() -> None:
    ours = leadership(get_settings())
    assert ours.take() and ours.take()
    assert _another_takes() is False
    ours.release()
    assert _another_takes() is True


def _another_takes() -> bool:
    taken: list[bool] = []

    def ask() -> None:
        other = leadership(get_settings())
        taken.append(other.take())
        other.release()
        connections["default"].close()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return taken[0]


def test_a_lost_database_session_loses_the_lead_and_wins_it_back() -> None:
    ours = leadership(get_settings())
    assert ours.take()
    connection.close()
    assert ours.take()
    assert _another_takes() is False
    ours.release()


def test_a_killed_leader_is_followed_by_another() -> None:
    """T9: SIGKILL, not a polite stop."""
    leading = subprocess.Popen(
        [sys.executable, "-m", "dateline.wire.tests.clock_child", str(connection.settings_dict["NAME"])],
        stdout=subprocess.PIPE,
        env=os.environ | {"DATELINE_HOME": str(get_settings().home)},
    )
    try:
        assert leading.stdout is not None and leading.stdout.readline() == b"leading\n"
        with clock_thread():
            leading.kill()
            leading.wait()
            assert eventually(held(), "lifted")
    finally:
        with suppress(ProcessLookupError):
            leading.kill()
        leading.wait()
        assert leading.stdout is not None
        leading.stdout.close()


def test_moving_t0_ends_the_old_hold_and_waits_for_a_new_approval(now: FixedClock) -> None:
    """T10"""
    version_id = held(at=Instant(now.at + HOUR))
    release = desk.version(version_id).release
    later = Instant(now.at + 3 * HOUR)
    moved = wire.move(release, later, by="ana")
    assert not moved.approved and moved.version_id != version_id
    assert state(version_id) == "withdrawn" and wire.hold(moved.version_id) is None
    work()
    assert desk.show(release).state == "locked" and not events("HoldWithdrawn")
    desk.approve(release, by="ana")
    work()
    hold = wire.hold(moved.version_id)
    assert hold is not None and hold.due_at == later
    process = at_home(now)
    now.advance(3 * 3600)
    process.tick()
    assert [row.version_id for row in wire.lifted_after(0)] == [moved.version_id]


def test_t0_does_not_move_once_it_is_out() -> None:
    """T10"""
    release = out()
    with pytest.raises(Conflict, match="is out"):
        wire.move(release, Instant(SystemClock().now() + HOUR), by="ana")


def test_a_moment_that_is_past_is_refused_and_leaves_the_old_hold() -> None:
    version_id = held(at=Instant(SystemClock().now() + HOUR))
    with pytest.raises(Exception, match="past"):
        wire.move(desk.version(version_id).release, Instant(SystemClock().now() - HOUR), by="ana")
    assert state(version_id) == "held"


# --- withdrawing before T0 --------------------------------------------------------------------------------


def test_withdrawn_before_t0_nothing_is_ever_public(now: FixedClock) -> None:
    """T10"""
    version_id = held(at=Instant(now.at + HOUR))
    release = desk.version(version_id).release
    assert wire.withdraw(release, by="ana", reason="Postponed.") and wire.withdraw(release, by="ana")
    assert len(events("HoldWithdrawn")) == 1
    work()
    [line] = [line for line in desk.history(release) if line.act == "withdrawn"]
    assert (line.by, line.reason) == ("ana", "Postponed."), "and not the wire, for no reason"
    process = at_home(now)
    now.advance(3601)
    process.tick()
    assert wire.log_position() == 0 and desk.show(release).state == "withdrawn"


def test_withdrawn_between_approval_and_hold_no_hold_opens() -> None:
    """T10: the approval is still in the outbox."""
    release = draft()
    assert wire.submit(release, by="ana").approved
    assert wire.withdraw(release, by="ana")
    work()
    assert not events("Held") and desk.show(release).state == "withdrawn"
    assert state(desk.latest_version(release).version_id) == "withdrawn"


def test_a_draft_can_be_withdrawn() -> None:
    release = draft()
    assert wire.withdraw(release, by="ana")
    assert desk.show(release).state == "spiked"


def test_after_t0_withdraw_says_so_and_changes_nothing() -> None:
    release = out()
    before = wire.wire_page()
    assert not wire.withdraw(release, by="ana")
    assert wire.wire_page() == before and not events("HoldWithdrawn")


# --- who may approve --------------------------------------------------------------------------------------


def test_third_party_text_waits_for_a_person_unless_its_provider_is_trusted() -> None:
    """T17: a wire that has not said so approves nothing of others by itself; a kill of it is not held up."""
    third: dict[str, Any] = {
        "origin": "third-party",
        "provider": "Ferry News",
        "disclaimer": "Provided by Ferry News.",
    }
    release = draft(**third)
    submitted = wire.submit(release, by="ana")
    assert not submitted.approved and not submitted.blocked, submitted.findings
    desk.approve(release, by="ana")
    work()
    assert wire.lift(submitted.version_id)
    work()
    assert not wire.submit_correction(release, [story(subhead="x", **third)], reason="y", by="ana").approved
    assert wire.submit_kill(release, reason="Hoax", by="ana").approved


def test_a_blocking_finding_stops_the_approval_and_names_its_language() -> None:
    """I9"""
    stories = [story("en"), story("ko", headline="Lorem ipsum dolor sit amet")]
    release = desk.add_release(stories, issuer="acme", circuit="all", at=None, by="ana")
    submitted = wire.submit(release, by="ana")
    assert submitted.blocked and not submitted.approved
    assert any(f.severity == "block" and f.where.startswith("ko ") for f in submitted.findings)
    work()
    assert wire.hold(submitted.version_id) is None


def test_every_edition_is_checked_before_approval() -> None:
    """I9"""
    submitted = wire.lock_and_check(draft("en", "ko", "de"), by="ana")
    assert not submitted.approved and not submitted.blocked
    release = desk.version(submitted.version_id).release
    assert set(desk.findings(release)) == {"en", "ko", "de"}
    assert desk.approve(release, by="ana").complete
