"""The connections of one edge as numbers in arrays: no object for a desktop that reads what it is sent.

A connection keeps its slot for life, because the sets of filters name slots. A freed slot goes to a newcomer
only after the running round, so that a frame cannot reach a stranger.
"""

import errno
import os
from array import array
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from dateline.edge.bitsets import Bits
from dateline.edge.engine import Framing, Pipe, Profile
from dateline.edge.poller import Poller

PENDING_MOST: Final = 256 * 1024
"""Bytes a slow reader may owe; dropping it is safe because it can resume."""
_BLOCKED: Final = -errno.EAGAIN
_VECTORS: Final = 64
_READ_MOST: Final = 4096
"""Of one turn: the poller tells again what is left, and others have their turns between."""


class Pending:
    """What one connection still has to be sent; the parts are shared with others who owe the same."""

    __slots__ = ("limit", "parts", "size")

    def __init__(self, first: memoryview) -> None:
        self.parts: deque[memoryview] = deque([first])
        self.size = len(first)
        # Who comes back may be handed more than a reader may owe; it is not slow for that.
        self.limit = PENDING_MOST + self.size


class Slots:
    """`ready` is what a round writes to: the descriptor of a plain connection that owes nothing, else -1."""

    def __init__(self, capacity: int, poller: Poller) -> None:
        self.capacity = capacity
        self.high = 0
        """No slot at or above this was ever used."""
        self.fd = array("i", [-1]) * capacity
        self.ready = array("i", [-1]) * capacity
        self._by_fd = array("i", [-1]) * 1024
        self.profiles: list[Profile | None] = [None] * capacity
        self.framings: list[Framing | None] = [None] * capacity
        self.pipes: dict[int, Pipe] = {}
        self.pending: dict[int, Pending] = {}
        self.kept: dict[int, bytes] = {}
        """What a desktop has begun to say."""
        self.aside = Bits()
        """Slots that a round has to write to one by one: owing, or with a pipe."""
        self.of_framing: dict[str, tuple[Framing, Bits]] = {}
        self._poller = poller
        self._free: list[int] = []
        self._resting: list[int] = []
        self._shared: dict[Profile, tuple[Profile, int]] = {}

    def __len__(self) -> int:
        return self.high - len(self._free) - len(self._resting)

    def slot_of(self, fd: int) -> int:
        """The slot of a descriptor; -1 when it has none."""
        return self._by_fd[fd] if fd < len(self._by_fd) else -1

    def taken(self) -> list[int]:
        """The slots in use."""
        return [slot for slot in range(self.high) if self.fd[slot] >= 0]

    def room(self) -> int:
        """How many newcomers find a slot now."""
        return len(self._free) + self.capacity - self.high

    # --- coming and going -------------------------------------------------------------------------------

    def seat(self, line: int | Pipe, profile: Profile, framing: Framing) -> int:
        """The slot of a new connection; the poller watches it from now on."""
        if self._free:
            slot = self._free.pop()
        else:
            slot, self.high = self.high, self.high + 1
        fd = line if isinstance(line, int) else line.fileno()
        while fd >= len(self._by_fd):
            self._by_fd.extend(array("i", [-1]) * len(self._by_fd))
        self.fd[slot], self._by_fd[fd] = fd, slot
        self._poller.add(fd)
        own, count = self._shared.get(profile, (profile, 0))
        self._shared[own] = (own, count + 1)
        self.profiles[slot], self.framings[slot] = own, framing
        self.of_framing.setdefault(framing.name, (framing, Bits()))[1].add(slot)
        if isinstance(line, int):
            self.ready[slot] = fd
        else:
            self.pipes[slot] = line
            self.aside.add(slot)
        return slot

    def leave(self, slot: int) -> Profile:
        """Closes the connection; its profile. The slot rests until `settle`."""
        fd, profile, framing = self.fd[slot], self.profiles[slot], self.framings[slot]
        if profile is None or framing is None:
            raise LookupError(f"slot {slot} is vacant")
        self._by_fd[fd] = -1
        self.fd[slot] = self.ready[slot] = -1
        self.profiles[slot] = self.framings[slot] = None
        count = self._shared[profile][1]
        if count == 1:
            del self._shared[profile]
        else:
            self._shared[profile] = (profile, count - 1)
        self.of_framing[framing.name][1].remove(slot)
        self.aside.remove(slot)
        self.pending.pop(slot, None)
        self.kept.pop(slot, None)
        pipe = self.pipes.pop(slot, None)
        with suppress(OSError):
            self._poller.forget(fd)
        with suppress(OSError):
            if pipe is None:
                os.close(fd)
            else:
                pipe.close()
        self._resting.append(slot)
        return profile

    def left_of(self, mask: bytes, start: int, stop: int) -> int:
        """How many slots of the mask (little-endian bits) from start to before stop left in this round."""
        stop = min(stop, len(mask) * 8)
        return sum(start <= slot < stop and mask[slot >> 3] >> (slot & 7) & 1 for slot in self._resting)

    def settle(self) -> None:
        """Between rounds: freed slots may be used again."""
        self._free += self._resting
        self._resting.clear()

    # --- writing ----------------------------------------------------------------------------------------

    def push(self, slot: int, data: bytes | memoryview) -> bool:
        """Writes, or keeps for later; False when the connection is lost or owes too much."""
        if owed := self.pending.get(slot):
            if owed.size + len(data) > owed.limit:
                return False
            owed.parts.append(memoryview(data))
            owed.size += len(data)
            return True
        return self.took(slot, data, self._write(slot, data))

    def hand(self, slot: int, parts: Iterable[bytes]) -> bool:
        """As `push`, of what is shared with others and counts as nothing that a slow reader owes."""
        for part in parts:
            if owed := self.pending.get(slot):
                owed.limit += len(part)
            if part and not self.push(slot, part):
                return False
        return True

    def took(self, slot: int, data: bytes | memoryview, sent: int) -> bool:
        """Keeps what a write left of `data`; `sent` is its count or -errno. False when the line is lost."""
        if sent == len(data):
            return True
        if sent < 0 and sent != _BLOCKED:
            return False
        self.pending[slot] = Pending(memoryview(data)[max(0, sent) :])
        self.ready[slot] = -1
        self.aside.add(slot)
        self._poller.writable(self.fd[slot], True)
        return True

    def flush(self, slot: int) -> bool:
        """Writes what is owed as far as it goes; False when the connection is lost."""
        owed = self.pending.get(slot)
        while owed and owed.parts:
            sent = self._write_owed(slot, owed)
            if sent < 0:
                return sent == _BLOCKED
            owed.size -= sent
            while owed.parts and sent >= len(owed.parts[0]):
                sent -= len(owed.parts.popleft())
            if sent:
                owed.parts[0] = owed.parts[0][sent:]
        if owed:
            del self.pending[slot]
            self._poller.writable(self.fd[slot], False)
            if slot not in self.pipes:
                self.ready[slot] = self.fd[slot]
                self.aside.remove(slot)
        return True

    def _write_owed(self, slot: int, owed: Pending) -> int:
        if slot in self.pipes or len(owed.parts) == 1:
            return self._write(slot, owed.parts[0])
        try:
            return os.writev(self.fd[slot], [owed.parts[n] for n in range(min(_VECTORS, len(owed.parts)))])
        except OSError as error:
            return -(error.errno or errno.EIO)

    def _write(self, slot: int, data: bytes | memoryview) -> int:
        if pipe := self.pipes.get(slot):
            return pipe.send(data)
        return write(self.fd[slot], data)

    def read(self, slot: int) -> bytes | None:
        """What the desktop said; None when nothing, b"" when it is gone."""
        if pipe := self.pipes.get(slot):
            return pipe.recv()
        return read(self.fd[slot], _READ_MOST)


def write(fd: int, data: bytes | memoryview) -> int:
    """Count of bytes taken, or -errno."""
    try:
        return os.write(fd, data)
    except OSError as error:
        return -(error.errno or errno.EIO)


def read(fd: int, most: int) -> bytes | None:
    """What came; None when nothing now, b"" when the other side is gone."""
    try:
        return os.read(fd, most)
    except BlockingIOError:
        return None
    except OSError:
        return b""
