"""One send: tasks to the sending process as fast as it asks for them, receipts back to whoever reports."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final

import structlog

from dateline.channels.apart.frames import BEGIN, CANCEL, DID, END, OVER, RECALL, TASKS, Message, heard
from dateline.channels.apart.line import Line, SenderEnded, nobody, nothing
from dateline.channels.apart.marks import MOST_TASKS
from dateline.channels.in_hand import Report, ended
from dateline.core.channel import Recalling
from dateline.core.words import Receipt, Task

log = structlog.get_logger("channels")

_MOST_UNTOLD: Final = 512
"""Receipts that wait for the ledger; with more nothing is drawn, for each would be a repeat after a crash."""


@dataclass(frozen=True, slots=True)
class Patience:
    """`stop_s`: seconds the process has to give back what it holds, before it is killed. Each `beat_s` it is
    asked for a sign of life, and killed after `beats` in vain: whatever hangs there would be leased for ever.
    """

    stop_s: float = 2.0
    beat_s: float = 5.0
    beats: int = 6


class Sending:
    """Keeps the promise of the channel port, one receipt for each task drawn, also when the process ends."""

    def __init__(
        self, line: Line, tasks: AsyncIterator[Task], report: Report, patience: Patience | None = None
    ) -> None:
        self._line, self._tasks, self._report_to = line, tasks, report
        self._patience = patience or Patience()
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
        if isinstance(self._tasks, Recalling):
            self._tasks.recall = self._recall
        self._line.say((BEGIN,))
        drawing, reporting = asyncio.ensure_future(self._draw()), asyncio.ensure_future(self._report())
        beating = asyncio.ensure_future(self._beat())
        try:
            await asyncio.wait({drawing, reporting}, return_when=asyncio.FIRST_COMPLETED)
            if drawing.done():
                drawing.result()
                self._flush()
                self._line.say((END,))
                await asyncio.wait({reporting})
        finally:
            await _to_its_end(self._stop(drawing, reporting, beating))
        if self._failed is not None:
            raise self._failed
        if self._fault:
            raise SenderEnded(self._fault)

    async def _stop(
        self,
        drawing: "asyncio.Future[None]",
        reporting: "asyncio.Future[None]",
        beating: "asyncio.Future[None]",
    ) -> None:
        """Every task that was drawn gets its receipt, however this send ends."""
        await ended(drawing, beating)
        if isinstance(self._tasks, Recalling):
            self._tasks.recall = None
        self._flush()
        if not self._over:
            self._line.say((CANCEL,))
            await asyncio.wait({reporting}, timeout=self._patience.stop_s)
        if not self._over or not self._line.is_open:
            await self._line.kill()
            self._ended()
        await asyncio.wait({reporting})
        self._line.heard, self._line.ended = nobody, nothing
        await self._tell_the_rest()

    async def _beat(self) -> None:
        """Ends a process that hangs. Its answers are counted and not timed: after a stall of our own, one is
        still asked for at each turn.
        """
        while self._line.beats_due < self._patience.beats:
            self._line.beat()
            await asyncio.sleep(self._patience.beat_s)
        log.error("channel.sender_hung", pid=self._line.process.pid, beats=self._line.beats_due)
        await self._line.kill()

    # --- tasks

    async def _draw(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            while not self._may_draw():
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

    def _may_draw(self) -> bool:
        return (
            self._credit > 0
            and not self._over
            and len(self._out) < MOST_TASKS
            and len(self._receipts) < _MOST_UNTOLD
        )

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
        """The process is gone."""
        if not self._over:
            self._over, self._fault = True, "the sending process ended; a new one follows"
            self._news.set()

    async def _report(self) -> None:
        """Never cancelled: a receipt whose writing has begun is written, and no second one follows."""
        while True:
            while self._receipts:
                await self._tell(self._receipts.popleft())
            if self._over:
                return
            self._news.clear()
            await self._news.wait()

    async def _tell_the_rest(self) -> None:
        """Nothing is drawn any more and the process says no more: what it had begun may have arrived."""
        marks, text = self._line.marks, "the sending process ended before an answer"
        begun = {key for key, slot in self._out.items() if marks.is_begun(slot)}
        for key in list(self._out):
            if key in begun:
                await self._tell(Receipt(*key, "lost", text=text, ended_with=len(begun)))
            else:
                await self._tell(Receipt(*key, "released", text=text))

    def _recall(self, claims: Sequence[tuple[int, int]]) -> None:
        """What the process has not begun of these comes back (I7)."""
        self._flush()
        if slots := [self._out[claim] for claim in claims if claim in self._out]:
            self._line.say((RECALL, slots))

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
