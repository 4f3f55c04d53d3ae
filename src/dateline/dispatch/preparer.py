"""The thread that prepares: most urgent first, giving way to the pump, interrupted by a kill."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import connections

from dateline.dispatch import preparation, versions
from dateline.dispatch.leading import PREPARE, Turn
from dateline.dispatch.models import Version
from dateline.dispatch.rules import EXPANDED_KINDS
from dateline.dispatch.threads import renew_connections
from dateline.dispatch.upstream import Upstream

log = structlog.get_logger("dispatch")

_RETRY_S: Final = 1.0
_IDLE_S: Final = 0.5


@dataclass
class Preparer:
    """Works through versions to prepare and locks to forget. `busy` says whether released news is being
    pumped.
    """

    upstream: Upstream
    now: Callable[[], int]
    busy: Callable[[], bool] = lambda: False
    on_rows: Callable[[], None] = lambda: None
    turn: Turn = field(default_factory=lambda: Turn(PREPARE))
    wake: threading.Event = field(default_factory=threading.Event)
    _not_before: dict[str, float] = field(default_factory=dict)

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. A version that fails waits a second and is tried again; the others go on."""
        try:
            while not stop.is_set():
                self.wake.clear()
                if not self.step(stop):
                    self.wake.wait(_IDLE_S)
        finally:
            connections.close_all()

    def step(self, stop: threading.Event) -> bool:
        """One version or one void lock. False when there was nothing to do."""
        try:
            if not self.turn.mine():
                return False
            for lock_id in versions.void():
                preparation.forget(lock_id, now=self.now, between=self._give_way(stop))
                return True
            waiting = self._waiting()
        except _Stopped:
            return False
        except Exception as error:
            log.exception("dispatch.prepare_failed", retry_in_s=_RETRY_S)
            renew_connections(error)
            stop.wait(_RETRY_S)
            return False
        return bool(waiting) and self._prepare(waiting[0], stop)

    def _waiting(self) -> list[Version]:
        """Most urgent first, without those that failed a moment ago."""
        now = time.monotonic()
        return [v for v in versions.to_prepare() if self._not_before.get(v.lock_id, 0.0) <= now]

    def _prepare(self, version: Version, stop: threading.Event) -> bool:
        between = self._give_way(stop, version)
        try:
            preparation.prepare(version, self.upstream, now=self.now, between=between)
            if version.kind in EXPANDED_KINDS:
                preparation.cancel_older(version.release, now=self.now, between=between)
        except _Stopped:
            return False
        except Exception as error:
            log.exception(
                "dispatch.prepare_failed", release=version.release, lock=version.lock_id, retry_in_s=_RETRY_S
            )
            renew_connections(error)
            self._not_before[version.lock_id] = time.monotonic() + _RETRY_S
            return False
        self._not_before.pop(version.lock_id, None)
        self.on_rows()
        return True

    def _give_way(self, stop: threading.Event, current: Version | None = None) -> Callable[[], None]:
        """What happens between two chunks: the pump hears of new rows, gets the database for as long as the
        chunk took, and what is more urgent goes first.
        """
        last = time.monotonic()

        def between() -> None:
            nonlocal last
            self.on_rows()
            if stop.is_set():
                raise _Stopped
            if current is not None:
                self._more_urgent(stop, current)
            if self.busy():
                time.sleep(min(time.monotonic() - last, 0.1))
            last = time.monotonic()

        return between

    def _more_urgent(self, stop: threading.Event, current: Version) -> None:
        for version in self._waiting():
            if _urgency(version) > _urgency(current):
                self._prepare(version, stop)


def _urgency(version: Version) -> int:
    """2: it stops or mends what is out; 1: it is out and its readers wait; 0: its T0 is to come."""
    if version.kind in EXPANDED_KINDS:
        return 2
    return int(version.lifted_at is not None)


class _Stopped(Exception):
    """The process ends; what is missing is made after the next start."""
