"""WebSocket (RFC 6455) as a framing: the same events on the same connections, one text message each.

A message is a row of the log, `{"cursor", "event"}`, as `/api/v1/wire` gives it. Incoming frames are read by
the sans-I/O protocol of `websockets`, made anew for the bytes at hand: an idle connection keeps nothing.
"""

import base64
import binascii
import hashlib
from typing import Final

from websockets.frames import Close, Frame, Opcode
from websockets.protocol import Protocol, Side, State

from dateline.edge.engine import Heard, Reason
from dateline.edge.request import BadRequest, Request

MOST_BYTES: Final = 4096
"""Of one message from a desktop: it has little to say."""
_LONGEST_HEAD: Final = 14
_MOST_FRAGMENTS: Final = 16
"""Every byte that comes makes the unfinished message be read anew, so that it must stay small."""
_DATA: Final = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CLOSE: Final = {
    Reason.EXPIRED: (4001, "the token ran out"),
    Reason.REVOKED: (4003, "the key was revoked"),
    Reason.RESET: (4004, "a new epoch; catch up over the API"),
    Reason.DRAINED: (1012, "come back"),
    Reason.SLOW: (1013, "too slow"),
    Reason.FULL: (1013, "full"),
    Reason.BROKEN: (1002, ""),
}


class WebSocket:
    """The framing `ws`."""

    name = "ws"

    def event(self, cursor: str, data: bytes) -> bytes:
        """One text message. A staged frame has no cursor: the message is that frame itself."""
        if not cursor:
            return _text(data)
        return _text(b'{"cursor":"%b","event":%b}' % (cursor.encode(), data))

    def place(self, cursor: str) -> bytes:
        """A cursor without an event."""
        return _text(b'{"cursor":"%b","event":null}' % cursor.encode())

    def heartbeat(self) -> bytes:
        """A ping."""
        return b"\x89\x00"

    def reset(self) -> bytes:
        """The SSE event `reset`."""
        return _text(b'{"reset":true}')

    def retry(self, milliseconds: int) -> bytes:
        """The SSE field `retry`."""
        return _text(b'{"retry":%d}' % milliseconds)

    def farewell(self, reason: Reason) -> bytes:
        """A close frame with our code."""
        code, why = _CLOSE.get(reason, (1001, ""))
        body = Close(code, why).serialize()
        return b"\x88%c%b" % (len(body), body)

    def heard(self, data: bytes, kept: bytes) -> Heard:
        """Reads frames: pings are answered, a close is returned, a breach closes with its code (7.4).

        `kept` are the raw frames of a message not yet complete, never a control frame: those are done with.
        """
        talk = _Talk()
        data = kept + data
        at = frames = 0
        while size := _size(data, at):
            if size > MOST_BYTES + _LONGEST_HEAD:
                talk.protocol.fail(1009, "too large")
                return talk.over()
            if at + size > len(data):
                if _is_hopeless(data[at], data[at + 1]):
                    talk.protocol.fail(1002, "no frame of a client")
                    return talk.over()
                break
            if not talk.take(data[at : at + size]):
                return talk.over()
            at, frames = at + size, frames + 1
        return Heard(talk.reply(), b"".join(talk.raw) + data[at:], tuple(talk.said), frames=frames)


class _Talk:
    """What one call of `heard` reads: whole frames, one after another."""

    def __init__(self) -> None:
        self.protocol = Protocol(Side.SERVER, state=State.OPEN, max_size=MOST_BYTES)
        self.said: list[str] = []
        self.raw: list[bytes] = []
        self._parts: list[bytes] = []

    def take(self, raw: bytes) -> bool:
        """Takes one whole frame; False when the conversation is over."""
        self.protocol.receive_data(raw)
        for frame in self.protocol.events_received():
            if isinstance(frame, Frame) and frame.opcode in _DATA and self.protocol.state is State.OPEN:
                self._data(frame, raw)
        return self.protocol.state is State.OPEN

    def _data(self, frame: Frame, raw: bytes) -> None:
        if frame.opcode is Opcode.BINARY:
            self.protocol.fail(1003, "text only")
            return
        self.raw.append(raw)
        self._parts.append(bytes(frame.data))
        if not frame.fin:
            if len(self.raw) > _MOST_FRAGMENTS:
                self.protocol.fail(1009, "too many fragments")
            return
        try:
            self.said.append(b"".join(self._parts).decode("utf-8"))
        except UnicodeDecodeError:
            self.protocol.fail(1007, "not UTF-8")
        self.raw, self._parts = [], []

    def reply(self) -> bytes:
        return b"".join(self.protocol.data_to_send())

    def over(self) -> Heard:
        # A close of the desktop's own, returned in order, breaks nothing.
        orderly = self.protocol.close_rcvd_then_sent is True and self.protocol.parser_exc is None
        return Heard(self.reply(), b"", tuple(self.said), over=True, broken=not orderly)


def _size(data: bytes, at: int) -> int:
    """Size of the frame that begins at `at`, its head included; 0 while that cannot be told."""
    if len(data) < at + 2:
        return 0
    length, masked = data[at + 1] & 0x7F, data[at + 1] & 0x80
    more = {126: 2, 127: 8}.get(length, 0)
    if len(data) < at + 2 + more:
        return 0
    if more:
        length = int.from_bytes(data[at + 2 : at + 2 + more], "big")
    return 2 + more + (4 if masked else 0) + length


def _is_hopeless(first: int, second: int) -> bool:
    """Whether a frame with these two bytes can only be refused, so that its rest need not be waited for."""
    control = first & 0x08
    return (
        not second & 0x80 or bool(first & 0x70) or bool(control and (second & 0x7F > 125 or not first & 0x80))
    )


def _text(data: bytes) -> bytes:
    """One unmasked text frame."""
    size = len(data)
    if size < 126:
        return b"\x81%c%b" % (size, data)
    if size < 65536:
        return b"\x81\x7e%b%b" % (size.to_bytes(2, "big"), data)
    return b"\x81\x7f%b%b" % (size.to_bytes(8, "big"), data)


def accept(request: Request) -> bytes:
    """The answer 101 to an opening handshake (RFC 6455, 4.2). Raises BadRequest."""
    headers = request.headers
    tokens = {part.strip().lower() for part in headers.get("connection", "").split(",")}
    asked = {part.strip().lower() for part in headers.get("upgrade", "").split(",")}
    if "upgrade" not in tokens or "websocket" not in asked or not request.keeps:
        raise BadRequest(
            426, "this address speaks WebSocket; the stream is at /stream", ("Upgrade: websocket",)
        )
    if headers.get("sec-websocket-version") != "13":
        raise BadRequest(
            426, "WebSocket version 13 only", ("Upgrade: websocket", "Sec-WebSocket-Version: 13")
        )
    key = headers.get("sec-websocket-key", "")
    try:
        fits = len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        fits = False
    if not fits:
        raise BadRequest(400, "Sec-WebSocket-Key is not 16 bytes in base64")
    answer = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + answer + b"\r\n\r\n"
    )


WEBSOCKET: Final = WebSocket()
