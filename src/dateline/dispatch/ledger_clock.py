"""The ledger's time: the machine's on SQLite, the server's on PostgreSQL, so that workers agree
about leases.
"""

from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from django.db import connections

from dateline.core.clock import Clock, SystemClock, to_micros
from dateline.dispatch.sql import query
from dateline.plant.db.databases import LEDGER

_ALIGN_EVERY_S: Final = 30.0


@dataclass
class LedgerClock:
    """Microseconds since 1970. `align` may be called often; it asks the server each half minute."""

    clock: Clock = field(default_factory=SystemClock)
    _offset: int = 0
    _next: float = 0.0

    def now(self) -> int:
        if isinstance(self.clock, SystemClock):
            return self.clock.micros() + self._offset
        return to_micros(self.clock.now()) + self._offset

    def monotonic(self) -> float:
        """Seconds that only grow, also while the process is stopped."""
        return self.clock.monotonic()

    def align(self) -> None:
        """Takes over the server's clock. Only from a thread that may use the database."""
        if connections[LEDGER].vendor != "postgresql" or monotonic() < self._next:
            return
        before = to_micros(self.clock.now())
        server = int(query("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint")[0][0])
        after = to_micros(self.clock.now())
        self._offset = server - (before + after) // 2
        self._next = monotonic() + _ALIGN_EVERY_S
