"""One log, offered over HTTP and over NATS: what both buses are tried on."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from dateline.edge.bus.port import Bus, Page
from dateline.edge.origin import connect
from dateline.edge.tests.origin_stub import Log
from dateline.plant.bus import Beat
from dateline.plant.bus_publisher import Publisher, Row
from dateline.testing.nats_server import NatsServer


@dataclass
class StubSource:
    """The stub's log as the publisher reads it."""

    log: Log
    whose: str = "stub"

    def leads(self) -> bool:
        return True

    def head(self) -> Beat:
        count = len(self.log.events)
        return Beat(count, self.log.cursor(count), str(self.log.epoch))

    def rows_after(self, seq: int, limit: int) -> list[Row]:
        import json

        return [
            Row(n, found["id"], self.log.cursor(n), json.dumps(found))
            for n, found in enumerate(self.log.events[seq : seq + limit], seq + 1)
        ]

    def cursor(self, seq: int) -> str:
        return self.log.cursor(seq)

    def revocations(self) -> str:
        return f"revoked in {self.whose}"

    def hang_up(self) -> None: ...


@dataclass
class Stage:
    """Log, server of NATS, and what publishes."""

    log: Log
    nats: NatsServer | None
    publishing: list[tuple[threading.Event, "asyncio.Task[None]", Publisher]] = field(default_factory=list)

    def publish(self, source: StubSource | None = None) -> Publisher:
        """Starts a publisher; it ends with the stage."""
        assert self.nats is not None
        publisher, stop = Publisher(source or StubSource(self.log), self.nats.url), threading.Event()
        self.publishing.append((stop, asyncio.create_task(publisher.run(stop)), publisher))
        return publisher

    async def silence(self) -> None:
        """Ends every publisher."""
        for stop, task, _ in self.publishing:
            stop.set()
            await task
        self.publishing.clear()

    def bus(self, kind: str) -> Bus:
        """`http`, `nats` or `either`."""
        http = f"http://127.0.0.1:{self.log.port}"
        nats = self.nats.url if self.nats else ""
        return connect({"http": [http], "nats": [nats], "either": [nats, http]}[kind])


@asynccontextmanager
async def stage(log: Log | None = None, *, nats: bool = True, publish: bool = True) -> AsyncIterator[Stage]:
    """Everything running for the block."""
    log = log or Log()
    server = await asyncio.start_server(log.serve, "127.0.0.1", 0)
    log.port = server.sockets[0].getsockname()[1]
    made = Stage(log, NatsServer() if nats else None)
    try:
        if nats and publish:
            made.publish()
        yield made
    finally:
        await made.silence()
        if made.nats:
            made.nats.close()
        server.close()
        await log.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)


async def until(condition: Callable[[], object], *, within_s: float = 60) -> None:
    """Waits for a condition."""
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.01)


async def tail(bus: Bus) -> Page:
    """The tail, as soon as the source has one."""
    while True:
        with suppress(OSError):
            return await bus.tail()
        await asyncio.sleep(0.05)


@dataclass
class Diary:
    """What a follower told, in order."""

    numbers: list[int] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    resets: int = 0
    reachable: bool = False
    behind: int = 0
    ready: bool = False

    def fill(self, page: Page) -> None:
        self.filled = [event["number"] for _, event in page.events]
        self.ready = True

    async def publish(self, page: Page) -> None:
        self.numbers += [event["number"] for _, event in page.events]

    async def reset(self) -> None:
        self.resets += 1
        self.ready = False

    def heard(self, reachable: bool, behind: int = 0) -> None:
        self.reachable, self.behind = reachable, behind
