"""The mail channel: kept connections to one or several relays, one recipient per envelope, a receipt for
each.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Callable
from functools import lru_cache, partial
from typing import Final

from dateline.channels.in_hand import InHand, Report
from dateline.channels.mail.connection import Connection, Patience
from dateline.channels.mail.headers import Mailbox, Unsendable, mailbox
from dateline.channels.mail.line import Load, Sending
from dateline.channels.mail.proof import fault_of
from dateline.channels.mail.relay import Relay, relays_of
from dateline.channels.mail.remembered import FILE, Remembered
from dateline.channels.mail.road import Road
from dateline.channels.mail.signing import Signing, signer_of
from dateline.channels.mail.source import Source
from dateline.channels.mail.template import Writer
from dateline.channels.mail.verp import return_path
from dateline.core.clock import SystemClock
from dateline.core.errors import BadInput
from dateline.core.words import Task
from dateline.plant.settings import Settings

_SIGNED_AHEAD: Final = 4
"""Messages of one connection that are being signed: the signing processes never wait for us."""


class MailChannel:
    """Sends `mail` parcels over the relays of `smtp_url`; `mail_connections` connections, kept between
    releases.

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
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._sender = _sender(settings.mail_from)
        relays = relays_of(settings.smtp_url.get_secret_value())
        context = lru_cache(maxsize=1)(tls or (lambda: tls_context(settings)))
        memory = Remembered(settings.home / FILE, lambda: SystemClock().now().timestamp())
        self._roads: list[Road] = []
        self._weights = {relay.name: relay.weight for relay in relays}
        self._connections: list[tuple[Road, Connection]] = []
        for relay, count in shares(relays, settings.mail_connections):
            road = Road(relay, now, pause, memory, by_domain=bool(settings.mail_domains.split()))
            for _ in range(count):
                made = Connection(relay, self._sender.domain, patience or Patience(), context)
                road.take(made)
                self._connections.append((road, made))
        self._free = list(self._connections)
        self._writer = Writer(self._sender)
        signer = signer_of(settings, self._sender.domain)
        self._signing: Signing | None = None
        if signer is not None:
            self._signing = Signing(signer, partial(fault_of, sender=self._sender, signer=signer))

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel. Draws a task only with a connection at hand; several sends share them."""
        mine, self._free = self._free, []
        if not mine:
            raise RuntimeError("all connections are in use by another send")
        hands, source = InHand(report), Source(tasks, self._weights)
        ahead = 1 if self._signing is None else _SIGNED_AHEAD
        sendings = [
            Sending(road, connection, source, hands, self._load, ahead=ahead) for road, connection in mine
        ]
        runs = [one for sending in sendings for one in sending.start()]
        try:
            done, _ = await asyncio.wait(runs, return_when=asyncio.FIRST_EXCEPTION)
            for run in done:
                run.result()
        finally:
            source.ended = True
            await asyncio.gather(*(sending.end() for sending in sendings))
            self._free += mine
            await hands.give_back()

    async def aclose(self) -> None:
        """Says QUIT on every kept connection."""
        await asyncio.gather(*(connection.quit() for _, connection in self._connections))
        if self._signing is not None:
            await self._signing.aclose()

    async def _load(self, task: Task) -> Load:
        """Raises BadInput when no message can be made of the task."""
        if self._signing is None:
            message = self._writer.message(task)
        else:
            message = await self._signing.signed(self._writer.draft(task), task.parcel)
        return Load(task, message, self._return_path(task.delivery))

    def _return_path(self, delivery: int) -> str:
        """The envelope sender: its own for each delivery where bounces come back to us (VERP)."""
        if not self._settings.bounce_domain:
            return self._sender.address
        return return_path(self._settings, delivery)


def shares(relays: tuple[Relay, ...], connections: int) -> list[tuple[Relay, int]]:
    """Divides the connections by weight; every relay gets one at least."""
    total = sum(relay.weight for relay in relays)
    return [(relay, max(1, round(connections * relay.weight / total))) for relay in relays]


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
