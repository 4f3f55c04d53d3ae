"""A channel in a process of its own: whatever ends, each task gets its receipt, and what may have arrived is
called lost (I3, I5).
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from dateline.channels.apart.channel import Apart
from dateline.channels.apart.frames import Frames, TaskReader, TaskWriter, heard, packed, told
from dateline.channels.apart.line import SenderEnded
from dateline.channels.apart.marks import Marks
from dateline.channels.apart.source import Ahead
from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.tests.servers import OurSink
from dateline.channels.tests.builders import (
    Feed,
    Receipts,
    hook_parcel,
    hook_task,
    mail_parcel,
    mail_task,
    until,
)
from dateline.core.errors import BadInput
from dateline.core.words import Receipt
from dateline.plant.settings import Settings

PARCEL = mail_parcel()
CONNECTIONS = 2


@pytest.mark.unit
def test_tasks_and_receipts_come_out_as_they_went_in() -> None:
    other = hook_parcel()
    tasks = [
        mail_task(1, PARCEL),
        hook_task(2, other, "https://a.example/"),
        mail_task(3, PARCEL, personal={}),
    ]
    writer, reader = TaskWriter(), TaskReader()
    items = [item for number, task in enumerate(tasks) for item in writer.written(task, number)]
    assert len(items) == 5, "each parcel once"
    assert list(reader.read(items)) == list(enumerate(tasks))
    receipt = Receipt(1, 2, "deferred", 451, "later", 3.5, 7, True, "gone", "https://a.example/1")
    assert heard(told(receipt)) == receipt


@pytest.mark.unit
def test_both_ends_forget_the_same_parcels() -> None:
    """A digest has a parcel of its own for everybody."""
    writer, reader = TaskWriter(), TaskReader()
    for number in range(200):
        task = mail_task(number, mail_parcel() if number % 3 else PARCEL)
        assert list(reader.read(writer.written(task, 0))) == [(0, task)]


@pytest.mark.unit
def test_frames_are_put_together_from_any_pieces() -> None:
    messages = [("did", 3, [(1, 2)]), ("over", "é" * 5000), ("end",)]
    data = b"".join(map(packed, messages))
    for size in (1, 3, 4096, len(data)):
        frames = Frames()
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        assert [one for piece in pieces for one in frames.feed(piece)] == messages


@pytest.mark.unit
def test_a_task_that_waited_longer_than_its_lease_is_safe_is_not_begun() -> None:
    marks = Marks()
    receipts: list[Any] = []
    wanted: list[Any] = []

    async def run() -> None:
        ahead = Ahead(marks, wanted.append, receipts.append, fresh_s=30)
        old, new = marks.take(), marks.take()
        ahead.put(-100.0, old, mail_task(1, PARCEL))
        ahead.put(float("inf"), new, mail_task(2, PARCEL))
        assert (await anext(ahead)).delivery == 2
        assert (marks.is_begun(old), marks.is_begun(new)) == (False, True)
        ahead.end()
        with pytest.raises(StopAsyncIteration):
            await anext(ahead)

    asyncio.run(run())
    marks.close()
    assert [(r.delivery, r.outcome) for r in receipts] == [(1, "released")]


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OurSink:
    made = OurSink(tmp_path / "sink")
    monkeypatch.setenv("DATELINE_SMTP_URL", made.url)
    monkeypatch.setenv("DATELINE_MAIL_CONNECTIONS", str(CONNECTIONS))
    return made


def run(work: Callable[[Apart], Awaitable[None]]) -> None:
    async def inside() -> None:
        channel = Apart(MailChannel(Settings.model_validate({})))
        try:
            await work(channel)
        finally:
            await channel.aclose()

    asyncio.run(inside())


def process_of(channel: Apart) -> int:
    assert channel._line is not None
    return channel._line.process.pid


@pytest.mark.wire
def test_a_killed_process_loses_only_what_it_had_begun(sink: OurSink) -> None:
    """What it never drew goes again without a word; a new process follows."""

    async def work(channel: Apart) -> None:
        feed, receipts = Feed([mail_task(0, PARCEL)], open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await receipts.reach(1)
        for number in range(1, 12):
            feed.put(mail_task(number, PARCEL, f"hang{number}@readers.example"))
        await until(lambda: sink.hanging() == CONNECTIONS)
        os.kill(process_of(channel), signal.SIGKILL)
        with pytest.raises(SenderEnded):
            await sending
        assert sorted(r.delivery for r in receipts.all) == list(range(feed.drawn))
        told = [r.outcome for r in receipts.all if r.delivery]
        assert set(told) <= {"lost", "released"} and told.count("lost") >= CONNECTIONS
        again = Receipts()
        await channel.send(aiter(Feed([mail_task(100, PARCEL)])), again)
        assert again.of(100).outcome == "accepted"

    run(work)
    sink.stop()


@pytest.mark.wire
def test_while_the_relay_is_away_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_SMTP_URL", "smtp://127.0.0.1:9")

    async def work(channel: Apart) -> None:
        feed, receipts = Feed([mail_task(n, PARCEL) for n in range(5)], open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await until(lambda: channel._line is not None and channel._line.is_open)
        await asyncio.sleep(0.3)
        assert feed.drawn == 0 and receipts.all == []
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert feed.drawn == len(receipts.all) == 0

    run(work)


@pytest.mark.unit
def test_settings_that_cannot_work_are_refused_where_the_operator_sees_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATELINE_MAIL_FROM", "nobody")
    with pytest.raises(BadInput):
        Apart(MailChannel(Settings.model_validate({})))
