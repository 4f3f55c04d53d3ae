"""TLS in the edge's own process: 1.3 only, ECDSA P-256 only, non-blocking, on the same poller as plain lines.

A proxy in front would cost three times a plain delivery; in process it costs a tenth more (reference, 1.4).
"""

import errno
import socket
import ssl
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput

log = structlog.get_logger("edge.tls")

_RECORD: Final = 16 * 1024
_SHARE_LEAST: Final = 10
_READ_MOST: Final = 4096
"""Of one turn, and the rest of a record: OpenSSL must hold nothing back, because a poller cannot see it."""


class TlsLine:
    """A `Pipe` over one accepted socket."""

    __slots__ = ("_begun", "_door", "_fd", "_shaken", "_sock", "_source")

    def __init__(self, sock: ssl.SSLSocket, door: "TlsDoor", source: str) -> None:
        self._sock, self._door, self._source = sock, door, source
        self._fd = sock.fileno()
        self._begun = self._shaken = False

    def fileno(self) -> int:
        return self._fd

    def handshake(self) -> str:
        """See `Pipe`. A handshake counts when its first byte is here: who only connects takes no turn."""
        if not self._begun:
            try:
                if not socket.socket.recv(self._sock, 1, socket.MSG_PEEK):
                    raise ConnectionAbortedError
            except BlockingIOError:
                return "read"
            self._door.must_have_turn(self._source)
            self._begun = True
        try:
            self._sock.do_handshake()
        except ssl.SSLWantReadError:
            return "read"
        except ssl.SSLWantWriteError:
            return "write"
        self._shaken = True
        return "done"

    def recv(self) -> bytes | None:
        """See `Pipe`. Reads whole records: what lies in the kernel the poller tells again."""
        parts: list[bytes] = []
        size = 0
        while size < _READ_MOST or self._sock.pending():
            try:
                data = self._sock.recv(_RECORD)
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except OSError:
                data = b""
            if not data:
                return b"".join(parts)
            parts.append(data)
            size += len(data)
        return b"".join(parts) or None

    def send(self, data: bytes | memoryview) -> int:
        """See `Pipe`. After -EAGAIN part of `data` may be on its way: the next call must bring it again."""
        if not len(data):
            return 0
        try:
            return self._sock.send(data)
        except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return -errno.EAGAIN
        except ssl.SSLError:
            return -errno.EPIPE
        except OSError as error:
            return -(error.errno or errno.EIO)

    def close(self) -> None:
        """Says good-bye if that goes at once, and closes."""
        if self._shaken:
            with suppress(OSError, ValueError):
                self._sock.unwrap()
        self._sock.close()


class TlsDoor:
    """Makes accepted sockets TLS lines. `per_second`: handshakes, a tenth of them (at least 10) from one
    source; one more is refused and may come again.
    """

    def __init__(
        self, certificate: Path, key: Path, *, per_second: int = 500, clock: Clock | None = None
    ) -> None:
        """Raises BadInput naming the file."""
        self._certificate, self._key = certificate, key
        self._clock = clock or SystemClock()
        self._per_second = float(per_second)
        self._turns, self._turned_at = self._per_second, self._clock.monotonic()
        self._share, self._of_source = max(_SHARE_LEAST, per_second // 10), Counter[str]()
        self._shared_at = self._turned_at
        self.refused = 0
        self._context = _context(certificate, key)

    def reload(self) -> None:
        """Reads the files again; lines that are open keep what they have. Broken files change nothing."""
        try:
            self._context = _context(self._certificate, self._key)
        except BadInput as error:
            log.error("tls.reload_failed", error=str(error), action="the certificate before stays in use")  # noqa: TRY400
            return
        log.info("tls.reloaded")

    def must_have_turn(self, source: str = "") -> None:
        """Takes one of this second's handshakes for `source` ("": not counted). Raises BlockingIOError."""
        now = self._clock.monotonic()
        if now - self._shared_at >= 1:
            self._of_source.clear()
            self._shared_at = now
        if source and self._of_source[source] >= self._share:
            self.refused += 1
            raise BlockingIOError(errno.EAGAIN, "too many handshakes of this source")
        grown = self._turns + (now - self._turned_at) * self._per_second
        self._turns, self._turned_at = min(self._per_second, grown), now
        if self._turns < 1:
            self.refused += 1
            raise BlockingIOError(errno.EAGAIN, "too many handshakes this second")
        self._turns -= 1
        if source:
            self._of_source[source] += 1

    def wrap(self, sock: socket.socket, source: str = "") -> TlsLine:
        """A line over a non-blocking socket, which it takes over; `source`: whose turns it takes."""
        line = self._context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        return TlsLine(line, self, source)


def _context(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.num_tickets = 1
    context.set_alpn_protocols(["http/1.1"])
    _check_kind(certificate)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:
        reason = getattr(error, "reason", None) or error.strerror or type(error).__name__
        raise BadInput(
            f"certificate and key cannot be used together: {reason}; name the chain and the key that fits it",
            where=str(key),
        ) from None
    return context


def _check_kind(certificate: Path) -> None:
    try:
        first = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}; name a PEM file", where=str(certificate)) from None
    except (ValueError, IndexError):
        raise BadInput("holds no certificate in PEM", where=str(certificate)) from None
    key = first.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadInput(
            "is not for an ECDSA key on P-256, whose handshake costs half of RSA's; "
            "get one with `openssl ecparam -name prime256v1 -genkey`",
            where=str(certificate),
        )
