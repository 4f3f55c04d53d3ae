"""How one connection works through tasks: one coroutine draws and submits, another reports what came of
them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from dateline.channels.in_hand import InHand, ended
from dateline.channels.mail.connection import Connection
from dateline.channels.mail.passage import Passage
from dateline.channels.mail.relay import Unreachable
from dateline.channels.mail.road import Road
from dateline.channels.mail.rules import Reply, is_of_the_domain, verdict, words
from dateline.channels.mail.signing import Unproven
from dateline.channels.mail.source import Source
from dateline.channels.mail.template import Message
from dateline.core.errors import BadInput
from dateline.core.words import Outcome, Receipt, Task

log = structlog.get_logger("channels.mail")


@dataclass(frozen=True, slots=True)
class Load:
    """A task with its message and envelope sender."""

    task: Task
    message: Message
    sender: str


class Sending:
    """One connection in one `send`."""

    def __init__(
        self,
        road: Road,
        connection: Connection,
        source: Source,
        hands: InHand,
        load: Callable[[Task], Awaitable[Load]],
        *,
        ahead: int = 1,
    ) -> None:
        """`ahead`: tasks whose messages are made at the same time. More than one where that takes others'
        work, as a signature does: then this connection need not wait for each.
        """
        self._road, self._connection = road, connection
        self._source, self._hands, self._load = source, hands, load
        self._ahead = ahead
        self._making: set[asyncio.Task[None]] = set()
        self._again: set[asyncio.Task[None]] = set()
        self._ending = False
        self._drawer: asyncio.Task[None]
        self._reporter: asyncio.Task[None]

    def start(self) -> tuple["asyncio.Task[None]", "asyncio.Task[None]"]:
        """Both coroutines; they end when the tasks do, or raise what `report` or the tasks raised."""
        self._drawer = asyncio.create_task(self._draw())
        self._reporter = asyncio.create_task(self._report())
        return self._drawer, self._reporter

    async def end(self) -> None:
        """Stops at once; a report that has begun is finished. What has no receipt then is the caller's."""
        self._ending = True
        await ended(self._drawer, *self._making, *self._again)
        self._connection.abandon()
        self._connection.wake_reporter()
        await asyncio.wait([self._reporter])
        self._connection.forget()
        if not self._reporter.cancelled():
            self._reporter.exception()

    # --- drawing
    # ------------------------------------------------------------------------------------------------

    async def _draw(self) -> None:
        connection, road = self._connection, self._road
        while not self._source.ended:
            await connection.room()
            if connection.away and not connection.is_open:
                road.before_open()
                await road.gate.reach(connection)
            if wait_s := road.turn():
                await asyncio.sleep(wait_s)
            task = await self._source.draw(road.relay.name)
            if task is None:
                break
            self._hands.take(task)
            if self._ahead == 1:
                await self._begin(task)
            else:
                await self._make(task)
        if self._making:
            await self._made(asyncio.ALL_COMPLETED)
        await connection.empty()
        self._ending = True
        connection.wake_reporter()

    async def _make(self, task: Task) -> None:
        """Begins with a task; returns when there is room for the next one."""
        self._making.add(asyncio.create_task(self._begin(task)))
        if len(self._making) >= self._ahead:
            await self._made(asyncio.FIRST_COMPLETED)

    async def _made(self, return_when: str) -> None:
        """Waits for one of those that are being made, or all. Raises what the report of one raised."""
        done, self._making = await asyncio.wait(self._making, return_when=return_when)
        if errors := [error for one in done if (error := one.exception()) is not None]:
            raise errors[0]

    async def _begin(self, task: Task) -> None:
        """Puts the message of a task on its way; what cannot go gets its receipt here."""
        started = time.monotonic()
        receipt: Receipt
        try:
            load = await self._load(task)
            refusal = await self._ready_for(load.message)
        except Unreachable as error:
            receipt = self._away(task, error)
        except BadInput as error:
            receipt = _receipt(task, "refused", str(error), started)
        except Unproven as error:
            receipt = _receipt(task, "deferred", str(error), started)
        except Exception as error:
            receipt = self._hands.fault(task, error)
        else:
            if not refusal:
                self._submit(load, started)
                return
            receipt = _receipt(task, "refused", refusal, started)
        await self._hands.close(receipt)

    def _submit(self, load: Load, started: float) -> None:
        message, task = load.message, load.task
        self._connection.submit(
            Passage(
                load,
                load.sender,
                message.recipient,
                message.content,
                utf8=message.utf8,
                on_sent=lambda: self._hands.sent(task),
                began_at=started,
            )
        )

    async def _ready_for(self, message: Message) -> str:
        """Opens a connection that was dropped while idle; says why the relay cannot take the message, or "".

        Raises Unreachable.
        """
        connection = self._connection
        if not connection.is_open:
            self._road.before_open()
            await connection.open()
        if message.utf8 and not connection.offers_utf8:
            return f"{message.recipient} needs SMTPUTF8, which the relay does not offer"
        if connection.size_limit and len(message.content) > connection.size_limit:
            return f"{len(message.content)} bytes are more than the relay's {connection.size_limit}"
        return ""

    def _away(self, task: Task, error: Unreachable) -> Receipt:
        self._road.gate.failed(str(error))
        self._connection.away = True
        return Receipt(task.delivery, task.fence, "released", text=str(error))

    # --- reporting
    # ----------------------------------------------------------------------------------------------

    async def _report(self) -> None:
        """Never cancelled: a receipt whose writing has begun is written, and no second one follows."""
        connection = self._connection
        while (passage := await connection.next_finished(lambda: self._ending)) is not None:
            if passage.reply is not None:
                await self._hands.tell(self._told(passage, passage.reply))
                connection.collected()
            elif passage.passed_on:
                await self._hands.tell(self._passed_on(passage))
                connection.collected()
            elif not self._ending:
                again = asyncio.create_task(self._once_more(passage))
                self._again.add(again)
                again.add_done_callback(self._again.discard)

    def _told(self, passage: Passage[Load], reply: Reply) -> Receipt:
        found = verdict(reply, sent=passage.sent)
        of_domain = self._road.by_domain and is_of_the_domain(reply)
        if found.throttle and not of_domain:
            self._road.throttled()
        return _receipt(
            passage.load.task,
            found.outcome,
            words(reply),
            passage.began_at,
            reply.code,
            throttle=of_domain if self._road.by_domain else found.throttle,
        )

    def _passed_on(self, passage: Passage[Load]) -> Receipt:
        """Nothing of it has left: it is handed out again in a second, and any other connection may draw it.
        If anything ever had, that would be a repeat without a trace (I5): then it is `lost`, and our fault.
        """
        task = passage.load.task
        if passage.sent:
            return self._hands.fault(task, RuntimeError("a mail was passed on after it had been sent"))
        why = "a mail before it was not answered; another connection takes it"
        return _receipt(task, "released", why, passage.began_at)

    async def _once_more(self, passage: Passage[Load]) -> None:
        """The connection ended before anything of this one was answered: nobody can have it, so it goes
        again.
        """
        connection, task = self._connection, passage.load.task
        try:
            refusal = await self._ready_for(passage.load.message)
        except Unreachable as error:
            receipt = self._away(task, error)
        except Exception as error:
            receipt = self._hands.fault(task, error)
        else:
            if not refusal:
                connection.collected()
                connection.submit(passage)
                return
            receipt = _receipt(task, "refused", refusal, passage.began_at)
        connection.collected()
        await self._hands.close(receipt)


def _receipt(
    task: Task, outcome: Outcome, text: str, started: float, code: int = 0, *, throttle: bool = False
) -> Receipt:
    ms = round((time.monotonic() - started) * 1000)
    return Receipt(task.delivery, task.fence, outcome, code, text, ms=ms, throttle=throttle)
