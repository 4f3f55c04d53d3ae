"""Who sits where: admits desktops with what they missed, hears them, lets them go."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Protocol

from dateline.edge.counts import Counts
from dateline.edge.engine import Admission, Framing, Pipe, Reason
from dateline.edge.index import Index
from dateline.edge.poller import poller_of
from dateline.edge.replay import Replays
from dateline.edge.ring import Ring
from dateline.edge.slots import Slots
from dateline.edge.talk import PIECE, STRANGERS_MOST, Talk
from dateline.edge.waiting import Joiner, Waiting, close, lost

_ADMITTED_AT_ONCE: Final = 500
_WAIT_S: Final = 0.05
_UNREAD_MOST: Final = 16
_COPIED_MOST: Final = 16 * 1024
"""A longer replay is not copied for each who gets it, and is worth a second system call."""


class Guests(Protocol):
    """Connections that are no desktops yet and share the poller."""

    def handle(self, fd: int, readable: bool, writable: bool) -> None:
        """The descriptor can be read (or is over) or written."""
        ...


class Doors(Protocol):
    """Who let a desktop in hears when it sits and when it leaves, and says whose time is over."""

    def queued(self, visitor: Any) -> None: ...

    def unqueued(self, visitor: Any) -> None: ...

    def seated(self, slot: int, visitor: Any) -> None: ...

    def left(self, slot: int) -> None: ...

    def due(self) -> Sequence[tuple[int, Reason]]: ...


class Seats:
    """The connections of one process. `on_said(slot, text)` hears messages of framings that have any;
    `may_say(slot)` is how many frames a second may come from a slot before it is ended.

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
        self.may_say: Callable[[int], int] = lambda slot: STRANGERS_MOST
        self._talk = Talk()
        self.poller = poller_of(poller, self._handle)
        self.slots = Slots(capacity, self.poller)
        self._waiting = Waiting(capacity)
        self._looks_again = False
        self._framed: dict[str, dict[bytes, bytes]] = {}
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
        return self.slots.room() - len(self._waiting)

    @property
    def crowded(self) -> bool:
        """Whether so many wait to be told what they missed that no more may come back now."""
        return self._waiting.crowded

    # --- coming -----------------------------------------------------------------------------------------

    def admit(self, line: int | Pipe, admission: Admission, rest: bytes = b"") -> None:
        """See `Engine`. The poller does not watch the descriptor yet."""
        self._waiting.add((line, admission, rest))
        if self.doors:
            self.doors.queued(admission.visitor)
        if not self._lock.locked():
            self._admit_waiting()
        self.counts.waiting = len(self._waiting)

    def _admit_waiting(self) -> None:
        new, back = self._waiting.new, self._waiting.back
        filled = self.filled.is_set()
        for _ in range(min(_ADMITTED_AT_ONCE, len(new)) if filled else 0):
            self._seat(*self._unqueue(new.popleft()))
        may = filled
        for _ in range(min(_ADMITTED_AT_ONCE, len(back)) if filled else 0):
            if not (may := self._turn(back[0])):
                break
        if filled and (new or (back and may)):
            self._work.set()
        elif self._waiting:
            self._look_again_later()
        self.counts.waiting = len(self._waiting)

    def _turn(self, joiner: Joiner) -> bool:
        """Seats the first of those who come back; False when it must wait. Whoever hung up costs nothing."""
        line, admission, rest = joiner
        if lost([line]):
            close(self._unqueue(self._waiting.back.popleft())[0])
            return True
        position, words = admission.position, admission.profile.wanted.words
        behind = self.ring.behind(position) if self.ring.knows(position) else 0
        may = self._replays.may(behind, words)
        if not may and not self._replays.is_dear(behind, words):
            return False
        self._unqueue(self._waiting.back.popleft())
        self._seat(line, admission, rest, replays=may)
        return True

    def _unqueue(self, joiner: Joiner) -> Joiner:
        if self.doors:
            self.doors.unqueued(joiner[1].visitor)
        return joiner

    def _look_again_later(self) -> None:
        if self._looks_again:
            return
        self._looks_again = True

        def again() -> None:
            self._looks_again = False
            for gone in self._waiting.forget_gone():
                self._unqueue(gone)
            self._work.set()

        asyncio.get_running_loop().call_later(_WAIT_S, again)

    def _seat(self, line: int | Pipe, admission: Admission, rest: bytes, *, replays: bool = True) -> None:
        """Writes what was missed and takes the desktop in, in one step: nothing can fall in between.

        Not `replays`: there is no time for what it missed, and it is told to catch up over the API.
        """
        if not self.slots.room():
            self.counts.dropped_full_total += 1
            close(line)
            return
        profile, framing = admission.profile, admission.framing
        slot = self.slots.seat(line, profile, framing)
        self.index.add(slot, profile)
        self.counts.accepted_total += 1
        self.counts.connected = len(self.slots)
        if self.doors:
            self.doors.seated(slot, admission.visitor)
        head, missed = admission.head, self._missed(admission, replays)
        parts = [head + missed] if len(missed) < _COPIED_MOST else [head, missed]
        if profile.staged:
            parts += self._sealed(framing)
        self._spoken |= 1 << slot
        if not self.slots.hand(slot, parts):
            self.drop(slot, Reason.LEFT)
        elif rest:
            self._hear(slot, rest)

    def _sealed(self, framing: Framing) -> Iterable[bytes]:
        """What is sealed now, framed once for all who come."""
        had = self._framed.get(framing.name, {})
        self._framed[framing.name] = now = {
            one: had.get(one) or framing.event("", one) for one in self.staged_now()
        }
        return now.values()

    def _missed(self, admission: Admission, replays: bool) -> bytes:
        """What followed its position; who brings none is given the head's, to resume from before an event."""
        framing = admission.framing
        if not admission.position:
            return framing.place(self.ring.head) if self.ring.head else b""
        self.counts.replays_total += 1
        replay = self._replays.of(admission.position, admission.profile, framing) if replays else None
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
            for _ in range(_UNREAD_MOST):  # what lies unread turns our close into a reset that eats `last`
                if not self.slots.read(slot):
                    break
        self.index.remove(slot, self.slots.leave(slot))
        self._talk.left(slot)
        if self.doors:
            self.doors.left(slot)
        name = f"dropped_{reason.value}_total"
        setattr(self.counts, name, getattr(self.counts, name) + 1)
        self.counts.connected = len(self.slots)
        if not self._lock.locked():
            self.slots.settle()
            if self._waiting:
                self._work.set()

    def end(self, slot: int, reason: Reason) -> None:
        """Drops with the framing's own last words."""
        if framing := self.slots.framings[slot]:
            self.drop(slot, reason, framing.farewell(reason))

    def refuse_waiting(self) -> None:
        """Closes those that have no seat yet: the edge stops."""
        for joiner in self._waiting.take_all():
            close(self._unqueue(joiner)[0])

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
        for at in range(0, len(data), PIECE):
            self._hear_piece(slot, data[at : at + PIECE])
            if self.slots.fd[slot] < 0:
                return

    def _hear_piece(self, slot: int, data: bytes) -> None:
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
        elif self._talk.spent(slot, heard.frames) > self.may_say(slot):
            self.end(slot, Reason.BROKEN)

    def _framing(self, slot: int) -> Framing:
        framing = self.slots.framings[slot]
        if framing is None:
            raise LookupError(f"slot {slot} is vacant")
        return framing
