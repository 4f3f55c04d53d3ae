"""The port every channel fills: tasks in, one receipt each out."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol, runtime_checkable

from dateline.core.words import Receipt, Task


class Channel(Protocol):
    """A way out of the house. Draws tasks, reports exactly one receipt for each, in any order."""

    kind: str
    """`mail`, `webhook` ...: the name in the audience's `channel` column."""

    retry_horizon_s: int
    """Seconds after T0 until news over this channel is too old to retry."""

    async def send(self, tasks: AsyncIterator[Task], report: Callable[[Receipt], Awaitable[None]]) -> None:
        """Sends until `tasks` ends. On cancellation reports `released` for what was not begun, `lost` for
        what was sent unanswered.
        """
        ...

    async def aclose(self) -> None:
        """Closes kept connections."""
        ...


Recall = Callable[[Sequence[tuple[int, int]]], None]
"""Hears which drawn tasks, by (delivery, fence), are not wanted any more."""


@runtime_checkable
class Recalling(Protocol):
    """Tasks that know what a newer version, a hold or a pause has overtaken. A channel that draws some time
    ahead of what it sends sets `recall`, and reports `released` for those that it has not begun.
    """

    recall: Recall | None
