"""The SFTP channel: many outlets at once, one file at a time for each, over kept connections."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

import asyncssh

from dateline.channels.filedrop.drop import Drop
from dateline.channels.filedrop.heartbeat import Asking
from dateline.channels.filedrop.lanes import run_lanes
from dateline.channels.filedrop.outcome import FULL, PATH, PERMISSION, DropFault
from dateline.channels.in_hand import Report
from dateline.channels.sftp.lines import IDLE_S, Kept, Lines
from dateline.channels.sftp.putting import put
from dateline.channels.sftp.signing_in import sign_in
from dateline.core.drops import drop_address
from dateline.core.words import Endpoint, Task
from dateline.plant.settings import Settings

_AT_ONCE: Final = 200
_WHOLE_S: Final = 30.0
_SLOWEST: Final = 32_768
"""Bytes a second below which a put is given up."""

_CODES: Final = (
    ((asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect), PERMISSION),
    ((asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath, asyncssh.SFTPNotADirectory), PATH),
    ((asyncssh.SFTPInvalidFilename, asyncssh.SFTPFileIsADirectory), PATH),
    ((asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded), FULL),
)
_GONE: Final = (
    asyncssh.DisconnectError,
    asyncssh.ChannelOpenError,
    asyncssh.SFTPConnectionLost,
    asyncssh.SFTPNoConnection,
    asyncssh.SFTPBadMessage,
    OSError,
)


class SftpChannel:
    """Outlets with `channel = sftp`; endpoint `sftp://USER@HOST[:PORT]/FOLDER`, key or password by
    `secret_ref`.
    """

    kind = "sftp"
    retry_horizon_s = 24 * 3600
    asking: Asking | None = None
    """Who asks for heartbeats; set by who starts the channel."""

    def __init__(self, settings: Settings, *, at_once: int = _AT_ONCE, idle_s: float = IDLE_S) -> None:
        self._at_once = at_once
        self.lines = Lines(
            lambda to, secret: sign_in(
                to, secret, home=settings.home, allowed=settings.allow_private_endpoints
            ),
            idle_s=idle_s,
        )

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel."""
        await run_lanes(tasks, report, self._put, width=self._at_once, asking=self.asking)

    async def aclose(self) -> None:
        """Ends the kept connections."""
        await self.lines.aclose()

    async def _put(self, to: Endpoint, drop: Drop, on_sent: Callable[[], None]) -> str:
        place = drop_address(to.address, "sftp")
        trying = _Trying(on_sent)
        for last in (False, True):
            async with self.lines.use(place, to.secret) as (kept, line):
                kept_one = kept.used
                try:
                    seconds = _WHOLE_S + sum(len(file.data) for file in drop.files) / _SLOWEST
                    async with asyncio.timeout(seconds):
                        await put(kept, line, place, drop, trying.sent)
                    return _said(kept, drop)
                except BaseException as error:
                    if not isinstance(error, asyncssh.SFTPError) or isinstance(error, _GONE):
                        self.lines.drop(kept, line)
                    _must_stop()
                    # A kept connection that was closed long ago is no fault of anybody's; names are the
                    # same at a repeat, so it costs nothing to put the files again.
                    if isinstance(error, _GONE) and kept_one and not last:
                        continue
                    if isinstance(error, (TimeoutError, asyncssh.Error, OSError)):
                        raise trying.fault(error) from None
                    raise
        raise AssertionError("the second try returns or raises")


class _Trying:
    """What is known of one delivery while it is tried."""

    def __init__(self, on_sent: Callable[[], None]) -> None:
        self._on_sent = on_sent
        self._left = False

    def sent(self) -> None:
        self._left = True
        self._on_sent()

    def fault(self, error: Exception) -> DropFault:
        if isinstance(error, TimeoutError):
            return DropFault("timed out", lost=self._left)
        words = str(getattr(error, "reason", "") or error) or type(error).__name__
        if isinstance(error, _GONE):
            return DropFault(f"the connection broke: {words}", lost=self._left)
        code = next((code for kinds, code in _CODES if isinstance(error, kinds)), 0)
        return DropFault(words, code=code)


def _must_stop() -> None:
    """Raises CancelledError where we are being stopped: whoever shares our connection ends it then, and what
    that breaks is no fault of the far end.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _said(kept: Kept, drop: Drop) -> str:
    return f"written as {drop.text.name}" + (f" with {drop.text.done}" if kept.plain else "")
