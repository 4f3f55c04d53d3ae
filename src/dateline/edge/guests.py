"""A connection before it is a desktop: where its request stands, and what is still to be written to it."""

import asyncio
import socket
from typing import Final, Protocol

from dateline.edge.engine import Admission, Pipe
from dateline.edge.request import LIMIT_BYTES, BadRequest, Head, Request
from dateline.edge.slots import read, write

SHAKING: Final = 0
HEAD: Final = 1
ASKING: Final = 2
REPLYING: Final = 3
CLOSING: Final = 4


class Door(Protocol):
    """Who decides whether a request becomes a desktop (`door.Doors`)."""

    async def admit(self, request: Request, peer: str) -> Admission: ...

    def early(self, request: Request) -> bytes | None: ...

    def plain(self, request: Request | None, error: BadRequest) -> bytes: ...


class TlsDoor(Protocol):
    """Makes an accepted socket a pipe; raises OSError for one more than can be taken now."""

    def wrap(self, sock: socket.socket) -> Pipe: ...


class Guest:
    """One connection before it is a desktop."""

    __slots__ = ("deadline", "fd", "head", "out", "peer", "phase", "pipe", "request", "rest", "task")

    def __init__(self, fd: int, pipe: Pipe | None, peer: str, deadline: float) -> None:
        self.fd, self.pipe, self.peer, self.deadline = fd, pipe, peer, deadline
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
