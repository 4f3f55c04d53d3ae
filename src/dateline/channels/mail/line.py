"""How one connection works through tasks: one coroutine draws and submits, another reports what came of
them.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from dateline.channels.in_hand import InHand, ended
from dateline.channels.mail.connection import Connection
from dateline.channels.mail.pace import Pace
from dateline.channels.mail.passage import Passage
from dateline.channels.mail.relay import Gate, Relay, Unreachable
from dateline.channels.mail.remembered import Remembered
from dateline.channels.mail.rules import Reply, verdict, words
from dateline.channels.mail.signing import Unproven
from dateline.channels.mail.source import Source
from dateline.channels.mail.template import Message
from dateline.core.errors import BadInput
from dateline.core.words import Outcome, Receipt, Task

log = structlog.get_logger("channels.mail")

_SINGLY_S: Final = 3600.0
"""How long a relay that broke the protocol is spoken to one command at a time."""


@dataclass(frozen=True, slots=True)
class Load:
    """A task with its message and envelope sender."""

    task: Task
    message: Message
    sender: str


class Road:
    """What the connections to one relay share: the gate while it is away, its pace, and whether it can take
    commands in groups.
    """

    def __init__(
        self,
        relay: Relay,
        now: Callable[[], float],
        pause: Callable[[float], float] | None = None,
        memory: Remembered | None = None,
    ) -> None:
        self.relay = relay
        self.gate = Gate(pause, relay=relay.name)
        self.pace = Pace(relay, now)
        self._memory = memory
        if memory is not None:
            memory.restore(relay, self.pace)
        self._now = now
        self._singly_until = 0.0
        self._connections: list[Connection] = []

    def take(self, connection: Connection) -> None:
        """One more connection to this relay."""
        connection.on_fault = self._fault
        self._connections.append(connection)

    def before_open(self) -> None:
        """Groups again, an hour after a fault."""
        if self._singly_until and self._now() >= self._singly_until:
            self._singly_until = 0.0
            for connection in self._connections:
                connection.in_groups = True

    def _fault(self, what: str) -> None:
        if not self._singly_until:
            log.warning("mail.relay_fault", relay=self.relay.name, what=what, singly_s=_SINGLY_S)
        self._singly_until = self._now() + _SINGLY_S
        for connection in self._connections:
            connection.in_groups = False

    def turn(self) -> float:
        """Takes one message's turn; seconds that it has to wait first."""
        wait_s = self.pace.wait_s()
        if self.pace.changed:
            self._keep()
        return wait_s

    def _keep(self) -> None:
        self.pace.changed = False
        if self._memory is not None:
            self._memory.keep(self.relay, self.pace)

    def throttled(self) -> None:
        """The relay asked for patience."""
        if rate := self.pace.throttled():
            self._keep()
            log.warning("mail.relay_throttles", relay=self.relay.name, rate=round(rate, 2))


class Sending:
    """One connection in one `send`."""

    def __init__(
        self,
        road: Road,
        connection: Connection,
        source: Source,
        hands: InHand,
        load: Callable[[Task], Awaitable[Load]],
    ) -> None:
        self._road, self._connection = road, connection
        self._source, self._hands, self._load = source, hands, load
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
        await ended(self._drawer, *self._again)
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
            await self._begin(task)
        await connection.empty()
        self._ending = True
        connection.wake_reporter()

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
        if found.throttle:
            self._road.throttled()
        return _receipt(
            passage.load.task,
            found.outcome,
            words(reply),
            passage.began_at,
            reply.code,
            throttle=found.throttle,
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
