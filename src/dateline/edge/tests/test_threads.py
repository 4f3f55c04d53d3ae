"""Strangers' questions hold up neither the log nor the list of revoked keys: each has threads of its own."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from dateline.edge.bus.over_http import Origin
from dateline.edge.threads import Threads
from dateline.edge.trust import OverHttp

pytestmark = pytest.mark.wire
_WITHIN_S = 60


@dataclass
class Slow:
    """An origin that lets checks of cursors and tickets wait, and answers everything else."""

    url: str = ""
    held: int = 0
    secrets: list[str] = field(default_factory=list)
    let: asyncio.Event = field(default_factory=asyncio.Event)
    serving: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving += 1
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()
            self.serving -= 1

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split(" ", 2)
        query = parse_qs(urlsplit(target).query)
        if "authorization: bearer" in head.lower():
            self.secrets.append(target)
        if method == "POST" or query.get("limit") == ["1"]:
            self.held += 1
            await self.let.wait()
        body = json.dumps({"events": [], "next": "c1", "admission": "a"}).encode()
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
        await writer.drain()


@asynccontextmanager
async def slow_origin() -> AsyncIterator[Slow]:
    made = Slow()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        made.let.set()
        server.close()
        while made.serving:
            await asyncio.sleep(0.01)
        await server.wait_closed()


async def held(origin: Slow, count: int) -> None:
    async with asyncio.timeout(_WITHIN_S):
        while origin.held < count:
            await asyncio.sleep(0.01)


@asynccontextmanager
async def no_thread_of_the_loop() -> AsyncIterator[None]:
    """The loop's default threads are all taken for the block."""
    over, pool = threading.Event(), ThreadPoolExecutor(1)
    asyncio.get_running_loop().set_default_executor(pool)
    taken = pool.submit(over.wait)
    try:
        yield
    finally:
        over.set()
        await asyncio.wrap_future(taken)


def test_the_log_is_followed_while_checks_of_cursors_hang() -> None:
    async def act() -> None:
        async with slow_origin() as slow, no_thread_of_the_loop():
            origin = Origin(slow.url)
            checks = [asyncio.create_task(origin.knows(f"c{number}")) for number in range(12)]
            await held(slow, 4)
            async with asyncio.timeout(_WITHIN_S):
                assert (await origin.after("c1")).next == "c1"
                assert (await origin.tail()).next == "c1"
            assert slow.held == 4  # no more than four at a time, and the others wait in line
            slow.let.set()
            assert await asyncio.gather(*checks) == [True] * 12
            origin.close()

    asyncio.run(act())


def test_revocations_are_read_while_tickets_and_everything_else_hang() -> None:
    async def act() -> None:
        async with slow_origin() as slow, no_thread_of_the_loop():
            source = OverHttp(slow.url)
            tickets = [asyncio.create_task(source.redeem(f"t{number}")) for number in range(8)]
            await held(slow, 4)
            async with asyncio.timeout(_WITHIN_S):
                assert "c1" in await source.revocations()
                assert b"c1" in await source.keys()
            slow.let.set()
            assert await asyncio.gather(*tickets) == ["a"] * 8

    asyncio.run(act())


def test_the_secret_is_shown_only_where_much_is_asked_for() -> None:
    async def act() -> None:
        async with slow_origin() as slow:
            slow.let.set()
            origin = Origin(slow.url, secret="what edges share")
            await origin.after("c1")
            await origin.knows("c1")
            assert slow.secrets == []
            await origin.tail()
            assert len(slow.secrets) == 1
            origin.close()
            with pytest.raises(OSError, match="stopping"):
                await origin.tail()

    asyncio.run(act())


def test_work_whose_asker_left_is_left_out() -> None:
    async def act() -> None:
        threads, over = Threads("edge-test", 1), threading.Event()
        done: list[int] = []
        first = asyncio.create_task(threads.run(over.wait))
        others = [asyncio.create_task(threads.run(done.append, number)) for number in range(3)]
        await asyncio.sleep(0)
        for task in others[:2]:
            task.cancel()
        await asyncio.gather(*others[:2], return_exceptions=True)
        over.set()
        await asyncio.gather(first, others[2])
        assert done == [2]
        threads.close()

    asyncio.run(act())
