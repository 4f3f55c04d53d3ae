"""The process that sends for a channel, as this end of its socket."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import cast

from dateline.channels.apart.frames import CLOSE, Frames, Message, TaskWriter, packed
from dateline.channels.apart.marks import Marks
from dateline.core.errors import DatelineError


class SenderEnded(DatelineError):
    """The process that sends for a channel ended by itself."""


def nobody(_: Message) -> None:
    """Hears what is said between two sends."""


def nothing() -> None:
    """Happens when the process ends between two sends: the next one starts another."""


class Line(asyncio.Protocol):
    """Messages out, messages in to whoever is set as `heard`; `ended` is called once the process is gone."""

    def __init__(self, process: "subprocess.Popen[bytes]", marks: Marks) -> None:
        self.process = process
        self.marks = marks
        self.writer = TaskWriter()
        self.heard: Callable[[Message], None] = nobody
        self.ended: Callable[[], None] = nothing
        self.is_open = False
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None

    def say(self, message: Message) -> None:
        """Sends one message; nobody hears it when the process is gone."""
        if self.is_open:
            cast(asyncio.Transport, self._transport).write(packed(message))

    def farewell(self) -> None:
        """The process ends in order."""
        self.say((CLOSE,))

    def close(self) -> None:
        """Lets the socket and the marks go; the process, if it still is, ends at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
            self.marks.close()
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        for message in self._frames.feed(data):
            self.heard(message)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self.ended()


async def started(kind: str, environment: Mapping[str, str]) -> Line:
    """A new process for the channel of this kind, in our environment and what `environment` changes of it."""
    ours, theirs = socket.socketpair()
    marks = Marks()
    with theirs:
        process = subprocess.Popen(  # noqa: ASYNC220 - some milliseconds, once
            [sys.executable, "-m", "dateline.channels.apart.process", kind, str(marks.descriptor)],
            env={**os.environ, **environment},
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            pass_fds=[marks.descriptor],
            process_group=0,  # Ctrl-C is for dispatch, which then ends it
        )
    line = Line(process, marks)
    await asyncio.get_running_loop().create_unix_connection(lambda: line, sock=ours)
    return line
