"""How much desktops may say: what they send is parsed on the loop that everybody shares."""

import time
from collections.abc import Callable
from typing import Final

PIECE: Final = 1024
"""Bytes parsed at once: even of empty frames no more than a millisecond's work."""
STRANGERS_MOST: Final = 64
"""Frames a second of who came without a pass, and is not heard anyway: pongs and a few pings."""
PASSES_MOST: Final = 1024
"""Frames a second of who came with a pass: one acknowledgement for each event, after a storm of them too."""


class Talk:
    """Frames of this second by slot; only who speaks has an entry."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._second = 0
        self._said: dict[int, int] = {}

    def spent(self, slot: int, frames: int) -> int:
        """Adds what a slot just said, at least one; how much that makes in this second."""
        if (second := int(self._now())) != self._second:
            self._second = second
            self._said.clear()
        self._said[slot] = said = self._said.get(slot, 0) + max(1, frames)
        return said

    def left(self, slot: int) -> None:
        """Whoever comes to this slot next begins anew."""
        self._said.pop(slot, None)
