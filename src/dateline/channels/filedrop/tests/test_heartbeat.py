"""Heartbeats: put where they are asked for, between deliveries, and no delivery themselves."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from dateline.channels.filedrop.drop import Drop
from dateline.channels.filedrop.heartbeat import NAME, Heart
from dateline.channels.folder.channel import FolderChannel
from dateline.channels.tests.builders import Feed, Receipts, settings, until
from dateline.channels.tests.drop_builders import drop_task, name_of, with_channel
from dateline.core.clock import FixedClock
from dateline.core.words import Endpoint


def endpoint(name: str = "o", address: str = "in") -> Endpoint:
    return Endpoint(name, "folder", address)


@pytest.mark.wire
def test_an_endpoint_that_asks_gets_its_file_and_deliveries_go_on(tmp_path: Path) -> None:
    channel = FolderChannel(settings(home=tmp_path))
    asked = [(endpoint(), 5), (endpoint("bad", "/etc"), 5)]
    channel.asking = partial(list, asked)
    place = tmp_path / "drops" / "in"

    async def work() -> None:
        feed, receipts = Feed(open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await until((place / NAME).is_file)
        feed.put(drop_task(1, "in", channel="folder", endpoint="o"))
        await receipts.reach(1)
        feed.end()
        await sending
        assert [receipt.outcome for receipt in receipts.all] == ["accepted"]

    with_channel(channel, work)
    assert {path.name for path in place.iterdir()} == {NAME, name_of(1)}


@pytest.mark.unit
def test_it_beats_once_in_its_minutes_and_survives_an_audience_that_cannot_be_read(
    clock: FixedClock,
) -> None:
    asked, beats = 0, []

    def asking() -> list[tuple[Endpoint, int]]:
        nonlocal asked
        asked += 1
        if asked == 2:
            raise OSError("the database is away")
        return [(endpoint(), 60)]

    def beat(to: Endpoint, drop: Drop) -> bool:
        beats.append((to.id, drop.text.data))
        return True

    async def work() -> None:
        running = asyncio.ensure_future(Heart(asking, beat, clock, look_s=0).run())
        while asked < 4:
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})

    asyncio.run(work())
    assert beats == [("o", b"2026-11-24T00:00:00.000Z\n")]
