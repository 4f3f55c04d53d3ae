"""One iterator of tasks for many connections."""

import asyncio
from collections.abc import AsyncIterator

from dateline.core.words import Task


class Source:
    """One connection draws at a time, and the end of the tasks ends them all.

    Of several that wait, the one whose relay has had least of its share goes first: relays that are all
    free get mail in the proportion of their weights, and none waits for a slower one.
    """

    def __init__(self, tasks: AsyncIterator[Task], weights: dict[str, int]) -> None:
        self._tasks = tasks
        self._weights = weights
        self._had = dict.fromkeys(weights, 0)
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._drawing = False
        self.ended = False

    async def draw(self, relay: str) -> Task | None:
        """The next task, for a connection of `relay`; None when there are no more."""
        if self._drawing:
            await self._turn(relay)
        self._drawing = True
        try:
            if self.ended:
                return None
            task = await anext(self._tasks)
        except StopAsyncIteration:
            self.ended = True
            return None
        else:
            self._had[relay] += 1
            return task
        finally:
            self._pass_on()

    async def _turn(self, relay: str) -> None:
        """Returns when the caller may draw; until it has drawn, nobody else does."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((relay, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on()  # it was our turn; the next one takes it
            raise

    def _pass_on(self) -> None:
        """Gives the turn to whoever waits with the least of its share."""
        self._waiting = [one for one in self._waiting if not one[1].done()]
        self._drawing = bool(self._waiting)
        if self._waiting:
            _, turn = min(self._waiting, key=lambda one: self._had[one[0]] / self._weights[one[0]])
            turn.set_result(None)
