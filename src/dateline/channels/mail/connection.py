"""One kept connection to a relay: opened with TLS and login as its address says, then mail in groups."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from dateline.channels.in_hand import said
from dateline.channels.mail.login import Refused, sign_in
from dateline.channels.mail.passage import Passage
from dateline.channels.mail.pipeline import Pipeline
from dateline.channels.mail.relay import Relay, Unreachable
from dateline.channels.mail.rules import Reply

_FAREWELL_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait: for a connection with TLS and login, for each reply, and for the last one (RFC 5321,
    4.5.3.2, asks 10 minutes there). After `stall_s` without one, what waits behind goes by other connections.
    """

    connect_s: float = 15.0
    reply_s: float = 120.0
    last_reply_s: float = 600.0
    stall_s: float = 20.0


class Connection:
    """One kept connection. Passages go in by `submit`, and come back by `next_finished` with their last
    word.
    """

    def __init__(
        self, relay: Relay, hello: str, patience: Patience, tls: Callable[[], ssl.SSLContext]
    ) -> None:
        self.relay = relay
        self.away = True
        """Whether the relay has to be reached first, with the gate's patience. A connection that was merely
        dropped while idle is opened again without it.
        """
        self.in_groups = True
        """Whether commands may go ahead of replies, where the relay offers it."""
        self.on_fault: Callable[[str], None] = lambda _: None
        self._hello, self._patience, self._tls = hello, patience, tls
        self._pipeline: Pipeline | None = None
        self._offers: Mapping[str, str] = {}
        self._opening = asyncio.Lock()
        self._finished: deque[Passage[Any]] = deque()
        self._in_hand = 0
        self._waiter: asyncio.Future[None] | None = None
        self._room_waiter: asyncio.Future[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._pipeline is not None and self._pipeline.is_open

    @property
    def offers_utf8(self) -> bool:
        return "SMTPUTF8" in self._offers

    @property
    def size_limit(self) -> int:
        """Bytes of the largest message the relay takes (RFC 1870); 0 = not said."""
        told = self._offers.get("SIZE", "")
        return int(told) if told.isdigit() else 0

    @property
    def is_idle(self) -> bool:
        """Whether every passage taken was collected again."""
        return not self._in_hand

    @property
    def has_room(self) -> bool:
        """Whether the next one may be drawn: ahead of answers only while the connection stands."""
        if not self._in_hand:
            return True
        return self._pipeline is not None and self._pipeline.has_room

    # --- open and close
    # -----------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Connects, with TLS and login where the address says so; does nothing when it is open.

        Raises Unreachable.
        """
        async with self._opening:
            if self.is_open:
                return
            relay = self.relay
            try:
                async with asyncio.timeout(self._patience.connect_s):
                    await self._open()
            except (OSError, Refused, ValueError) as error:  # TimeoutError and TLS errors are OSErrors
                await self._drop()
                why = said(str(error)) or type(error).__name__
                raise Unreachable(f"{relay.host}:{relay.port}: {why}") from None
            except asyncio.CancelledError:
                self.close()
                raise
            self.away = False

    async def _open(self) -> None:
        relay, loop = self.relay, asyncio.get_running_loop()
        pipeline = self._pipeline = Pipeline(
            self._on_finished,
            self._on_changed,
            reply_s=self._patience.reply_s,
            last_reply_s=self._patience.last_reply_s,
            stall_s=self._patience.stall_s,
        )
        context = None if relay.security == "none" else self._tls()
        at_once = context if relay.security == "tls" else None
        await loop.create_connection(
            lambda: pipeline,
            relay.host,
            relay.port,
            ssl=at_once,
            server_hostname=relay.host if at_once else None,
        )
        code, words = await pipeline.greeting
        if code != 220:
            raise Refused(f"it greets with {code} {_text(words)}")
        self._offers = await self._greet(pipeline)
        if relay.security == "starttls":
            await self._secure(pipeline, cast(ssl.SSLContext, context))
            self._offers = await self._greet(
                pipeline
            )  # what was said before the handshake counts for nothing
        if relay.user:
            await sign_in(relay, self._offers.get("AUTH", ""), pipeline.command)
        pipeline.in_groups = self.in_groups and "PIPELINING" in self._offers
        pipeline.sized = bool(self.size_limit)

    async def _greet(self, pipeline: Pipeline) -> Mapping[str, str]:
        """EHLO, or HELO where the server knows no better. The keywords in capitals with their parameters."""
        code, words = await pipeline.command(b"EHLO " + self._hello.encode())
        if code == 250:
            return _offers(words)
        code, words = await pipeline.command(b"HELO " + self._hello.encode())
        if code != 250:
            raise Refused(f"{code} {_text(words)}")
        return {}

    async def _secure(self, pipeline: Pipeline, context: ssl.SSLContext) -> None:
        if "STARTTLS" not in self._offers:
            raise Refused("it does not offer STARTTLS, and nothing goes there in the clear")
        code, words = await pipeline.start_tls()
        if code != 220:
            raise Refused(f"{code} {_text(words)}")
        transport = await asyncio.get_running_loop().start_tls(
            cast(asyncio.Transport, pipeline.transport), pipeline, context, server_hostname=self.relay.host
        )
        if transport is None:
            raise Refused("the connection closed amid the TLS handshake")
        pipeline.secured(transport)

    def close(self) -> None:
        """Drops the connection at once, with whatever was still to be written."""
        if self._pipeline is not None:
            self._pipeline.close()

    def abandon(self) -> None:
        """Drops what is under way, where anything is; its passages come back without a word."""
        if self._pipeline is not None and not self._pipeline.is_idle:
            self._pipeline.abandon()

    async def quit(self) -> None:
        """Says good-bye where the relay still listens; alone, for filters lose groups that end in QUIT."""
        pipeline = self._pipeline
        if pipeline is not None and pipeline.is_open and pipeline.is_idle:
            try:
                async with asyncio.timeout(_FAREWELL_S):
                    await pipeline.command(b"QUIT")
            except OSError:
                pass
        await self._drop()

    async def _drop(self) -> None:
        """Closes, and waits a moment for the socket to be gone."""
        pipeline = self._pipeline
        if pipeline is None:
            return
        self.close()
        if pipeline.transport is not None:
            await asyncio.wait([pipeline.closed], timeout=_FAREWELL_S)

    # --- passages
    # -----------------------------------------------------------------------------------------------

    def submit(self, passage: Passage[Any]) -> None:
        """Sends it when its turn comes. It comes back by `next_finished`, without a reply when it has to go
        again: the connection ended before anything of it was answered.
        """
        self._in_hand += 1
        if self._pipeline is None or not self._pipeline.is_open:
            passage.start()
            self._on_finished(passage)
        else:
            self._pipeline.submit(passage)

    async def next_finished(self, ending: Callable[[], bool] = lambda: False) -> Passage[Any] | None:
        """The next passage that has come to its end here; None when there is none and `ending()`. For one
        caller at a time.
        """
        while not self._finished:
            if ending():
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._finished.popleft()

    def wake_reporter(self) -> None:
        """Lets `next_finished` look again whether it should end."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def forget(self) -> None:
        """Nothing is in anybody's hands any more."""
        self._finished.clear()
        self._in_hand = 0

    def collected(self) -> None:
        """The passage drawn last from `next_finished` is done with."""
        self._in_hand -= 1
        self._on_changed()

    async def room(self) -> None:
        """Returns when the next passage may be drawn. For one caller at a time."""
        while not self.has_room:
            self._room_waiter = asyncio.get_running_loop().create_future()
            await self._room_waiter

    async def empty(self) -> None:
        """Returns when every passage was collected. For the caller of `room`."""
        while not self.is_idle:
            self._room_waiter = asyncio.get_running_loop().create_future()
            await self._room_waiter

    async def deliver(self, passage: Passage[Any]) -> Reply:
        """One message by itself, for tests and tools. Code 0 where the connection ended without an answer."""
        self.submit(passage)
        await self.next_finished()
        self.collected()
        return passage.reply or Reply(0, "the connection ended", passage.stage)

    def _on_finished(self, passage: Passage[Any]) -> None:
        self._finished.append(passage)
        self.wake_reporter()

    def _on_changed(self) -> None:
        pipeline = self._pipeline
        if pipeline is not None and pipeline.fault:
            self.on_fault(pipeline.fault)
            pipeline.fault = ""
        if self._room_waiter is not None and not self._room_waiter.done() and (self.has_room or self.is_idle):
            self._room_waiter.set_result(None)


def _offers(words: bytes) -> dict[str, str]:
    """The keywords of an EHLO reply, from its second line on."""
    found = {}
    for line in _text(words).split("\n")[1:]:
        keyword, _, parameters = line.strip().replace("=", " ", 1).partition(" ")
        found[keyword.upper()] = parameters.strip()
    return found


def _text(words: bytes) -> str:
    return words.decode("utf-8", "replace")
