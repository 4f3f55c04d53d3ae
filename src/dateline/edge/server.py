"""The edge's process: admits desktops over SSE, replays what they missed, writes what is new to all alike."""

import asyncio
import random
import re
import socket
import threading
from dataclasses import dataclass, field

import structlog
import uvloop

from dateline.core.errors import BadInput
from dateline.edge.filters import Filter, parse_filter
from dateline.edge.origin import CursorBad, Origin, Page, follow
from dateline.edge.request import LIMIT_BYTES, LIMIT_SECONDS, BadRequest, Request, parse_head
from dateline.edge.ring import Entry, Ring, entry
from dateline.plant.settings import Settings

log = structlog.get_logger("edge.server")

_CURSOR = re.compile(r"^[A-Za-z0-9_-]{1,64}$")
_REPLAY_MOST = 500  # one come-back; beyond it the desktop catches up over /api/v1/wire
_PENDING_MOST = 256 * 1024  # bytes a slow reader may owe; dropping it is safe because it can resume
_CHUNK = 500
_HEARTBEAT_S = 45.0
_SEND_BUFFER = 64 * 1024
_RESET = b"event: reset\ndata: {}\n\n"


@dataclass(slots=True, eq=False)
class Desktop:
    """One open connection."""

    writer: asyncio.StreamWriter
    wanted: Filter
    written: int = 0
    silent: bool = True


@dataclass
class Counts:
    """What /healthz and /metrics tell."""

    connected: int = 0
    accepted_total: int = 0
    events_total: int = 0
    written_total: int = 0
    dropped_slow_total: int = 0
    origin_reachable: int = 0


@dataclass
class Edge:
    """Everything one edge keeps: desktops, ring, counts."""

    origin: Origin
    allowed_origin: str
    ring: Ring = field(default_factory=Ring)
    desktops: set[Desktop] = field(default_factory=set)
    counts: Counts = field(default_factory=Counts)
    head: str = ""
    _round: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def publish(self, page: Page) -> None:
        """Writes new events to everyone who asked for them, from a random starting point (I12)."""
        new = [e for e in (entry(cursor, event) for cursor, event in page.events) if self.ring.add(e)]
        self.head = page.next or self.head
        self.counts.events_total += len(new)
        if not new or not self.desktops:
            return
        async with self._round:
            waiting = list(self.desktops)
            start = random.randrange(len(waiting))  # noqa: S311  fairness, not secrecy
            ordered = waiting[start:] + waiting[:start]
            for first in range(0, len(ordered), _CHUNK):
                for desktop in ordered[first : first + _CHUNK]:
                    self._write(desktop, new)
                await asyncio.sleep(0)

    async def reset(self) -> None:
        """The origin began a new epoch: desktops catch up over the API."""
        self.ring.clear()
        for desktop in list(self.desktops):
            self._send(desktop, _RESET)

    def _write(self, desktop: Desktop, entries: list[Entry]) -> None:
        frames = b"".join(e.frame for e in entries if desktop.wanted.takes(e.event))
        if frames:
            self._send(desktop, frames)

    def _send(self, desktop: Desktop, data: bytes) -> None:
        transport = desktop.writer.transport
        if transport.is_closing():
            self.desktops.discard(desktop)
            return
        if transport.get_write_buffer_size() + len(data) > _PENDING_MOST:
            self.counts.dropped_slow_total += 1
            self.desktops.discard(desktop)
            transport.abort()
            return
        desktop.writer.write(data)
        desktop.written += len(data)
        desktop.silent = False
        self.counts.written_total += 1

    async def heartbeat(self) -> None:
        """A comment to those who heard nothing since the last round, so that dead lines are found."""
        while True:
            await asyncio.sleep(_HEARTBEAT_S)
            for desktop in list(self.desktops):
                if desktop.silent:
                    self._send(desktop, b": \n\n")
                desktop.silent = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from head to close."""
        try:
            request = await self._read(reader)
            if request.path == "/stream" and request.method == "GET":
                await self._stream(request, reader, writer)
            else:
                self._answer_small(request, writer)
        except BadRequest as error:
            self._plain(writer, error.status, error.message)
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            log.debug("edge.line_lost")
        finally:
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Request:
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                return parse_head(await reader.readuntil(b"\r\n\r\n"))
        except asyncio.LimitOverrunError:
            raise BadRequest(431, "the request head is too large") from None

    def _answer_small(self, request: Request, writer: asyncio.StreamWriter) -> None:
        if request.path == "/healthz":
            self._plain(writer, 200, "ok")
        elif request.path == "/readyz":
            ready = bool(self.counts.origin_reachable)
            self._plain(writer, 200 if ready else 503, "ready" if ready else "the origin does not answer")
        elif request.path == "/metrics" and writer.get_extra_info("peername")[0] in {"127.0.0.1", "::1"}:
            names = self.counts.__dataclass_fields__
            self._plain(writer, 200, "".join(f"dateline_edge_{n} {getattr(self.counts, n)}\n" for n in names))
        else:
            self._plain(writer, 404, "nothing here; the stream is at /stream")

    async def _stream(
        self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            wanted, after = parse_filter(request.query)
        except BadInput as error:
            raise BadRequest(400, str(error)) from None
        after = request.headers.get("last-event-id") or after
        replay = await self._missed(after, wanted)
        desktop = Desktop(writer, wanted)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # No await between the last look at the ring and admission: nothing can fall between replay and live.
        writer.write(self._stream_head(request))
        if replay is None:
            writer.write(_RESET)
        else:
            writer.write(
                b"".join(e.frame for e in (*replay, *self._since(replay, after)) if wanted.takes(e.event))
            )
        self.desktops.add(desktop)
        self.counts.connected = len(self.desktops)
        self.counts.accepted_total += 1
        try:
            while await reader.read(1024):
                pass  # what a desktop says after its request is not ours to hear
        finally:
            self.desktops.discard(desktop)
            self.counts.connected = len(self.desktops)

    async def _missed(self, after: str, wanted: Filter) -> list[Entry] | None:
        """Entries since the cursor; None when the desktop must catch up over the API. Raises BadRequest for a forged cursor."""
        if not after:
            return []
        if not _CURSOR.match(after):
            raise BadRequest(400, "the cursor is malformed; use one that this wire sent")
        if not self.ring.knows(after):
            try:
                await self.origin.knows(after)
            except CursorBad:
                raise BadRequest(400, "the cursor is not one that this wire sent") from None
            except OSError:
                return None
            if not self.ring.knows(after):
                return None
        missed = list(self.ring.after(after))
        return missed if len(missed) <= _REPLAY_MOST else None

    def _since(self, replay: list[Entry], after: str) -> list[Entry]:
        """What came while the cursor was being checked."""
        last = replay[-1].cursor if replay else after
        return list(self.ring.after(last)) if last and self.ring.knows(last) else []

    def _stream_head(self, request: Request) -> bytes:
        lines = [
            "HTTP/1.1 200 OK",
            "Content-Type: text/event-stream; charset=utf-8",
            "Cache-Control: no-store",
            "X-Accel-Buffering: no",
            "Connection: close",
        ]
        if request.headers.get("origin") == self.allowed_origin:
            lines += [f"Access-Control-Allow-Origin: {self.allowed_origin}", "Vary: Origin"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + b"retry: 2000\n\n"

    def _plain(self, writer: asyncio.StreamWriter, status: int, text: str) -> None:
        body = text.encode()
        reason = {200: "OK", 400: "Bad Request", 404: "Not Found"}.get(status, "Error")
        head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)

    async def drain(self) -> None:
        """Tells every desktop to come back at a random moment, then closes it."""
        for desktop in list(self.desktops):
            if not desktop.writer.transport.is_closing():
                desktop.writer.write(f"retry: {random.randrange(1000, 10000)}\n\n".encode())  # noqa: S311
                desktop.writer.close()
        await asyncio.sleep(0.1)


def run(settings: Settings, stop: threading.Event) -> None:
    """Serves until `stop` is set, then drains."""
    uvloop.run(_run(settings, stop))


async def _run(settings: Settings, stop: threading.Event) -> None:
    edge = Edge(
        Origin(f"http://{settings.host}:{settings.port}" if not settings.base_url else settings.site_url),
        settings.site_url,
    )

    def heard(reachable: bool) -> None:
        edge.counts.origin_reachable = int(reachable)

    listener = socket.create_server((settings.edge_host, settings.edge_port), backlog=4096, reuse_port=False)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    server = await asyncio.start_server(edge.serve, sock=listener, limit=LIMIT_BYTES)
    tasks = [
        asyncio.create_task(follow(edge.origin, edge.publish, edge.reset, heard)),
        asyncio.create_task(edge.heartbeat()),
    ]
    try:
        while not stop.is_set():
            await asyncio.sleep(0.1)
            for task in tasks:
                if task.done():
                    task.result()
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await edge.drain()
