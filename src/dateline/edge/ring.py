"""The last events with their cursors, from which a desktop that comes back is served."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, cast

# What filters look at, and what stands there when an origin leaves it out.
_LOOKED_AT: Final[Mapping[str, Any]] = {
    "type": "",
    "language": "und",
    "languages": (),
    "original_language": "",
    "countries": (),
    "sectors": (),
    "class": "",
    "issuer": {"slug": ""},
    "origin": "",
    "tickers": (),
    "isins": (),
    "headline": "",
    "summary": "",
    "restrict": (),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: its cursor, its one line of JSON, and those of its fields that filters look at."""

    cursor: str
    data: bytes
    facts: Mapping[str, Any]

    @property
    def event(self) -> dict[str, Any]:
        """The whole event, parsed anew: ten thousand of them as objects would cost the memory of a page."""
        return cast(dict[str, Any], json.loads(self.data))

    @property
    def frame(self) -> bytes:
        """`id:` and one `data:` line (DESIGN.md, stream)."""
        return b"id: %b\ndata: %b\n\n" % (self.cursor.encode(), self.data)

    @property
    def urgent(self) -> bool:
        """A kill waits for no tick."""
        return bool(self.facts.get("type") == "killed")


def entry(cursor: str, event: Mapping[str, Any]) -> Entry:
    """Builds the line once; every subscriber gets the same bytes."""
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    return Entry(cursor, data, {name: event.get(name, usual) for name, usual in _LOOKED_AT.items()})


class Ring:
    """At most `size` entries, oldest dropped first."""

    def __init__(self, size: int = 10_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._next = 0
        self._number: dict[str, int] = {}
        # The position just before the oldest entry: nothing is missing behind it either.
        self._base = ""

    @property
    def base(self) -> str:
        """The position just before the oldest entry; empty when it is not known."""
        return self._base

    @property
    def head(self) -> str:
        """The position behind the newest entry; empty when nothing is known."""
        return self._entries[-1].cursor if self._entries else self._base

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
        """Whether everything that followed the cursor is here."""
        return cursor in self._number

    def behind(self, cursor: str) -> int:
        """How many entries followed `cursor`. Raises KeyError when the ring does not know it."""
        return self._next - 1 - self._number[cursor]

    def after(self, cursor: str) -> list[Entry]:
        """Entries that followed `cursor`, oldest first. Raises KeyError when the ring does not know it."""
        return self.last(self.behind(cursor))

    def last(self, count: int) -> list[Entry]:
        """The newest `count` entries (fewer when there are fewer), oldest first."""
        return list(islice(reversed(self._entries), max(0, count)))[::-1]
