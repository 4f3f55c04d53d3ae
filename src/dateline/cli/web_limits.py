"""What a client may ask of the web process before any of our code runs: size and time of head and body.

uvicorn waits for ever for the rest of a head or body, and takes both at any size; Django then writes a body
beyond `FILE_UPLOAD_MAX_MEMORY_SIZE` to a temporary file, and it may be an unreleased text. A proxy in front
has limits of its own; these are for those who run without one.
"""

import asyncio
import json
from http import HTTPStatus
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

HEAD_BYTES = 32 * 1024
HEAD_S = 15.0
BODY_S = 300.0
LINGER_S = 30.0
_SAID = {
    408: "The request did not come in time; try again.",
    413: "The upload is too large; shrink the pictures, or send fewer files.",
    431: "The head of the request is too large; delete the cookies of this site.",
}
_API: Final = b"/api/"
_KINDS: Final = {408: "too-slow", 413: "too-large", 431: "head-too-large"}


class Refused(Exception):
    """Ends the parsing of a request whose answer is `status`."""

    def __init__(self, status: int) -> None:
        super().__init__(_SAID[status])
        self.status = status


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP connection with limits. A subclass of `limited` sets `body_bytes`."""

    body_bytes: ClassVar[int] = 1024 * 1024
    head_bytes: ClassVar[int] = HEAD_BYTES
    head_s: ClassVar[float] = HEAD_S
    body_s: ClassVar[float] = BODY_S
    linger_s: ClassVar[float] = LINGER_S

    _patience: asyncio.TimerHandle | None = None
    _status = 400
    _size = 0
    _in_head = True
    _refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect(self.head_s)

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return  # what is still under way goes by: closing now, the kernel would drop our answer too
        super().data_received(data)
        if self._in_head and self._size > self.head_bytes and not self.transport.is_closing():
            self._refuse(431)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._size = True, 0
        self._expect(self.head_s)

    def on_url(self, url: bytes) -> None:
        self._count(len(url), self.head_bytes, 431)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value), self.head_bytes, 431)
        super().on_header(name, value)
        if name.lower() == b"content-length" and int(value) > self.body_bytes:
            self._stop(413)

    def on_headers_complete(self) -> None:
        self._in_head, self._size = False, 0
        self._expect(self.body_s)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._count(len(body), self.body_bytes, 413)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._expect(None)
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls when parsing ended: with the status of the limit that was passed."""
        self._refuse(self._status)

    def _count(self, size: int, most: int, status: int) -> None:
        self._size += size
        if self._size > most:
            self._stop(status)

    def _stop(self, status: int) -> None:
        self._status = status
        raise Refused(status)

    def _refuse(self, status: int) -> None:
        if self._refused:
            self.transport.close()
            return
        self._refused = True
        self.flow.resume_reading()
        self._expect(self.linger_s)
        kind, said = _answer(status, api=getattr(self, "url", b"").startswith(_API))
        head = b"content-type: %b\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + head % (kind, len(said)) + said)
        if status != 413:
            self.transport.close()

    def _expect(self, within_s: float | None) -> None:
        """Gives up on the client unless this is called again in time; None = it owes nothing now."""
        if self._patience is not None:
            self._patience.cancel()
        self._patience = self.loop.call_later(within_s, self._refuse, 408) if within_s else None


def _answer(status: int, *, api: bool) -> tuple[bytes, bytes]:
    """Media type and words; below `/api/` a problem document (RFC 9457), as for all that goes wrong there."""
    said = _SAID.get(status, "Invalid HTTP request received.")
    if not api:
        return b"text/plain; charset=utf-8", said.encode()
    kind = _KINDS.get(status, "bad-request")
    title = HTTPStatus(status).phrase
    document = {"type": f"urn:dateline:problem:{kind}", "title": title, "status": status, "detail": said}
    return b"application/problem+json", json.dumps(document).encode()


def limited(body_bytes: int) -> type[LimitedProtocol]:
    """The protocol for bodies of at most so many bytes."""
    return type("Limited", (LimitedProtocol,), {"body_bytes": body_bytes})
