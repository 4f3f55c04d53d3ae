"""An origin for the edge under measurement: `/api/v1/wire` alone, from memory, on a thread. It stands for the
web process, whose work is not part of a delivery to a desktop.
"""

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dateline.edge.services import KEYS


class Origin:
    """A log that only grows; its cursor is `bench-N`."""

    def __init__(self) -> None:
        self._rows: list[bytes] = []
        self._keys: dict[int, Any] = {}
        self._news = threading.Condition()
        self.port = 0
        self.others: dict[str, bytes] = {}
        """Path -> JSON, for what an edge asks beside the log."""

    def publish(self, payloads: Sequence[bytes], key: Any = None) -> None:
        """Appends events (JSON), all in one commit; `key` opens the text of the first that was sent ahead."""
        with self._news:
            if key is not None:
                self._keys[len(self._rows)] = key
            for one in payloads:
                cursor = f"bench-{len(self._rows) + 1}"
                self._rows.append(b'{"cursor":"%b","event":%b}' % (cursor.encode(), one))
            self._news.notify_all()

    def page(self, query: dict[str, list[str]]) -> tuple[bytes, list[Any]]:
        """`{"events", "next"}` after the cursor asked for, waiting for news as the question allows; and the
        keys that are public with these events.
        """
        wait_s = min(20.0, float(query.get("wait", ["0"])[0]))
        with self._news:
            after = int(query.get("after", ["bench-0"])[0].rpartition("-")[2] or 0)
            if "last" in query:
                after = max(0, len(self._rows) - int(query["last"][0]))
            if wait_s and len(self._rows) <= after:
                self._news.wait_for(lambda: len(self._rows) > after, wait_s)
            rows = self._rows[after : after + int(query.get("limit", ["10000"])[0])]
            following = f"bench-{after + len(rows)}" if after + len(rows) else ""
            keys = [self._keys[at] for at in range(after, after + len(rows)) if at in self._keys]
        return b'{"events":[%b],"next":%b}' % (b",".join(rows), json.dumps(following).encode()), keys


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of an edge that was killed amid its question."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving() -> Iterator[Origin]:
    """The origin on a free port of 127.0.0.1."""
    origin = Origin()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body, keys = origin.others.get(parts.path), list[Any]()
            if body is None and parts.path == "/api/v1/wire":
                body, keys = origin.page(parse_qs(parts.query))
            self.send_response(200 if body is not None else 404)
            if keys:
                self.send_header(KEYS, json.dumps(keys))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body or b"")))
            with suppress(ConnectionError):  # an edge that ends leaves its question open
                self.end_headers()
                self.wfile.write(body or b"")

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing: the bench prints its own rows."""

    server = _Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    origin.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield origin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
