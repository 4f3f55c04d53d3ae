"""How often one key, or one source of wrong keys, may ask: token buckets in the memory of this process.

A count in the database would be a write for each request, and every write takes its turn with T0. With
several web processes each allows as much; a proxy in front has limits for all.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock

from dateline.core.clock import Clock, SystemClock

_MOST: int = 10_000


@dataclass
class Buckets:
    """A bucket for each name, of at most 10,000 names: those that asked last."""

    clock: Clock = field(default_factory=SystemClock)
    _left: "OrderedDict[Hashable, tuple[float, float]]" = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, name: Hashable, per_minute: int) -> float:
        """0 when it may, else the seconds after which it may."""
        now = self.clock.monotonic()
        with self._lock:
            left, at = self._left.pop(name, (float(per_minute), now))
            left = min(float(per_minute), left + (now - at) * per_minute / 60)
            may = left >= 1
            self._left[name] = (left - 1 if may else left, now)
            if len(self._left) > _MOST:
                self._left.popitem(last=False)
        return 0.0 if may else (1 - left) * 60 / per_minute

    def is_empty(self, name: Hashable, per_minute: int) -> bool:
        """Whether the bucket has nothing left, without taking."""
        with self._lock:
            left, at = self._left.get(name, (float(per_minute), 0.0))
        return left + (self.clock.monotonic() - at) * per_minute / 60 < 1

    def clear(self) -> None:
        """Forgets everybody."""
        with self._lock:
            self._left.clear()
