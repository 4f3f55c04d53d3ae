"""An edge that speaks TLS: the same stream, half-open lines and floods of handshakes."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from dateline.edge.tests.desk import Scene, scene
from dateline.edge.tls import TlsDoor
from dateline.testing.certificates import make_certificate

pytestmark = [pytest.mark.wire, pytest.mark.once]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def play(
    files: tuple[Path, Path], act: Callable[[Scene], Awaitable[Any]], *, per_second: int = 500, **options: Any
) -> Any:
    """Runs `act` on a fresh edge with TLS, within a minute."""

    async def whole() -> Any:
        tls = TlsDoor(*files, per_second=per_second)
        async with asyncio.timeout(60), scene(tls=tls, **options) as made:
            made.context = ssl.create_default_context(cafile=str(files[0]))
            return await act(made)

    return asyncio.run(whole())


def test_the_stream_over_tls_is_the_stream(files: tuple[Path, Path]) -> None:
    async def act(s: Scene) -> list[int]:
        line = await s.connect("/stream?language=en")
        assert line.status == 200
        for n in range(30):
            s.log.add(headline="x" * 20_000 if n % 3 else "short")
        return await line.numbers(30)

    assert play(files, act) == list(range(1, 31))


def test_a_slow_reader_over_tls_gets_everything_in_order(files: tuple[Path, Path]) -> None:
    """What did not go is tried again with the same bytes, and what came meanwhile follows."""

    async def act(s: Scene) -> list[int]:
        line = await s.connect()
        line.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await s.until(lambda: s.hub.open == 1)
        for n in range(60):
            s.log.add(headline=chr(65 + n % 26) * 4_000)
        await s.until(lambda: len(s.hub.ring) == 60)
        line.writer.transport.resume_reading()  # type: ignore[attr-defined]
        return await line.numbers(60)

    assert play(files, act) == list(range(1, 61))


def test_a_reader_that_stops_is_dropped_and_the_others_go_on(files: tuple[Path, Path]) -> None:
    """I6."""

    async def act(s: Scene) -> None:
        healthy, slow = await s.connect(), await s.connect()
        slow.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await s.until(lambda: s.hub.open == 2)
        count = 0
        while s.hub.open == 2:
            s.log.add(headline="x" * 30_000)
            count += 1
            assert await healthy.numbers(1) == [count]
        slow.writer.transport.abort()
        s.log.add()
        assert await healthy.numbers(1) == [count + 1]

    play(files, act)


def test_websocket_over_tls(files: tuple[Path, Path]) -> None:
    async def act(s: Scene) -> str:
        async with connect(f"wss://127.0.0.1:{s.port}/ws", ssl=s.context, compression=None) as desktop:
            await s.until(lambda: s.hub.open == 1)
            s.log.add(headline="over tls")
            while "over tls" not in (said := str(await desktop.recv())):
                pass
            return said

    assert '"cursor":"c1-1"' in play(files, act)


def test_half_open_lines_are_ended_and_cost_nobody_anything(files: tuple[Path, Path]) -> None:
    async def act(s: Scene) -> None:
        silent = [socket.create_connection(("127.0.0.1", s.port), timeout=40) for _ in range(20)]
        begun = socket.create_connection(("127.0.0.1", s.port), timeout=40)
        begun.sendall(b"\x16\x03\x01\x02\x00\x01")  # the first bytes of a handshake, and no more
        line = await s.connect()
        s.log.add()
        assert await line.numbers(1) == [1]
        for sock in (*silent, begun):
            assert await asyncio.to_thread(sock.recv, 100) == b""
            sock.close()

    play(files, act, head_s=2, per_second=3)


def test_a_flood_of_handshakes_is_refused_and_passes(files: tuple[Path, Path]) -> None:
    async def act(s: Scene) -> None:
        s.keep_lines = True
        found = await asyncio.gather(*(s.connect() for _ in range(30)), return_exceptions=True)
        refused = [one for one in found if isinstance(one, OSError | asyncio.IncompleteReadError | EOFError)]
        assert refused and len(refused) < 30
        while True:
            try:
                assert (await s.connect()).status == 200
                break
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(0.05)

    play(files, act, per_second=2)


@pytest.mark.parametrize(
    "data", [b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 50, b"\x16\x03\x01\xff\xff" + b"a" * 300]
)
def test_what_is_no_tls_is_closed(files: tuple[Path, Path], data: bytes) -> None:
    async def act(s: Scene) -> None:
        with socket.create_connection(("127.0.0.1", s.port), timeout=40) as sock:
            sock.sendall(data)
            await asyncio.to_thread(lambda: list(iter(lambda: _read(sock), b"")))
        assert (await s.connect()).status == 200

    play(files, act, head_s=2)


def _read(sock: socket.socket) -> bytes:
    try:
        return sock.recv(1000)
    except ConnectionError:
        return b""
