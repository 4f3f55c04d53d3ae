"""What a channel has drawn and not begun, when it is not wanted any more; a sender that ended (I7, I3)."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import pytest

from dateline.core.words import Receipt, Task
from dateline.dispatch import pauses, services
from dateline.dispatch.models import MailDay
from dateline.dispatch.rules import MOST_LOSSES, SECOND, Tried, verdict
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import (
    FakeHouse,
    dispatching,
    eventually,
    held,
    lifted,
    people,
    states,
    told,
)

TOGETHER = 8


@dataclass
class Ahead:
    """A channel that draws ahead, begins with nothing of version 1, and gives back what is called for."""

    kind: str = "mail"
    retry_horizon_s: int = 86_400
    begun: list[Task] = field(default_factory=list)
    held: dict[tuple[int, int], Task] = field(default_factory=dict)
    ends: bool = False
    """What it holds is lost with it."""
    _changed: asyncio.Event | None = None
    _back: list[tuple[int, int]] = field(default_factory=list)

    async def send(self, tasks: AsyncIterator[Task], report: Callable[[Receipt], Awaitable[None]]) -> None:
        self._changed = asyncio.Event()
        tasks.recall = self._recall  # type: ignore[attr-defined]
        giving = asyncio.ensure_future(self._give_back(report))
        try:
            async for task in tasks:
                if task.parcel.version == 1:
                    self.held[task.delivery, task.fence] = task
                else:
                    self.begun.append(task)
                    await report(Receipt(task.delivery, task.fence, "accepted", 250))
        finally:
            giving.cancel()
            for claim in list(self.held):
                del self.held[claim]
                await report(Receipt(*claim, "released"))

    def _recall(self, claims: Sequence[tuple[int, int]]) -> None:
        self._back += claims
        assert self._changed is not None
        self._changed.set()

    async def _give_back(self, report: Callable[[Receipt], Awaitable[None]]) -> None:
        assert self._changed is not None
        while True:
            await self._changed.wait()
            self._changed.clear()
            for claim in [one for one in self._back if one in self.held]:
                del self.held[claim]
                await report(Receipt(*claim, "released", text="called back"))

    async def aclose(self) -> None:
        pass


class TestInTheLedger:
    pytestmark = [
        pytest.mark.room,
        pytest.mark.django_db(transaction=True, databases=["default", "ledger"]),
    ]

    def test_a_kill_ends_what_was_drawn_and_not_begun(self) -> None:
        """As if nobody had drawn it: no try, nothing lost, no mail of the day."""
        house, mail = FakeHouse(), Ahead()
        first = house.add("v1", people(5))
        kill = house.add("v2", number=2, kind="kill")
        told(held(first), lifted(first))
        with dispatching(house, mail):
            eventually(lambda: len(mail.held) == 5)
            eventually(lambda: MailDay.objects.count() == 5)
            told(held(kill), lifted(kill))
            eventually(lambda: states("v1") == {"cancelled": 5})
        assert not mail.held
        # The kill itself may be out by now: it goes to all whose row was leased when it was prepared.
        first_ones = "SELECT id FROM dispatch_delivery WHERE version_id = 'v1'"
        assert not query(f"SELECT 1 FROM dispatch_attempt WHERE delivery_id IN ({first_ones})")
        assert query("SELECT COALESCE(SUM(mails), 0) FROM dispatch_mailday")[0][0] == 0

    def test_a_hold_takes_back_what_was_drawn_and_its_end_sends_it(self) -> None:
        house, mail = FakeHouse(), Ahead()
        facts = house.add("v1", people(5))
        told(held(facts), lifted(facts))
        with dispatching(house, mail):
            eventually(lambda: len(mail.held) == 5)
            pauses.pause("wire", "", by="ana", reason="a wrong figure")
            eventually(lambda: states() == {"waiting": 5})
            assert not mail.held
            pauses.resume("wire", "", by="ana")
            eventually(lambda: len(mail.held) == 5)
        assert services.is_prepared("v1")


def _lost(ended_with: int) -> Receipt:
    return Receipt(1, 1, "lost", text="the sending process ended", ended_with=ended_with)


@pytest.mark.unit
@pytest.mark.parametrize(("together", "end"), [(TOGETHER, "waiting"), (1, "uncertain")])
def test_one_among_many_is_not_to_blame_for_the_end_of_its_sender(together: int, end: str) -> None:
    rng, losses = random.Random(1), 0
    for _ in range(MOST_LOSSES):
        tried = Tried("mail", 0, losses)
        found = verdict(_lost(together), tried, now=SECOND, rng=rng, stopping=False)
        assert found.kind == "lost"
        losses = found.losses
    assert (found.state, losses) == (end, MOST_LOSSES)
    assert (found.due_at is None) == (end == "uncertain")


@pytest.mark.unit
def test_the_first_repeat_after_the_end_of_a_sender_comes_at_once() -> None:
    """As after the end of a worker, which it is."""
    found = verdict(_lost(3), Tried("mail", 0, 0), now=SECOND, rng=random.Random(1), stopping=False)
    assert (found.state, found.due_at) == ("waiting", SECOND)
