"""The edge's process: answers HTTP, hands desktops over to `desktops`, follows the origin."""

import asyncio
import re
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
import uvloop

from dateline.core.errors import BadInput
from dateline.core.filters import parse_query
from dateline.edge.desktops import Desktop, Desktops
from dateline.edge.origin import CursorBad, Origin, follow
from dateline.edge.request import LIMIT_BYTES, LIMIT_SECONDS, BadRequest, Request, parse_head
from dateline.plant.settings import Settings

log = structlog.get_logger("edge.server")

_CURSOR = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_HEARTBEAT_S = 45.0
_SEND_BUFFER = 64 * 1024
_LOST_AFTER_MS = 60_000
_LOOPBACK = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
_REASONS = {
    200: "OK",
    400: "Bad Request",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}


@dataclass(frozen=True)
class Edge:
    """One edge: its desktops, whose pages may read the stream, and its two patiences in seconds."""

    desktops: Desktops
    allowed_origin: str
    head_s: float = LIMIT_SECONDS
    fill_s: float = 10.0
    lines: set[asyncio.StreamWriter] = field(default_factory=set)
    """Every open connection, whatever it is doing."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from head to close."""
        self.lines.add(writer)
        try:
            request = await self._read(reader)
            if request.path == "/stream":
                await self._stream(request, reader, writer)
            else:
                self._answer_small(request, writer)
        except BadRequest as error:
            self._plain(writer, error.status, error.message)
        except (ConnectionError, asyncio.IncompleteReadError):
            log.debug("edge.line_lost")
        finally:
            self.lines.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        try:
            async with asyncio.timeout(self.head_s):
                return parse_head(await reader.readuntil(b"\r\n\r\n"))
        except asyncio.LimitOverrunError:
            raise BadRequest(431, "the request head is too large") from None
        except TimeoutError:
            raise BadRequest(408, "the request head did not come in time") from None

    def _answer_small(self, request: Request, writer: asyncio.StreamWriter) -> None:
        counts = self.desktops.counts
        if request.path == "/healthz":
            self._plain(writer, 200, "ok")
        elif request.path == "/readyz":
            ready = counts.origin_reachable and self.desktops.filled.is_set()
            self._plain(writer, 200 if ready else 503, "ready" if ready else "the origin does not answer")
        elif request.path == "/metrics" and writer.get_extra_info("peername")[0] in _LOOPBACK:
            names = counts.__dataclass_fields__
            self._plain(writer, 200, "".join(f"dateline_edge_{n} {getattr(counts, n)}\n" for n in names))
        else:
            self._plain(writer, 404, "nothing here; the stream is at /stream")

    async def _stream(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if request.method != "GET":
            raise BadRequest(405, "the stream is read with GET")
        try:
            wanted, others = parse_query(request.query, besides=("after",))
        except BadInput as error:
            raise BadRequest(400, str(error)) from None
        after = await self._checked(request.headers.get("last-event-id") or others.get("after", ""))
        desktop = Desktop(writer, wanted)
        _tune(writer.get_extra_info("socket"))
        writer.write(self._stream_head(request))
        self.desktops.admit(desktop, after)
        try:
            while await reader.read(1024):
                pass  # what a desktop says after its request is not ours to hear
        finally:
            self.desktops.remove(desktop)

    async def _checked(self, after: str) -> str:
        """The cursor, once there is a ring to look it up in. Raises BadRequest for a forged one."""
        if after and not _CURSOR.fullmatch(after):
            raise BadRequest(400, "the cursor is malformed; use one that this wire sent")
        try:
            async with asyncio.timeout(self.fill_s):
                await self.desktops.filled.wait()
                await self.desktops.check(after)
                # The origin may have begun a new epoch meanwhile.
                await self.desktops.filled.wait()
        except CursorBad:
            raise BadRequest(400, "the cursor is not one that this wire sent") from None
        except TimeoutError:
            raise BadRequest(503, "the origin does not answer; try again in a few seconds") from None
        return after

    def _stream_head(self, request: Request) -> bytes:
        lines = [
            "HTTP/1.1 200 OK",
            "Content-Type: text/event-stream; charset=utf-8",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            "X-Accel-Buffering: no",
            "Connection: close",
        ]
        if request.headers.get("origin") == self.allowed_origin:
            lines += [f"Access-Control-Allow-Origin: {self.allowed_origin}", "Vary: Origin"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + b"retry: 2000\n\n"

    def _plain(self, writer: asyncio.StreamWriter, status: int, text: str) -> None:
        body = text.encode()
        lines = [
            f"HTTP/1.1 {status} {_REASONS.get(status, 'Error')}",
            "Content-Type: text/plain; charset=utf-8",
            f"Content-Length: {len(body)}",
            "X-Content-Type-Options: nosniff",
            "Connection: close",
        ]
        if status == 503:
            lines.append("Retry-After: 5")
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)


def _tune(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _LOST_AFTER_MS)


def listener(host: str, port: int) -> socket.socket:
    """The listening socket; its small send buffer keeps a reader that stops from filling the kernel."""
    sock = socket.create_server((host, port), backlog=4096)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    return sock


def run(settings: Settings, stop: threading.Event) -> None:
    """Serves until `stop` is set, then drains."""
    uvloop.run(_run(settings, stop))


async def _run(settings: Settings, stop: threading.Event) -> None:
    base = settings.site_url if settings.base_url else f"http://{settings.host}:{settings.port}"
    origin = Origin(base)
    edge = Edge(Desktops(origin), settings.site_url)
    async with running(edge, origin, listener(settings.edge_host, settings.edge_port)) as tasks:
        while not stop.is_set():
            await asyncio.sleep(0.1)
            for task in tasks:
                if task.done():
                    task.result()


@asynccontextmanager
async def running(
    edge: Edge, origin: Origin, sock: socket.socket, *, heartbeat_s: float = _HEARTBEAT_S
) -> AsyncIterator[tuple[asyncio.Task[None], ...]]:
    """Serves on `sock` for the block, then drains. Yields the tasks that must not end."""
    server = await asyncio.start_server(edge.serve, sock=sock, limit=LIMIT_BYTES)
    tasks = (
        asyncio.create_task(follow(origin, edge.desktops)),
        asyncio.create_task(_beat(edge.desktops, heartbeat_s)),
    )
    try:
        yield tasks
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        origin.close()
        edge.desktops.drain()
        await asyncio.sleep(0.1)  # what was written last leaves before the loop ends
        for writer in list(edge.lines):
            writer.transport.abort()  # who reads nothing would keep the loop from closing for ever
        await asyncio.sleep(0)


async def _beat(desktops: Desktops, every_s: float) -> None:
    while True:
        await asyncio.sleep(every_s)
        desktops.beat()
