"""The wire log as the publisher reads it, and a real stream built from it."""

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from dateline.core.clock import Instant, SystemClock
from dateline.edge.bus.over_nats import NatsBus
from dateline.plant.bus_publisher import Publisher
from dateline.plant.settings import get_settings
from dateline.testing.nats_server import NatsServer
from dateline.wire import services as wire
from dateline.wire.publishing import LogSource
from dateline.wire.tests.builders import held, out

pytestmark = [
    pytest.mark.wire,
    pytest.mark.django_db(databases=["default", "ledger"], transaction=True),
    pytest.mark.usefixtures("house"),
]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    """Of this home, to a server of its own."""
    with NatsServer() as server:
        yield Publisher(LogSource(get_settings()), server.url)


def copied(publisher: Publisher, count: int) -> list[tuple[str, str]]:
    """(cursor, headline) of the stream once it holds `count` events."""

    async def act() -> list[tuple[str, str]]:
        stop, bus = threading.Event(), NatsBus(publisher.url)
        task = asyncio.create_task(publisher.run(stop))
        async with asyncio.timeout(60):
            while publisher.published < count:
                await asyncio.sleep(0.02)
            page = await bus.tail()
        stop.set()
        await task
        await bus.aclose()
        return [(cursor, event["headline"]) for cursor, event in page.events]

    return asyncio.run(act())


def test_the_stream_is_the_log_and_holds_nothing_before_its_time(publisher: Publisher) -> None:
    """I1, I11."""
    out("en", "ko")
    held("de", "en", at=Instant(SystemClock().now() + timedelta(hours=1)))
    page = wire.wire_page()
    assert copied(publisher, 2) == [(cursor, event["headline"]) for cursor, event in page.events]
    assert publisher.published == 2


def test_a_new_epoch_has_the_stream_built_anew_with_its_cursors(publisher: Publisher) -> None:
    out("en")
    copied(publisher, 1)
    wire.begin_epoch()
    assert [cursor for cursor, _ in copied(publisher, 2)] == [cursor for cursor, _ in wire.wire_page().events]


def test_the_epoch_and_the_secret_of_cursors_do_not_leave_the_house() -> None:
    source = LogSource(get_settings())
    beat = source.head()
    assert get_settings().secret("cursor").hex() not in source.whose
    assert beat.head == 0 and len(beat.epoch) == 16 and beat.cursor == wire.wire_page().next
    source.hang_up()


def test_one_publisher_leads_and_the_next_takes_over() -> None:
    first, second = LogSource(get_settings()), LogSource(get_settings())
    assert first.leads() and first.leads()
    if not get_settings().on_postgres:  # there the lock is the session's, and both share this thread's
        assert not second.leads()
    first.hang_up()
    assert second.leads()
    second.hang_up()
