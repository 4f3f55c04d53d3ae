"""What a desktop missed: through the same filter, capped, and no more a second than the edge can bear."""

import time
from typing import Final

from dateline.edge.engine import Framing, Profile
from dateline.edge.ring import Ring

EVENTS_MOST: Final = 500
BYTES_MOST: Final = 1024 * 1024
_WORK_PER_S: Final = 5000.0  # one come-back is 1 and a fiftieth for each event that it is behind
_WORK_AT_ONCE: Final = 10_000.0
_CACHED_MOST: Final = 256
_LOOKS_MOST: Final = 100_000  # words of a filter times events: some 15 ms, in which nobody else is served
_LOOKS_PER_WORK: Final = 250
_DEAR: Final = 20.0
"""Work of one come-back above which it is done only while half of what can be saved up is there."""
_CACHED_BYTES_MOST: Final = 32 * 1024 * 1024


class Replays:
    """Replays of one ring. Those who left at the same place with the same filter share one."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._cache: dict[tuple[str, Profile, str], bytes | None] = {}
        self._cached_bytes = 0
        self._head = ""
        self._left = _WORK_AT_ONCE
        self._at = time.monotonic()

    def may(self, behind: int, words: int = 0) -> bool:
        """Whether one more that is `behind` by so many events is for now; takes it from the second's work.
        `words`: how many its filter looks for in each (`Filter.words`).
        """
        now = time.monotonic()
        self._left = min(_WORK_AT_ONCE, self._left + (now - self._at) * _WORK_PER_S)
        self._at = now
        if self._left < (_WORK_AT_ONCE / 2 if self.is_dear(behind, words) else 0):
            return False
        self._left -= _work(behind, words)
        return True

    def is_dear(self, behind: int, words: int = 0) -> bool:
        """Whether it costs so much that it must not keep others waiting: then it is told to catch up."""
        return _work(behind, words) > _DEAR

    def of(self, position: str, profile: Profile, framing: Framing) -> bytes | None:
        """The frames since `position`; None when the desktop must catch up over the API."""
        if not self._ring.knows(position):
            return None
        if (
            self._head != self._ring.head
            or len(self._cache) > _CACHED_MOST
            or self._cached_bytes > _CACHED_BYTES_MOST
        ):
            self.clear()
            self._head = self._ring.head
        key = (position, profile, framing.name)
        if key not in self._cache:
            self._cache[key] = built = self._build(position, profile, framing)
            self._cached_bytes += len(built or b"")
        return self._cache[key]

    def clear(self) -> None:
        """The ring was cleared."""
        self._cache.clear()
        self._cached_bytes = 0
        self._head = ""

    def _build(self, position: str, profile: Profile, framing: Framing) -> bytes | None:
        frames: list[bytes] = []
        size = 0
        if self._ring.behind(position) * profile.wanted.words > _LOOKS_MOST:
            return None
        for entry in self._ring.after(position):
            if profile.takes(entry.facts):
                frames.append(framing.event(entry.cursor, entry.data))
                size += len(frames[-1])
                if len(frames) > EVENTS_MOST or size > BYTES_MOST:
                    return None
        return b"".join(frames)


def _work(behind: int, words: int) -> float:
    looks = behind * words
    return 1 if looks > _LOOKS_MOST else 1 + behind / 50 + looks / _LOOKS_PER_WORK
