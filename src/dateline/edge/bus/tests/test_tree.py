"""An edge follows another edge: the same log, in the same order, through a restart of what stands between."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import uvloop

from dateline.edge.bus.port import follow
from dateline.edge.bus.serving import WIRE_PATH, wire_route
from dateline.edge.bus.tests.stage import Diary, until
from dateline.edge.door import Doors
from dateline.edge.hub import Hub
from dateline.edge.lobby import Lobby
from dateline.edge.origin import Origin
from dateline.edge.process import listener, running
from dateline.edge.tests.origin_stub import Log
from dateline.edge.trust import Trust
from dateline.testing.ports import free_port

pytestmark = pytest.mark.wire


@asynccontextmanager
async def origin(log: Log) -> AsyncIterator[None]:
    server = await asyncio.start_server(log.serve, "127.0.0.1", 0)
    log.port = server.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        server.close()
        await log.close()
        await server.wait_closed()
        await asyncio.sleep(0.05)


@asynccontextmanager
async def edge(above: int, port: int = 0, ring: int = 10_000) -> AsyncIterator[tuple[Hub, int]]:
    bus = Origin(f"http://127.0.0.1:{above}")
    hub = Hub(bus)
    hub.ring = type(hub.ring)(ring)
    hub.doors = doors = Doors(Trust(), set(), capacity=hub.capacity)
    lobby = Lobby(hub, doors)
    lobby.routes[WIRE_PATH] = wire_route(hub, bus)
    sock = listener("127.0.0.1", port)
    async with running(hub, lobby, bus, sock, heartbeat_s=60, drain_s=0.2):
        yield hub, sock.getsockname()[1]


def has(diary: Diary, count: int) -> bool:
    return len(diary.numbers) >= count


async def ask(port: int, query: str) -> tuple[int, dict[str, Any], str]:
    def read() -> tuple[int, dict[str, Any], str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{WIRE_PATH}?{query}", timeout=30) as answer:
                return answer.status, json.load(answer), answer.headers["Dateline-Behind"]
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error), ""

    return await asyncio.to_thread(read)


def test_two_edges_deep_every_event_arrives_once_also_when_the_middle_one_restarts() -> None:
    async def act() -> None:
        log, diary, middle = Log(), Diary(), free_port()
        for _ in range(3):
            log.add()
        async with origin(log), asyncio.timeout(100):
            following = None
            for round_ in range(2):
                async with edge(log.port, middle) as (hub, _):
                    await hub.filled.wait()
                    if following is None:
                        leaf = Origin(f"http://127.0.0.1:{middle}")
                        following = asyncio.create_task(follow(leaf, diary))
                        await until(lambda: diary.ready)
                        assert diary.filled == [1, 2, 3]
                    for _ in range(30):
                        log.add()
                    await until(partial(has, diary, 30 * (round_ + 1)))
            assert diary.numbers == list(range(4, 64)) and diary.resets == 0
            assert following is not None
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    uvloop.run(act())


def test_an_edge_answers_as_the_origin_does() -> None:
    async def act() -> None:
        log = Log()
        for number in range(6):
            log.add(language="ko" if number % 2 else "en")
        async with origin(log), edge(log.port, ring=4) as (hub, port), asyncio.timeout(60):
            await hub.filled.wait()
            status, page, behind = await ask(port, "after=c1-2&limit=3")
            assert (status, page["next"], behind) == (200, "c1-5", "1")
            assert [row["event"]["number"] for row in page["events"]] == [3, 4, 5]
            assert [r["event"]["number"] for r in (await ask(port, "last=2"))[1]["events"]] == [5, 6]
            korean = (await ask(port, "after=c1-2&language=ko"))[1]
            assert [row["event"]["number"] for row in korean["events"]] == [4, 6] and korean["next"] == "c1-6"
            assert (await ask(port, "after=c1-1"))[0] == 410  # before the ring, and at the origin still
            assert (await ask(port, "after=c0-1"))[0] == 410  # another epoch
            for wrong in ("after=forged", "limit=0", "last=1&after=c1-2", "wait=never", "colour=red"):
                assert (await ask(port, wrong))[0] == 400, wrong
            waiting = asyncio.create_task(ask(port, "after=c1-6&wait=20"))
            await asyncio.sleep(0.1)
            log.add()
            assert [row["event"]["number"] for row in (await waiting)[1]["events"]] == [7]

    uvloop.run(act())


def test_who_is_ahead_of_an_edge_waits_for_it() -> None:
    """A child that comes from another parent is not told that its position is gone."""

    async def act() -> None:
        log = Log()
        for _ in range(3):
            log.add()
        async with origin(log), edge(log.port) as (hub, port), asyncio.timeout(60):
            await hub.filled.wait()
            await until(lambda: log.asked >= 2)
            log.events.append(log.events[-1] | {"number": 4})  # nobody is woken: the edge has not heard of it
            assert (await ask(port, "after=c1-4"))[0] == 503

    uvloop.run(act())
