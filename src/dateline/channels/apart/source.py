"""Tasks inside the sending process: a few ahead of what is drawn, so that nobody waits for dispatch, and no
more, so that a correction soon overtakes.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from typing import Final

from dateline.channels.apart.marks import Marks
from dateline.core.words import Receipt, Task

_AHEAD_S: Final = 0.015
"""Of work: what it takes dispatch to answer when its threads are busy."""
_MOST_AHEAD: Final = 160
_RATE_OVER_S: Final = 0.05


class Ahead:
    """The async iterator that the channel draws from. `want` asks dispatch for so many more; `released` hears
    of a task that is given back unbegun: called back, or here for longer than `fresh_s`, so that somebody
    else may have it by now.
    """

    def __init__(
        self,
        marks: Marks,
        want: Callable[[int], None],
        released: Callable[[Receipt], None],
        *,
        fresh_s: float,
    ) -> None:
        self._marks, self._want, self._released, self._fresh_s = marks, want, released, fresh_s
        self._tasks: deque[tuple[float, int, Task]] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._asked = 0
        self._ended = False
        self._rate = 0.0
        self._drawn, self._since = 0, time.monotonic()

    def __aiter__(self) -> AsyncIterator[Task]:
        return self

    async def __anext__(self) -> Task:
        """For one caller at a time."""
        while True:
            while self._tasks:
                task = self._begun(*self._tasks.popleft())
                if task is not None:
                    return task
            if self._ended:
                raise StopAsyncIteration
            self._ask(waiting=1)
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting

    def put(self, drawn_at: float, slot: int, task: Task) -> None:
        """One that dispatch has sent; `drawn_at` in seconds of the machine's monotonic clock."""
        self._asked -= 1
        self._tasks.append((drawn_at, slot, task))
        self._wake()

    def call_back(self, slots: Collection[int]) -> None:
        """Gives back those of these that nobody has drawn: they are not wanted any more (I7)."""
        kept: deque[tuple[float, int, Task]] = deque()
        for item in self._tasks:
            if item[1] in slots:
                self._give_back(item[2], "called back before it was begun")
            else:
                kept.append(item)
        self._tasks = kept

    def end(self) -> None:
        """No more will come."""
        self._ended = True
        self._wake()

    def left(self) -> list[Task]:
        """What nobody drew."""
        left = [task for _, _, task in self._tasks]
        self._tasks.clear()
        return left

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _begun(self, drawn_at: float, slot: int, task: Task) -> Task | None:
        now = time.monotonic()
        if now - drawn_at > self._fresh_s:
            self._give_back(task, "waited here for too long")
            return None
        self._count(now)
        self._marks.begin(slot)
        self._ask()
        return task

    def _give_back(self, task: Task, why: str) -> None:
        self._released(Receipt(task.delivery, task.fence, "released", text=why))

    def _count(self, now: float) -> None:
        self._drawn += 1
        if (took := now - self._since) > _RATE_OVER_S:
            self._rate, self._drawn, self._since = self._drawn / took, 0, now

    def _ask(self, *, waiting: int = 0) -> None:
        """Asks for what is missing, once that is half of what should be here."""
        aim = waiting + min(_MOST_AHEAD, int(self._rate * _AHEAD_S))
        missing = aim - len(self._tasks) - self._asked
        if missing > 0 and 2 * missing >= aim:
            self._asked += missing
            self._want(missing)
