"""What desktops say back: how far they have read, and of vendors how many desktops stand behind them.

Only who came with a pass is heard. A count of a vendor's is shown as stated by the vendor, never as ours.
"""

import json
from typing import Final

from dateline.edge.counts import Counts

_MOST_STATED: Final = 100_000_000


class Acks:
    """Reads `{"ack": CURSOR}` and `{"desktops": N}`, alone or together; anything else says nothing."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts
        self._stated: dict[int, int] = {}

    def said(self, slot: int, text: str) -> None:
        """One message of the desktop on this slot."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return
        if not isinstance(found, dict):
            return
        if isinstance(found.get("ack"), str):
            self._counts.acknowledged_total += 1
        desktops = found.get("desktops")
        if type(desktops) is int and 0 <= desktops <= _MOST_STATED:
            self._state(slot, desktops)

    def left(self, slot: int) -> None:
        """Whoever sat there is gone, and with it what it stated."""
        if slot in self._stated:
            self._state(slot, 0)

    def _state(self, slot: int, desktops: int) -> None:
        self._counts.stated_desktops += desktops - self._stated.pop(slot, 0)
        if desktops:
            self._stated[slot] = desktops
