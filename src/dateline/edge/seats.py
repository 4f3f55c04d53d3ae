"""Who sits where: admits desktops with what they missed, hears them, lets them go."""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final, Protocol

from dateline.edge.counts import Counts
from dateline.edge.engine import Admission, Framing, Pipe, Reason
from dateline.edge.index import Index
from dateline.edge.poller import poller_of
from dateline.edge.replay import Replays
from dateline.edge.ring import Ring
from dateline.edge.slots import Slots

_ADMITTED_AT_ONCE: Final = 500
_WAIT_S: Final = 0.05


class Guests(Protocol):
    """Connections that are no desktops yet and share the poller."""

    def handle(self, fd: int, readable: bool, writable: bool) -> None:
        """The descriptor can be read (or is over) or written."""
        ...


class Doors(Protocol):
    """Who let a desktop in hears when it sits and when it leaves, and says whose time is over."""

    def seated(self, slot: int, visitor: Any) -> None: ...

    def left(self, slot: int) -> None: ...

    def due(self) -> Sequence[tuple[int, Reason]]: ...


class Seats:
    """The connections of one process. `on_said(slot, text)` hears messages of framings that have any.

    `_lock` is held while a round, a beat or a reset runs: then nobody sits down, and freed slots rest.
    """

    def __init__(self, capacity: int, poller: str, counts: Counts) -> None:
        self.capacity, self.counts = capacity, counts
        self.ring, self.index = Ring(), Index()
        self.filled = asyncio.Event()
        self.doors: Doors | None = None
        self.guests: Guests | None = None
        self.staged_now: Callable[[], Sequence[bytes]] = tuple
        self.on_said: Callable[[int, str], None] = lambda slot, text: None
        self.poller = poller_of(poller, self._handle)
        self.slots = Slots(capacity, self.poller)
        self._joiners: deque[tuple[int | Pipe, Admission, bytes]] = deque()
        self._replays = Replays(self.ring)
        self._lock = asyncio.Lock()
        self._work = asyncio.Event()
        self._spoken = 0
        """Slots that heard something since their last beat."""

    @property
    def open(self) -> int:
        """How many desktops are connected."""
        return len(self.slots)

    def room(self) -> int:
        """How many more desktops there is room for."""
        return self.slots.room() - len(self._joiners)

    # --- coming -----------------------------------------------------------------------------------------

    def admit(self, line: int | Pipe, admission: Admission, rest: bytes = b"") -> None:
        """See `Engine`. The poller does not watch the descriptor yet."""
        self._joiners.append((line, admission, rest))
        if not self._lock.locked():
            self._admit_waiting()
        self.counts.waiting = len(self._joiners)

    def _admit_waiting(self) -> None:
        for _ in range(min(_ADMITTED_AT_ONCE, len(self._joiners))):
            position = self._joiners[0][1].position
            behind = self.ring.behind(position) if self.ring.knows(position) else 0
            if not self.filled.is_set() or (position and not self._replays.may(behind)):
                asyncio.get_running_loop().call_later(_WAIT_S, self._work.set)
                break
            self._seat(*self._joiners.popleft())
        else:
            if self._joiners:
                self._work.set()
        self.counts.waiting = len(self._joiners)

    def _seat(self, line: int | Pipe, admission: Admission, rest: bytes) -> None:
        """Writes what was missed and takes the desktop in, in one step: nothing can fall in between."""
        if not self.slots.room():
            self.counts.dropped_full_total += 1
            _close(line)
            return
        profile, framing = admission.profile, admission.framing
        slot = self.slots.seat(line, profile, framing)
        self.index.add(slot, profile)
        self.counts.accepted_total += 1
        self.counts.connected = len(self.slots)
        if self.doors:
            self.doors.seated(slot, admission.visitor)
        data = admission.head + self._missed(admission)
        if profile.staged:
            data += b"".join(framing.event("", one) for one in self.staged_now())
        self._spoken |= 1 << slot
        if data and not self.slots.push(slot, data):
            self.drop(slot, Reason.LEFT)
        elif rest:
            self._hear(slot, rest)

    def _missed(self, admission: Admission) -> bytes:
        """What followed its position; who brings none is given the head's, to resume from before an event."""
        framing = admission.framing
        if not admission.position:
            return framing.place(self.ring.head) if self.ring.head else b""
        self.counts.replays_total += 1
        replay = self._replays.of(admission.position, admission.profile, framing)
        if replay is None:
            self.counts.resets_total += 1
            return framing.reset()
        return replay

    # --- going ------------------------------------------------------------------------------------------

    def drop(self, slot: int, reason: Reason, last: bytes = b"") -> None:
        """See `Engine`."""
        if self.slots.fd[slot] < 0:
            return
        if last and slot not in self.slots.pending and self.slots.push(slot, last):
            self.slots.read(slot)  # what lies unread would turn our close into a reset that eats `last`
        self.index.remove(slot, self.slots.leave(slot))
        if self.doors:
            self.doors.left(slot)
        name = f"dropped_{reason.value}_total"
        setattr(self.counts, name, getattr(self.counts, name) + 1)
        self.counts.connected = len(self.slots)
        if not self._lock.locked():
            self.slots.settle()
            if self._joiners:
                self._work.set()

    def end(self, slot: int, reason: Reason) -> None:
        """Drops with the framing's own last words."""
        if framing := self.slots.framings[slot]:
            self.drop(slot, reason, framing.farewell(reason))

    def refuse_waiting(self) -> None:
        """Closes those that have no seat yet: the edge stops."""
        while self._joiners:
            _close(self._joiners.popleft()[0])

    # --- hearing ----------------------------------------------------------------------------------------

    def _handle(self, fd: int, readable: bool, writable: bool) -> None:
        slot = self.slots.slot_of(fd)
        if slot < 0:
            if self.guests:
                self.guests.handle(fd, readable, writable)
            return
        if writable and not self.slots.flush(slot):
            self.drop(slot, Reason.LEFT)
        elif readable:
            data = self.slots.read(slot)
            if data == b"":
                self.drop(slot, Reason.LEFT)
            elif data:
                self._hear(slot, data)

    def _hear(self, slot: int, data: bytes) -> None:
        framing = self._framing(slot)
        heard = framing.heard(data, self.slots.kept.pop(slot, b""))
        if heard.kept:
            self.slots.kept[slot] = heard.kept
        for text in heard.said:
            self.on_said(slot, text)
        if heard.over:
            self.drop(slot, Reason.BROKEN if heard.broken else Reason.LEFT, heard.reply)
        elif heard.reply and not self.slots.push(slot, heard.reply):
            self.drop(slot, Reason.SLOW)

    def _framing(self, slot: int) -> Framing:
        framing = self.slots.framings[slot]
        if framing is None:
            raise LookupError(f"slot {slot} is vacant")
        return framing


def _close(line: int | Pipe) -> None:
    with suppress(OSError):
        if isinstance(line, int):
            os.close(line)
        else:
            line.close()
