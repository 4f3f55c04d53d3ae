"""The fault proxy does to a real connection what each of its faults says, and no more."""

import asyncio
import select
import socket
import time
from collections.abc import Iterator

import pytest

from dateline.testing.background import InThread
from dateline.testing.fault_proxy import Fault, FaultProxy
from dateline.testing.ports import DeadPort

pytestmark = pytest.mark.wire

GREETING = b"hello\r\n"


class Parrot:
    """Greets, then says every line again; keeps what it heard and how each connection ended."""

    def __init__(self) -> None:
        self.heard = b""
        self.ended: list[str] = []
        self._writers: list[asyncio.StreamWriter] = []
        self._running = InThread(self._listen, self._end)
        self.port = self._running.port

    async def _listen(self) -> asyncio.AbstractServer:
        return await asyncio.start_server(self._talk, "127.0.0.1", 0)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        try:
            writer.write(GREETING)
            while line := await reader.readline():
                self.heard += line
                writer.write(b"> " + line)
                await writer.drain()
            self.ended.append("end")
        except ConnectionError:
            self.ended.append("reset")
        finally:
            writer.close()

    def _end(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def stop(self) -> None:
        self._running.stop()


@pytest.fixture
def parrot() -> Iterator[Parrot]:
    made = Parrot()
    yield made
    made.stop()


@pytest.fixture
def proxy(parrot: Parrot) -> Iterator[FaultProxy]:
    with FaultProxy(parrot.port) as made:
        yield made


def dial(proxy: FaultProxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=10)


def fate(proxy: FaultProxy) -> bytes:
    """What a connection that says nothing gets; a reset may come while it is still being made."""
    try:
        with dial(proxy) as sock:
            sock.shutdown(socket.SHUT_WR)
            return until_end(sock)
    except OSError:
        return b"!"


def until_end(sock: socket.socket) -> bytes:
    """All that comes until the other end is done; `!` is a reset."""
    data = b""
    try:
        while part := sock.recv(4096):
            data += part
    except ConnectionResetError:
        data += b"!"
    return data


def exactly(sock: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size and (part := sock.recv(size - len(data))):
        data += part
    return data


def is_silent(sock: socket.socket) -> bool:
    """Nothing to read within a moment: neither bytes nor an end."""
    return not select.select([sock], [], [], 0.15)[0]


def said(sock: socket.socket, words: bytes, reply: bytes | None = None) -> None:
    """Says a line and hears it again."""
    sock.sendall(words)
    wanted = b"> " + words if reply is None else reply
    assert exactly(sock, len(wanted)) == wanted


def eventually(true: object) -> None:
    deadline = time.monotonic() + 10
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_without_a_fault_it_is_not_there(proxy: FaultProxy, parrot: Parrot) -> None:
    with dial(proxy) as sock:
        assert exactly(sock, 7) == GREETING
        big = b"x" * 300_000 + b"\n"
        proxy.set(None)
        said(sock, b"one\n")
        sock.sendall(big[:60_000] + b"\n")
        assert exactly(sock, 60_003) == b"> " + big[:60_000] + b"\n"
        sock.shutdown(socket.SHUT_WR)
        assert until_end(sock) == b""
    eventually(lambda: parrot.ended == ["end"])
    assert proxy.connections == 1 and proxy.acted == []
    eventually(lambda: proxy.open == 0)


def test_a_reset_at_the_start_lets_no_byte_through(proxy: FaultProxy, parrot: Parrot) -> None:
    proxy.set(Fault("reset"))
    assert fate(proxy) == b"!"
    proxy.set(Fault("drop"))
    assert fate(proxy) in {b"", b"!"}  # an end, unless our own word met a closed door
    assert parrot.heard == b"" and proxy.acted == ["reset", "drop"]


def test_the_cut_between_a_request_and_its_reply(proxy: FaultProxy, parrot: Parrot) -> None:
    """The server has it all, the client never hears."""
    proxy.set(Fault("reset", on="replies", seen_in="requests", after=b"two\n"))
    with dial(proxy) as sock:
        assert exactly(sock, 7) == GREETING
        said(sock, b"one\n")
        sock.sendall(b"tw")
        assert is_silent(sock)
        sock.sendall(b"o\n")
        assert until_end(sock) == b"!"
    assert parrot.heard == b"one\ntwo\n" and proxy.acted == ["reset"]


def test_a_fault_amid_a_request_leaves_the_server_its_first_part(proxy: FaultProxy, parrot: Parrot) -> None:
    proxy.set(Fault("drop", on="requests", after_bytes=6))
    with dial(proxy) as sock:
        assert exactly(sock, 7) == GREETING
        sock.sendall(b"one\ntwo\n")
        until_end(sock)
    eventually(lambda: parrot.ended)
    assert parrot.heard == b"one\ntw"


def test_a_half_close_ends_one_side_only(proxy: FaultProxy, parrot: Parrot) -> None:
    proxy.set(Fault("half-close", on="replies", after=GREETING))
    with dial(proxy) as sock:
        sock.sendall(b"one\n")
        assert until_end(sock) == GREETING
        sock.sendall(b"two\n")
        eventually(lambda: parrot.heard == b"one\ntwo\n")


def test_a_black_hole_swallows_and_tells_nobody(proxy: FaultProxy, parrot: Parrot) -> None:
    proxy.set(Fault("black-hole", on="requests", after_bytes=4))
    with dial(proxy) as sock:
        assert exactly(sock, 7) == GREETING
        said(sock, b"one\n")
        sock.sendall(b"two\n")
        assert is_silent(sock) and parrot.heard == b"one\n"
        proxy.set(None)  # what fell in stays lost, what follows passes
        said(sock, b"three\n")
    assert parrot.heard == b"one\nthree\n"


@pytest.mark.parametrize(
    ("fault", "comes"),
    [
        (Fault("corrupt"), b"(ello\r\n"),
        (Fault("duplicate"), GREETING * 2),
        (Fault("split"), GREETING),
        (Fault("slow", seconds=0.001), GREETING),
        (Fault("throttle", rate=2000), GREETING),
        (Fault("delay", seconds=0.01), GREETING),
    ],
)
def test_what_the_client_gets(proxy: FaultProxy, fault: Fault, comes: bytes) -> None:
    proxy.set(fault)
    with dial(proxy) as sock:
        assert exactly(sock, len(comes)) == comes
        said(sock, b"one\n")
    assert proxy.acted == [fault.kind]


def test_a_slow_side_goes_on_at_once_when_all_is_well_again(proxy: FaultProxy) -> None:
    proxy.set(Fault("slow", seconds=0.2))
    with dial(proxy) as sock:
        assert exactly(sock, 1) == b"h"
        proxy.set(None)
        assert exactly(sock, 6) == b"ello\r\n"
        said(sock, b"one\n")


def test_only_the_first_connections_are_hit(proxy: FaultProxy) -> None:
    proxy.set(Fault("reset", times=2))
    for wanted in (b"!", b"!", GREETING):
        assert fate(proxy) == wanted


def test_it_refuses_and_listens_again_on_the_same_port(proxy: FaultProxy) -> None:
    with dial(proxy) as kept:
        assert exactly(kept, 7) == GREETING
        for _ in range(2):
            proxy.set(Fault("refuse"))
            with pytest.raises(ConnectionRefusedError):
                dial(proxy)
            said(kept, b"still there\n")
            proxy.set(None)
            with dial(proxy) as sock:
                assert exactly(sock, 7) == GREETING


def test_a_cut_resets_what_is_open_and_nothing_later(proxy: FaultProxy, parrot: Parrot) -> None:
    with dial(proxy) as sock:
        assert exactly(sock, 7) == GREETING
        proxy.cut()
        assert until_end(sock) == b"!"
    eventually(lambda: parrot.ended == ["reset"])
    with dial(proxy) as sock:
        assert exactly(sock, 7) == GREETING


def test_a_dead_server_behind_it_is_a_reset() -> None:
    with DeadPort() as dead, FaultProxy(dead.port) as proxy:
        assert fate(proxy) == b"!"


def test_an_unknown_fault_names_those_that_exist() -> None:
    with pytest.raises(ValueError, match="black-hole"):
        Fault("explode")  # type: ignore[arg-type]
