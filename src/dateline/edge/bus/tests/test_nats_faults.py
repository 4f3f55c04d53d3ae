"""NATS stops, comes back with nothing, is written to by others, is too fast: delayed, never lost or twice."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvloop

from dateline.edge.bus import over_nats
from dateline.edge.bus.port import Bus, follow
from dateline.edge.bus.tests.stage import Diary, Stage, StubSource, stage, tail, until
from dateline.edge.origin import connect
from dateline.edge.tests.origin_stub import Log
from dateline.plant import bus as plant_bus
from dateline.plant.bus import BusAway, connected
from dateline.plant.bus_publisher import Publisher
from dateline.testing.nats_server import NatsServer

pytestmark = pytest.mark.wire


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is noticed soon."""
    monkeypatch.setattr("dateline.edge.bus.nats_messages.SILENT_S", 2.0)
    monkeypatch.setattr("dateline.edge.bus.either._BACK_AFTER_S", 0.2)
    monkeypatch.setattr("dateline.edge.bus.either._WAIT_S", 1)


def play(act: Callable[[Stage], Awaitable[Any]], log: Log | None = None, **options: Any) -> Any:
    async def whole() -> Any:
        async with asyncio.timeout(200), stage(log, **options) as made:
            return await act(made)

    return uvloop.run(whole())


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


def whole(diary: Diary, log: Log) -> bool:
    return len(diary.numbers) >= len(log.events) and diary.numbers == list(range(1, len(log.events) + 1))


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("kind", ["nats", "either"])
def test_a_server_that_stops_and_comes_back_loses_and_repeats_nothing(kind: str, empty: bool) -> None:
    """With its store, and with an empty one: the publisher builds the stream anew from the log."""

    async def act(s: Stage) -> None:
        assert s.nats
        async with following(s.bus(kind)) as diary:
            for _ in range(20):
                s.log.add()
            await until(lambda: whole(diary, s.log))
            s.nats.stop(empty=empty)
            for _ in range(20):
                s.log.add()
            if kind == "either":  # the origin has it, NATS or not
                await until(lambda: whole(diary, s.log))
            else:
                await until(lambda: not diary.reachable)
            s.nats.start()
            for _ in range(20):
                s.log.add()
            await until(lambda: whole(diary, s.log) and diary.reachable)
            assert diary.resets == 0

    play(act)


def test_an_edge_goes_back_to_nats_when_it_holds_its_position_again() -> None:
    async def act(s: Stage) -> None:
        bus = s.bus("either")
        async with following(bus) as diary:
            s.publish()
            await until(lambda: getattr(bus, "source", "") == "nats")
            s.log.add()
            await until(lambda: whole(diary, s.log))

    play(act, publish=False)


def test_while_the_publisher_is_silent_the_origin_is_asked() -> None:
    """A stream that lives and stands still is no source."""

    async def act(s: Stage) -> None:
        bus = s.bus("either")
        async with following(bus) as diary:
            s.log.add()
            await until(lambda: diary.numbers == [1])
            await s.silence()
            s.log.add()
            await until(lambda: diary.numbers == [1, 2])
            assert getattr(bus, "source", "") == "http"

    play(act)


def test_what_was_published_and_not_acknowledged_is_published_once() -> None:
    """A publisher that starts again looks at the stream first; a repeat is dropped by its message id."""

    async def act(s: Stage) -> None:
        async with following(s.bus("nats")) as diary:
            for _ in range(5):
                s.log.add()
            await until(lambda: whole(diary, s.log))
            await s.silence()
            for _ in range(5):
                s.log.add()
            again = s.publish()
            await until(lambda: whole(diary, s.log))
            assert again.published == 5

    play(act)


def test_a_repeat_within_the_window_is_dropped_by_the_server() -> None:
    async def act(s: Stage) -> None:
        assert s.nats
        async with following(s.bus("nats")) as diary:
            s.log.add()
            await until(lambda: diary.numbers == [1])
            async with connected(s.nats.url, name="repeat") as nc:
                js = nc.jetstream()
                answer = await js.publish(
                    "DATELINE.wire.c1-1", b"{}", headers={"Nats-Msg-Id": s.log.events[0]["id"]}
                )
                assert answer.duplicate
            s.log.add()
            await until(lambda: diary.numbers == [1, 2])

    play(act)


def test_two_publishers_of_one_log_publish_every_event_once() -> None:
    """The server refuses the one that comes second; it looks anew and goes on."""

    async def act(s: Stage) -> None:
        async with following(s.bus("nats")) as diary:
            second = s.publish()
            for number in range(60):
                s.log.add()
                if number % 10 == 0:
                    await asyncio.sleep(0.05)
            await until(lambda: whole(diary, s.log))
            first = s.publishing[0][2]
            assert first.published + second.published >= 60
            page = await tail(s.bus("nats"))
            assert [event["number"] for _, event in page.events] == list(range(1, 61))

    play(act)


def test_the_stream_of_another_wire_is_left_alone() -> None:
    async def act(s: Stage) -> None:
        async with following(s.bus("nats")) as diary:
            s.log.add()
            await until(lambda: diary.numbers == [1])
            stranger = Log()
            for _ in range(3):
                stranger.add(headline="not ours")
            other = s.publish(StubSource(stranger, "stranger"))
            s.log.add()
            await until(lambda: whole(diary, s.log))
            await asyncio.sleep(0.3)
            assert other.published == 0 and diary.resets == 0

    play(act)


def test_a_stranger_in_our_stream_has_it_looked_at_anew_and_built_anew() -> None:
    """A message that is no event of this log: nobody is given it as news."""

    async def act(s: Stage) -> None:
        assert s.nats
        async with following(s.bus("either")) as diary:
            s.log.add()
            await until(lambda: diary.numbers == [1])
            async with connected(s.nats.url, name="stranger") as nc:
                headers = {plant_bus.SEQ: "2", plant_bus.PREV: "forged"}
                await nc.jetstream().publish("DATELINE.wire.forged", b'{"number": 99}', headers=headers)
            s.log.add()
            s.log.add()
            await until(lambda: whole(diary, s.log))

    play(act)


@pytest.mark.parametrize("data", [b"no json", b"[1]", b""])
def test_a_message_that_is_no_event_stops_nobody(data: bytes) -> None:
    """Also when it stands where the next event should: the origin is asked, and the stream built anew."""

    async def act(s: Stage) -> None:
        assert s.nats
        async with following(s.bus("either")) as diary:
            s.log.add()
            await until(lambda: diary.numbers == [1])
            async with connected(s.nats.url, name="stranger") as nc:
                headers = {plant_bus.SEQ: "2", plant_bus.PREV: s.log.cursor(1)}
                await nc.jetstream().publish("DATELINE.wire.c1-2", data, headers=headers)
            s.log.add()
            s.log.add()
            await until(lambda: whole(diary, s.log))

    play(act)


def test_a_consumer_that_is_too_slow_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client library drops what we do not take in time; the gap is seen and read from the stream."""
    monkeypatch.setattr(over_nats, "_PENDING", 16)

    async def act(s: Stage) -> None:
        class Slow(Diary):
            async def publish(self, page: Any) -> None:
                await super().publish(page)
                await asyncio.sleep(0.02)

        diary = Slow()
        task = asyncio.create_task(follow(s.bus("nats"), diary))
        await until(lambda: diary.ready)
        for _ in range(120):
            s.log.add(headline="x" * 500)
        await until(lambda: whole(diary, s.log))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    play(act)


def test_the_list_of_revoked_keys_comes_with_the_beat() -> None:
    async def act(s: Stage) -> None:
        assert s.nats
        told: list[str] = []
        bus = connect([s.nats.url], on_revoked=told.append)
        async with following(bus):
            await until(lambda: told)
            assert told[0] == "revoked in stub"

    play(act)


def test_the_permissions_of_the_docs_are_enough_and_keep_edges_from_writing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = (Path(__file__).parents[5] / "docs" / "operations" / "edges.md").read_text(encoding="utf-8")
    config = re.findall(r"```\n(accounts .*?)```", page, re.DOTALL)[0]
    monkeypatch.setenv("PUBLISHER", "publishers-own")
    monkeypatch.setenv("EDGE", "edges-own")

    async def act(s: Stage) -> None:
        with NatsServer(config) as server:
            host = server.url.removeprefix("nats://")
            stop = threading.Event()
            publisher = Publisher(StubSource(s.log), f"nats://publisher:publishers-own@{host}")
            task = asyncio.create_task(publisher.run(stop))
            url = f"nats://edge:edges-own@{host}"
            async with following(connect([url])) as diary:
                for _ in range(30):
                    s.log.add()
                await until(lambda: whole(diary, s.log))
                assert await connect([url]).knows(s.log.cursor(3))
                async with connected(url, name="edge that writes") as nc:
                    headers = {plant_bus.SEQ: "31", plant_bus.PREV: s.log.cursor(30)}
                    await nc.publish("DATELINE.wire.c1-31", b'{"number": 99}', headers=headers)
                    await nc.publish("DATELINE.revoked", b"forged")
                    await nc.flush()
                s.log.add()
                await until(lambda: whole(diary, s.log))
            stop.set()
            await task

    play(act, nats=False)


def test_without_a_server_everybody_waits_and_says_so() -> None:
    """No address, no password in what is said."""

    async def act() -> None:
        source = StubSource(Log())
        source.log.add()
        publisher = Publisher(source, "nats://u:hunter2@127.0.0.1:1")
        stop = threading.Event()
        task = asyncio.create_task(publisher.run(stop))
        bus = over_nats.NatsBus("nats://u:hunter2@127.0.0.1:1")
        with pytest.raises(BusAway) as error:
            await bus.tail()
        assert "hunter2" not in str(error.value)
        stop.set()
        await task
        await bus.aclose()

    uvloop.run(act())
