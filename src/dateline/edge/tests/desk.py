"""A running edge with its origin, and desktops that speak to it over real sockets."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from dateline.edge.door import Doors
from dateline.edge.hub import Hub
from dateline.edge.lobby import Lobby
from dateline.edge.origin import Origin
from dateline.edge.process import health_routes, listener, running
from dateline.edge.tests.origin_stub import Log
from dateline.edge.tls import TlsDoor
from dateline.edge.trust import Trust

SITE = "http://wire.example"


@dataclass
class Scene:
    """Log, edge and the port of the edge."""

    log: Log
    hub: Hub
    lobby: Lobby
    port: int
    lines: "list[Line]" = field(default_factory=list)
    context: ssl.SSLContext | None = None
    """Speak TLS."""
    keep_lines: bool = False
    """Leave the desktops connected while the edge stops."""

    async def connect(self, target: str = "/stream", *headers: str, raw: bytes = b"") -> "Line":
        """A connection with its request sent; the head of the answer is read."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=2**20, ssl=self.context)
        lines = [f"GET {target} HTTP/1.1", "Host: edge.example", *headers, "", ""]
        writer.write(raw or "\r\n".join(lines).encode())
        line = Line(reader, writer)
        self.lines.append(line)
        line.head = (await reader.readuntil(b"\r\n\r\n")).decode()
        return line

    async def close(self) -> None:
        """Hangs up every line, and waits until the edge has noticed."""
        for line in self.lines:
            line.close()
        for line in self.lines:
            with suppress(OSError):
                await line.writer.wait_closed()
        await self.until(lambda: not self.hub.open)

    async def until(self, condition: Any) -> None:
        """Waits until `condition()` holds."""
        while not condition():
            await asyncio.sleep(0.01)


@dataclass
class Line:
    """A desktop's side of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: str = ""
    cursor: str = ""

    @property
    def status(self) -> int:
        return int(self.head.split(" ")[1])

    async def block(self) -> dict[str, str]:
        """The next block of the stream: field -> value; a comment has the name ""."""
        found: dict[str, str] = {}
        while line := (await self.reader.readline()).decode():
            if line == "\n":
                return found
            name, _, value = line.rstrip("\n").partition(":")
            found[name] = value.removeprefix(" ")
        raise EOFError

    async def message(self) -> dict[str, Any]:
        """The next event, past comments and `retry:`."""
        while True:
            block = await self.block()
            self.cursor = block.get("id", self.cursor)
            if "data" in block:
                found: dict[str, Any] = json.loads(block["data"])
                return {"cursor": block.get("id", ""), "kind": block.get("event", ""), **found}

    async def numbers(self, count: int) -> list[int]:
        """Numbers of the next `count` events."""
        return [int((await self.message())["number"]) for _ in range(count)]

    async def rest(self) -> bytes:
        """Everything until the other side closes."""
        return await self.reader.read()

    def close(self) -> None:
        self.writer.close()


@asynccontextmanager
async def scene(
    log: Log | None = None,
    *,
    fill: bool = True,
    head_s: float = 10.0,
    fill_s: float = 10.0,
    heartbeat_s: float = 60.0,
    trust: Trust | None = None,
    tls: TlsDoor | None = None,
    door: Mapping[str, Any] | None = None,
    lobby_most: int = 4096,
    **engine: Any,
) -> AsyncIterator[Scene]:
    """An edge that follows `log`; filled when the block begins, unless told otherwise.

    `engine`: how the engine does it (`blast`, `poller`, `tick_s`, `capacity`); `door`: options of `Doors`.
    """
    log = log or Log()
    wishes = {"per_source": 10**6, **(door or {})}
    server = await asyncio.start_server(log.serve, "127.0.0.1", 0)
    log.port = server.sockets[0].getsockname()[1]
    bus = Origin(f"http://127.0.0.1:{log.port}")
    hub = Hub(bus, **engine)
    pages = {SITE, f"http://127.0.0.1:{log.port}"}
    hub.doors = doors = Doors(trust or Trust(), pages, capacity=hub.capacity, counts=hub.counts, **wishes)
    hub.on_said, hub.may_say = doors.said, doors.may_say
    lobby = Lobby(hub, doors, head_s=head_s, fill_s=fill_s, tls=tls, most=lobby_most)
    lobby.routes.update(health_routes(hub))
    sock = listener("127.0.0.1", 0)
    made = Scene(log, hub, lobby, sock.getsockname()[1])
    try:
        async with running(hub, lobby, bus, sock, heartbeat_s=heartbeat_s):
            if fill:
                await hub.filled.wait()
            try:
                yield made
            finally:
                if not made.keep_lines:
                    await made.close()
        await made.close()
    finally:
        server.close()
        await log.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)  # transports say good-bye on the loop's next turns
