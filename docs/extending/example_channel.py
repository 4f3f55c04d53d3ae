"""A channel that appends one line per delivery to a file: the smallest complete one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from dateline.core.words import Receipt, Task
from dateline.plant.settings import Settings


class LinesChannel:
    """Outlets with `channel = lines` and a file name as endpoint, below HOME/lines."""

    kind = "lines"
    retry_horizon_s = 24 * 3600

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.home / "lines"

    async def send(self, tasks: AsyncIterator[Task], report: Callable[[Receipt], Awaitable[None]]) -> None:
        """Writes each task as it comes. The message id on the line lets a reader fold repeats."""
        async for task in tasks:
            await report(self._write(task))

    def _write(self, task: Task) -> Receipt:
        name = Path(task.endpoint.address).name
        if not name:
            return Receipt(task.delivery, task.fence, "refused", text="the endpoint names no file")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / name).open("a", encoding="utf-8") as file:
                file.write(f"{task.message_id} {task.parcel.edition_sha256}\n")
        except OSError as error:
            return Receipt(task.delivery, task.fence, "deferred", text=error.strerror or "cannot write")
        return Receipt(task.delivery, task.fence, "accepted")

    async def aclose(self) -> None:
        """Nothing is kept open."""
