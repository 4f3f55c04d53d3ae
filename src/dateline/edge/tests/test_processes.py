"""The edge as a program: several processes on one port, counted as one, drained from another command."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest
from pydantic import SecretStr

from dateline.core.errors import BadInput
from dateline.edge.counts import Board, Counts
from dateline.edge.server import run
from dateline.edge.tests.desk import Line
from dateline.edge.tests.origin_stub import Log
from dateline.plant.settings import get_settings
from dateline.testing.ports import free_port

pytestmark = pytest.mark.wire


@pytest.mark.parametrize(
    "origin", ["ftp://wire.example", "http://", "http://[::1", "nats://a https://b https://c"]
)
def test_an_origin_that_is_none_ends_the_command_before_any_process_starts(origin: str) -> None:
    """I14: not each of its processes, again and again."""
    with pytest.raises(BadInput, match=r"^--origin: ") as told:
        run(get_settings().model_copy(update={"edge_origin": SecretStr(origin), "edge_processes": 2}))
    assert "wire.example" not in str(told.value), "an address may hold a password"


class Program:
    """`dateline edge` of a home and a port."""

    def __init__(self, home: Path, origin: int) -> None:
        self.home, self.port = home, free_port()
        self._environment = {
            **os.environ,
            "DATELINE_HOME": str(home),
            "DATELINE_EDGE_ORIGIN": f"http://127.0.0.1:{origin}",
        }

    async def run(self, *words: str) -> asyncio.subprocess.Process:
        """One command."""
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "dateline", "edge", "--port", str(self.port), *words,
            env=self._environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def output(self, *words: str) -> tuple[int | None, str]:
        """(exit code, everything it said) of a command that ends."""
        process = await self.run(*words)
        out, err = await process.communicate()
        return process.returncode, (out + err).decode()

    async def connect(self) -> Line:
        """A desktop."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        line = Line(reader, writer)
        writer.write(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        line.head = (await reader.readuntil(b"\r\n\r\n")).decode()
        return line

    async def figures(self) -> dict[str, float]:
        """What /metrics says; empty while nobody answers."""
        try:
            text = await asyncio.to_thread(lambda: urlopen(f"http://127.0.0.1:{self.port}/metrics").read())
        except OSError:
            return {}
        return {name: float(value) for name, value in re.findall(r"dateline_edge_(\w+) (\S+)", text.decode())}

    async def until(self, name: str, value: float) -> None:
        """Waits until a figure has the value."""
        while (await self.figures()).get(name) != value:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def edge(home: Path, *words: str) -> AsyncIterator[tuple[Program, Log, asyncio.subprocess.Process]]:
    """A running edge that follows a log; killed at the end if the test did not end it."""
    log = Log()
    server = await asyncio.start_server(log.serve, "127.0.0.1", 0)
    program = Program(home, server.sockets[0].getsockname()[1])
    process = await program.run(*words)
    said = asyncio.create_task(process.stderr.read())  # type: ignore[union-attr]
    try:
        await program.until("ready", 1)
        yield program, log, process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await process.wait()
        await said
        server.close()
        await log.close()
        await server.wait_closed()


def test_processes_share_a_port_and_are_counted_as_one_edge_and_drain_when_told(tmp_path: Path) -> None:
    async def whole() -> None:
        async with asyncio.timeout(200), edge(tmp_path, "--processes", "2") as (program, log, process):
            lines = [await program.connect() for _ in range(12)]
            assert all(line.status == 200 for line in lines)
            await program.until("connected", 12)
            log.add()
            for line in lines:
                assert await line.numbers(1) == [1]
            code, said = await program.output()
            assert code == 1 and "already runs" in said
            code, said = await program.output("--drain")
            assert code == 0 and f"process {process.pid} " in said and "drained" in said
            assert await process.wait() == 0
            for line in lines:
                waits = re.findall(r"retry: (\d+)", (await line.rest()).decode())
                assert 1000 <= int(waits[-1]) < 300_000
                line.close()
            code, said = await program.output("--drain")
            assert code == 1 and "no edge runs" in said

    asyncio.run(whole())


def test_a_port_that_somebody_else_has_is_told(tmp_path: Path) -> None:
    async def whole() -> None:
        stranger = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0)
        program = Program(tmp_path, 1)
        program.port = stranger.sockets[0].getsockname()[1]
        async with asyncio.timeout(100):
            code, said = await program.output("--processes", "2")
        assert code == 1 and f"cannot listen on 127.0.0.1:{program.port}" in said
        stranger.close()
        await stranger.wait_closed()

    asyncio.run(whole())


def test_the_board_adds_up_and_keeps_the_totals_of_a_process_that_came_back(tmp_path: Path) -> None:
    path = tmp_path / "board"
    Board.create(path, 2)
    with Board(path, 2, 0) as first, Board(path, 2, 1) as second:
        first.write(Counts(connected=3, events_total=5, last_round_seconds=0.25, origin_reachable=1, ready=1))
        second.write(Counts(connected=4, events_total=5, last_round_seconds=0.5, origin_reachable=1))
        total = first.total()
        assert (total["connected"], total["events_total"], total["last_round_seconds"]) == (7, 5, 0.5)
        assert (total["origin_reachable"], total["ready"]) == (1, 0)
        assert second.before() == Counts(events_total=5)
