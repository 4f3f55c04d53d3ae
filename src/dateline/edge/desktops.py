"""The open connections of one edge: admit, replay, write to all alike, drop who is slow, drain."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from dateline.core.filters import Filter
from dateline.edge.origin import Page
from dateline.edge.ring import Entry, Ring, entry

RESET = b"event: reset\ndata: {}\n\n"
_REPLAY_MOST = 500  # one come-back; beyond it the desktop catches up over /api/v1/wire
_PENDING_MOST = 256 * 1024  # bytes a slow reader may owe; dropping it is safe because it can resume
_CHUNK = 500
_CHECKS_AT_ONCE = 4  # a storm of old cursors must not become a storm at the origin


class Checker(Protocol):
    """Tells genuine cursors from forged ones: the origin."""

    async def knows(self, cursor: str) -> bool:
        """False when it is too old or of another epoch; raises CursorBad when it is not genuine."""
        ...


@dataclass(slots=True, eq=False)
class Desktop:
    """One open connection."""

    writer: asyncio.StreamWriter
    wanted: Filter
    silent: bool = True
    owed: int = 0
    """Bytes of the replay: a desktop that just came back may have that much more waiting for it."""


@dataclass
class Counts:
    """What /metrics tells, each as `dateline_edge_NAME`."""

    connected: int = 0
    accepted_total: int = 0
    events_total: int = 0
    written_total: int = 0
    dropped_slow_total: int = 0
    origin_reachable: int = 0


@dataclass
class Desktops:
    """Everything one edge keeps: desktops, ring, counts. One event loop, no threads."""

    origin: Checker
    ring: Ring = field(default_factory=Ring)
    open: set[Desktop] = field(default_factory=set)
    counts: Counts = field(default_factory=Counts)
    filled: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while the ring stands on the origin's log: before, a newcomer would miss what came meanwhile."""
    head: str = ""
    """The cursor behind everything in the ring."""
    _checks: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CHECKS_AT_ONCE))

    # --- what the follower tells ------------------------------------------------------------------------

    def fill(self, page: Page) -> None:
        """Takes what the log held before; nobody is admitted yet, so nobody is written to."""
        for cursor, event in page.events:
            self.ring.add(entry(cursor, event))
        if not page.events and page.next:
            self.ring.begin(page.next)
        self.head = page.next
        self.filled.set()

    async def publish(self, page: Page) -> None:
        """Writes new events to everyone who asked for them, from a random starting point (I12)."""
        new = [e for e in (entry(cursor, event) for cursor, event in page.events) if self.ring.add(e)]
        self.head = page.next or self.head
        self.counts.events_total += len(new)
        # No await between the ring and this look: who is admitted later finds the events in the ring.
        waiting = list(self.open)
        if not new or not waiting:
            return
        start = random.randrange(len(waiting))  # noqa: S311  fairness, not secrecy
        ordered = waiting[start:] + waiting[:start]
        frames: dict[Filter, bytes] = {}
        for first in range(0, len(ordered), _CHUNK):
            for desktop in ordered[first : first + _CHUNK]:
                wanted = desktop.wanted
                if wanted not in frames:
                    frames[wanted] = _frames(new, wanted)
                if frames[wanted] and desktop in self.open:
                    self._send(desktop, frames[wanted])
            await asyncio.sleep(0)

    async def reset(self) -> None:
        """A new epoch: every desktop is told, closed, and catches up over the API."""
        self.filled.clear()
        self.ring.clear()
        self.head = ""
        for desktop in list(self.open):
            self._send(desktop, RESET)
            desktop.writer.close()
            self.remove(desktop)

    def heard(self, reachable: bool) -> None:
        self.counts.origin_reachable = int(reachable)

    # --- what connections ask ---------------------------------------------------------------------------

    async def check(self, after: str) -> None:
        """Asks the origin about a cursor that is not in the ring. Raises CursorBad when it is not genuine."""
        if not after or self.ring.knows(after):
            return
        async with self._checks:
            with suppress(OSError):  # an origin out of reach delays: the desktop is told to catch up later
                await self.origin.knows(after)

    def admit(self, desktop: Desktop, after: str) -> None:
        """Writes what was missed and takes the desktop in, in one step: nothing can fall in between.

        Who brings no cursor is given the head's, in a block without data: so it can resume before its first
        event.
        """
        data = f"id: {self.head}\n\n".encode() if self.head else b""
        if after:
            replay = self._since(after)
            data = RESET if replay is None else _frames(replay, desktop.wanted)
        desktop.writer.write(data)
        desktop.owed = len(data)
        self.open.add(desktop)
        self.counts.connected = len(self.open)
        self.counts.accepted_total += 1

    def _since(self, after: str) -> list[Entry] | None:
        """Entries since the cursor; None when the desktop must catch up over the API."""
        if not self.ring.knows(after) or self.ring.behind(after) > _REPLAY_MOST:
            return None
        return self.ring.after(after)

    def remove(self, desktop: Desktop) -> None:
        """Forgets the desktop."""
        self.open.discard(desktop)
        self.counts.connected = len(self.open)

    def _send(self, desktop: Desktop, data: bytes) -> None:
        transport = desktop.writer.transport
        if transport.is_closing():
            self.remove(desktop)
            return
        if transport.get_write_buffer_size() + len(data) > _PENDING_MOST + desktop.owed:
            self.counts.dropped_slow_total += 1
            self.remove(desktop)
            transport.abort()
            return
        desktop.writer.write(data)
        desktop.silent = False
        self.counts.written_total += 1

    def beat(self) -> None:
        """A comment to those who heard nothing since the last round, so that dead lines are found."""
        for desktop in list(self.open):
            if desktop.silent:
                self._send(desktop, b": \n\n")
            desktop.silent = True

    def drain(self) -> None:
        """Tells every desktop to come back at a random moment, then closes it."""
        for desktop in list(self.open):
            if not desktop.writer.transport.is_closing():
                desktop.writer.write(f"retry: {random.randrange(1000, 10000)}\n\n".encode())  # noqa: S311
                desktop.writer.close()
            self.remove(desktop)


def _frames(entries: list[Entry], wanted: Filter) -> bytes:
    return b"".join(e.frame for e in entries if wanted.takes(e.event))
