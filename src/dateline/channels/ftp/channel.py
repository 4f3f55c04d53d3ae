"""The FTP and FTPS channels: many endpoints at once in threads, one file at a time for each."""

import asyncio
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, Final

from dateline.channels.filedrop.drop import Drop
from dateline.channels.filedrop.heartbeat import Asking
from dateline.channels.filedrop.lanes import run_lanes
from dateline.channels.filedrop.outcome import DropFault
from dateline.channels.ftp.session import Session, Trust
from dateline.channels.in_hand import Report
from dateline.core.drops import drop_address
from dateline.core.words import Endpoint, Task
from dateline.plant.settings import Settings

_AT_ONCE: Final = 64
"""Threads: a tarpit holds one of them until its timeout."""
_IDLE_S: Final = 60.0


class FtpChannel:
    """Outlets with `channel = ftp`; endpoint `ftp://[USER@]HOST[:PORT]/FOLDER`, password by `secret_ref`."""

    kind = "ftp"
    retry_horizon_s = 24 * 3600
    asking: Asking | None = None
    """Who asks for heartbeats; set by who starts the channel."""

    def __init__(self, settings: Settings, *, at_once: int = _AT_ONCE, idle_s: float = _IDLE_S) -> None:
        self._settings, self._at_once, self._idle_s = settings, at_once, idle_s
        self._threads: ThreadPoolExecutor | None = None
        self._sessions: dict[tuple[str, str, bytes], Session] = {}
        self._busy: set[Session] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._trust: Trust | None = None
        self._joined: Any = None

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel."""
        await run_lanes(tasks, report, self._put, width=self._at_once, asking=self.asking)

    async def aclose(self) -> None:
        """Ends the kept connections and the threads."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        threads, self._threads = self._threads, None
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            session.abort()
        if threads is not None:
            await asyncio.to_thread(threads.shutdown)
        for session in sessions:
            session.close()
        if self._joined is not None:
            self._joined.close()
            self._joined = self._trust = None

    async def _put(self, to: Endpoint, drop: Drop, on_sent: Callable[[], None]) -> str:
        session = self._session(to)
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._at_once, thread_name_prefix=f"{self.kind}-drop")
        self._busy.add(session)
        putting = self._threads.submit(session.put, drop, on_sent)
        try:
            # Shielded: a thread cannot be stopped at once, and until it is over it may still be answered.
            return await asyncio.shield(asyncio.wrap_future(putting))
        except asyncio.CancelledError:
            session.abort()
            self._sessions = {key: kept for key, kept in self._sessions.items() if kept is not session}
            if not putting.cancel():
                await _over(putting)  # within about a second; then `on_sent` has been called or never will be
            raise
        finally:
            self._busy.discard(session)
            self._look_later()

    def _session(self, to: Endpoint) -> Session:
        """The endpoint's own. Raises BadInput, DropFault."""
        place = drop_address(to.address, self.kind)
        if place.user and not to.secret:
            words = (
                "has no password; put it into secrets/NAME of the home and NAME into the outlet's secret_ref"
            )
            raise DropFault(words, refused=True)
        key = (to.id, to.address, to.secret)
        found = self._sessions.get(key)
        if found is None:
            found = self._sessions[key] = Session(place, to.secret, self._trusted())
        return found

    def _trusted(self) -> Trust:
        """The system's authorities and those in `ca_file`, joined in one file while the channel is open."""
        if self._trust is None:
            system, own = ssl.get_default_verify_paths().cafile or "", self._settings.ca_file
            path = system
            if own:
                self._joined = tempfile.NamedTemporaryFile(prefix="dateline-ca-", suffix=".pem")  # noqa: SIM115
                parts = [Path(name).read_bytes() for name in (system, own) if name]
                self._joined.write(b"\n".join(parts))
                self._joined.flush()
                path = self._joined.name
            self._trust = Trust(path, self._settings.allow_private_endpoints)
        return self._trust

    # --- idle connections -----------------------------------------------------------------------------------

    def _look_later(self) -> None:
        if self._timer is None and self._threads is not None:
            self._timer = asyncio.get_running_loop().call_later(self._idle_s, self._look)

    def _look(self) -> None:
        """Closes what nobody used for `idle_s`, in a thread: saying good-bye may wait for the server."""
        self._timer = None
        old = {
            key: kept
            for key, kept in self._sessions.items()
            if kept not in self._busy and monotonic() - kept.idle_since >= self._idle_s
        }
        for key, kept in old.items():
            del self._sessions[key]
            if self._threads is not None:
                self._threads.submit(kept.close)
        if self._sessions:
            self._look_later()


async def _over(putting: "Future[str]") -> None:
    """Waits until a thread has ended, however often we are cancelled meanwhile: what it did decides between
    lost and released. Raises nothing of it.
    """
    waiting = asyncio.ensure_future(asyncio.wrap_future(putting))
    while not waiting.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({waiting})
    if not waiting.cancelled():
        waiting.exception()


class FtpsChannel(FtpChannel):
    """Outlets with `channel = ftps`: FTP that goes on only after TLS is agreed, on both connections."""

    kind = "ftps"
