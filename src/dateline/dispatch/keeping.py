"""The thread that keeps the ledger small: old versions into the archive, people out of it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from django.db import connections

from dateline.dispatch import archive, forgetting
from dateline.dispatch.leading import ARCHIVE, Turn
from dateline.dispatch.rules import SECOND
from dateline.dispatch.threads import renew_connections
from dateline.plant.settings import get_settings

log = structlog.get_logger("dispatch")

_FIRST_S: Final = 30.0
_EVERY_S: Final = 600.0
_DAY_S: Final = 86_400


@dataclass
class Keeper:
    """Looks each ten minutes. `busy` says whether released news is being pumped: that goes first."""

    now: Callable[[], int]
    busy: Callable[[], bool] = lambda: False
    turn: Turn = field(default_factory=lambda: Turn(ARCHIVE))

    def run(self, ended: threading.Event) -> None:
        """Until `ended`. What it has begun goes on after the next start."""
        try:
            wait = _FIRST_S
            while not ended.wait(wait):
                wait = _EVERY_S
                try:
                    if self.turn.mine():
                        self.keep(ended)
                except _Ended:
                    return
                except Exception as error:
                    log.exception("dispatch.archive_failed", retry_in_s=_EVERY_S)
                    renew_connections(error)
        finally:
            connections.close_all()

    def keep(self, ended: threading.Event) -> None:
        """Everything that is due now."""
        between = self._between(ended)
        for step in (self._empty, self._archive, self._empty, self._erase, self._pseudonymise):
            while step(between):
                between()

    def _empty(self, between: Callable[[], None]) -> bool:
        return archive.empty_next(now=self.now, between=between)

    def _archive(self, between: Callable[[], None]) -> bool:
        before = self.now() - get_settings().archive_after_days * _DAY_S * SECOND
        return archive.archive_next(before=before, now=self.now, between=between)

    def _erase(self, between: Callable[[], None]) -> bool:
        return forgetting.erase_next(now=self.now, between=between)

    def _pseudonymise(self, _: Callable[[], None]) -> bool:
        return forgetting.pseudonymise_next(now=self.now)

    def _between(self, ended: threading.Event) -> Callable[[], None]:
        def between() -> None:
            if ended.is_set():
                raise _Ended
            if self.busy():
                time.sleep(0.05)

        return between


class _Ended(Exception):
    """The process ends; the rest is done after the next start."""
