"""A channel as dispatch sees it when a process of its own does the sending.

One Python process has one interpreter lock: with the ledger's threads in it, mail left at half the rate that
two cores can do. Only this end touches the ledger; the other one knows tasks and receipts.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping
from typing import Final

import structlog

from dateline.channels.apart.line import Line, started
from dateline.channels.apart.sending import Patience, Sending
from dateline.channels.in_hand import Report
from dateline.core.channel import Channel
from dateline.core.words import Task

log = structlog.get_logger("channels")

_END_S: Final = 3.0
"""To close what it keeps open. With a send's own time to stop, less than a supervisor waits for dispatch."""


class Apart:
    """Starts the process at the first send and keeps it; a new one takes the place of one that ended."""

    def __init__(
        self,
        channel: Channel,
        *,
        environment: Mapping[str, str] | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`channel` is what the process will be: made here too, it has refused settings that cannot work. It
        sends nothing here. `environment`: settings that differ in the process (`DATELINE_...`), no secrets.
        """
        self.kind = channel.kind
        self.retry_horizon_s = channel.retry_horizon_s
        self._model = channel
        self._environment = environment or {}
        self._patience = patience
        self._line: Line | None = None
        self._busy = False

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel. Raises SenderEnded when the process does; what it had begun is `lost`."""
        if self._busy:
            raise RuntimeError("the process is in use by another send")
        self._busy = True
        try:
            if self._line is None or not self._line.is_open:
                await self._drop()
                self._line = await started(self.kind, self._environment)
            await Sending(self._line, tasks, report, self._patience).run()
        finally:
            self._busy = False

    async def aclose(self) -> None:
        """Lets the process close what it keeps open, and end."""
        if self._line is not None:
            self._line.farewell()
        await self._drop()
        await self._model.aclose()

    async def _drop(self) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        try:
            await asyncio.to_thread(line.process.wait, _END_S)
        except subprocess.TimeoutExpired:
            log.warning("channel.sender_killed", channel=self.kind, after_s=_END_S)
            line.process.kill()
            await asyncio.to_thread(line.process.wait)
        line.close()
        await asyncio.sleep(0)  # lets the socket go
