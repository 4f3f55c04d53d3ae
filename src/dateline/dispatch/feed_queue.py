"""What a feed has in line: by rank, and within a rank in the order of coming; and who waits for it."""

import asyncio
import heapq
from collections import deque
from collections.abc import Callable

from dateline.dispatch.addressing import Entry
from dateline.dispatch.turns import Queued


class Queue:
    """Entries that nobody has drawn and that wait for nothing."""

    def __init__(self) -> None:
        self._items: list[Queued] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._items)

    def add(self, entry: Entry) -> None:
        """A new one."""
        self._count += 1
        heapq.heappush(self._items, (entry.rank, self._count, entry))

    def add_again(self, item: Queued) -> None:
        """One that was here before, in its old place."""
        heapq.heappush(self._items, item)

    def next(self) -> Queued:
        """The first one, taken out. Raises IndexError when there is none."""
        return heapq.heappop(self._items)

    def items(self) -> list[Queued]:
        """All of them, in no order."""
        return list(self._items)

    def keep(self, wanted: Callable[[Queued], bool]) -> None:
        """Lets the rest go."""
        self._items = [item for item in self._items if wanted(item)]
        heapq.heapify(self._items)

    def clear(self) -> None:
        """Lets all go."""
        self._items.clear()


class Waiters:
    """Those who want to draw while there is nothing."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def wait(self) -> None:
        """Until somebody wakes us; whoever is cancelled just then passes the turn on."""
        waiter = asyncio.get_running_loop().create_future()
        self._waiting.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.wake(1)
            raise

    def wake(self, count: int) -> None:
        """Lets so many look again, those who have waited longest first."""
        while count > 0 and self._waiting:
            waiter = self._waiting.popleft()
            if not waiter.done():
                waiter.set_result(None)
                count -= 1

    def wake_all(self) -> None:
        """Lets all look again."""
        self.wake(len(self._waiting))
