"""The process that sends for one channel: `python -m dateline.channels.apart.process KIND MARKS LANGUAGE`,
started by dispatch.

Tasks come in over standard input, which is a socket, and receipts go back over it. When the other end is
gone, dispatch was killed: then this one ends at once and sends no more, for whatever it holds is known as
begun. Signals are for dispatch, which ends it in order.
"""

import asyncio
import ctypes
import os
import signal
import socket
import sys
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, Final, cast

import structlog
import uvloop

from dateline.channels.apart.frames import (
    BEAT,
    BEGIN,
    CANCEL,
    CLOSE,
    DID,
    END,
    LANGUAGE,
    OVER,
    RECALL,
    TASKS,
    Frames,
    Message,
    TaskReader,
    packed,
    told,
)
from dateline.channels.apart.marks import Marks
from dateline.channels.apart.source import Ahead
from dateline.core.channel import Channel
from dateline.core.words import Receipt
from dateline.plant.logs import configure_logs
from dateline.plant.settings import Settings, get_settings
from dateline.plant.steady_memory import steady_memory

log = structlog.get_logger("channels")

_GATHER_S: Final = 0.002
"""Receipts of this time go back together: each frame wakes dispatch, which has other work."""
_GONE: Final = 1
_FOREIGN: Final = 3
_PR_SET_PDEATHSIG: Final = 1


class Sender(asyncio.Protocol):
    """The end of the socket in the sending process."""

    def __init__(self, channel: Channel, settings: Settings, marks: Marks) -> None:
        self._channel = channel
        self._marks = marks
        self._fresh_s = settings.lease_s / 3
        self._frames, self._reader = Frames(), TaskReader()
        self._transport: asyncio.Transport | None = None
        self._source: Ahead | None = None
        self._sending: asyncio.Task[None] | None = None
        self._wanted = 0
        self._receipts: list[Message] = []
        self._flush_at: asyncio.TimerHandle | None = None
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        for kind, *values in self._frames.feed(data):
            self._do[kind](self, *values)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            os._exit(_GONE)

    # --- what dispatch says

    def _begin(self) -> None:
        self._source = Ahead(self._marks, self._want, self._report, fresh_s=self._fresh_s)
        self._sending = asyncio.create_task(self._channel.send(self._source, self._reported))
        self._sending.add_done_callback(self._over)

    def _take(self, drawn_at: float, items: list[Message]) -> None:
        for slot, task in self._reader.read(items):
            cast(Ahead, self._source).put(drawn_at, slot, task)

    def _end(self) -> None:
        cast(Ahead, self._source).end()

    def _cancel(self) -> None:
        if self._sending is not None:
            self._sending.cancel()

    def _recall(self, slots: list[int]) -> None:
        if self._source is not None:
            self._source.call_back(frozenset(slots))

    def _beat(self) -> None:
        self._say((BEAT,))

    def _close(self) -> None:
        if not self.closed.done():
            self.closed.set_result(None)

    _do: Mapping[str, Any] = {
        BEGIN: _begin, TASKS: _take, END: _end, CANCEL: _cancel, CLOSE: _close, RECALL: _recall, BEAT: _beat,
    }  # fmt: skip

    # --- one send

    def _over(self, sending: "asyncio.Task[None]") -> None:
        """The channel has ended with a receipt for whatever it drew; also where it had not even begun."""
        error = None if sending.cancelled() else sending.exception()
        if error is not None:
            log.error("channel.sender_failed", exc_info=error)
        for task in cast(Ahead, self._source).left():
            self._report(Receipt(task.delivery, task.fence, "released", text="stopped before it was sent"))
        self._flush()
        self._say((OVER, f"{type(error).__name__}: {error}" if error else ""))

    async def _reported(self, receipt: Receipt) -> None:
        self._report(receipt)

    def _report(self, receipt: Receipt) -> None:
        self._receipts.append(told(receipt))
        self._soon()

    def _want(self, more: int) -> None:
        self._wanted += more
        if self._receipts:
            self._flush()
        else:
            self._soon(at_once=True)

    def _soon(self, *, at_once: bool = False) -> None:
        if at_once and self._flush_at is not None:
            self._flush_at.cancel()
            self._flush_at = None
        if self._flush_at is None:
            loop = asyncio.get_running_loop()
            self._flush_at = loop.call_later(0 if at_once else _GATHER_S, self._flush)

    def _flush(self) -> None:
        if self._flush_at is not None:
            self._flush_at.cancel()
            self._flush_at = None
        if self._wanted or self._receipts:
            wanted, self._wanted = self._wanted, 0
            receipts, self._receipts = self._receipts, []
            self._say((DID, wanted, receipts))

    def _say(self, message: Message) -> None:
        cast(asyncio.Transport, self._transport).write(packed(message))

    async def farewell(self) -> None:
        """Closes what the channel keeps open."""
        await self._channel.aclose()


async def _run(kind: str, settings: Settings, marks: Marks) -> None:
    [point] = entry_points(group="dateline.channels", name=kind)
    sender = Sender(point.load()(settings), settings, marks)
    ours = socket.socket(fileno=os.dup(0))
    await asyncio.get_running_loop().create_connection(lambda: sender, sock=ours)
    steady_memory()
    await sender.closed
    await sender.farewell()


def _goes_with_dispatch() -> None:
    """The kernel ends us with the thread that started us, also where we hang and would never see our input
    end.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    _goes_with_dispatch()
    kind, marks, language = sys.argv[1:]
    settings = get_settings()
    configure_logs(settings, process=f"dispatch-{kind}")
    if language != LANGUAGE:
        log.error(
            "channel.sender_foreign",
            channel=kind,
            dispatch=language,
            installed=LANGUAGE,
            action="restart dispatch",
        )
        sys.exit(_FOREIGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(kind, settings, Marks(int(marks))))


if __name__ == "__main__":
    main()
