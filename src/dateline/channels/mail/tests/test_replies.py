"""What becomes of mail when a real server answers, refuses, closes, or falls silent."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.connection import Connection, Patience
from dateline.channels.mail.passage import Passage
from dateline.channels.mail.relay import Relay
from dateline.channels.mail.rules import Reply, verdict
from dateline.channels.mail.tests.servers import Library, OurSink, Server
from dateline.channels.tests.builders import (
    Feed,
    Receipts,
    edition,
    mail_parcel,
    mail_task,
    settings,
    until,
)
from dateline.core.words import Block, Receipt, Run, Task
from dateline.testing.ports import DeadPort, free_port
from dateline.testing.smtp_sink import MailRule

pytestmark = pytest.mark.wire
PARCEL = mail_parcel()


@asynccontextmanager
async def channel_to(url: str, connections: int = 2, **options: Any) -> AsyncIterator[MailChannel]:
    made = MailChannel(settings(smtp_url=url, mail_connections=connections), **options)
    try:
        yield made
    finally:
        await made.aclose()


def sent(url: str, tasks: Iterable[Task], connections: int = 2, **options: Any) -> Receipts:
    """Sends the tasks and returns the receipts."""

    async def run() -> Receipts:
        receipts = Receipts()
        async with channel_to(url, connections, **options) as channel:
            await channel.send(aiter(Feed(tasks)), receipts)
        return receipts

    return asyncio.run(run())


def one(url: str, address: str, **options: Any) -> Receipt:
    return sent(url, [mail_task(1, PARCEL, address)], **options).of(1)


def test_mail_is_taken_as_it_was_written(server: Server) -> None:
    """I5: the bytes on the wire are those of the template, each to its own envelope."""
    tasks = [mail_task(n, PARCEL) for n in range(1, 41)]
    receipts = sent(server.url, tasks)
    assert {receipt.outcome for receipt in receipts.all} == {"accepted"}
    assert {receipt.code for receipt in receipts.all} == {250}
    assert sorted(server.taken()) == sorted((t.message_id, t.endpoint.address) for t in tasks)
    from dateline.channels.mail.headers import mailbox
    from dateline.channels.mail.template import Writer

    writer = Writer(mailbox("news@wire.example"))
    assert sorted(server.messages()) == sorted(writer.message(task).content for task in tasks)


def test_a_repeat_arrives_byte_identical(server: Server) -> None:
    """I5."""
    sent(server.url, [mail_task(1, PARCEL)])
    sent(server.url, [mail_task(1, mail_parcel())])
    first, second = server.messages()
    assert first == second


def test_dots_and_long_lines_survive(server: Server) -> None:
    text = ".\n..\n.hidden " + "x" * 2000 + "\nFrom here"
    parcel = mail_parcel(edition(blocks=(Block("paragraph", runs=(Run(text),)),), dateline=None))
    assert sent(server.url, [mail_task(1, parcel)]).of(1).outcome == "accepted"
    (data,) = server.messages()
    from dateline.channels.mail.tests.test_message import parsed, parts

    body, _ = parts(parsed(data))
    assert "\n.\n..\n.hidden\n" in body and "\nFrom here" in body and "x" * 2000 in body


@pytest.mark.parametrize(
    ("who", "outcome", "code", "throttle"),
    [
        ("no", "refused", 550, False),
        ("grey", "deferred", 450, True),
        ("busy", "deferred", 451, True),
        ("fast", "deferred", 454, True),
        ("bye", "deferred", 421, True),
    ],
)
def test_replies_to_a_recipient(server: Server, who: str, outcome: str, code: int, throttle: bool) -> None:
    receipt = one(server.url, f"{who}@readers.example")
    assert (receipt.outcome, receipt.code, receipt.throttle) == (outcome, code, throttle)
    assert receipt.text.startswith(f"{code} 4.") or receipt.text.startswith(f"{code} 5.")


def test_a_refusal_spoils_nothing_for_the_next_on_the_connection(server: Server) -> None:
    """I6: refused, deferred and closing recipients in a row, good ones between, over one connection."""
    names = ["a", "no", "b", "grey", "c", "bye", "d", "fast", "e", "lose", "f"]
    tasks = [mail_task(n, PARCEL, f"{name}@readers.example") for n, name in enumerate(names)]
    receipts = sent(server.url, tasks, connections=1)
    assert [receipts.of(n).outcome for n in range(len(names))] == [
        "accepted", "refused", "accepted", "deferred", "accepted", "deferred", "accepted", "deferred",
        "accepted", "lost", "accepted",
    ]  # fmt: skip


def test_taken_but_never_answered_is_lost(server: Server) -> None:
    """RFC 1047: the yes was lost on the way; the repeat will carry the same id."""
    assert one(server.url, "lose@readers.example").outcome == "lost"
    assert [who for _, who in server.taken()] == ["lose@readers.example"]


def test_a_server_that_never_answers_the_content_is_lost_after_patience(server: Server) -> None:
    receipt = one(server.url, "hang@readers.example", patience=Patience(last_reply_s=0.3))
    assert (receipt.outcome, receipt.code) == ("lost", 0)
    assert server.taken() == []


def test_behind_a_content_without_an_answer_nobody_waits_for_ten_minutes(tmp_path: Path) -> None:
    """I6: the mail behind it was not begun, and goes back to be handed out to another connection."""
    server = OurSink(tmp_path, [MailRule("hang", pattern="hang*@*")])
    try:
        tasks = [mail_task(n, PARCEL, f"{who}@readers.example") for n, who in enumerate(["hang", "a"])]
        receipts = sent(server.url, tasks, connections=1, patience=Patience(last_reply_s=2, stall_s=0.1))
        assert server.taken() == []
    finally:
        server.stop()
    assert [receipts.of(n).outcome for n in (0, 1)] == ["lost", "released"]
    assert receipts.all[0].delivery == 1, "long before the patience with the first one is over"


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "content"])
@pytest.mark.parametrize(("code", "outcome"), [("421", "deferred"), ("451", "deferred"), ("554", "refused")])
def test_a_reply_at_any_stage_is_for_that_delivery_only(
    tmp_path: Path, stage: Any, code: str, outcome: str
) -> None:
    pattern = "news@wire.example" if stage == "mail" else "bad@*"
    rule = MailRule(code, pattern=pattern, stage=stage, times=1, words="4.9.9 As told")
    server = OurSink(tmp_path, [rule])
    try:
        tasks = [mail_task(n, PARCEL, f"{w}@readers.example") for n, w in enumerate(["bad", "ok"])]
        receipts = sent(server.url, tasks, connections=1)
    finally:
        server.stop()
    assert receipts.of(0).outcome == outcome
    assert receipts.of(0).text == f"{code} 4.9.9 As told"
    assert receipts.of(1).outcome == "accepted"


def delivered(port: int, content: bytes) -> tuple[Reply, bool]:
    """One message over a connection of its own: the reply, and whether it had left in full."""

    async def run() -> tuple[Reply, bool]:
        left: list[bool] = []
        connection = Connection(
            Relay("127.0.0.1", port, "none"), "wire.example", Patience(), ssl.create_default_context
        )
        await connection.open()
        passage = Passage(
            None, "news@wire.example", "x@readers.example", content, on_sent=lambda: left.append(True)
        )
        reply = await connection.deliver(passage)
        await connection.quit()
        return reply, bool(left)

    return asyncio.run(run())


BIG = (b"x" * 74 + b"\r\n") * 260_000  # 20 MB: more than all buffers on the way


def test_closed_amid_a_content_too_big_to_be_on_its_way_is_deferred(tmp_path: Path) -> None:
    """Not all of it had left this machine, so the server cannot have taken it."""
    server = OurSink(tmp_path, [MailRule("drop")])
    try:
        reply, left = delivered(server.port, BIG)
    finally:
        server.stop()
    assert (reply.code, reply.stage, left) == (0, "content", False)
    assert verdict(reply, sent=left).outcome == "deferred" and server.taken() == []


def test_a_big_message_is_taken_whole(server: Server) -> None:
    reply, left = delivered(server.port, BIG)
    assert (reply.code, left) == (250, True), reply
    assert len(server.messages()[0]) == len(BIG)


def test_closed_amid_a_content_that_had_left_is_lost(tmp_path: Path) -> None:
    server = OurSink(tmp_path, [MailRule("drop")])
    try:
        receipt = one(server.url, "x@readers.example")
    finally:
        server.stop()
    assert receipt.outcome == "lost" and server.taken() == []


def test_a_message_beyond_the_relays_size_is_refused_before_it_is_sent() -> None:
    server = Library(data_size_limit=1000)
    try:
        receipt = one(server.url, "x@readers.example")
    finally:
        server.stop()
    assert receipt.outcome == "refused" and "more than the relay's 1000" in receipt.text


def test_a_wide_local_part_goes_by_smtputf8_where_the_relay_offers_it(server: Server) -> None:
    receipt = one(server.url, "anä@müller.example")
    assert receipt.outcome == "accepted"
    assert server.taken()[0][1] == "anä@xn--mller-kva.example"


def test_a_wide_local_part_is_refused_where_the_relay_does_not_offer_smtputf8() -> None:
    server = Library(enable_SMTPUTF8=False)
    try:
        receipts = sent(
            server.url, [mail_task(1, PARCEL, "anä@x.example"), mail_task(2, PARCEL, "ana@müller.example")]
        )
    finally:
        server.stop()
    assert receipts.of(1).outcome == "refused" and "SMTPUTF8" in receipts.of(1).text
    assert receipts.of(2).outcome == "accepted"


def test_what_cannot_be_written_is_refused_and_the_rest_goes_on(server: Server) -> None:
    """I14, header injection: the relay never hears of it."""
    bad = mail_task(1, PARCEL, "a@b.example\r\nRCPT TO:<x@y.example>")
    receipts = sent(server.url, [bad, mail_task(2, PARCEL)])
    assert receipts.of(1).outcome == "refused" and "mail address" in receipts.of(1).text
    assert receipts.of(2).outcome == "accepted"
    assert len(server.taken()) == 1


def test_connections_are_kept_and_no_more_than_asked_for(sink: OurSink) -> None:
    async def run() -> None:
        async with channel_to(sink.url, 3) as channel:
            for start in (0, 100):
                receipts = Receipts()
                feed = Feed(mail_task(start + n, PARCEL) for n in range(60))
                await channel.send(aiter(feed), receipts)
                assert {r.outcome for r in receipts.all} == {"accepted"}

    asyncio.run(run())
    assert sink.sink.connections == 3


def test_a_connection_that_went_stale_is_opened_again_without_a_receipt_of_failure(
    sink: OurSink, tmp_path: Path
) -> None:
    """The relay restarts between two releases."""

    async def run() -> None:
        async with channel_to(sink.url, 1) as channel:
            first, second = Receipts(), Receipts()
            await channel.send(aiter(Feed([mail_task(1, PARCEL)])), first)
            await asyncio.to_thread(sink.stop)
            again = await asyncio.to_thread(OurSink, tmp_path / "again", port=sink.port)
            try:
                await channel.send(aiter(Feed([mail_task(2, PARCEL)])), second)
                assert second.of(2).outcome == "accepted"
                assert [mid for mid, _ in again.taken()] == ["<d2@wire.example>"]
            finally:
                again.stop()

    asyncio.run(run())


def test_while_the_relay_is_away_nothing_is_drawn(tmp_path: Path) -> None:
    """Relay down: no task is begun until a connection opens, and the waits grow from 0.5 s to 30 s."""

    async def run() -> None:
        waits: list[float] = []

        def pause(wait_s: float) -> float:
            waits.append(wait_s)
            return 0.01

        feed, receipts = Feed([mail_task(n, PARCEL) for n in range(5)]), Receipts()
        port = free_port()
        async with channel_to(f"smtp://127.0.0.1:{port}", 3, pause=pause) as channel:
            sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
            await until(lambda: len(waits) >= 9)
            assert feed.drawn == 0 and receipts.all == []
            assert waits[:9] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
            server = await asyncio.to_thread(OurSink, tmp_path, port=port)
            try:
                await sending
            finally:
                server.stop()
        assert [r.outcome for r in receipts.all] == ["accepted"] * 5

    asyncio.run(run())


def test_a_relay_that_goes_away_releases_what_was_begun(sink: OurSink, tmp_path: Path) -> None:
    """A task already drawn when no connection can be opened goes back as `released`: nobody tried it."""

    async def run() -> None:
        waits: list[float] = []

        def pause(wait_s: float) -> float:
            waits.append(wait_s)
            return 0.01

        feed, receipts = Feed([mail_task(1, PARCEL)], open_end=True), Receipts()
        async with channel_to(sink.url, 1, pause=pause) as channel:
            sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
            await receipts.reach(1)
            await asyncio.to_thread(sink.stop)
            for number in (2, 3):
                feed.put(mail_task(number, PARCEL))
            await receipts.reach(2)
            await until(lambda: len(waits) >= 3)
            assert receipts.of(2).outcome == "released" and receipts.of(2).text
            assert feed.drawn == 2
            again = await asyncio.to_thread(OurSink, tmp_path / "again", port=sink.port)
            try:
                feed.end()
                await sending
            finally:
                again.stop()
        assert receipts.of(3).outcome == "accepted"

    asyncio.run(run())


def test_a_dead_port_never_ends_in_a_refusal() -> None:
    async def run() -> None:
        with DeadPort() as dead:
            feed, receipts = Feed([mail_task(1, PARCEL)]), Receipts()
            url = f"smtp://127.0.0.1:{dead.port}"
            async with channel_to(url, pause=lambda _: 0.01) as channel:
                sending = asyncio.ensure_future(channel.send(aiter(feed), receipts))
                await asyncio.sleep(0.1)
                sending.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await sending
            assert receipts.all == []

    asyncio.run(run())
