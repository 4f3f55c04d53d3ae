"""One SMTP connection as a dialogue: bytes in, whole replies out, each to the command it answers.

Nothing here waits. What the replies do to mail is the pipeline's.
"""

import asyncio
import math
import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Sequence
from typing import Any, Literal, cast

from dateline.channels.mail.replies import Garbled, ReplyReader
from dateline.channels.mail.rules import Stage

Due = Stage | Literal["aside", "command"]
"""What a reply is to: a step of a passage; something of no consequence (a lone dot, RSET); a command of
ours.
"""


class Dialogue(asyncio.Protocol, ABC):
    """One connection's protocol. Seconds of patience: for each reply, and for the one to the content."""

    def __init__(self, *, reply_s: float, last_reply_s: float) -> None:
        self.transport: asyncio.Transport | None = None
        self.fault = ""
        """What was wrong, once the peer broke the protocol."""
        self._reply_s, self._last_reply_s = reply_s, last_reply_s
        self._loop = asyncio.get_running_loop()
        self._reader = ReplyReader()
        self._due: deque[tuple[Due, Any]] = deque()
        self._deaf = self._deaf_next = False
        self._over = False
        self._descriptor = -1
        self._timer: asyncio.TimerHandle | None = None
        self._deadline = self._since = 0.0
        self._why = ""
        self.closed: asyncio.Future[None] = self._loop.create_future()
        """Done once the socket is gone."""
        self.greeting: asyncio.Future[tuple[int, bytes]] = self._loop.create_future()
        """What the server says first."""
        self._due.append(("command", self.greeting))

    @abstractmethod
    def _passage_answered(self, due: Stage, passage: Any, code: int, words: bytes) -> None:
        """A reply to a step of a passage."""

    @abstractmethod
    def _go_on(self) -> None:
        """Every reply of a chunk was told."""

    @abstractmethod
    def _give_up(self, left: dict[Any, Stage]) -> None:
        """The connection is over. `left`: the passages whose replies will not come, with the first that is
        due, in order.
        """

    @property
    def is_open(self) -> bool:
        # uvloop's transport does not call itself closing after an abort.
        return self.transport is not None and not self._over and not self.transport.is_closing()

    def command(self, line: bytes) -> "asyncio.Future[tuple[int, bytes]]":
        """Sends one command; its reply comes by the future, or ConnectionError when the connection ends
        first.
        """
        answer: asyncio.Future[tuple[int, bytes]] = self._loop.create_future()
        if not self.is_open:
            answer.set_exception(ConnectionResetError(self._why or "the connection is closed"))
            return answer
        self._expect("command", answer)
        self._write(line + b"\r\n")
        return answer

    def start_tls(self) -> "asyncio.Future[tuple[int, bytes]]":
        """Asks for STARTTLS. What comes behind its reply is dropped until `secured`: nobody vouches for it
        (RFC 3207, 5).
        """
        self._deaf_next = True
        return self.command(b"STARTTLS")

    def secured(self, transport: asyncio.Transport) -> None:
        """Goes on over TLS, as if nothing had been said before."""
        self._reader.drop()
        self._deaf = False
        self._attach(transport)

    def close(self, why: str = "closed by us") -> None:
        """Drops the connection at once, with whatever was still to be written.

        Without the TLS farewell: nobody at the far end may ever answer it, and the socket would stay.
        """
        self._why = self._why or why
        self._over = True
        if self.transport is not None:
            self.transport.abort()
        self._end()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._attach(cast(asyncio.Transport, transport))  # uvloop's is no subclass

    def _attach(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=0)  # so that resume_writing means: all of it has left
        bare, in_the_clear = transport.get_extra_info("socket"), not transport.get_extra_info("sslcontext")
        self._descriptor = bare.fileno() if bare is not None and in_the_clear else -1

    def data_received(self, data: bytes) -> None:
        if not self._is_listening():
            return
        try:
            for code, words in self._reader.feed(data):
                self._answered(code, words)
                if not self._is_listening():
                    return
        except Garbled as error:
            self._break(str(error))
            return
        self._go_on()
        self._watch()

    def _is_listening(self) -> bool:
        return self.is_open and not self._deaf

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._why = self._why or (str(exc) if exc else "") or "the server closed the connection"
        self._over = True
        self._end()
        if not self.closed.done():
            self.closed.set_result(None)

    # --- replies

    def _answered(self, code: int, words: bytes) -> None:
        if not self._due:
            if code == 421:
                self.close(f"421 {words.decode('utf-8', 'replace')}")
            else:
                self._break(f"a reply nobody had asked for: {code}")
            return
        due, what = self._due.popleft()
        if due == "command":
            self._deaf, self._deaf_next = self._deaf_next, False
            if not what.done():
                what.set_result((code, words))
        elif due == "aside":
            if code == 421:
                self.close(f"421 {words.decode('utf-8', 'replace')}")
        else:
            self._passage_answered(due, what, code, words)

    def _break(self, fault: str, what: tuple[Stage, Any] | None = None) -> None:
        """The peer does not keep to the protocol: no answer after this can be trusted."""
        self.fault = fault
        if what is not None:
            self._due.appendleft(what)
        self.close(f"broke the protocol: {fault}")

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due, self._due = self._due, deque()
        left: dict[Any, Stage] = {}
        for stage, what in due:
            if stage == "command":
                if not what.done():
                    what.set_exception(ConnectionResetError(self._why))
                    what.exception()  # nobody has to look
            elif stage != "aside":
                left.setdefault(what, stage)
        self._give_up(left)

    def _write(self, data: bytes) -> None:
        if self.is_open:
            cast(asyncio.Transport, self.transport).write(data)

    def _write_all(self, parts: Sequence[bytes]) -> None:
        """Writes what is large. Straight to the socket where it is a plain one and nothing waits: then the
        ledger's threads work while the kernel copies, whereas uvloop would keep the interpreter's lock.
        """
        transport = cast(asyncio.Transport, self.transport)
        if self._descriptor < 0 or not self.is_open or transport.get_write_buffer_size():
            transport.writelines(parts)
            return
        try:
            gone = os.writev(self._descriptor, parts)
        except OSError:
            gone = 0  # full or broken: the transport knows what to do
        if gone < sum(map(len, parts)):
            transport.write(b"".join(parts)[gone:])

    # --- patience

    def _expect(self, due: Due, what: Any) -> None:
        self._due.append((due, what))
        if len(self._due) == 1:
            self._watch()

    def _watch(self) -> None:
        """One timer for the reply that is due next; moved only when it would come too late."""
        if not self._due:
            return
        self._since = self._loop.time()
        self._wait_until(self._since + min(self._patience(), self._short_patience()))

    def _patience(self) -> float:
        """Seconds for the reply that is due next."""
        return self._last_reply_s if self._due[0][0] == "content" else self._reply_s

    def _short_patience(self) -> float:
        """Seconds until `_stalled` is asked before."""
        return math.inf

    def _stalled(self) -> bool:
        """A short patience is over. True when we go on waiting for the rest of the long one."""
        return False

    def _wait_until(self, deadline: float) -> None:
        self._deadline = deadline
        if self._timer is None or self._timer.when() > deadline:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_at(deadline, self._late)

    def _late(self) -> None:
        self._timer = None
        if not self._due or not self.is_open:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._late)
        elif self._deadline < self._since + self._patience() and self._stalled():
            self._wait_until(self._since + self._patience())
        else:
            self.close("no answer in time")
