"""Lanes: as many drops at once as a channel wants, and to each endpoint one after the other, in order."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final

import structlog

from dateline.channels.filedrop.drop import Drop, drop_of
from dateline.channels.filedrop.heartbeat import Asking, Heart
from dateline.channels.filedrop.outcome import DropFault, Timed
from dateline.channels.in_hand import InHand, Report, ended
from dateline.core.clock import SystemClock
from dateline.core.errors import BadInput
from dateline.core.words import Endpoint, Receipt, Task

log = structlog.get_logger("channels")

_PARKED: Final = 100
"""Tasks drawn that wait for their endpoint; dispatch hands out one at a time for each, so seldom any."""

Put = Callable[[Endpoint, Drop, Callable[[], None]], Awaitable[str]]
"""Puts files to an endpoint and says in a word what it did; calls the third argument when the last byte has
left. Raises DropFault, BadInput.
"""


async def run_lanes(
    tasks: AsyncIterator[Task], report: Report, put: Put, *, width: int, asking: Asking | None = None
) -> None:
    """Draws `tasks` until they end and reports one receipt for each; see core.channel.Channel.send.

    Meanwhile those who are `asking` get their heartbeats.
    """
    hands = InHand(report)
    lanes = _Lanes(hands, put, width)
    drawing = asyncio.ensure_future(lanes.draw(tasks))
    heart = asyncio.ensure_future(Heart(asking, lanes.beat, SystemClock()).run()) if asking else None
    try:
        await asyncio.wait({drawing, lanes.failed}, return_when=asyncio.FIRST_COMPLETED)
        if lanes.failed.done():
            lanes.failed.result()
        await drawing
    finally:
        await ended(drawing, *([heart] if heart else []))
        await lanes.stop()
        await hands.give_back()


class _Lanes:
    def __init__(self, hands: InHand, put: Put, width: int) -> None:
        self._hands, self._put = hands, put
        self._free = width
        self._changed = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._parked: dict[str, deque[Task]] = {}
        self._count = 0
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Holds the error when a receipt could not be reported: then there is no point in going on."""

    async def draw(self, tasks: AsyncIterator[Task]) -> None:
        """Returns when everything drawn has its receipt."""
        async for task in tasks:
            self._hands.take(task)
            self._begin(task)
            await self._until(lambda: self._free > 0 and self._count < _PARKED)
        await self._until(lambda: not self._running)

    def beat(self, endpoint: Endpoint, drop: Drop) -> bool:
        """Puts a heartbeat where nothing is under way; False where something is."""
        if endpoint.id in self._parked or self._free <= 0:
            return False
        self._start(endpoint, self._heartbeat(endpoint, drop))
        return True

    async def stop(self) -> None:
        """Ends what runs."""
        await ended(*self._running)
        if self.failed.done():
            self.failed.exception()  # seen, whoever raises it
        else:
            self.failed.cancel()

    def _begin(self, task: Task) -> None:
        queue = self._parked.get(task.endpoint.id)
        if queue is not None:
            queue.append(task)
            self._count += 1
            return
        self._start(task.endpoint, self._lane(task.endpoint, task))

    def _start(self, endpoint: Endpoint, work: Coroutine[Any, Any, None]) -> None:
        self._parked[endpoint.id] = deque()
        self._free -= 1
        running = asyncio.ensure_future(work)
        self._running.add(running)
        running.add_done_callback(self._ended)

    async def _heartbeat(self, endpoint: Endpoint, drop: Drop) -> None:
        """The heartbeat, then the tasks that lined up behind it."""
        try:
            await self._put(endpoint, drop, lambda: None)
        except (BadInput, DropFault) as error:
            log.warning("channel.no_heartbeat", endpoint=endpoint.id, because=str(error))
        except Exception:
            log.exception("channel.heartbeat_failed", endpoint=endpoint.id)
        await self._lane(endpoint, self._next(self._parked[endpoint.id]))

    async def _lane(self, endpoint: Endpoint, first: Task | None) -> None:
        """This task, then those that lined up behind it."""
        queue = self._parked[endpoint.id]
        following = first
        while following is not None:
            try:
                receipt = await self._one(following)
            except Exception as error:
                receipt = self._hands.fault(following, error)
            await self._hands.close(receipt)
            following = self._next(queue)
        del self._parked[endpoint.id]

    def _next(self, queue: deque[Task]) -> Task | None:
        if not queue:
            return None
        self._count -= 1
        self._changed.set()
        return queue.popleft()

    async def _one(self, task: Task) -> Receipt:
        started = time.monotonic()

        def timed() -> Timed:
            return Timed(task, round((time.monotonic() - started) * 1000))

        try:
            words = await self._put(task.endpoint, drop_of(task), lambda: self._hands.sent(task))
        except BadInput as error:
            return timed().refused(error.message)
        except DropFault as fault:
            return timed().failed(fault)
        return timed().accepted(words)

    async def _until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self._changed.clear()
            await self._changed.wait()

    def _ended(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        self._free += 1
        error = None if running.cancelled() else running.exception()
        if error is not None and not self.failed.done():
            self.failed.set_exception(error)
        self._changed.set()
