"""What is reported of a passage that came back, by how far it had come."""

import asyncio
import ssl
import time

import pytest

from dateline.channels.in_hand import InHand
from dateline.channels.mail.connection import Connection, Patience
from dateline.channels.mail.line import Load, Sending
from dateline.channels.mail.passage import Passage
from dateline.channels.mail.relay import Relay
from dateline.channels.mail.road import Road
from dateline.channels.mail.source import Source
from dateline.channels.mail.template import Message
from dateline.channels.tests.builders import Feed, Receipts, mail_parcel, mail_task
from dateline.core.words import Task

pytestmark = pytest.mark.wire
PARCEL = mail_parcel()
RELAY = Relay("127.0.0.1", 9, "none")
MESSAGE = Message("x@readers.example", b"Subject: x\r\n\r\nbody\r\n", utf8=False)


@pytest.mark.parametrize(("was_sent", "outcome"), [(False, "released"), (True, "lost")])
def test_what_was_sent_is_never_released_to_another_connection(was_sent: bool, outcome: str) -> None:
    """I5: a repeat has its trace, even where our own bookkeeping failed."""
    receipts = Receipts()

    async def load(task: Task) -> Load:
        return Load(task, MESSAGE, "news@wire.example")

    async def run() -> None:
        hands, task = InHand(receipts), mail_task(1, PARCEL)
        connection = Connection(RELAY, "wire.example", Patience(), ssl.create_default_context)
        passage = Passage(await load(task), "news@wire.example", MESSAGE.recipient, MESSAGE.content)
        hands.take(task)
        connection.submit(passage)
        passage.passed_on, passage.sent = True, was_sent
        if was_sent:
            hands.sent(task)
        source = Source(aiter(Feed([])), {RELAY.name: 1})
        source.ended = True
        await asyncio.gather(*Sending(Road(RELAY, time.monotonic), connection, source, hands, load).start())

    asyncio.run(run())
    assert [receipt.outcome for receipt in receipts.all] == [outcome]
