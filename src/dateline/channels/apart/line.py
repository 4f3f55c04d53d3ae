"""The process that sends for a channel, as this end of its socket."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Final, cast

import structlog

from dateline.channels.apart.frames import BEAT, CLOSE, LANGUAGE, Frames, Message, TaskWriter, packed
from dateline.channels.apart.marks import Marks
from dateline.core.errors import DatelineError

log = structlog.get_logger("channels")

_KILLED_WITHIN_S: Final = 5.0


class SenderEnded(DatelineError):
    """The process that sends for a channel ended by itself, was killed because it hung, or its channel
    failed.
    """


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
        self.beats_due = 0
        """Beats asked for since the last sign of life."""
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None

    def say(self, message: Message) -> None:
        """Sends one message; nobody hears it when the process is gone."""
        if self.is_open:
            cast(asyncio.Transport, self._transport).write(packed(message))

    def beat(self) -> None:
        """Asks for a sign of life."""
        self.beats_due += 1
        self.say((BEAT,))

    async def kill(self) -> None:
        """Returns once the process can do nothing any more: only then its marks are the last word."""
        self.process.kill()
        try:
            await asyncio.to_thread(self.process.wait, _KILLED_WITHIN_S)
        except subprocess.TimeoutExpired:  # the kernel keeps it in a call, where it sends nothing either
            log.error("channel.sender_not_gone", pid=self.process.pid)  # noqa: TRY400 - the trace says no more

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
        self.beats_due = 0
        for message in self._frames.feed(data):
            self.heard(message)

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self.ended()


async def started(kind: str, environment: Mapping[str, str]) -> Line:
    """A new process for the channel of this kind, in our environment and what `environment` changes of it."""
    ours, theirs = socket.socketpair()
    marks = Marks()
    try:
        with theirs:
            process = _process(kind, environment, theirs.fileno(), marks.descriptor)
    except OSError:
        ours.close()
        marks.close()
        raise
    line = Line(process, marks)
    try:
        await asyncio.get_running_loop().create_unix_connection(lambda: line, sock=ours)
    except BaseException:
        if not line.is_open:
            ours.close()
        await line.kill()
        line.close()
        raise
    return line


def _process(
    kind: str, environment: Mapping[str, str], socket_: int, marks: int
) -> "subprocess.Popen[bytes]":
    """Secrets go by neither the command line nor anything new in the environment: the process reads its
    settings where we did, and what tasks carry comes over the socket.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "dateline.channels.apart.process", kind, str(marks), LANGUAGE],
        env={**os.environ, **environment},
        stdin=socket_,
        stdout=subprocess.DEVNULL,
        pass_fds=[marks],
        process_group=0,  # Ctrl-C is for dispatch, which then ends it
    )
