"""Every client has every event exactly once, in order, whatever is lost between: diaries compared."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
import uvloop

from dateline.client import AsyncStream
from dateline.edge.bus.serving import WIRE_PATH, wire_route
from dateline.edge.bus.tests.stage import Stage, StubSource, until
from dateline.edge.door import Doors
from dateline.edge.hub import Hub
from dateline.edge.lobby import Lobby
from dateline.edge.origin import Bus, Origin, connect
from dateline.edge.process import listener, running
from dateline.edge.tests.origin_stub import Log
from dateline.edge.trust import Trust
from dateline.testing.nats_server import NatsServer
from dateline.testing.ports import free_port

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    from dateline.client.stream import Stream

    monkeypatch.setattr(Stream, "_pause", lambda self, seconds: self._closed.wait(min(seconds, 0.05)))
    monkeypatch.setattr("dateline.edge.bus.either._BACK_AFTER_S", 0.2)
    monkeypatch.setattr("dateline.edge.bus.either._WAIT_S", 1)


@asynccontextmanager
async def edge(bus: Bus, port: int) -> AsyncIterator[Hub]:
    hub = Hub(bus)
    hub.doors = doors = Doors(Trust(), set(), capacity=hub.capacity)
    lobby = Lobby(hub, doors)
    lobby.routes[WIRE_PATH] = wire_route(hub, bus)
    async with running(hub, lobby, bus, listener("127.0.0.1", port), heartbeat_s=60, drain_s=0.1):
        yield hub


class Clients:
    """Several readers of one address, each with a diary."""

    def __init__(self) -> None:
        self.diaries: list[list[int]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def start(self, port: int, after: str) -> None:
        diary: list[int] = []
        self.diaries.append(diary)
        self.tasks.append(asyncio.create_task(self._read(f"http://127.0.0.1:{port}", after, diary)))

    async def _read(self, url: str, after: str, diary: list[int]) -> None:
        async with AsyncStream(url, after=after) as stream:
            async for message in stream:
                diary += [int(message.event["number"])]

    async def have(self, count: int) -> None:
        await until(lambda: all(len(diary) >= count for diary in self.diaries) or self.failed(), within_s=120)
        for task in self.tasks:
            if task.done():
                task.result()
        for diary in self.diaries:
            assert diary == list(range(1, count + 1))

    def failed(self) -> bool:
        return any(task.done() for task in self.tasks)

    async def end(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


async def serve(log: Log, port: int = 0) -> asyncio.Server:
    """The origin, again on the same port when it was there before."""
    while True:
        with suppress(OSError):
            return await asyncio.start_server(log.serve, "127.0.0.1", port)
        await asyncio.sleep(0.05)


async def stop(server: asyncio.Server, log: Log) -> None:
    server.close()
    can_wait = log.can_wait
    await log.close()
    await server.wait_closed()
    log.can_wait = can_wait


def test_nats_edges_and_the_origin_go_and_come_and_every_diary_is_whole() -> None:
    async def act() -> None:
        log, clients, rounds = Log(), Clients(), random.Random(7)
        server = await serve(log)
        log.port = server.sockets[0].getsockname()[1]
        front, leaf = free_port(), free_port()
        with NatsServer() as nats:
            stage = Stage(log, nats)
            stage.publish(StubSource(log))
            addresses = [nats.url, f"http://127.0.0.1:{log.port}"]

            def add(most: int = 12) -> None:
                for _ in range(rounds.randrange(3, most)):
                    log.add()

            async def pause() -> None:
                await asyncio.sleep(rounds.uniform(0.02, 0.1))

            async with AsyncExitStack() as below:
                stack = AsyncExitStack()
                hub = await stack.enter_async_context(edge(connect(addresses), front))
                await until(hub.filled.is_set)
                child = await below.enter_async_context(edge(Origin(f"http://127.0.0.1:{front}"), leaf))
                await until(child.filled.is_set)
                for port in (front, leaf) * 4:
                    clients.start(port, log.cursor(0))
                add()
                await clients.have(len(log.events))

                add()
                nats.stop(empty=True)  # NATS goes, with all it kept
                add()
                await pause()
                await clients.have(len(log.events))
                nats.start()
                add()

                await stop(server, log)  # the origin restarts
                add()
                await pause()
                server = await serve(log, log.port)
                add()
                await clients.have(len(log.events))

                await stack.aclose()  # the edge restarts, with an empty ring
                add()
                await pause()
                stack = AsyncExitStack()
                await stack.enter_async_context(edge(connect(addresses), front))
                add()
                await clients.have(len(log.events))
                await clients.end()
                await stack.aclose()
            await stage.silence()
        await stop(server, log)
        await asyncio.sleep(0.05)

    uvloop.run(act())
