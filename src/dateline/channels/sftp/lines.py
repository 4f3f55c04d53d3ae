"""Signed-in connections, kept while a release goes out and closed when they have been idle for a minute."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic
from typing import Final

from dateline.channels.sftp.signing_in import Line
from dateline.core.drops import DropAddress

IDLE_S: Final = 60.0
_DIALS_PER_HOST: Final = 4
"""At once: sshd drops bursts of dials (its MaxStartups)."""

Key = tuple[str, int, str, str]


@dataclass
class Kept:
    """A connection and who uses it. `plain`: its server refused to rename, so names are final at once."""

    line: Line | None = None
    users: int = 0
    used: bool = False
    plain: bool = False
    idle_since: float = 0.0
    dialling: asyncio.Lock = field(default_factory=asyncio.Lock)


class Lines:
    """The kept connections of one channel, by server, user and secret."""

    def __init__(
        self, sign_in: Callable[[DropAddress, bytes], Awaitable[Line]], *, idle_s: float = IDLE_S
    ) -> None:
        self._sign_in, self._idle_s = sign_in, idle_s
        self._kept: dict[Key, Kept] = {}
        self._gates: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_DIALS_PER_HOST))
        self._timer: asyncio.TimerHandle | None = None
        self.dials = 0

    @property
    def open(self) -> int:
        """How many connections are kept."""
        return sum(kept.line is not None for kept in self._kept.values())

    @asynccontextmanager
    async def use(self, to: DropAddress, secret: bytes) -> AsyncIterator[tuple[Kept, Line]]:
        """The connection, dialled where there is none. Raises DropFault."""
        key = (to.host, to.port, to.user, sha256(secret).hexdigest())
        kept = self._kept.setdefault(key, Kept())
        kept.users += 1
        try:
            async with kept.dialling:
                line = kept.line or await self._dial(kept, to, secret)
            yield kept, line
            kept.used = True
        finally:
            kept.users -= 1
            kept.idle_since = monotonic()
            self._look_later()

    async def _dial(self, kept: Kept, to: DropAddress, secret: bytes) -> Line:
        async with self._gates[to.host]:
            self.dials += 1
            line = kept.line = await self._sign_in(to, secret)
            kept.used = False
        return line

    def drop(self, kept: Kept, line: Line) -> None:
        """Ends a connection that failed, once; the next use dials a new one."""
        if kept.line is line:
            kept.line = None
        line.connection.abort()

    async def aclose(self) -> None:
        """Ends all of them."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        lines = [kept.line for kept in self._kept.values() if kept.line is not None]
        self._kept.clear()
        for line in lines:
            line.sftp.exit()
            line.connection.close()
        for line in lines:
            await _closed(line)

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._idle_s, self._look)

    def _look(self) -> None:
        """Closes what nobody used for `idle_s`; looks again while something is kept."""
        self._timer = None
        for key, kept in list(self._kept.items()):
            if kept.users:
                continue
            if kept.line is None:
                del self._kept[key]
            elif monotonic() - kept.idle_since >= self._idle_s:
                kept.line.sftp.exit()
                kept.line.connection.close()
                del self._kept[key]
        if self._kept:
            self._look_later()


async def _closed(line: Line) -> None:
    try:
        async with asyncio.timeout(2):
            await line.connection.wait_closed()
    except TimeoutError:
        line.connection.abort()
