"""The port of core.channel, the same tests for every channel: one receipt per task, whatever happens."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final, Protocol, cast

import pytest

from dateline.channels.apart.channel import Apart
from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.tests.servers import Library, OurSink, Server
from dateline.channels.tests.builders import (
    Feed,
    Receipts,
    hook_parcel,
    hook_task,
    mail_parcel,
    mail_task,
    settings,
    until,
)
from dateline.channels.webhook.channel import WebhookChannel
from dateline.channels.wordpress.channel import WordpressChannel
from dateline.channels.wordpress.tests import posting
from dateline.core.channel import Channel
from dateline.core.words import Receipt, Task
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver
from dateline.testing.wordpress_site import SiteRule, WordpressSite

pytestmark = pytest.mark.wire
AT_ONCE = 4
"""Sockets or connections of the channels under test."""


class Case(Protocol):
    """A channel with a receiver of its own."""

    def channel(self) -> Channel: ...

    def task(self, number: int) -> Task:
        """One that is taken at once."""
        ...

    def stuck(self, number: int) -> Task:
        """One that is taken in full and never answered."""
        ...

    def bad(self, number: int) -> Task:
        """One that can never be sent."""
        ...

    def taken(self) -> list[str]:
        """Message ids that the receiver took."""
        ...

    def hanging(self) -> int:
        """How many stuck ones the receiver has read to the end."""
        ...

    def stop(self) -> None: ...


class MailCase:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.parcel = mail_parcel()

    def channel(self) -> Channel:
        return MailChannel(settings(smtp_url=self.server.url, mail_connections=AT_ONCE))

    def task(self, number: int) -> Task:
        return mail_task(number, self.parcel)

    def stuck(self, number: int) -> Task:
        return mail_task(number, self.parcel, f"hang{number}@readers.example")

    def bad(self, number: int) -> Task:
        return mail_task(number, self.parcel, "nobody")

    def taken(self) -> list[str]:
        return [message_id for message_id, _ in self.server.taken()]

    def hanging(self) -> int:
        return self.server.hanging()

    def stop(self) -> None:
        self.server.stop()


class ApartCase(MailCase):
    """The same from a process of its own, whose settings come by the environment."""

    def channel(self) -> Channel:
        os.environ["DATELINE_SMTP_URL"] = self.server.url
        os.environ["DATELINE_MAIL_CONNECTIONS"] = str(AT_ONCE)
        return Apart(super().channel())


class HookCase:
    def __init__(self, folder: Path) -> None:
        self.receiver = WebhookReceiver(folder, rules=[HookRule("hang", "/hang*")])
        self.parcel = hook_parcel()

    def channel(self) -> Channel:
        return WebhookChannel(settings(allow_private_endpoints="127.0.0.0/8", webhook_sockets=AT_ONCE))

    def task(self, number: int) -> Task:
        return hook_task(number, self.parcel, self.receiver.url("/a"))

    def stuck(self, number: int) -> Task:
        return hook_task(number, self.parcel, self.receiver.url(f"/hang{number}"))

    def bad(self, number: int) -> Task:
        return hook_task(number, self.parcel, "nowhere")

    def taken(self) -> list[str]:
        return [entry.webhook_id for entry in self.receiver.diary() if entry.status]

    def hanging(self) -> int:
        return sum(not entry.status for entry in self.receiver.diary())

    def stop(self) -> None:
        self.receiver.stop()


class ApartHookCase(HookCase):
    """From a process of its own, as above."""

    def channel(self) -> Channel:
        os.environ["DATELINE_ALLOW_PRIVATE_ENDPOINTS"] = "127.0.0.0/8"
        os.environ["DATELINE_WEBHOOK_SOCKETS"] = str(AT_ONCE)
        return Apart(super().channel())


class WordpressCase:
    """One site for each task: posts of one site come one after the other."""

    def __init__(self) -> None:
        self.site = WordpressSite()
        self.stuck_sites: list[WordpressSite] = []

    def channel(self) -> Channel:
        chosen = settings(allow_private_endpoints="127.0.0.0/8")
        return WordpressChannel(chosen, at_once=AT_ONCE)

    def task(self, number: int) -> Task:
        return self._on(self.site, number)

    def _on(self, site: WordpressSite, number: int) -> Task:
        made = posting.release(media=(), sectors=(), release=f"r{number:09}")
        told = posting.task(number, made, site)
        return replace(told, endpoint=replace(told.endpoint, id=f"o_{number}"))

    def stuck(self, number: int) -> Task:
        self.stuck_sites.append(WordpressSite(rules=[SiteRule("hang", "POST", "/wp/v2/posts")]))
        return self._on(self.stuck_sites[-1], number)

    def bad(self, number: int) -> Task:
        told = self.task(number)
        return replace(told, endpoint=replace(told.endpoint, secret=b""))

    def taken(self) -> list[str]:
        releases = [str(post["slug"]).split("-")[-2] for post in self.site.posts.values()]
        return [f"msg_d{int(release[1:])}" for release in releases]

    def hanging(self) -> int:
        return sum(site.hanging for site in self.stuck_sites)

    def stop(self) -> None:
        for site in (self.site, *self.stuck_sites):
            site.stop()


_OF_APART: Final = (
    "DATELINE_SMTP_URL",
    "DATELINE_MAIL_CONNECTIONS",
    "DATELINE_ALLOW_PRIVATE_ENDPOINTS",
    "DATELINE_WEBHOOK_SOCKETS",
)
_CASES: Final = (
    "mail to our sink", "mail to aiosmtpd", "mail apart", "webhook", "webhook apart", "wordpress",
)  # fmt: skip


@pytest.fixture(params=_CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Case]:
    for name in _OF_APART:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)  # whatever the case sets goes when the test does
    makers: dict[str, Callable[[], Case]] = {
        "mail to our sink": lambda: MailCase(OurSink(tmp_path / "sink")),
        "mail to aiosmtpd": lambda: MailCase(Library()),
        "mail apart": lambda: ApartCase(OurSink(tmp_path / "sink")),
        "webhook": lambda: HookCase(tmp_path / "hooks"),
        "webhook apart": lambda: ApartHookCase(tmp_path / "hooks"),
        "wordpress": WordpressCase,
    }
    found = makers[request.param]()
    yield found
    found.stop()


def run(case: Case, work: Callable[[Channel], Awaitable[None]]) -> None:
    """Runs `work` with the channel of the case, and closes it twice."""

    async def inside() -> None:
        channel = case.channel()
        try:
            await work(channel)
        finally:
            await channel.aclose()
            await channel.aclose()

    asyncio.run(inside())


def test_it_says_what_it_is(case: Case) -> None:
    channel = case.channel()
    assert channel.kind in {"mail", "webhook", "wordpress"} and channel.retry_horizon_s >= 3600


def test_every_task_gets_one_receipt_and_send_ends_with_its_tasks(case: Case) -> None:
    async def work(channel: Channel) -> None:
        for start in (0, 1000):  # the channel serves again after its tasks have ended
            receipts = Receipts()
            tasks = [case.task(start + n) for n in range(100)]
            await channel.send(aiter(Feed(tasks)), receipts)
            assert sorted(r.delivery for r in receipts.all) == [task.delivery for task in tasks]
            assert {(r.outcome, r.fence) for r in receipts.all} == {("accepted", 1)}
            assert all(r.ms >= 0 for r in receipts.all)

    run(case, work)
    assert len(case.taken()) == len(set(case.taken())) == 200


def test_no_tasks_no_receipts(case: Case) -> None:
    async def work(channel: Channel) -> None:
        receipts = Receipts()
        await channel.send(aiter(Feed()), receipts)
        assert receipts.all == []

    run(case, work)


def test_it_waits_for_tasks_to_come(case: Case) -> None:
    """Long-lived: between two releases the iterator is silent, not over."""

    async def work(channel: Channel) -> None:
        feed, receipts = Feed(open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        for number in range(3):
            feed.put(case.task(number))
            await receipts.reach(number + 1)
            assert not sending.done()
        feed.end()
        await sending
        assert [r.outcome for r in receipts.all] == ["accepted"] * 3

    run(case, work)


def test_one_that_cannot_be_sent_is_refused_and_the_rest_goes_on(case: Case) -> None:
    async def work(channel: Channel) -> None:
        receipts = Receipts()
        tasks = [case.bad(n) if n % 3 == 0 else case.task(n) for n in range(12)]
        await channel.send(aiter(Feed(tasks)), receipts)
        for n in range(12):
            assert receipts.of(n).outcome == ("refused" if n % 3 == 0 else "accepted")
            assert n % 3 or receipts.of(n).text

    run(case, work)


def test_cancelled_amid_a_send_what_was_sent_is_lost(case: Case) -> None:
    """Sent in full and never answered: the peer may have it, so the repeat must be expected."""

    async def work(channel: Channel) -> None:
        # Enough for every connection, although each may draw one ahead of what it waits for.
        feed = Feed([case.task(0), *(case.stuck(n) for n in range(1, 2 * AT_ONCE + 3))])
        receipts = Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await until(lambda: case.hanging() == AT_ONCE)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert receipts.of(0).outcome == "accepted"
        assert sorted(r.delivery for r in receipts.all) == list(range(feed.drawn))
        told = [r.outcome for r in receipts.all if r.delivery]
        # What a channel drew ahead of its turn was not begun, and nobody has it.
        assert told.count("lost") == AT_ONCE and set(told) <= {"lost", "released"}

    run(case, work)


def test_cancelled_before_a_byte_left_it_is_released(case: Case) -> None:
    async def work(channel: Channel) -> None:
        feed, receipts = Feed([case.task(n) for n in range(50)], open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        await until(lambda: feed.drawn > 0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert sorted(r.delivery for r in receipts.all) == sorted(set(range(feed.drawn)))
        assert {r.outcome for r in receipts.all} <= {"released", "lost", "accepted"}
        told_released = {r.delivery for r in receipts.all if r.outcome == "released"}
        assert not {case.task(n).message_id for n in told_released} & set(case.taken())

    run(case, work)


def test_a_report_under_way_is_finished_and_not_repeated(case: Case) -> None:
    """Cancelled while the ledger writes the receipt: that receipt stands, and no second one follows."""

    async def work(channel: Channel) -> None:
        begun, go_on = asyncio.Event(), asyncio.Event()
        written: list[Receipt] = []

        async def report(receipt: Receipt) -> None:
            begun.set()
            await go_on.wait()
            written.append(receipt)

        sending = asyncio.ensure_future(channel.send(aiter(Feed([case.task(1)])), report))
        await begun.wait()
        sending.cancel()
        await asyncio.sleep(0)
        go_on.set()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert [(r.delivery, r.outcome) for r in written] == [(1, "accepted")]

    run(case, work)


def test_after_a_cancelled_send_the_channel_serves_again(case: Case) -> None:
    async def work(channel: Channel) -> None:
        first = Receipts()
        feed = Feed([case.stuck(n) for n in range(AT_ONCE)], open_end=True)
        sending = asyncio.ensure_future(channel.send(aiter(feed), first))
        await until(lambda: feed.drawn == AT_ONCE)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        assert len(first.all) == AT_ONCE
        second = Receipts()
        await channel.send(aiter(Feed([case.task(100 + n) for n in range(20)])), second)
        assert [r.outcome for r in second.all] == ["accepted"] * 20

    run(case, work)


def test_tasks_that_end_in_an_error_leave_none_without_a_receipt(case: Case) -> None:
    class Broken(Exception):
        pass

    async def tasks() -> AsyncIterator[Task]:
        for number in range(3):
            yield case.task(number)
        raise Broken

    async def work(channel: Channel) -> None:
        receipts = Receipts()
        with pytest.raises(Broken):
            await channel.send(tasks(), receipts)
        assert sorted(r.delivery for r in receipts.all) == [0, 1, 2]

    run(case, work)


def test_a_ledger_that_cannot_write_ends_the_send(case: Case) -> None:
    """No receipt on file, no further sends: an error of `report` is not swallowed."""

    class Full(Exception):
        pass

    async def report(_: Receipt) -> None:
        raise Full

    async def work(channel: Channel) -> None:
        feed = Feed([case.task(n) for n in range(500)], open_end=True)
        with pytest.raises(Full):
            await channel.send(aiter(feed), report)
        assert feed.drawn < 500

    run(case, work)


def test_a_fault_of_our_own_is_one_rows_state_and_the_rest_goes_on(case: Case) -> None:
    async def work(channel: Channel) -> None:
        receipts = Receipts()
        odd = case.task(0)
        odd = replace(odd, endpoint=replace(odd.endpoint, address=cast(str, 7)))  # as a bug elsewhere might
        await channel.send(aiter(Feed([odd, *(case.task(n) for n in range(1, 9))])), receipts)
        assert receipts.of(0).outcome == "deferred" and "fault" in receipts.of(0).text
        assert {receipts.of(n).outcome for n in range(1, 9)} == {"accepted"}

    run(case, work)


def test_a_dropped_connection_between_two_tasks_costs_nobody(case: Case) -> None:
    async def work(channel: Channel) -> None:
        feed, receipts = Feed(open_end=True), Receipts()
        sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
        feed.put(case.task(0))
        await receipts.reach(1)
        if isinstance(case, MailCase) and isinstance(case.server, OurSink):
            case.server.drop()
        feed.put(case.task(1))
        await receipts.reach(2)
        feed.end()
        await sending
        assert receipts.of(1).outcome == "accepted"

    run(case, work)
