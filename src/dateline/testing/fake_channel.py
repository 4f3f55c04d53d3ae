"""A channel inside the process that answers as told and writes a diary before it does, as a real server
would.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from dateline.core.words import Receipt, Task

Answer = Callable[[Task], Receipt]


def accept(task: Task) -> Receipt:
    """250 for everything."""
    return Receipt(task.delivery, task.fence, "accepted", 250, "2.0.0 Ok: queued", ms=1)


@dataclass
class FakeChannel:
    """Sends to nobody. `answer` decides each receipt; `slow` gives seconds to wait for a task first.

    With `diary`, one line `MESSAGE-ID DELIVERY FENCE` is on file before the answer is known: the other order
    would report losses that were none. `seen` keeps the tasks in memory, `concurrency` of them are out at a
    time.
    """

    kind: str = "mail"
    retry_horizon_s: int = 86_400
    answer: Answer = accept
    slow: Callable[[Task], float] | None = None
    diary: Path | None = None
    concurrency: int = 8
    keep: bool = True
    seen: list[Task] = field(default_factory=list)
    closed: bool = False

    async def send(self, tasks: AsyncIterator[Task], report: Callable[[Receipt], Awaitable[None]]) -> None:
        """As many workers as `concurrency` draw from `tasks` until it ends."""
        file = os.open(self.diary, os.O_WRONLY | os.O_CREAT | os.O_APPEND) if self.diary else None
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.concurrency):
                    group.create_task(self._work(tasks, report, file))
        finally:
            if file is not None:
                os.close(file)

    async def _work(
        self, tasks: AsyncIterator[Task], report: Callable[[Receipt], Awaitable[None]], file: int | None
    ) -> None:
        async for task in tasks:
            if self.slow is not None and (seconds := self.slow(task)) > 0:
                await asyncio.sleep(seconds)
            if file is not None:
                os.write(file, f"{task.message_id} {task.delivery} {task.fence}\n".encode())
            if self.keep:
                self.seen.append(task)
            await report(self.answer(task))
            await asyncio.sleep(0)

    async def aclose(self) -> None:
        """Notes that it was closed."""
        self.closed = True


def read_diary(path: Path) -> list[tuple[str, int, int]]:
    """(message id, delivery, fence) of each whole line."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [(mid, int(delivery), int(fence)) for mid, delivery, fence in (line.split(" ") for line in lines)]
