"""The clock: lifts what is due at its instant, never early, and says when T0 was missed."""

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import Final

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.plant.db.databases import DEFAULT
from dateline.plant.settings import get_settings
from dateline.wire import holds, rules
from dateline.wire.holds import HoldCard
from dateline.wire.leader import Leadership, leadership
from dateline.wire.lift import lift, lift_opened
from dateline.wire.opening import Opened, open_version
from dateline.wire.rules import SteadyTime
from dateline.wire.wide_hold import is_held

log = structlog.get_logger("wire.clock")

POLL_S: Final = 0.02  # a hold opened for now is seen within this
STANDBY_S: Final = 0.1
OPEN_AHEAD_S: Final = 2.0  # the text is in clear in this process's memory no longer before T0 than this
_QUIET_S: Final = 0.05  # opening a version takes about this long, so none is opened when a lift is this near
_AGAIN_S: Final = 1.0
_JUMP_S: Final = 0.25


@dataclass
class ClockProcess:
    """What the loop keeps between two looks. `steady`: the second opinion on the time (rules.SteadyTime)."""

    clock: Clock
    leader: Leadership
    random: Random = field(default_factory=SystemRandom)
    steady: SteadyTime | None = None
    opened: dict[str, Opened] = field(default_factory=dict)
    retry_at: dict[tuple[str, str], float] = field(default_factory=dict)
    jumped: bool = False

    def tick(self) -> float:
        """One look: lifts what is due; returns the seconds until the next look is worth while."""
        now = self._now()
        if not self.leader.take():
            self.opened.clear()
            return STANDBY_S
        found = self._found(now)
        self._forget_all_but(found)
        due = [h for h in found if h.due_at <= now and self._may_try("lift", h)]
        for hold in rules.in_order(due, self.random):
            self._guarded("lift", hold, self._settle)
        waiting = [h for h in found if h.due_at > now]
        next_s = self._until(waiting[0].due_at) if waiting else POLL_S
        unopened = [h for h in waiting if h.version_id not in self.opened and self._may_try("open", h)]
        if unopened and next_s > _QUIET_S:
            self._guarded("open", unopened[0], self._open)
            return 0.0
        return min(POLL_S, next_s)

    def _found(self, now: Instant) -> list[HoldCard]:
        """Holds near their T0; none while the whole wire is on hold, so that no text is opened either."""
        if not holds.any_due(OPEN_AHEAD_S, now=now) or is_held():
            return []
        return holds.due_soon(OPEN_AHEAD_S, now=now)

    def _now(self) -> Instant:
        wall, ticks = self.clock.now(), self.clock.monotonic()
        if self.steady is None:
            self.steady = SteadyTime(wall, ticks)
        apart = self.steady.disagreement_s(wall, ticks)
        if (abs(apart) > _JUMP_S) != self.jumped:
            self.jumped = not self.jumped
            if self.jumped:
                log.error("clock.jumped", by_s=round(apart, 3), action="holds wait for both clocks")
            else:
                log.info("clock.agrees")
        now = self.steady.trusted(wall, ticks)
        self.steady = self.steady.observed(wall, ticks)
        return now

    def _until(self, due_at: Instant) -> float:
        return max(0.0, (due_at - self._now()).total_seconds())

    def _may_try(self, act: str, hold: HoldCard) -> bool:
        return self.retry_at.get((act, hold.version_id), 0.0) <= self.clock.monotonic()

    def _forget_all_but(self, found: list[HoldCard]) -> None:
        known = {h.version_id for h in found}
        # What was withdrawn or moved has no business in memory any more.
        self.opened = {v: opened for v, opened in self.opened.items() if v in known}
        self.retry_at = {(act, v): at for (act, v), at in self.retry_at.items() if v in known}

    def _guarded(self, act: str, hold: HoldCard, do: Callable[[HoldCard], None]) -> None:
        """A version that cannot be opened or lifted is tried again in a second and delays no other."""
        try:
            do(hold)
        except Exception as error:
            self.retry_at[act, hold.version_id] = self.clock.monotonic() + _AGAIN_S
            # Neither message nor values: what a database says of a failing row may quote unreleased text.
            log.error(  # noqa: TRY400
                f"{act}.failed",
                version_id=hold.version_id,
                release=hold.release,
                error=type(error).__name__,
                where=_where(error),
                retry_in_s=_AGAIN_S,
            )
            if isinstance(error, DatabaseError):
                connections[DEFAULT].close()

    def _open(self, hold: HoldCard) -> None:
        self.opened[hold.version_id] = open_version(hold.version_id, now=self.clock.now())

    def _settle(self, hold: HoldCard) -> None:
        limit = get_settings().late_limit_s
        says = rules.verdict(hold.kind, hold.due_at, self._now(), late_limit_s=limit, forced=hold.forced)
        if says == "overdue":
            holds.mark_overdue(hold, clock=self.clock)
        elif says == "lift":
            opened = self.opened.pop(hold.version_id, None)
            if opened is None:
                lift(hold.version_id, clock=self.clock)
            else:
                lift_opened(opened, hold, clock=self.clock)


def _where(error: Exception) -> str:
    """The innermost lines of code that it passed: `lift.py:81 < clock_process.py:120`."""
    frames = traceback.extract_tb(error.__traceback__)[-6:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))


def run_clock(stop: threading.Event, *, clock: Clock | None = None) -> None:
    """Lifts what is due until `stop` is set. One process leads; others take over within 0.1 s of its end."""
    process = ClockProcess(clock or SystemClock(), leadership(get_settings()))
    try:
        while not stop.is_set():
            stop.wait(_looked(process))
    finally:
        process.leader.release()
        connections[DEFAULT].close()


def _looked(process: ClockProcess) -> float:
    try:
        return process.tick()
    except DatabaseError:
        log.exception("clock.database", retry_in_s=_AGAIN_S)
        connections[DEFAULT].close()
        return _AGAIN_S
