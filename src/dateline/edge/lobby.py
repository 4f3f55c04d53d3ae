"""Accepts connections and reads their requests; a desktop that passes the door goes on to the engine.

Only here does a connection have an object of its own. Everything is bounded: how many wait, the size of a
head, the time for it, and the time an answered visitor may linger.
"""

import asyncio
import errno
import socket
import time
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import Any, Final

import structlog

from dateline.edge.engine import Admission
from dateline.edge.guests import ASKING, CLOSING, HEAD, REPLYING, SHAKING, Door, Guest, Hall, TlsDoor
from dateline.edge.hub import Hub
from dateline.edge.origin import CursorBad
from dateline.edge.request import LIMIT_SECONDS, BadRequest, Request
from dateline.edge.tally import source_of

log = structlog.get_logger("edge.lobby")

Route = Callable[[Request, str], Awaitable[bytes]]
"""(request, address it came from) -> the whole answer. Raises BadRequest."""

_ACCEPTED_AT_ONCE: Final = 256
_NO_DESCRIPTORS: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_RESTED_S: Final = 1.0
_LINGERS_S: Final = 2.0
_REPLY_S: Final = 30.0
_ASK_S: Final = 90.0  # nothing that is asked here takes so long
_REST_MOST: Final = 64 * 1024


class Lobby:
    """The listening socket and everyone who is not a desktop."""

    def __init__(
        self,
        hub: Hub,
        doors: Door,
        *,
        head_s: float = LIMIT_SECONDS,
        fill_s: float = 10.0,
        tls: TlsDoor | None = None,
        most: int = 4096,
        exempt: Collection[str] = (),
    ) -> None:
        """`most`: guests at once, a sixteenth of them (at least 64) from one source (`tally.source_of`)."""
        self._hub, self._doors, self._tls, self._exempt = hub, doors, tls, frozenset(exempt)
        self._head_s, self._fill_s = head_s, fill_s
        self._loop = asyncio.get_running_loop()
        self._sock: socket.socket | None = None
        self.routes: dict[str, Route] = {}
        self.streams: frozenset[str] = frozenset({"/stream", "/ws"})
        self._hall = Hall(most)
        self.guests = self._hall.guests
        hub.guests = self

    # --- accepting --------------------------------------------------------------------------------------

    def listen(self, sock: socket.socket) -> None:
        """Accepts from now on. The socket is ours to close."""
        sock.setblocking(False)
        self._sock = sock
        self._loop.add_reader(sock.fileno(), self._accept)

    def _accept(self) -> None:
        sock = self._sock
        for _ in range(_ACCEPTED_AT_ONCE if sock else 0):
            try:
                line, address = sock.accept()  # type: ignore[union-attr]
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if error.errno in _NO_DESCRIPTORS:
                    self._rest(error)
                    return
                continue  # gone before we came to it
            self._welcome(line, str(address[0]))

    def _rest(self, error: OSError) -> None:
        """A listener that cannot be served stays readable: without a pause the loop would spin."""
        log.warning("edge.no_descriptors", error=error.strerror, pause_s=_RESTED_S)
        sock = self._sock
        if sock is None:
            return
        self._loop.remove_reader(sock.fileno())

        def again() -> None:
            if self._sock is sock:
                self._loop.add_reader(sock.fileno(), self._accept)

        self._loop.call_later(_RESTED_S, again)

    def _welcome(self, line: socket.socket, peer: str) -> None:
        source = source_of(peer, self._exempt)
        if not self._hall.has_room(source) and not self._make_room(source):
            line.close()
            return
        line.setblocking(False)
        try:
            pipe = self._tls.wrap(line, source) if self._tls else None
        except OSError:
            line.close()
            return
        fd = pipe.fileno() if pipe else line.detach()
        guest = Guest(fd, pipe, peer, source, time.monotonic() + self._head_s)
        self._hall.add(guest)
        self._hub.poller.add(guest.fd)
        if pipe is None:
            self._read_head(guest)  # often the request is here already

    def _make_room(self, source: str) -> bool:
        """Many that send nothing must not keep out who asks at once: the one that waited longest goes."""
        guest = self._hall.idler(source)
        if guest is None:
            return False
        self._close(guest)
        return True

    # --- a guest's turns --------------------------------------------------------------------------------

    def handle(self, fd: int, readable: bool, writable: bool) -> None:
        """A turn of the poller for a connection without a slot."""
        guest = self.guests.get(fd)
        if guest is None:
            return
        if guest.phase == SHAKING:
            self._shake(guest)
        elif guest.phase == HEAD:
            self._read_head(guest)
        elif guest.phase == REPLYING and writable:
            self._go_on(guest)
        elif readable:
            self._overhear(guest)

    def _shake(self, guest: Guest) -> None:
        try:
            waits_for = guest.pipe.handshake() if guest.pipe else "done"
        except OSError:
            self._close(guest)
            return
        self._hub.poller.writable(guest.fd, waits_for == "write")
        if waits_for == "done":
            guest.phase = HEAD
            self._read_head(guest)

    def _read_head(self, guest: Guest) -> None:
        data = guest.read()
        if data is None:
            return
        if not data:
            self._close(guest)
            return
        try:
            guest.request = guest.head.feed(data)
        except BadRequest as error:
            self._reply(guest, self._doors.plain(None, error))
            return
        if guest.request:
            guest.rest = guest.head.rest
            self._answer(guest, guest.request)

    def _answer(self, guest: Guest, request: Request) -> None:
        early = self._doors.early(request)
        if early is not None:
            self._reply(guest, early)
            return
        guest.phase = ASKING
        guest.deadline = time.monotonic() + _ASK_S
        guest.task = self._loop.create_task(self._ask(guest, request))

    async def _ask(self, guest: Guest, request: Request) -> None:
        try:
            if request.path in self.streams:
                self._hand_over(guest, await self._admission(request, guest.peer))
            elif route := self.routes.get(request.path):
                self._reply(guest, await route(request, guest.peer))
            else:
                raise BadRequest(404, "nothing here; the stream is at /stream")  # noqa: TRY301
        except BadRequest as error:
            self._reply(guest, self._doors.plain(request, error))
        except Exception:
            log.exception("edge.request_failed", path=request.path)
            self._reply(guest, self._doors.plain(request, BadRequest(500, "the edge failed; see its log")))

    async def _admission(self, request: Request, peer: str) -> Admission:
        if self._hub.room() <= 0:
            raise BadRequest(503, "this edge is full; try again, another may take you")
        admission = await self._doors.admit(request, peer)
        try:
            async with asyncio.timeout(self._fill_s):
                # Before there is a ring, a newcomer would miss what comes meanwhile.
                await self._hub.filled.wait()
                await self._hub.check(admission.position)
                # The origin may have begun a new epoch meanwhile.
                await self._hub.filled.wait()
        except CursorBad:
            raise BadRequest(400, "the cursor is not one that this wire sent") from None
        except TimeoutError:
            raise BadRequest(503, "the origin does not answer; try again in a few seconds") from None
        if admission.position and self._hub.crowded:
            raise BadRequest(503, "very many come back here at once; try again in a few seconds")
        return admission

    def _hand_over(self, guest: Guest, admission: Admission) -> None:
        if not self._hall.pop(guest):
            return  # it left while we asked
        self._hub.poller.forget(guest.fd)
        self._hub.admit(guest.pipe or guest.fd, admission, guest.rest)

    def _overhear(self, guest: Guest) -> None:
        data = guest.read()
        if data == b"":
            self._close(guest)
        elif data and guest.phase == ASKING:
            guest.rest += data
            if len(guest.rest) > _REST_MOST:
                self._close(guest)

    # --- answering --------------------------------------------------------------------------------------

    def _reply(self, guest: Guest, data: bytes) -> None:
        if guest.fd not in self.guests:
            return
        guest.phase, guest.out = REPLYING, memoryview(data)
        guest.deadline = time.monotonic() + _REPLY_S
        self._go_on(guest)

    def _go_on(self, guest: Guest) -> None:
        sent = guest.write()
        if sent < 0 and sent != -errno.EAGAIN:
            self._close(guest)
            return
        guest.out = guest.out[max(0, sent) :]
        self._hub.poller.writable(guest.fd, len(guest.out) > 0)
        if not guest.out:
            self._linger(guest)

    def _linger(self, guest: Guest) -> None:
        """Closing while input lies unread would take the answer back (RFC 9112, 9.6)."""
        guest.phase = CLOSING
        guest.deadline = time.monotonic() + _LINGERS_S
        if guest.pipe:
            self._close(guest)
            return
        guest.shut()
        self._overhear(guest)

    def _close(self, guest: Guest) -> None:
        if not self._hall.pop(guest):
            return
        if guest.task and guest.task is not asyncio.current_task(self._loop):
            guest.task.cancel()
        with suppress(OSError):
            self._hub.poller.forget(guest.fd)
        guest.close()

    async def sweep(self) -> None:
        """Ends those whose time is over, for ever."""
        every_s = min(0.5, self._head_s / 3)
        while True:
            await asyncio.sleep(every_s)
            now = time.monotonic()
            for guest in [g for g in self.guests.values() if g.deadline < now]:
                if guest.phase == HEAD:
                    error = BadRequest(408, "the request head did not come in time")
                    self._reply(guest, self._doors.plain(None, error))
                else:
                    self._close(guest)

    @property
    def listening(self) -> socket.socket | None:
        """The socket that is accepted from."""
        return self._sock

    def stop_listening(self) -> None:
        """Accepts nobody any more."""
        if self._sock:
            self._loop.remove_reader(self._sock.fileno())
            self._sock.close()
            self._sock = None

    async def close(self) -> None:
        """Ends everyone who is here."""
        self.stop_listening()
        tasks: list[asyncio.Task[Any]] = [g.task for g in self.guests.values() if g.task]
        for guest in list(self.guests.values()):
            self._close(guest)
        await asyncio.gather(*tasks, return_exceptions=True)
