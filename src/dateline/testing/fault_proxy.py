"""A TCP proxy on loopback that spoils a connection when told to, between a real client and a real server.

>>> with SmtpSink() as sink, FaultProxy(sink.port) as proxy:
...     settings = Settings(smtp_url=f"smtp://127.0.0.1:{proxy.port}")
...     proxy.set(Fault("reset", on="replies", after=b"\\r\\n.\\r\\n", seen_in="requests", times=1))
...     ...                     # the content reaches the server whole, its reply never reaches the client
...     proxy.set(None)         # all is well again, for open connections too
...     proxy.acted             # ["reset"]

A fault acts on the first bytes of the side `on` that come after its trigger; what came before passes
untouched. Without a trigger it acts from the start: for drop and reset, before any byte has passed.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Literal, get_args

from dateline.testing.background import InThread
from dateline.testing.fault_link import Link

Side = Literal["requests", "replies"]
Kind = Literal[
    "delay", "drop", "half-close", "reset", "slow", "corrupt",
    "duplicate", "throttle", "black-hole", "split", "refuse",
]  # fmt: skip
_WAIT_S: Final = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, on which side, and after what.

    kind: `delay` (each packet waits `seconds`); `drop` (both ends see an orderly end); `half-close` (that
    side ends, the other goes on); `reset` (RST to both ends); `slow` (a byte each `seconds`); `corrupt` (the
    first byte is xored with `mask`, the rest passes); `duplicate` (the first packet comes twice, the rest
    passes); `throttle` (`rate` bytes a second); `black-hole` (nothing passes any more and nobody is told);
    `split` (each byte in a packet of its own); `refuse` (nobody listens; open connections stay).

    on: whose bytes are hit. seen_in: where the trigger is looked for; by default the same side. after: the
    trigger is this text, after_bytes: this many bytes; with both, the text first. times: only the first so
    many connections made since it was set (0 = all).
    """

    kind: Kind
    on: Side = "replies"
    seen_in: Side | None = None
    after: bytes = b""
    after_bytes: int = 0
    seconds: float = 1.0
    rate: int = 1024
    mask: int = 0x40
    times: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"there is no fault '{self.kind}'; there are {', '.join(get_args(Kind))}")


class FaultProxy:
    """A running proxy before `port` on `host`, in a thread; safe to switch from any thread."""

    def __init__(self, port: int, *, host: str = "127.0.0.1", fault: Fault | None = None) -> None:
        self._target = (host, port)
        self._fault: Fault | None = None
        self._links: set[Link] = set()
        self._since_set = 0
        self._server: asyncio.Server | None = None
        self._held: socket.socket | None = None
        self.port = 0
        self.connections = 0
        """Connections taken so far."""
        self.acted: list[str] = []
        """The kind of each fault at the moment it began to act on a connection."""
        self._background = InThread(self._listen, self._end)
        self.port = self._background.port
        self.set(fault)

    def set(self, fault: Fault | None) -> None:
        """From now on this goes wrong, on open connections too (triggers count from here); None: nothing."""
        self._do(lambda: self._change(fault))

    def cut(self) -> None:
        """Resets every open connection now, as a server that is killed does."""
        self._background.call(self._reset_all)

    @property
    def open(self) -> int:
        """Connections open at this moment."""
        return len(self._links)

    def stop(self) -> None:
        """Ends it with all its connections; safe to call twice."""
        self._background.stop()
        if self._held is not None:
            self._held.close()
            self._held = None

    def __enter__(self) -> "FaultProxy":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- on the proxy's own loop ----------------------------------------------------------------------------

    async def _listen(self) -> asyncio.AbstractServer:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port, backlog=1024)
        return self._server

    async def _change(self, fault: Fault | None) -> None:
        self._fault, self._since_set = fault, 0
        refusing = fault is not None and fault.kind == "refuse"
        if refusing and self._server is not None:
            self._server.close()
            self._server = None
            self._hold_port()
        elif not refusing and self._server is None:
            if self._held is not None:
                self._held.close()
                self._held = None
            await self._listen()
        for link in list(self._links):
            link.plan(None if refusing else fault)

    def _hold_port(self) -> None:
        """Keeps the port for us while nobody listens on it."""
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", self.port))

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._since_set += 1
        fault = self._fault
        if fault is not None and fault.times and self._since_set > fault.times:
            fault = None
        link = Link(reader, writer, self.acted.append)
        self._links.add(link)
        link.plan(fault)
        try:
            await link.run(*self._target)
        finally:
            self._links.discard(link)

    def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        self._reset_all()

    def _reset_all(self) -> None:
        for link in list(self._links):
            link.reset()

    def _do(self, work: Callable[[], Awaitable[None]]) -> None:
        done: Future[None] = Future()

        async def run() -> None:
            try:
                await work()
                done.set_result(None)
            except BaseException as error:
                done.set_exception(error)

        running: list[asyncio.Task[None]] = []
        self._background.call(lambda: running.append(asyncio.ensure_future(run())))
        done.result(_WAIT_S)
