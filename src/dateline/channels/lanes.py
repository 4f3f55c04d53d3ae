"""Lanes: as many tasks at once as a channel wants, and to each endpoint one after the other, in order."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol

from dateline.channels.in_hand import InHand, ended
from dateline.core.words import Receipt, Task

_PARKED: Final = 100
"""Tasks drawn that wait for their endpoint; dispatch hands out one at a time for each, so seldom any."""

One = Callable[[Task], Awaitable[Receipt]]
"""One try for one task. What it raises is a fault of our own, which becomes a receipt too."""


class Crowd(Protocol):
    """Looks after those for whom no place is free."""

    def turned_away(self, task: Task) -> Receipt | None:
        """The receipt of a task that is not to wait for a place; None when it may."""
        ...

    def press(self) -> None:
        """Somebody waits for a place from here on."""
        ...

    def relax(self) -> None:
        """Nobody does any more."""
        ...


class Lanes:
    """The flow of one `send`. `width` is how many endpoints are served at once: who waits for an endpoint
    takes nobody's place (I6). With a `crowd`, one task more is drawn than there are places, so that it is
    known whether anybody waits.
    """

    def __init__(
        self, hands: InHand, one: One, *, width: int, parked: int = _PARKED, crowd: Crowd | None = None
    ) -> None:
        self._hands, self._one, self._crowd = hands, one, crowd
        self._free, self._most_parked = width, parked
        self._changed = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._parked: dict[str, deque[Task]] = {}
        self._count = 0
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Holds the error when a receipt could not be reported: then there is no point in going on."""

    async def run(
        self, tasks: AsyncIterator[Task], *, beside: Coroutine[Any, Any, None] | None = None
    ) -> None:
        """Draws `tasks` until they end, and returns when each has its receipt; see core.channel.Channel.send.
        `beside` runs meanwhile and ends with it.
        """
        drawing = asyncio.ensure_future(self._draw(tasks))
        aside = [asyncio.ensure_future(beside)] if beside is not None else []
        try:
            await asyncio.wait({drawing, self._failed}, return_when=asyncio.FIRST_COMPLETED)
            if self._failed.done():
                self._failed.result()
            await drawing
        finally:
            await ended(drawing, *aside)
            await ended(*self._running)
            if self._failed.done():
                self._failed.exception()  # seen, whoever raises it
            else:
                self._failed.cancel()
            await self._hands.give_back()

    def begin(self, endpoint: str, work: Callable[[], Awaitable[None]]) -> None:
        """Does `work` in this endpoint's turn, then the tasks that lined up behind it."""

        async def in_turn() -> None:
            await work()
            await self._lane(endpoint, self._next(self._parked[endpoint]))

        self._start(endpoint, in_turn())

    def may_begin(self, endpoint: str) -> bool:
        """Whether nothing is under way for this endpoint, and a place is free."""
        return endpoint not in self._parked and self._free > 0

    async def _draw(self, tasks: AsyncIterator[Task]) -> None:
        async for task in tasks:
            self._hands.take(task)
            if self._crowd is not None and not await self._has_place(task, self._crowd):
                continue
            self._take(task)
            await self._until(lambda: self._may_draw() and self._count < self._most_parked)
        await self._until(lambda: not self._running)

    def _may_draw(self) -> bool:
        return self._crowd is not None or self._free > 0

    async def _has_place(self, task: Task, crowd: Crowd) -> bool:
        """Waits for a place; False when the task was given back instead."""
        if self._free > 0 or task.endpoint.id in self._parked:
            return True
        if (receipt := crowd.turned_away(task)) is not None:
            await self._hands.close(receipt)
            return False
        crowd.press()
        try:
            await self._until(lambda: self._free > 0)
        finally:
            crowd.relax()
        return True

    def _take(self, task: Task) -> None:
        queue = self._parked.get(task.endpoint.id)
        if queue is None:
            self._start(task.endpoint.id, self._lane(task.endpoint.id, task))
        else:
            queue.append(task)
            self._count += 1

    def _start(self, endpoint: str, work: Coroutine[Any, Any, None]) -> None:
        self._parked[endpoint] = deque()
        self._free -= 1
        running = asyncio.ensure_future(work)
        self._running.add(running)
        running.add_done_callback(self._ended)

    async def _lane(self, endpoint: str, first: Task | None) -> None:
        """This task, then those that lined up behind it."""
        queue = self._parked[endpoint]
        following = first
        while following is not None:
            try:
                receipt = await self._one(following)
            except Exception as error:
                receipt = self._hands.fault(following, error)
            await self._hands.close(receipt)
            following = self._next(queue)
        del self._parked[endpoint]

    def _next(self, queue: deque[Task]) -> Task | None:
        if not queue:
            return None
        self._count -= 1
        self._changed.set()
        return queue.popleft()

    async def _until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            self._changed.clear()
            await self._changed.wait()

    def _ended(self, running: asyncio.Task[None]) -> None:
        self._running.discard(running)
        self._free += 1
        error = None if running.cancelled() else running.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)
        self._changed.set()
