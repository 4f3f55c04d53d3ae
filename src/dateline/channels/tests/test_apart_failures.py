"""When the process beside dispatch hangs, ends amid everything, is of another release, or holds what is not
wanted any more.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from dateline.channels.apart import line as line_module
from dateline.channels.apart.channel import Apart
from dateline.channels.apart.line import SenderEnded, started
from dateline.channels.apart.marks import Marks
from dateline.channels.apart.sending import Patience
from dateline.channels.apart.source import Ahead
from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.tests.servers import OurSink
from dateline.channels.tests.builders import Feed, Receipts, mail_parcel, mail_task, until
from dateline.core.channel import Recall, Recalling
from dateline.core.words import Receipt, Task
from dateline.plant.settings import Settings

PARCEL = mail_parcel()
CONNECTIONS = 2


class Recallable:
    """Tasks that can be called back."""

    def __init__(self, feed: Feed) -> None:
        self._tasks = aiter(feed)
        self.recall: Recall | None = None

    def __aiter__(self) -> AsyncIterator[Task]:
        return self

    async def __anext__(self) -> Task:
        return await anext(self._tasks)


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OurSink:
    made = OurSink(tmp_path / "sink")
    monkeypatch.setenv("DATELINE_SMTP_URL", made.url)
    monkeypatch.setenv("DATELINE_MAIL_CONNECTIONS", str(CONNECTIONS))
    return made


def run(work: Callable[[Apart], Awaitable[None]], patience: Patience | None = None) -> None:
    async def inside() -> None:
        channel = Apart(MailChannel(Settings.model_validate({})), patience=patience)
        try:
            await work(channel)
        finally:
            await channel.aclose()

    asyncio.run(inside())


def process_of(channel: Apart) -> int:
    assert channel._line is not None
    return channel._line.process.pid


async def busy(channel: Apart, feed: Feed, receipts: Receipts, sink: OurSink, tasks: int) -> None:
    """Until each connection has a mail that is never answered, and the other tasks wait behind those."""
    await receipts.reach(1)
    for number in range(1, tasks + 1):
        feed.put(mail_task(number, PARCEL, f"hang{number}@readers.example"))
    await until(lambda: sink.hanging() == CONNECTIONS)


@pytest.mark.wire
def test_a_process_that_hangs_is_ended_and_its_tasks_are_told(sink: OurSink) -> None:
    """I3: else all it holds would be leased for ever, for dispatch lives and renews."""

    async def work(channel: Apart) -> None:
        feed, receipts = Feed([mail_task(0, PARCEL)], open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await busy(channel, feed, receipts, sink, 8)
        os.kill(process_of(channel), signal.SIGSTOP)
        with pytest.raises(SenderEnded):
            await sending
        assert sorted(r.delivery for r in receipts.all) == list(range(feed.drawn))
        lost = [r for r in receipts.all if r.outcome == "lost"]
        assert len(lost) >= CONNECTIONS
        assert {r.ended_with for r in lost} == {len(lost)}, "one among many is not to blame"
        again = Receipts()
        await channel.send(aiter(Feed([mail_task(100, PARCEL)])), again)
        assert again.of(100).outcome == "accepted"

    run(work, Patience(beat_s=1.0, beats=8))
    sink.stop()


@pytest.mark.wire
def test_a_stop_ends_a_process_that_hangs_within_its_patience(sink: OurSink) -> None:
    async def work(channel: Apart) -> None:
        feed, receipts = Feed([mail_task(0, PARCEL)], open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await busy(channel, feed, receipts, sink, 3)
        os.kill(process_of(channel), signal.SIGSTOP)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert sorted(r.delivery for r in receipts.all) == list(range(feed.drawn))

    run(work, Patience(stop_s=0.2))
    sink.stop()


@pytest.mark.wire
def test_what_is_called_back_goes_nowhere_at_most_what_is_in_flight(sink: OurSink) -> None:
    """I7: a kill overtakes what waits in the process."""

    async def work(channel: Apart) -> None:
        feed, receipts = Feed([mail_task(n, PARCEL) for n in range(400)], open_end=True), Receipts()
        for number in range(400, 600):
            feed.put(mail_task(number, PARCEL, f"hang{number}@readers.example"))
        tasks = Recallable(feed)
        assert isinstance(tasks, Recalling)
        sending = asyncio.ensure_future(channel.send(tasks, receipts))
        await until(lambda: sink.hanging() == CONNECTIONS)
        drawn = -1
        while drawn != feed.drawn:
            drawn = feed.drawn
            await asyncio.sleep(0.3)
        assert tasks.recall is not None
        tasks.recall([(number, 1) for number in range(400, drawn)])
        # On each connection one unanswered, the envelope of the next, and one behind it.
        begun = 3 * CONNECTIONS
        await until(lambda: len(receipts.all) >= drawn - begun)
        released = {r.delivery for r in receipts.all if r.outcome == "released"}
        assert all(number >= 400 for number in released) and len(released) >= drawn - 400 - begun
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert vars(tasks)["recall"] is None
        assert sorted(r.delivery for r in receipts.all) == list(range(feed.drawn))

    run(work)
    sink.stop()


@pytest.mark.unit
def test_only_what_nobody_has_drawn_can_be_called_back() -> None:
    marks = Marks()
    back: list[Receipt] = []

    async def inside() -> None:
        ahead = Ahead(marks, lambda _: None, back.append, fresh_s=30)
        slots = [marks.take() for _ in range(4)]
        for number, slot in enumerate(slots):
            ahead.put(float("inf"), slot, mail_task(number, PARCEL))
        assert (await anext(ahead)).delivery == 0
        ahead.call_back({slots[0], slots[1], slots[3]})
        assert (await anext(ahead)).delivery == 2
        assert [marks.is_begun(slot) for slot in slots] == [True, False, True, False]

    asyncio.run(inside())
    marks.close()
    assert [(r.delivery, r.outcome) for r in back] == [(1, "released"), (3, "released")]


@pytest.mark.wire
def test_a_process_of_another_release_says_no_and_nothing_is_drawn(
    sink: OurSink, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """After an upgrade beneath a running dispatch."""
    monkeypatch.setattr(line_module, "LANGUAGE", "1 of dateline 0.0.1")

    async def work(channel: Apart) -> None:
        feed, receipts = Feed([mail_task(0, PARCEL)]), Receipts()
        with pytest.raises(SenderEnded):
            await channel.send(aiter(feed), receipts)
        assert feed.drawn == len(receipts.all) == 0

    run(work)
    sink.stop()
    said = capfd.readouterr().err
    assert "channel.sender_foreign" in said and "restart dispatch" in said


@pytest.mark.wire
def test_while_the_ledger_takes_no_receipts_little_is_sent(sink: OurSink) -> None:
    """What is sent and not on record is repeated after a crash, so it is bounded."""

    async def work(channel: Apart) -> None:
        feed = Feed((mail_task(n, PARCEL) for n in range(3000)), open_end=False)
        stuck, told = asyncio.Event(), 0

        async def report(_: Receipt) -> None:
            nonlocal told
            told += 1
            await stuck.wait()

        sending = asyncio.ensure_future(channel.send(aiter(feed), report))
        await until(lambda: feed.drawn > 512)
        drawn = -1
        while drawn != feed.drawn:
            drawn = feed.drawn
            await asyncio.sleep(0.3)
        assert told == 1 and drawn < 1500
        stuck.set()
        await sending
        assert told == feed.drawn == 3000

    run(work)
    sink.stop()


@pytest.mark.wire
def test_a_receipt_that_cannot_be_written_ends_the_send_and_the_rest_is_told(sink: OurSink) -> None:
    async def work(channel: Apart) -> None:
        feed, told = Feed((mail_task(n, PARCEL) for n in range(50)), open_end=True), []

        async def report(receipt: Receipt) -> None:
            told.append(receipt.delivery)
            if len(told) == 3:
                raise OSError("the ledger is away")

        with pytest.raises(OSError, match="away"):
            await channel.send(aiter(feed), report)
        assert sorted(told) == list(range(feed.drawn))

    run(work)
    sink.stop()


@pytest.mark.wire
def test_tasks_that_fail_end_the_send_with_a_receipt_for_each(sink: OurSink) -> None:
    async def failing() -> AsyncIterator[Task]:
        for number in range(5):
            yield mail_task(number, PARCEL)
        raise ValueError("no more")

    async def work(channel: Apart) -> None:
        receipts = Receipts()
        with pytest.raises(ValueError, match="no more"):
            await channel.send(failing(), receipts)
        assert sorted(r.delivery for r in receipts.all) == list(range(5))

    run(work)
    sink.stop()


@pytest.mark.wire
def test_neither_secrets_nor_tasks_are_on_the_command_line(
    sink: OurSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATELINE_SMTP_URL", "smtp://wire:opensesame@127.0.0.1:25")

    async def work(channel: Apart) -> None:
        line = await started("mail", {})
        line.beat()
        await until(lambda: not line.beats_due)
        words = Path(f"/proc/{line.process.pid}/cmdline").read_text()
        await line.kill()
        line.close()
        assert "opensesame" not in words and "dateline.channels.apart.process" in words

    run(work)
    sink.stop()


_STARTS_ONE = """
import asyncio, os, signal
from dateline.channels.apart.line import started

async def main():
    line = await started("mail", {})
    line.beat()
    while line.beats_due:
        await asyncio.sleep(0.01)
    os.kill(line.process.pid, signal.SIGSTOP)
    print(line.process.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.wire
def test_a_process_that_hangs_goes_with_whoever_started_it(sink: OurSink) -> None:
    """Stopped, it would never see that its input has ended, and go on when nobody expects it."""
    with subprocess.Popen([sys.executable, "-c", _STARTS_ONE], stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        number = int(starter.stdout.readline())
        starter.kill()
    asyncio.run(until(lambda: _is_gone(number)))
    sink.stop()


def _is_gone(process: int) -> bool:
    try:
        return "\nState:\tZ" in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return True
