"""A region: edges follow a leaf node that keeps nothing itself and reaches the stream at home."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import uvloop

from dateline.edge.bus.port import Bus, follow
from dateline.edge.bus.tests.stage import Diary, Stage, StubSource, until
from dateline.edge.origin import connect
from dateline.edge.tests.origin_stub import Log
from dateline.testing.nats_server import NatsServer
from dateline.testing.ports import free_port

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed soon."""
    monkeypatch.setattr("dateline.edge.bus.nats_messages.SILENT_S", 2.0)


@contextmanager
def hub_and_leaf() -> Iterator[tuple[NatsServer, NatsServer]]:
    """Configured as the page for operators says, but for TLS."""
    page = (Path(__file__).parents[5] / "docs" / "operations" / "edges.md").read_text(encoding="utf-8")
    at_home, in_region = re.findall(r"```\n# (?:at home|in the region)\n(.*?)```", page, re.DOTALL)
    port, store = free_port(), tempfile.mkdtemp(prefix="dateline-hub-")
    at_home = at_home.replace('"/var/lib/nats"', f'"{store}"').replace("7422", f"127.0.0.1:{port}")
    in_region = re.sub(r"url: \".*?\".*?}", f'url: "nats-leaf://127.0.0.1:{port}" }}', in_region)
    try:
        with NatsServer(at_home, jetstream=False) as hub, NatsServer(in_region, jetstream=False) as leaf:
            yield hub, leaf
    finally:
        shutil.rmtree(store, ignore_errors=True)


@asynccontextmanager
async def following(bus: Bus) -> AsyncIterator[Diary]:
    diary = Diary()
    task = asyncio.create_task(follow(bus, diary))
    try:
        await until(lambda: diary.ready)
        yield diary
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_an_edge_behind_a_leaf_node_has_every_event_once_whatever_restarts() -> None:
    async def act() -> None:
        log = Log()
        with hub_and_leaf() as (hub, leaf):
            stage = Stage(log, hub)
            stage.publish(StubSource(log))
            async with asyncio.timeout(200), following(connect([leaf.url])) as diary:

                async def more() -> None:
                    for _ in range(7):
                        log.add()
                    expected = list(range(1, len(log.events) + 1))
                    await until(lambda: len(diary.numbers) >= len(expected), within_s=90)
                    assert diary.numbers == expected

                await more()
                leaf.stop()  # the region's own server
                log.add()
                leaf.start()
                await more()
                hub.stop()  # and the one at home
                log.add()
                hub.start()
                await more()
            await stage.silence()

    uvloop.run(act())
