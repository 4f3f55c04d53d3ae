"""A wire whose answers a test writes in advance: what a client meets on bad days."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass
class Wire:
    """`streams`: bodies of /stream in turn (an int is a status). `pages`: answers of /api/v1/wire by
    cursor.
    """

    streams: list[bytes | int] = field(default_factory=list)
    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    """(path, query, Last-Event-ID) of every request."""
    passes: list[str] = field(default_factory=list)
    """Authorization of every request."""
    key: str = "dk_abc_secret"
    issued: int = 0
    good: frozenset[str] | None = None
    """Passes that are accepted; None = no pass is wanted."""
    expires_at: str = "2999-01-01T00:00:00Z"
    hang: bool = False
    """Leave a stream open once its body is written."""
    others: dict[str, Any] = field(default_factory=dict)
    """Path -> JSON of what is asked beside stream and log; None = 404."""
    ended: threading.Event = field(default_factory=threading.Event)
    url: str = ""


def frame(number: int, *, cursor: str = "") -> bytes:
    """One event as the edge writes it."""
    return f"id: {cursor or f'c{number}'}\ndata: {json.dumps({'number': number})}\n\n".encode()


def page(*numbers: int, next_: str = "") -> dict[str, Any]:
    """One page of the log."""
    rows = [{"cursor": f"c{n}", "event": {"number": n}} for n in numbers]
    return {"events": rows, "next": next_ or (f"c{numbers[-1]}" if numbers else "")}


@contextmanager
def running(wire: Wire) -> Iterator[Wire]:
    """Serves the wire on a free port for the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            wire.asked.append((parts.path, query, self.headers.get("Last-Event-ID", "")))
            wire.passes.append(self.headers.get("Authorization", ""))
            if parts.path == "/stream" and wire.good is not None and wire.passes[-1] not in wire.good:
                self._send(401, b"not with this pass")
            elif parts.path == "/stream":
                self._stream()
            elif parts.path in wire.others or parts.path.startswith(
                ("/api/v1/desktop/", "/api/v1/editions/")
            ):
                found = wire.others.get(parts.path)
                self._send(200 if found is not None else 404, json.dumps(found).encode())
            else:
                self._page(query)

        def _stream(self) -> None:
            body = wire.streams.pop(0) if wire.streams else 503
            if isinstance(body, int):
                self._send(body, b"no")
            else:
                self._send(200, body)
                if wire.hang and not wire.streams:
                    self.wfile.flush()
                    wire.ended.wait(30)

        def _page(self, query: dict[str, str]) -> None:
            found = wire.pages.get(query.get("after", ""), page())
            if isinstance(found, int):
                self._send(found, b"{}")
            else:
                self._send(200, json.dumps(found).encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            wire.asked.append((self.path, {}, ""))
            if self.headers.get("Authorization") != f"Bearer {wire.key}":
                self._send(401, b"no such key")
                return
            wire.issued += 1
            made = {"token": f"pass-{wire.issued}", "expires_at": wire.expires_at}
            self._send(200, json.dumps(made).encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    wire.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield wire
    finally:
        wire.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
