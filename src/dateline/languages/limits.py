"""How often an engine is asked, and when it is left alone: pace, breaker, day's budget. State of this
process; the budget is counted in the database by whoever runs a translation.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from dateline.languages.engine_settings import EngineSettings
from dateline.languages.translator import EngineFault

AFTER: Final = 3
"""Faults in a row after which an engine rests."""
FIRST_REST_S: Final = 30.0
LONGEST_REST_S: Final = 600.0
_TEMPORARY: Final = frozenset({"busy", "down", "late", "answer"})


@dataclass
class Pace:
    """At most so many requests a minute, evenly; 0 = as many as come."""

    per_minute: int
    _next: float = 0.0

    async def turn(self) -> None:
        """Waits for its turn; whoever waits has a deadline around it."""
        if not self.per_minute:
            return
        now = time.monotonic()
        at = max(now, self._next)
        self._next = at + 60.0 / self.per_minute
        if at > now:
            await asyncio.sleep(at - now)


@dataclass
class Breaker:
    """Lets an engine rest that failed three times in a row, or asked for it (Retry-After)."""

    now: Callable[[], float] = time.monotonic
    _faults: int = 0
    _rests: int = 0
    _until: float = field(default=0.0)

    def left_s(self) -> float:
        """Seconds for which it rests; 0 = it may be asked."""
        return max(0.0, self._until - self.now())

    def fine(self) -> None:
        """It answered."""
        self._faults = self._rests = 0
        self._until = 0.0

    def failed(self, fault: EngineFault) -> None:
        """It did not. Faults of the request (pair, consent, budget) do not count."""
        if fault.kind not in _TEMPORARY:
            return
        if fault.wait_s:
            self._until = max(self._until, self.now() + fault.wait_s)
        self._faults += 1
        if self._faults >= AFTER:
            rest = min(LONGEST_REST_S, FIRST_REST_S * 2**self._rests)
            self._until = max(self._until, self.now() + rest)
            self._rests += 1
            self._faults = 0


def is_temporary(fault: EngineFault) -> bool:
    """Whether the same request may succeed later."""
    return fault.kind in _TEMPORARY


_PACES: dict[tuple[str, str, int], Pace] = {}
_BREAKERS: dict[tuple[str, str], Breaker] = {}


def pace_of(settings: EngineSettings) -> Pace:
    """The pace of this engine in this process."""
    key = (settings.name, settings.url, settings.requests_per_minute)
    return _PACES.setdefault(key, Pace(settings.requests_per_minute))


def breaker_of(settings: EngineSettings) -> Breaker:
    """The breaker of this engine in this process."""
    return _BREAKERS.setdefault((settings.name, settings.url), Breaker())
