"""Server-sent events (WHATWG HTML, 9.2) as a framing."""

from dateline.edge.engine import Heard, Reason

_NOTHING = Heard()


class Sse:
    """`id:` and `data:` lines; comments and `retry:` stand alone, `event: reset` is the only named one."""

    name = "sse"

    def event(self, cursor: str, data: bytes) -> bytes:
        """One event; a staged frame has no cursor, so that it moves nobody's place."""
        return b"id: %b\ndata: %b\n\n" % (cursor.encode(), data) if cursor else b"data: %b\n\n" % data

    def place(self, cursor: str) -> bytes:
        """An `id:` alone: browsers keep it without telling the page."""
        return b"id: %b\n\n" % cursor.encode()

    def heartbeat(self) -> bytes:
        """A comment."""
        return b": \n\n"

    def reset(self) -> bytes:
        """`event: reset`."""
        return b"event: reset\ndata: {}\n\n"

    def retry(self, milliseconds: int) -> bytes:
        """`retry:`."""
        return b"retry: %d\n\n" % milliseconds

    def farewell(self, reason: Reason) -> bytes:
        """A comment for who looks at the raw stream."""
        return b": %b\n\n" % reason.value.encode() if reason in _SAID else b""

    def heard(self, data: bytes, kept: bytes) -> Heard:
        """What a desktop says after its request is not ours to hear."""
        return _NOTHING


_SAID = frozenset({Reason.EXPIRED, Reason.REVOKED})
SSE = Sse()
