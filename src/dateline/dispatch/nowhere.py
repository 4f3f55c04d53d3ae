"""Stands in for a channel that this wire does not have, so that its rows end and say why."""

from collections.abc import AsyncIterator, Awaitable, Callable

from dateline.core.words import Receipt, Task


class Nowhere:
    """Refuses everything."""

    retry_horizon_s = 86_400

    def __init__(self, kind: str) -> None:
        self.kind = kind

    async def send(self, tasks: AsyncIterator[Task], report: Callable[[Receipt], Awaitable[None]]) -> None:
        async for task in tasks:
            text = f"this wire has no channel '{self.kind}'; install it and resend"
            await report(Receipt(task.delivery, task.fence, "refused", text=text))

    async def aclose(self) -> None:
        """Nothing is open."""
