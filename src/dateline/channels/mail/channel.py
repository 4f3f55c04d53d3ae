"""The mail channel: a few kept connections to one relay, one recipient per envelope, a receipt for each."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from functools import lru_cache

from dateline.channels.in_hand import InHand, Report, ended
from dateline.channels.mail.connection import Connection, Patience
from dateline.channels.mail.headers import Mailbox, Unsendable, mailbox
from dateline.channels.mail.relay import Gate, Unreachable, relay_of
from dateline.channels.mail.rules import Reply, verdict, words
from dateline.channels.mail.template import Message, Writer
from dateline.core.errors import BadInput
from dateline.core.words import Outcome, Receipt, Task
from dateline.plant.settings import Settings


class MailChannel:
    """Sends `mail` parcels over `smtp_url`; `mail_connections` connections, kept between releases.

    `tls` makes the context for STARTTLS and smtps; by default the system's authorities and `ca_file`.
    """

    kind = "mail"
    retry_horizon_s = 24 * 3600

    def __init__(
        self,
        settings: Settings,
        *,
        patience: Patience | None = None,
        tls: Callable[[], ssl.SSLContext] | None = None,
        pause: Callable[[float], float] | None = None,
    ) -> None:
        self._sender = _sender(settings.mail_from)
        relay = relay_of(settings.smtp_url.get_secret_value())
        context = lru_cache(maxsize=1)(tls or (lambda: tls_context(settings)))
        self._connections = [
            Connection(relay, self._sender.domain, patience or Patience(), context)
            for _ in range(settings.mail_connections)
        ]
        self._free = list(self._connections)
        self._writer = Writer(self._sender)
        self._gate = Gate(pause)

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel. Draws a task only with a connection at hand; several sends share them."""
        hands = InHand(report)
        source = _Source(tasks)
        connections, self._free = self._free, []
        if not connections:
            raise RuntimeError("all connections are in use by another send")
        workers = [asyncio.ensure_future(self._work(c, source, hands)) for c in connections]
        try:
            # Not gather: cancelled, it would wait for a worker that swallowed its cancellation (see `ended`).
            done, _ = await asyncio.wait(workers, return_when=asyncio.FIRST_EXCEPTION)
            for worker in done:
                worker.result()
        finally:
            source.ended = True
            await ended(*workers)
            self._free += connections
            await hands.give_back()

    async def aclose(self) -> None:
        """Says QUIT on every kept connection."""
        await asyncio.gather(*(connection.quit() for connection in self._connections))

    async def _work(self, connection: Connection, source: "_Source", hands: InHand) -> None:
        while not source.ended:
            if connection.away and not connection.is_open:
                await self._gate.reach(connection)
            task = await source.draw()
            if task is None:
                return
            hands.take(task)
            try:
                receipt = await self._one(connection, task, hands)
            except asyncio.CancelledError:
                connection.close()
                raise
            except Exception as error:
                connection.close()
                receipt = hands.fault(task, error)
            await hands.close(receipt)

    async def _one(self, connection: Connection, task: Task, hands: InHand) -> Receipt:
        started = time.monotonic()

        def receipt(outcome: Outcome, text: str, code: int = 0, *, throttle: bool = False) -> Receipt:
            ms = round((time.monotonic() - started) * 1000)
            return Receipt(task.delivery, task.fence, outcome, code, text, ms=ms, throttle=throttle)

        try:
            message = self._writer.message(task)
        except BadInput as error:
            return receipt("refused", str(error))
        sent = False

        def on_sent() -> None:
            nonlocal sent
            sent = True
            hands.sent(task)

        kept = connection.is_open
        try:
            refusal = await self._ready_for(connection, message)
            if refusal:
                return receipt("refused", refusal)
            reply = await self._deliver(connection, message, on_sent, kept=kept)
        except Unreachable as error:
            self._gate.failed(str(error))
            connection.away = True
            return receipt("released", str(error))
        found = verdict(reply, sent=sent)
        if found.close:
            connection.close()
        return receipt(found.outcome, words(reply), reply.code, throttle=found.throttle)

    async def _ready_for(self, connection: Connection, message: Message) -> str:
        """Opens a connection that was dropped while idle; says why the relay cannot take the message, or "".

        Raises Unreachable.
        """
        if not connection.is_open:
            await connection.open()
        if message.utf8 and not connection.offers_utf8:
            return f"{message.recipient} needs SMTPUTF8, which the relay does not offer"
        if connection.size_limit and len(message.content) > connection.size_limit:
            return f"{len(message.content)} bytes are more than the relay's {connection.size_limit}"
        return ""

    async def _deliver(
        self, connection: Connection, message: Message, on_sent: Callable[[], None], *, kept: bool
    ) -> Reply:
        """One try; another where a kept connection turns out to have been closed long ago. Raises
        Unreachable.
        """
        sender = self._sender.address
        reply = await connection.deliver(
            sender, message.recipient, message.content, utf8=message.utf8, on_sent=on_sent
        )
        if not (kept and reply.code == 0 and reply.stage == "mail"):
            return reply
        await connection.open()
        return await connection.deliver(
            sender, message.recipient, message.content, utf8=message.utf8, on_sent=on_sent
        )


class _Source:
    """One iterator for several workers: one draws at a time, and its end ends them all."""

    def __init__(self, tasks: AsyncIterator[Task]) -> None:
        self._tasks = tasks
        self._drawing = asyncio.Lock()
        self.ended = False

    async def draw(self) -> Task | None:
        async with self._drawing:
            if self.ended:
                return None
            try:
                return await anext(self._tasks)
            except StopAsyncIteration:
                self.ended = True
                return None


def _sender(address: str) -> Mailbox:
    """Raises BadInput naming the setting."""
    try:
        return mailbox(address)
    except Unsendable as error:
        raise BadInput(error.message, where="DATELINE_MAIL_FROM") from None


def tls_context(settings: Settings) -> ssl.SSLContext:
    """Checks certificate and name against the system's authorities and those in `ca_file`."""
    context = ssl.create_default_context()
    if settings.ca_file:
        context.load_verify_locations(cafile=settings.ca_file)
    return context
