"""One connection through the fault proxy: two directions, and what goes wrong in one of them."""

import asyncio
import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

_CHUNK: Final = 64 * 1024
_LINGER_S: Final = 0.5
_CLOSING: Final = frozenset({"drop", "reset", "half-close"})
_ONCE: Final = frozenset({"corrupt", "duplicate"})


class Plan(Protocol):
    """A fault as a connection sees it; see fault_proxy.Fault."""

    @property
    def kind(self) -> str: ...
    @property
    def on(self) -> str: ...
    @property
    def seen_in(self) -> str | None: ...
    @property
    def after(self) -> bytes: ...
    @property
    def after_bytes(self) -> int: ...
    @property
    def seconds(self) -> float: ...
    @property
    def rate(self) -> int: ...
    @property
    def mask(self) -> int: ...


class _Trigger:
    """Finds the place in a stream of bytes where a fault begins."""

    def __init__(self, plan: Plan) -> None:
        self._text, self._bytes = plan.after, plan.after_bytes
        self._tail = b""
        self.pulled = not self._text and not self._bytes

    def feed(self, data: bytes) -> int:
        """How many of these bytes still pass untouched; all of them while the trigger has not come."""
        passed = 0
        if self.pulled:
            return 0
        if self._text:
            seen = self._tail + data
            at = seen.find(self._text)
            if at < 0:
                self._tail = seen[-(len(self._text) - 1) :] if len(self._text) > 1 else b""
                return len(data)
            passed = at + len(self._text) - len(self._tail)
            self._text = b""
        room = len(data) - passed
        if self._bytes > room:
            self._bytes -= room
            return len(data)
        self.pulled = True
        return passed + self._bytes


class Link:
    """Passes bytes both ways until both sides have ended."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, acted: Callable[[str], None]
    ) -> None:
        self._client = (reader, writer)
        self._server: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._acted = acted
        self._plan: Plan | None = None
        self._trigger: _Trigger | None = None
        self._has_acted = False
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = False
        self._is_dropped = False

    def plan(self, fault: Plan | None) -> None:
        """What goes wrong from here on."""
        self._plan, self._trigger = fault, None if fault is None else _Trigger(fault)
        self._has_acted = False

    async def run(self, host: str, port: int) -> None:
        """Until both ends are done. Never raises for what they do."""
        if self._acts_before_a_byte():
            self._close(self._act())
            return
        try:
            self._server = await asyncio.open_connection(host, port)
        except OSError:
            self.reset()
            return
        for _, writer in (self._client, self._server):
            _option(writer, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._is_over:  # cut while it was being made
            self.reset()
            return
        self._tasks = [
            asyncio.ensure_future(self._pump("requests", self._client[0], self._server[1])),
            asyncio.ensure_future(self._pump("replies", self._server[0], self._client[1])),
        ]
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._close("drop")

    def reset(self) -> None:
        """RST to both ends."""
        self._close("reset")

    def _acts_before_a_byte(self) -> bool:
        plan, trigger = self._plan, self._trigger
        return plan is not None and trigger is not None and trigger.pulled and plan.kind in {"drop", "reset"}

    def _close(self, how: str) -> None:
        self._is_over = True
        for _, writer in filter(None, (self._client, self._server)):
            if how == "reset":
                _option(writer, socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            else:
                writer.close()
        for task in self._tasks:
            task.cancel()

    async def _pump(self, side: str, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        try:
            while data := await source.read(_CHUNK):
                if not self._is_dropped:
                    await self._pass(side, data, sink)
            _say_end(sink)
        except (ConnectionError, OSError):
            if not self._is_over:
                self.reset()

    async def _pass(self, side: str, data: bytes, sink: asyncio.StreamWriter) -> None:
        plan, trigger = self._plan, self._trigger
        if plan is None or trigger is None:
            await _write(sink, data)
            return
        pulled_before = trigger.pulled
        untouched = trigger.feed(data) if side == (plan.seen_in or plan.on) else 0
        if side != plan.on:
            await _write(sink, data)
            return
        if side != (plan.seen_in or plan.on):
            untouched = 0 if pulled_before else len(data)
        if untouched:
            await _write(sink, data[:untouched])
        if rest := data[untouched:]:
            await self._spoil(plan, rest, sink)

    def _act(self) -> str:
        kind = self._plan.kind if self._plan else ""
        if not self._has_acted:
            self._has_acted = True
            self._acted(kind)
        return kind

    async def _spoil(self, plan: Plan, data: bytes, sink: asyncio.StreamWriter) -> None:
        had_acted = self._has_acted
        kind = self._act()
        if kind in _CLOSING:
            await self._end(kind, sink, first=not had_acted)
        elif kind in _ONCE and had_acted:
            await _write(sink, data)
        elif kind == "corrupt":
            await _write(sink, bytes([data[0] ^ plan.mask]) + data[1:])
        elif kind == "duplicate":
            await _write(sink, data + data)
        elif kind == "delay":
            await asyncio.sleep(plan.seconds)
            await _write(sink, data)
        elif kind in {"slow", "split", "throttle"}:
            await self._trickle(plan, data, sink)

    async def _end(self, kind: str, sink: asyncio.StreamWriter, *, first: bool) -> None:
        if kind == "reset":
            self._close(kind)
        elif kind == "half-close":
            if first:
                _say_end(sink)
        else:
            self._drop()

    def _drop(self) -> None:
        """Both ends are told that it is over, and what they still say is read and thrown away: closed at once
        with unread bytes, TCP would send a reset instead.
        """
        self._is_dropped = True
        for _, writer in filter(None, (self._client, self._server)):
            _say_end(writer)
        asyncio.get_running_loop().call_later(_LINGER_S, self._close, "drop")

    async def _trickle(self, plan: Plan, data: bytes, sink: asyncio.StreamWriter) -> None:
        """Byte for byte, or a tenth of a second's worth at a time; goes on at once when all is well again."""
        size = max(1, plan.rate // 10) if plan.kind == "throttle" else 1
        pause = {"slow": plan.seconds, "throttle": size / plan.rate, "split": 0.0}[plan.kind]
        for start in range(0, len(data), size):
            if self._plan is not plan:
                await _write(sink, data[start:])
                return
            await _write(sink, data[start : start + size])
            await asyncio.sleep(pause)


def _say_end(sink: asyncio.StreamWriter) -> None:
    with suppress(OSError, RuntimeError):  # the other end may be gone already
        if sink.can_write_eof() and not sink.is_closing():
            sink.write_eof()


async def _write(sink: asyncio.StreamWriter, data: bytes) -> None:
    sink.write(data)
    await sink.drain()


def _option(writer: asyncio.StreamWriter, level: int, name: int, value: int | bytes) -> None:
    made = writer.get_extra_info("socket")
    if made is not None:
        with suppress(OSError, ValueError):  # closed already; uvloop's says so with a ValueError
            made.setsockopt(level, name, value)
