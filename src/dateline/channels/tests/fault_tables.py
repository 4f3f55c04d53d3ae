"""Runs a channel through the fault proxy as the ledger would, and compares the receiver's diary with what the
ledger was told.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from dateline.channels.tests.builders import Feed, Receipts
from dateline.core.channel import Channel
from dateline.core.words import Outcome, Receipt, Task

OPEN: frozenset[Outcome] = frozenset({"deferred", "lost", "released"})
MOST_ROUNDS = 5


class Ledger:
    """What was told of each delivery, oldest first; open ones are sent again with the next fence."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self.tasks = {task.delivery: task for task in tasks}
        self.told: dict[int, list[Receipt]] = {task.delivery: [] for task in tasks}

    def first(self) -> set[Outcome]:
        """The outcomes of the first try."""
        return {receipts[0].outcome for receipts in self.told.values()}

    def open(self) -> list[Task]:
        """Deliveries without a final state, as their next claim sees them."""
        return [
            replace(task, fence=len(self.told[delivery]) + 1)
            for delivery, task in self.tasks.items()
            if not self.told[delivery] or self.told[delivery][-1].outcome in OPEN
        ]

    def run(self, channel: Callable[[], Channel], between: Callable[[], None] = lambda: None) -> None:
        """Sends until nothing is open; `between` is called after the first round."""
        for number in range(MOST_ROUNDS):
            tasks = self.open()
            if not tasks:
                return
            receipts = asyncio.run(_round(channel(), tasks))
            for receipt in receipts.all:
                self.told[receipt.delivery].append(receipt)
            assert len(receipts.all) == len(tasks), "one receipt per task, whatever happens"
            if number == 0:
                between()
        assert not self.open(), {n: [r.outcome for r in told] for n, told in self.told.items()}

    def compare(self, diary: Iterable[tuple[str, int]], *, unanswered: frozenset[Outcome]) -> None:
        """Diary (message id, delivery) against what was told: nothing lost; an accepted one is in the diary;
        a second copy has the same id, and a try that was told as one of `unanswered`.
        """
        copies: dict[int, list[str]] = {delivery: [] for delivery in self.tasks}
        for message_id, delivery in diary:
            copies[delivery].append(message_id)
        for delivery, receipts in self.told.items():
            told = Counter(receipt.outcome for receipt in receipts)
            ids = copies[delivery]
            assert ids, f"delivery {delivery} was told {told} and is not in the diary"
            assert set(ids) == {self.tasks[delivery].message_id}, "I5"
            assert told["accepted"] == 1, told
            silent = sum(told[outcome] for outcome in unanswered)
            assert len(ids) - 1 <= silent, f"{len(ids)} copies, told {told}"


async def _round(channel: Channel, tasks: Sequence[Task]) -> Receipts:
    receipts = Receipts()
    try:
        await channel.send(aiter(Feed(tasks)), receipts)
    finally:
        await channel.aclose()
    return receipts
