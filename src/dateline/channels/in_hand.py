"""Keeps the promise of the channel port: one receipt for each task drawn, whatever happens."""

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable

import structlog

from dateline.core.words import Receipt, Task

log = structlog.get_logger("channels")

Report = Callable[[Receipt], Awaitable[None]]

_KEPT = 1000
"""Bytes of a server's words that a receipt keeps; the ledger stores at most 1 KB."""


class InHand:
    """The tasks of one `send` that have no receipt yet.

    A report that has begun is finished even when `send` is cancelled meanwhile, so that no task gets two.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._open: dict[tuple[int, int], Task] = {}
        self._sent: set[tuple[int, int]] = set()
        self._reporting: set[asyncio.Task[None]] = set()

    def take(self, task: Task) -> None:
        """A task was drawn."""
        self._open[_key(task)] = task

    def sent(self, task: Task) -> None:
        """All of it has left this machine; from here on silence means `lost`."""
        self._sent.add(_key(task))

    async def close(self, receipt: Receipt) -> None:
        """Reports what came of a task; a second receipt for it is dropped."""
        key = (receipt.delivery, receipt.fence)
        if self._open.pop(key, None) is None:
            return
        self._sent.discard(key)
        running = asyncio.ensure_future(self._report(receipt))
        self._reporting.add(running)
        running.add_done_callback(self._reporting.discard)
        await asyncio.shield(running)

    async def tell(self, receipt: Receipt) -> None:
        """As `close`, for a caller that nobody cancels: saves the task that shields a report."""
        key = (receipt.delivery, receipt.fence)
        if self._open.pop(key, None) is not None:
            self._sent.discard(key)
            await self._report(receipt)

    def fault(self, task: Task, error: Exception) -> Receipt:
        """What to report when our own code failed on a task: a state of one row, and the rest go on."""
        log.error("channel.fault", delivery=task.delivery, exc_info=error)
        was_sent = _key(task) in self._sent
        text = f"a fault of our own: {type(error).__name__}; the log has more"
        return Receipt(task.delivery, task.fence, "lost" if was_sent else "deferred", text=text)

    async def give_back(self) -> None:
        """Ends them all: `lost` what was sent and not answered, `released` what was not begun."""
        for key, task in list(self._open.items()):
            was_sent = key in self._sent
            words = "stopped before an answer came" if was_sent else "stopped before it was sent"
            await self.close(
                Receipt(task.delivery, task.fence, "lost" if was_sent else "released", text=words)
            )
        if self._reporting:
            await asyncio.gather(*self._reporting)


async def ended(*running: "asyncio.Future[None]") -> None:
    """Cancels these until they are over. Raises nothing of theirs.

    Once is not enough on Python 3.11, whose `wait_for` swallows a cancellation that comes together with its
    result (cpython #86296, mended in 3.12).
    """
    left = {one for one in running if not one.done()}
    while left:
        for one in left:
            one.cancel()
        _, left = await asyncio.wait(left, timeout=0.1)
    for one in running:
        if not one.cancelled():
            one.exception()


def _key(task: Task) -> tuple[int, int]:
    return task.delivery, task.fence


def said(words: str | bytes) -> str:
    """A server's words fit for ledger and page: one line, no control or format characters, at most 1 KB."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    if text.isascii() and text.isprintable():
        return " ".join(text.split())[:_KEPT]
    text = text.encode("utf-8", "replace").decode()  # halves of surrogate pairs
    shown = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Zl", "Zp"} else c for c in text[:4000])
    line = " ".join(shown.split())
    return line.encode()[:_KEPT].decode("utf-8", "ignore")
