"""The thread that prepares: most urgent first, giving way to the pump, interrupted by a kill."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import connections

from dateline.dispatch import preparation, versions
from dateline.dispatch.models import Version
from dateline.dispatch.rules import EXPANDED_KINDS
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
            for lock_id in versions.void():
                preparation.forget(lock_id, now=self.now, between=self._give_way(stop))
                return True
            waiting = [
                v for v in versions.to_prepare() if self._not_before.get(v.lock_id, 0) <= time.monotonic()
            ]
        except Exception:
            log.exception("dispatch.prepare_failed", retry_in_s=_RETRY_S)
            connections.close_all()
            stop.wait(_RETRY_S)
            return False
        return bool(waiting) and self._prepare(waiting[0], stop)

    def _prepare(self, version: Version, stop: threading.Event) -> bool:
        urgent = version.kind in EXPANDED_KINDS
        between = self._give_way(stop) if urgent else self._give_way(stop, interrupted_by=version.lock_id)
        try:
            preparation.prepare(version, self.upstream, now=self.now, between=between)
            if urgent:
                preparation.cancel_older(version.release, now=self.now, between=between)
        except _Stopped:
            return False
        except Exception:
            log.exception(
                "dispatch.prepare_failed", release=version.release, lock=version.lock_id, retry_in_s=_RETRY_S
            )
            connections.close_all()
            self._not_before[version.lock_id] = time.monotonic() + _RETRY_S
            return False
        self._not_before.pop(version.lock_id, None)
        self.on_rows()
        return True

    def _give_way(self, stop: threading.Event, *, interrupted_by: str = "") -> Callable[[], None]:
        """What happens between two chunks: the pump hears of new rows, gets the database for as long as the
        chunk took, and a kill is expanded first.
        """
        last = time.monotonic()

        def between() -> None:
            nonlocal last
            self.on_rows()
            if stop.is_set():
                raise _Stopped
            if interrupted_by:
                self._urgent_first(stop, interrupted_by)
            if self.busy():
                time.sleep(min(time.monotonic() - last, 0.1))
            last = time.monotonic()

        return between

    def _urgent_first(self, stop: threading.Event, current: str) -> None:
        for version in versions.to_prepare():
            if version.lock_id != current and version.kind in EXPANDED_KINDS:
                self._prepare(version, stop)


class _Stopped(Exception):
    """The process ends; what is missing is made after the next start."""
