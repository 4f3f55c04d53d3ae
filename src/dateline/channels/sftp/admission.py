"""Who may come in at the SFTP server: so many connections in all and from one source, and no source that
failed to sign in again and again.

One process serves, so memory is enough; what it keeps is bounded.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from dateline.core.sources import source_network

Refusal = Literal["full", "busy", "source", "failed"]
_SAID_S: Final = 60.0
_MOST_KEPT: Final = 10_000
"""Sources whose failures are remembered; beyond that the one that failed longest ago is forgotten."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`signing_in`: how many may be signing in at once, `sign_in_s`: how long each may take. A source with
    `failures` within `remembered_s` is turned away until they are that old. `keys`: tried on one connection.
    """

    connections: int = 500
    per_source: int = 20
    signing_in: int = 100
    failures: int = 10
    remembered_s: float = 600.0
    sign_in_s: float = 20.0
    keys: int = 6


@dataclass
class Visit:
    """One connection that was let in."""

    source: str
    signed_in: bool = False


@dataclass(slots=True)
class _Failures:
    count: int
    last_at: float


class Admission:
    """Counts. `monotonic` gives seconds that only grow."""

    def __init__(self, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._limits, self._monotonic = limits, monotonic
        self._open: Counter[str] = Counter()
        self._signing_in = 0
        self._failed: dict[str, _Failures] = {}
        self._said: dict[Refusal, float] = {}

    def enter(self, address: str) -> Visit | Refusal:
        """Lets a connection from this IP address in, or says why not: `full` and `busy` (too many signing in)
        concern everybody, `source` and `failed` this one.
        """
        source, limits = source_network(address), self._limits
        if self._failures(source) >= limits.failures:
            return "failed"
        if self._open[source] >= limits.per_source:
            return "source"
        if self._open.total() >= limits.connections:
            return "full"
        if self._signing_in >= limits.signing_in:
            return "busy"
        self._open[source] += 1
        self._signing_in += 1
        return Visit(source)

    def is_worth_saying(self, why: Refusal) -> bool:
        """Whether a log should have it: once a minute for each reason, for who knocks does so often."""
        now = self._monotonic()
        if now - self._said.get(why, -_SAID_S) < _SAID_S:
            return False
        self._said[why] = now
        return True

    def signed_in(self, visit: Visit) -> None:
        """It is one of ours: what its source failed before is forgiven."""
        if not visit.signed_in:
            visit.signed_in = True
            self._signing_in -= 1
            self._failed.pop(visit.source, None)

    def leave(self, visit: Visit) -> bool:
        """The connection ended. Whether that makes its source one to turn away."""
        self._open[visit.source] -= 1
        if not self._open[visit.source]:
            del self._open[visit.source]
        if visit.signed_in:
            return False
        self._signing_in -= 1
        count = self._failures(visit.source) + 1
        self._failed.pop(visit.source, None)  # so that the order of the dict is that of the last failures
        self._failed[visit.source] = _Failures(count, self._monotonic())
        if len(self._failed) > _MOST_KEPT:
            del self._failed[next(iter(self._failed))]
        return count == self._limits.failures

    def _failures(self, source: str) -> int:
        found = self._failed.get(source)
        if found is None:
            return 0
        if self._monotonic() - found.last_at >= self._limits.remembered_s:
            del self._failed[source]
            return 0
        return found.count
