"""One kept connection to the relay: opened with TLS and login as its address says, one message at a time."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from dateline.channels.in_hand import said
from dateline.channels.mail.relay import Relay, Unreachable
from dateline.channels.mail.rules import Reply, Stage


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection with TLS and login, for each reply, and for the last one (RFC 5321,
    4.5.3.2, asks 10 minutes there).
    """

    connect_s: float = 15.0
    reply_s: float = 120.0
    last_reply_s: float = 600.0


class _Client(aiosmtplib.SMTP):
    """Drops the socket at once when it closes.

    The library's own `close()` says a TLS farewell and waits half a minute for the answer, out of our sight:
    by then the loop may be gone, and the socket is left to the collector.
    """

    def close(self) -> None:
        if self.transport is not None:
            cast(asyncio.Transport, self.transport).abort()
        super().close()


class Connection:
    """One kept connection; one recipient per envelope."""

    def __init__(
        self, relay: Relay, hello: str, patience: Patience, tls: Callable[[], ssl.SSLContext]
    ) -> None:
        self._relay, self._hello, self._patience, self._tls = relay, hello, patience, tls
        self._client: aiosmtplib.SMTP | None = None
        self._writer: asyncio.StreamWriter | None = None
        self.away = True
        """Whether the relay has to be reached first, with the gate's patience. A connection that was merely
        dropped while idle is opened again without it.
        """

    @property
    def is_open(self) -> bool:
        return self._client is not None and self._client.is_connected

    @property
    def offers_utf8(self) -> bool:
        return self._client is not None and self._client.supports_extension("smtputf8")

    @property
    def size_limit(self) -> int:
        """Bytes of the largest message the relay takes (RFC 1870); 0 = not said."""
        told = self._client.esmtp_extensions.get("size", "") if self._client else ""
        return int(told) if told.isdigit() else 0

    async def open(self) -> None:
        """Connects, with TLS and login where the address says so. Raises Unreachable."""
        relay = self._relay
        client = _Client(
            hostname=relay.host,
            port=relay.port,
            username=relay.user or None,
            password=relay.password or None,
            local_hostname=self._hello,
            timeout=self._patience.connect_s,
            use_tls=relay.security == "tls",
            start_tls=relay.security == "starttls",
            tls_context=None if relay.security == "none" else self._tls(),
        )
        try:
            await client.connect()
            if client.is_ehlo_or_helo_needed:
                await _hello(client)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            client.close()
            raise Unreachable(f"{relay.host}:{relay.port}: {said(_told(error))}") from None
        except asyncio.CancelledError:
            client.close()
            raise
        client.timeout = self._patience.reply_s
        self._client, self.away = client, False

    async def deliver(
        self, sender: str, recipient: str, content: bytes, *, utf8: bool, on_sent: Callable[[], None]
    ) -> Reply:
        """One message; `on_sent` is called once its content has left in full. Never raises for what the relay
        does.
        """
        stage: Stage = "mail"
        try:
            for stage, command, wanted in (
                ("mail", self._mail_command(sender, len(content), utf8=utf8), 2),
                ("rcpt", [b"RCPT", b"TO:<%s>" % recipient.encode()], 2),
                ("data", [b"DATA"], 3),
            ):
                code, words = await self._open_client.execute_command(*command)
                if code // 100 != wanted:
                    await self._leave(stage, code)
                    return Reply(code, words, stage)
            stage = "content"
            code, words = await self._content(content, on_sent)
            return Reply(code, words, stage)
        except (aiosmtplib.SMTPException, OSError) as error:
            self.close()
            code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
            return Reply(max(0, code), _told(error), stage)

    @property
    def _open_client(self) -> aiosmtplib.SMTP:
        if self._client is None:
            raise aiosmtplib.SMTPServerDisconnected("the connection is closed")
        return self._client

    def _mail_command(self, sender: str, size: int, *, utf8: bool) -> list[bytes]:
        sized = [b"SIZE=%d" % size] if self.size_limit else []
        return [
            b"MAIL",
            b"FROM:<%s>" % sender.encode(),
            *sized,
            *([b"BODY=8BITMIME", b"SMTPUTF8"] if utf8 else []),
        ]

    async def _leave(self, stage: Stage, code: int) -> None:
        """Clears the envelope that a refusal left half told."""
        if code == 421 or not self.is_open:
            self.close()
        elif stage != "mail":
            try:
                await self._open_client.execute_command(b"RSET")
            except (aiosmtplib.SMTPException, OSError):
                self.close()  # the refusal stands all the same

    async def _content(self, content: bytes, on_sent: Callable[[], None]) -> tuple[int, str]:
        """Writes the content and waits for the reply.

        aiosmtplib's own `data()` tells nobody whether the content had gone out when the connection broke, and
        that is the difference between lost and deferred. No line of the content begins with a dot (quoted.py
        sees to it), so there is nothing to stuff.
        """
        client = self._open_client
        protocol = cast(SMTPProtocol, client.protocol)
        transport = cast(asyncio.Transport, client.transport)
        protocol.write(content + b".\r\n")
        # read_response is awaited here and never in a task of its own: until it has begun, aiosmtplib drops
        # what arrives, and under uvloop a reply can come before a new task's first step.
        if transport.get_write_buffer_size() == 0:
            on_sent()
            return await protocol.read_response(timeout=self._patience.last_reply_s)
        draining = asyncio.ensure_future(self._drained(transport, protocol, on_sent))
        try:
            return await protocol.read_response(timeout=self._patience.last_reply_s)
        finally:
            await asyncio.sleep(0)  # lets a drain that came in the same moment be seen
            draining.cancel()

    async def _drained(
        self, transport: asyncio.Transport, protocol: SMTPProtocol, on_sent: Callable[[], None]
    ) -> None:
        """Calls `on_sent` when the kernel has taken all that was written."""
        if self._writer is None or self._writer.transport is not transport:
            transport.set_write_buffer_limits(high=0)
            self._writer = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
        try:
            await self._writer.drain()
        except ConnectionError:
            return
        on_sent()

    def close(self) -> None:
        """Drops the connection at once, with whatever was still to be written."""
        if self._client is not None:
            self._client.close()
        self._client = self._writer = None

    async def quit(self) -> None:
        """Says good-bye where the relay still listens."""
        if self._client is not None and self.is_open:
            try:
                self._client.timeout = 2.0
                await self._client.quit()
            except (aiosmtplib.SMTPException, OSError):
                pass
        self.close()
        await asyncio.sleep(0)


async def _hello(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


def _told(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return f"{error.code} {error.message}"
    return str(error) or type(error).__name__
