"""One send: tasks to the sending process as fast as it asks for them, receipts back to whoever reports."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

from dateline.channels.apart.frames import BEGIN, CANCEL, DID, END, OVER, TASKS, Message, heard
from dateline.channels.apart.line import Line, SenderEnded, nobody, nothing
from dateline.channels.apart.marks import MOST_TASKS
from dateline.channels.in_hand import Report, ended
from dateline.core.words import Receipt, Task

_STOP_S: Final = 5.0
"""Seconds the process has to give back what it holds, before it is killed."""


class Sending:
    """Keeps the promise of the channel port, one receipt for each task drawn, also when the process ends."""

    def __init__(self, line: Line, tasks: AsyncIterator[Task], report: Report) -> None:
        self._line, self._tasks, self._report_to = line, tasks, report
        self._out: dict[tuple[int, int], int] = {}
        """(delivery, fence) -> its place in the marks, of each task that has no receipt yet."""
        self._credit = 0
        self._room = asyncio.Event()
        self._items: list[Message] = []
        self._receipts: deque[Receipt] = deque()
        self._news = asyncio.Event()
        self._over = False
        self._fault = ""
        self._failed: Exception | None = None

    async def run(self) -> None:
        """Until the tasks end and each has its receipt. Raises what the tasks or `report` raised, and
        SenderEnded.
        """
        self._line.heard, self._line.ended = self._heard, self._ended
        self._line.say((BEGIN,))
        drawing, reporting = asyncio.ensure_future(self._draw()), asyncio.ensure_future(self._report())
        try:
            await asyncio.wait({drawing, reporting}, return_when=asyncio.FIRST_COMPLETED)
            if drawing.done():
                drawing.result()
                self._flush()
                self._line.say((END,))
                await asyncio.wait({reporting})
        finally:
            await _to_its_end(self._stop(drawing, reporting))
        reporting.result()
        if self._fault:
            raise SenderEnded(self._fault)

    async def _stop(self, drawing: "asyncio.Future[None]", reporting: "asyncio.Future[None]") -> None:
        """Every task that was drawn gets its receipt, however this send ends."""
        await ended(drawing)
        self._flush()
        if not self._over:
            self._line.say((CANCEL,))
            await asyncio.wait({reporting}, timeout=_STOP_S)
        if not self._over:
            self._line.process.kill()
        await asyncio.wait({reporting})
        self._line.heard, self._line.ended = nobody, nothing

    # --- tasks

    async def _draw(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while self._credit <= 0 or len(self._out) >= MOST_TASKS:
                self._room.clear()
                await self._room.wait()
            try:
                task = await anext(self._tasks)
            except StopAsyncIteration:
                return
            self._credit -= 1
            slot = self._out[task.delivery, task.fence] = self._line.marks.take()
            if not self._items:
                loop.call_soon(self._flush)  # once nothing more comes without waiting
            self._items += self._line.writer.written(task, slot)

    def _flush(self) -> None:
        if self._items:
            items, self._items = self._items, []
            self._line.say((TASKS, time.monotonic(), items))

    # --- receipts

    def _heard(self, message: Message) -> None:
        kind, *values = message
        if kind == DID:
            wanted, receipts = values
            self._credit += wanted
            if self._credit > 0:
                self._room.set()
            if receipts:
                self._receipts.extend(map(heard, receipts))
                self._news.set()
        elif kind == OVER:
            self._over, self._fault = True, values[0]
            self._news.set()

    def _ended(self) -> None:
        """The process is gone: what it had begun may have arrived."""
        if not self._over:
            self._over, self._fault = True, "the sending process ended; a new one follows"
            self._news.set()

    async def _report(self) -> None:
        """Never cancelled: a receipt whose writing has begun is written, and no second one follows."""
        while True:
            while self._receipts:
                await self._tell(self._receipts.popleft())
            if self._over:
                break
            self._news.clear()
            await self._news.wait()
        for (delivery, fence), slot in list(self._out.items()):
            begun = self._line.marks.is_begun(slot)
            text = "the sending process ended before an answer"
            await self._tell(Receipt(delivery, fence, "lost" if begun else "released", text=text))
        if self._failed is not None:
            raise self._failed

    async def _tell(self, receipt: Receipt) -> None:
        slot = self._out.pop((receipt.delivery, receipt.fence), None)
        if slot is None:
            return
        self._line.marks.free(slot)
        self._room.set()
        try:
            await self._report_to(receipt)
        except Exception as error:
            # Without a ledger there is no point in going on; the rest is told all the same.
            if self._failed is None:
                self._failed = error
                self._line.say((CANCEL,))


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """Does it whoever cancels us meanwhile, and is cancelled then."""
    doing, cancelled = asyncio.ensure_future(work), False
    while not doing.done():
        try:
            await asyncio.wait({doing})
        except asyncio.CancelledError:
            cancelled = True
    doing.result()
    if cancelled:
        raise asyncio.CancelledError
