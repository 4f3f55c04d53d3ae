"""How fast somebody is asked to take mail: a token bucket that learns from replies (AIMD).

A complaint (421, 450, 451, 454) halves the rate, a quiet minute adds a tenth. Whoever has no stated rate is
not paced at all until a complaint comes.
"""

from collections.abc import Callable
from typing import Final

_BURST_S: Final = 0.1
_WINDOW_S: Final = 1.0
_QUIET_S: Final = 60.0
_GROWTH: Final = 1.1
_ONE_STORM_S: Final = 5.0
"""Complaints within this time are about the same burst of ours, and halve once."""
_FIRST: Final = 20.0
"""Messages a second to which the first complaint without a stated rate slows us at most."""
_SLOWEST: Final = 0.2
_UNPACED: Final = 100_000.0
"""Messages a second at which a ramp without an end is over: beyond, a complaint's half would slow nobody."""
_FREE_AGAIN: Final = 4.0
"""Times the rate that was too fast once: who has no stated rate and is quiet up to there, is let go."""


class Pace:
    """A relay's, or a recipients' domain's. `most`: messages a second, 0 = as they are taken; `start`: at
    first, 0 = no ramp. `now` is seconds of a clock that never steps.
    """

    def __init__(self, most: float, start: float, now: Callable[[], float]) -> None:
        self._most = most
        self._now = now
        self.rate = start or most
        """Messages a second at present; 0 = not paced."""
        self._room, self._at = 1.0, now()
        self._changed_at = now()
        self.too_fast = 0.0
        """Messages a second that were too many once; 0 = none ever were."""
        self.changed = False
        """Whether something was learned since somebody last looked, and said False."""
        self._taken, self._since, self._seen = 0, now(), 0.0

    def wait_s(self) -> float:
        """Takes one message's turn; how long it has to wait first."""
        now = self._now()
        self._count(now)
        if not self.rate:
            return 0.0
        self._grow(now)
        if not self.rate:
            return 0.0
        self._fill(now)
        self._room -= 1.0
        return max(0.0, -self._room / self.rate)

    def ready_in_s(self) -> float:
        """How long until the next message could go without waiting; takes nobody's turn."""
        now = self._now()
        if self.rate:
            self._grow(now)
        if not self.rate:
            return 0.0
        self._fill(now)
        return max(0.0, (1.0 - self._room) / self.rate)

    def throttled(self) -> float:
        """They asked for patience. Returns the new rate, or 0 when this was part of the same
        complaint.
        """
        now = self._now()
        if self.too_fast and now - self._changed_at < _ONE_STORM_S:
            return 0.0
        seen = self._taken / (now - self._since) if now - self._since >= _WINDOW_S else self._seen
        before = self.rate or max(seen, 2 * _FIRST)
        if not self._most:  # a ramp grows unused, too: half of what was never sent would slow nobody
            before = min(before, max(seen, 2 * _FIRST))
        self.too_fast = self.too_fast or before
        self.rate = max(_SLOWEST, before / 2)
        self._room, self._at, self._changed_at = 1.0, now, now
        self.changed = True
        return self.rate

    def restore(self, rate: float, too_fast: float) -> None:
        """Goes on from what was learned before a restart."""
        self.rate = min(rate, self._most) if self._most else rate
        self.too_fast = too_fast

    def _grow(self, now: float) -> None:
        while now - self._changed_at >= _QUIET_S:
            self._changed_at += _QUIET_S
            self.changed = self.changed or self.rate != self._most
            self.rate *= _GROWTH
            if self._most:
                self.rate = min(self.rate, self._most)
            elif self.rate >= (_FREE_AGAIN * self.too_fast or _UNPACED):
                self.rate = self.too_fast = 0.0
                return

    def _fill(self, now: float) -> None:
        most = max(1.0, self.rate * _BURST_S)
        self._room = min(most, self._room + (now - self._at) * self.rate)
        self._at = now

    def _count(self, now: float) -> None:
        self._taken += 1
        if now - self._since >= _WINDOW_S:
            self._seen = self._taken / (now - self._since)
            self._taken, self._since = 0, now
