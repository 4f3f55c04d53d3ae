"""How fast a relay is asked to take mail: a token bucket that learns from its replies (AIMD).

A throttle reply (421, 450, 451, 454) halves the rate, a quiet minute adds a tenth. A relay without a stated
rate is not paced at all until it complains.
"""

from collections.abc import Callable
from typing import Final

from dateline.channels.mail.relay import Relay

_BURST_S: Final = 0.1
_WINDOW_S: Final = 1.0
_QUIET_S: Final = 60.0
_GROWTH: Final = 1.1
_ONE_STORM_S: Final = 5.0
"""Complaints within this time are about the same burst of ours, and halve once."""
_FIRST: Final = 20.0
"""Messages a second to which the first complaint of a relay without a stated rate slows us at most."""
_SLOWEST: Final = 0.2
_FREE_AGAIN: Final = 4.0
"""Times the rate that was too fast once: a relay without a stated rate, quiet up to there, is let go."""


class Pace:
    """One relay's. `now` is seconds of a clock that never steps."""

    def __init__(self, relay: Relay, now: Callable[[], float]) -> None:
        self._most = relay.rate
        self._now = now
        self.rate = relay.start or relay.rate
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
        most = max(1.0, self.rate * _BURST_S)
        self._room = min(most, self._room + (now - self._at) * self.rate) - 1.0
        self._at = now
        return max(0.0, -self._room / self.rate)

    def throttled(self) -> float:
        """The relay asked for patience. Returns the new rate, or 0 when this was part of the same
        complaint.
        """
        now = self._now()
        if self.too_fast and now - self._changed_at < _ONE_STORM_S:
            return 0.0
        seen = self._taken / (now - self._since) if now - self._since >= _WINDOW_S else self._seen
        before = self.rate or max(seen, 2 * _FIRST)
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
            elif self.too_fast and self.rate >= _FREE_AGAIN * self.too_fast:
                self.rate = self.too_fast = 0.0
                return

    def _count(self, now: float) -> None:
        self._taken += 1
        if now - self._since >= _WINDOW_S:
            self._seen = self._taken / (now - self._since)
            self._taken, self._since = 0, now
