"""TLS lines over real sockets, both sides non-blocking and in one thread."""

import errno
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.core.clock import FixedClock, Instant
from dateline.core.errors import BadInput
from dateline.edge.parts import tls_of
from dateline.edge.tls import TlsDoor, TlsLine
from dateline.plant.settings import Settings
from dateline.testing.certificates import make_certificate

pytestmark = [pytest.mark.wire, pytest.mark.once]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


class Both:
    """A line and its client."""

    def __init__(self, door: TlsDoor, trusted: Path) -> None:
        ours, theirs = socket.socketpair()
        for sock in (ours, theirs):
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)
        self.context = ssl.create_default_context(cafile=str(trusted))
        self.line = door.wrap(ours)
        self.client = self.context.wrap_socket(
            theirs, server_hostname="127.0.0.1", do_handshake_on_connect=False
        )

    def shake(self) -> None:
        """Both sides by turns until the handshake is done."""
        ours = theirs = False
        for _ in range(20):
            if not theirs:
                with suppress(ssl.SSLWantReadError, ssl.SSLWantWriteError):
                    self.client.do_handshake()
                    theirs = True
            ours = ours or self.line.handshake() == "done"
            if ours and theirs:
                return
        raise AssertionError("no handshake")

    def client_reads(self, most: int = 1 << 20) -> bytes:
        found = b""
        with suppress(ssl.SSLWantReadError):
            while len(found) < most and (data := self.client.recv(16384)):
                found += data
        return found

    def close(self) -> None:
        self.line.close()
        self.client.close()


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def both(files: tuple[Path, Path], closing: ExitStack, door: TlsDoor | None = None) -> Both:
    made = Both(door or TlsDoor(*files), files[0])
    closing.callback(made.close)
    return made


def test_a_line_speaks_tls_1_3_with_one_ticket(files: tuple[Path, Path], closing: ExitStack) -> None:
    two = both(files, closing)
    two.shake()
    assert two.client.version() == "TLSv1.3"
    assert two.line.recv() is None
    two.client.send(b"GET /")
    assert two.line.recv() == b"GET /"
    assert two.line.send(b"answer") == 6
    assert two.client_reads() == b"answer"


def test_older_versions_are_refused(files: tuple[Path, Path], closing: ExitStack) -> None:
    two = both(files, closing)
    two.context.maximum_version = ssl.TLSVersion.TLSv1_2
    two.client.close()
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    line = TlsDoor(*files).wrap(ours)
    closing.callback(line.close)
    theirs.setblocking(False)
    old = two.context.wrap_socket(theirs, server_hostname="127.0.0.1", do_handshake_on_connect=False)
    closing.callback(old.close)
    with suppress(ssl.SSLWantReadError):
        old.do_handshake()
    with pytest.raises(OSError, match=r"(?i)protocol"):
        line.handshake()


def test_what_did_not_go_is_tried_again_with_the_same_bytes(
    files: tuple[Path, Path], closing: ExitStack
) -> None:
    """Everything arrives once and in order, however slowly the other side reads."""
    two = both(files, closing)
    two.shake()
    payload = bytes(range(256)) * 4000
    left, received, blocked = memoryview(payload), b"", 0
    while left:
        sent = two.line.send(left)
        if sent == -errno.EAGAIN:
            blocked += 1
            received += two.client_reads(20_000)
        else:
            assert sent > 0
            left = left[sent:]
    while len(received) < len(payload):
        received += two.client_reads()
    assert received == payload and blocked


def test_bytes_that_openssl_holds_are_not_left_there(files: tuple[Path, Path], closing: ExitStack) -> None:
    two = both(files, closing)
    two.shake()
    for n in range(15):
        two.client.send(b"%03d" % n)
    data = two.line.recv()
    assert data == b"".join(b"%03d" % n for n in range(15))
    assert two.line.recv() is None


def test_good_bye_is_said_and_heard(files: tuple[Path, Path], closing: ExitStack) -> None:
    two = both(files, closing)
    two.shake()
    two.client.send(b"last")
    with suppress(ssl.SSLWantReadError):
        two.client.unwrap()
    assert two.line.recv() == b"last"
    assert two.line.recv() == b""
    other = both(files, closing)
    other.shake()
    other.line.close()
    assert other.client.recv(10) == b"", "a close_notify, not a cut line"


def test_a_client_that_vanishes_is_gone(files: tuple[Path, Path], closing: ExitStack) -> None:
    two = both(files, closing)
    two.shake()
    two.client.close()
    assert two.line.recv() == b""
    assert two.line.send(b"x" * 100_000) in {-errno.EPIPE, -errno.ECONNRESET}


def test_half_open_lines_wait_and_take_no_turn(files: tuple[Path, Path], closing: ExitStack) -> None:
    """Who connects and says nothing is ended by the ten seconds of the lobby."""
    clock = FixedClock(Instant(datetime(2026, 1, 1, tzinfo=UTC)))
    door = TlsDoor(*files, per_second=1, clock=clock)
    silent = [both(files, closing, door) for _ in range(5)]
    assert [two.line.handshake() for two in silent] == ["read"] * 5
    both(files, closing, door).shake()


def test_a_flood_of_handshakes_is_refused_until_the_next_second(
    files: tuple[Path, Path], closing: ExitStack
) -> None:
    clock = FixedClock(Instant(datetime(2026, 1, 1, tzinfo=UTC)))
    door = TlsDoor(*files, per_second=2, clock=clock)
    for _ in range(2):
        both(files, closing, door).shake()
    with pytest.raises(BlockingIOError):
        both(files, closing, door).shake()
    assert door.refused == 1
    clock.advance(0.5)
    both(files, closing, door).shake()


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=1, max_size=300))
def test_garbage_ends_the_handshake(files: tuple[Path, Path], data: bytes) -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    line = TlsDoor(*files).wrap(ours)
    try:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(OSError):
            for _ in range(3):
                line.handshake()
            raise OSError  # it waits for more, which the lobby's deadline ends
    finally:
        line.close()
        theirs.close()


def test_a_new_certificate_is_taken_without_closing_anybody(tmp_path: Path, closing: ExitStack) -> None:
    mine = make_certificate(tmp_path)
    door = TlsDoor(*mine)
    old = both(mine, closing, door)
    old.shake()
    first = old.client.getpeercert(binary_form=True)
    make_certificate(tmp_path)
    door.reload()
    fresh = both(mine, closing, door)
    fresh.shake()
    assert fresh.client.getpeercert(binary_form=True) != first
    assert old.line.send(b"still here") == 10
    mine[0].write_text("broken")
    door.reload()
    mine[0].write_bytes(ssl.DER_cert_to_PEM_cert(fresh.client.getpeercert(binary_form=True) or b"").encode())
    both(mine, closing, door).shake()


def test_files_that_do_not_fit_are_named(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadInput, match=r"missing\.pem"):
        TlsDoor(tmp_path / "missing.pem", files[1])
    (tmp_path / "empty.pem").write_text("")
    with pytest.raises(BadInput, match="no certificate"):
        TlsDoor(tmp_path / "empty.pem", files[1])
    other = make_certificate(tmp_path / "other")
    with pytest.raises(BadInput, match="cannot be used together"):
        TlsDoor(files[0], other[1])
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    monkeypatch.setattr(ec, "generate_private_key", lambda curve: made)
    with pytest.raises(BadInput, match="P-256"):
        TlsDoor(*make_certificate(tmp_path / "rsa"))


def test_tls_needs_both_files_and_none_means_plain(files: tuple[Path, Path]) -> None:
    assert tls_of(Settings.model_validate({})) is None
    both_named = {"edge_certificate": str(files[0]), "edge_key": str(files[1])}
    assert tls_of(Settings.model_validate(both_named)) is not None
    with pytest.raises(BadInput, match="DATELINE_EDGE_KEY"):
        tls_of(Settings.model_validate(both_named | {"edge_key": ""}))


def test_a_line_is_what_the_engine_calls_a_pipe(files: tuple[Path, Path], closing: ExitStack) -> None:
    two = both(files, closing)
    assert isinstance(two.line, TlsLine) and two.line.fileno() > 2
