"""The folder channel: each file written beside its place, synced, renamed into it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Final

from dateline.channels.filedrop.drop import Drop
from dateline.channels.filedrop.heartbeat import Asking
from dateline.channels.filedrop.lanes import run_lanes
from dateline.channels.folder.writing import put
from dateline.channels.in_hand import Report
from dateline.core.drops import folder_below
from dateline.core.words import Endpoint, Task
from dateline.plant.settings import Settings

_AT_ONCE: Final = 8
"""Threads that write: a share that hangs holds one of them."""


class FolderChannel:
    """Outlets with `channel = folder`; their endpoint is a path below one of `folder_roots`."""

    kind = "folder"
    retry_horizon_s = 24 * 3600
    asking: Asking | None = None
    """Who asks for heartbeats; set by who starts the channel."""

    def __init__(self, settings: Settings) -> None:
        self._roots = settings.drop_roots
        self._own_root = settings.home / "drops"

    async def send(self, tasks: AsyncIterator[Task], report: Report) -> None:
        """See core.channel.Channel."""
        await run_lanes(tasks, report, self._put, width=_AT_ONCE, asking=self.asking)

    async def _put(self, to: Endpoint, drop: Drop, on_sent: Callable[[], None]) -> str:
        root, folder = folder_below(to.address, self._roots)
        if root == self._own_root:
            root.mkdir(parents=True, exist_ok=True, mode=0o750)
        # Shielded: a thread cannot be stopped, so its end is awaited and the receipt says what came of it.
        writing = asyncio.ensure_future(asyncio.to_thread(put, root, folder, drop))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            on_sent()
            await asyncio.wait({writing})
            if not writing.cancelled():
                writing.exception()
            raise
        return f"written as {drop.text.name}"

    async def aclose(self) -> None:
        """Nothing is kept open."""
