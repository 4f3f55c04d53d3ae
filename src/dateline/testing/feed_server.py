"""A small HTTP server of feeds on loopback that misbehaves when told to; for tests of content providers.

>>> with FeedServer() as server:
...     server.serve("/feed.rss", b"<rss ...>", etag='"1"')
...     ...                       # ask server.url("/feed.rss")
...     server.asked              # [("/feed.rss", {"if-none-match": '"1"', ...})]
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

_STOP_S: Final = 10.0


@dataclass
class Reply:
    """What a path answers. `hang`: nothing comes after the head before the server ends."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""
    hang: bool = False


class FeedServer:
    """A running server; what it was asked is in `asked`, oldest first, header names in small letters."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.ending = threading.Event()
        self._replies: dict[str, Reply] = {}
        house = self

        class Handler(_Handler):
            server_of = house

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, path: str, body: bytes = b"", **more: Any) -> None:
        """What the path answers from now on; see Reply."""
        self._replies[path] = Reply(body, **more)

    def reply(self, path: str) -> Reply:
        """What the path answers now."""
        return self._replies.get(path) or Reply(status=404)

    def stop(self) -> None:
        """Ends it, and every request that hangs."""
        self.ending.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_STOP_S)

    def __enter__(self) -> "FeedServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Handler(BaseHTTPRequestHandler):
    server_of: FeedServer

    def do_GET(self) -> None:
        house, path = self.server_of, self.path
        asked = {name.lower(): value for name, value in self.headers.items()}
        house.asked.append((path, asked))
        found = house.reply(path)
        status, body = found.status, found.body
        if found.etag and asked.get("if-none-match") == found.etag:
            status, body = 304, b""
        self.send_response(status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        if found.etag:
            self.send_header("ETag", found.etag)
        self.send_header("Content-Length", str(len(body) + found.hang))
        self.end_headers()
        try:
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:  # the asker had enough
            return
        if found.hang:
            house.ending.wait(60)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: what was asked is in `asked`."""
