"""How fast a channel answers: what 0.2 s of work is."""

import time
from dataclasses import dataclass, field


@dataclass
class Pace:
    """Answers per second, smoothed: how much 0.2 s of work is."""

    per_s: float = 0.0
    _count: int = 0
    _since: float = field(default_factory=time.monotonic)

    def answered(self) -> None:
        self._count += 1
        if (elapsed := time.monotonic() - self._since) > 0.05:
            now = self._count / elapsed
            self.per_s = now if not self.per_s else 0.7 * self.per_s + 0.3 * now
            self._count, self._since = 0, time.monotonic()
