"""A connection before it is a desktop: where its request stands, and what is still to be written to it."""

import asyncio
import os
import socket
from collections import Counter
from contextlib import suppress
from typing import Final, Protocol

from dateline.edge.engine import Admission, Pipe
from dateline.edge.request import LIMIT_BYTES, BadRequest, Head, Request
from dateline.edge.slots import read, write

SHAKING: Final = 0
HEAD: Final = 1
ASKING: Final = 2
REPLYING: Final = 3
CLOSING: Final = 4
_PER_SOURCE_LEAST: Final = 64


class Door(Protocol):
    """Who decides whether a request becomes a desktop (`door.Doors`)."""

    async def admit(self, request: Request, peer: str) -> Admission: ...

    def early(self, request: Request) -> bytes | None: ...

    def plain(self, request: Request | None, error: BadRequest) -> bytes: ...


class TlsDoor(Protocol):
    """Makes an accepted socket a pipe; raises OSError for one more than can be taken now."""

    def wrap(self, sock: socket.socket, source: str = "") -> Pipe: ...


class Guest:
    """One connection before it is a desktop."""

    __slots__ = (
        *("deadline", "fd", "head", "out", "peer", "phase", "pipe", "request", "rest", "source", "task"),
    )

    def __init__(self, fd: int, pipe: Pipe | None, peer: str, source: str, deadline: float) -> None:
        self.fd, self.pipe, self.peer, self.source, self.deadline = fd, pipe, peer, source, deadline
        self.phase = HEAD if pipe is None else SHAKING
        self.head = Head()
        self.request: Request | None = None
        self.rest = b""
        self.out = memoryview(b"")
        self.task: asyncio.Task[None] | None = None

    def read(self) -> bytes | None:
        """What came; None when nothing now, b"" when it is gone."""
        return self.pipe.recv() if self.pipe else read(self.fd, LIMIT_BYTES)

    def write(self) -> int:
        """Count of bytes taken, or -errno."""
        return self.pipe.send(self.out) if self.pipe else write(self.fd, self.out)

    def shut(self) -> None:
        """Says that nothing more will be written to a plain line."""
        with suppress(OSError):
            half = socket.socket(fileno=self.fd)
            try:
                half.shutdown(socket.SHUT_WR)
            finally:
                half.detach()

    def close(self) -> None:
        with suppress(OSError):
            if self.pipe:
                self.pipe.close()
            else:
                os.close(self.fd)


class Hall:
    """The guests who are here, by descriptor, and how many of them come from one source."""

    def __init__(self, most: int) -> None:
        self.guests: dict[int, Guest] = {}
        self._most = most
        self._per_source = max(_PER_SOURCE_LEAST, most // 16)
        self._of_source: Counter[str] = Counter()

    def has_room(self, source: str) -> bool:
        """Whether one more may come in."""
        return len(self.guests) < self._most and not self._is_full(source)

    def _is_full(self, source: str) -> bool:
        return bool(source) and self._of_source[source] >= self._per_source

    def add(self, guest: Guest) -> None:
        self.guests[guest.fd] = guest
        if guest.source:
            self._of_source[guest.source] += 1

    def pop(self, guest: Guest) -> bool:
        """Takes it out; False when it left before."""
        if self.guests.pop(guest.fd, None) is None:
            return False
        if guest.source:
            self._of_source[guest.source] -= 1
            if not self._of_source[guest.source]:
                del self._of_source[guest.source]
        return True

    def idler(self, source: str) -> Guest | None:
        """Who goes for a newcomer: the one that waited longest without a request. A source that has as many
        as it may makes room by its own.
        """
        full = self._is_full(source)
        return next(
            (
                guest
                for guest in self.guests.values()
                if guest.phase in {SHAKING, HEAD} and (not full or guest.source == source)
            ),
            None,
        )
