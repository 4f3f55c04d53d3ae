"""The last events with their cursors, from which a desktop that comes back is served."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One event, its cursor and its frame: `id:` and one `data:` line (DESIGN.md, stream)."""

    cursor: str
    event: Mapping[str, Any]
    frame: bytes


def entry(cursor: str, event: Mapping[str, Any]) -> Entry:
    """Builds the frame once; every subscriber gets the same bytes."""
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    return Entry(cursor, event, f"id: {cursor}\ndata: {data}\n\n".encode())


class Ring:
    """At most `size` entries, oldest dropped first."""

    def __init__(self, size: int = 10_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._next = 0
        self._number: dict[str, int] = {}
        # The position just before the oldest entry: nothing is missing behind it either.
        self._base = ""

    def begin(self, cursor: str) -> None:
        """Where the ring stands before its first entry."""
        self._base = cursor
        self._number[cursor] = self._next - 1

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, new: Entry) -> bool:
        """Adds the entry; False when its cursor is here already (the follower asked twice)."""
        if new.cursor in self._number:
            return False
        if len(self._entries) == self._entries.maxlen:
            self._number.pop(self._base, None)
            self._base = self._entries[0].cursor
        self._entries.append(new)
        self._number[new.cursor] = self._next
        self._next += 1
        return True

    def clear(self) -> None:
        """Forgets everything: the origin began a new epoch."""
        self._entries.clear()
        self._number.clear()
        self._base = ""

    def knows(self, cursor: str) -> bool:
        return cursor in self._number

    def behind(self, cursor: str) -> int:
        """How many entries followed `cursor`. Raises KeyError when the ring does not know it."""
        return self._next - 1 - self._number[cursor]

    def after(self, cursor: str) -> list[Entry]:
        """Entries that followed `cursor`, oldest first. Raises KeyError when the ring does not know it."""
        return list(islice(self._entries, len(self._entries) - self.behind(cursor), None))
