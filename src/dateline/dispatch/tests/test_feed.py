"""A feed by itself: what it gives back and to whom it hands out, without a ledger."""

import asyncio
import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from dateline.core.destinations import limits_of
from dateline.core.words import Receipt
from dateline.dispatch.addressing import Entry
from dateline.dispatch.destinations import Destinations
from dateline.dispatch.feed import Feed
from dateline.dispatch.pauses import Stops
from dateline.dispatch.statements import Claimed

pytestmark = pytest.mark.unit


@dataclass
class Ledger:
    """Takes what the feed would have written."""

    told: list[Any] = field(default_factory=list)
    returned: list[Any] = field(default_factory=list)
    backlog: int = 0

    def add(self, outcome: object, _heard: object = None) -> None:
        self.told.append(outcome)

    def give_back(self, row: object) -> None:
        self.returned.append(row)

    def looked_at(self, claims: object) -> None: ...
    def mark(self, *_claim: int) -> None: ...
    def now(self) -> int:
        return 1_000_000

    def monotonic(self) -> float:
        return 1.0


def feed(ledger: Ledger, limits: str = "") -> Feed:
    there: Any = ledger
    found = limits_of(limits)

    def destinations(back: Any) -> Destinations:
        assert found is not None
        return Destinations(back, limits=found, now=ledger.monotonic, rng=random.Random(1))

    return Feed(
        "mail", writer=there, journal=there, breakers={}, clock=there, most_at_once=100, lease_s=60,
        destinations=destinations if found is not None else None,
    )  # fmt: skip


def entry(number: int, *, fence: int = 1, locks: frozenset[str] = frozenset()) -> Entry:
    row = Claimed(
        number, fence, "v1", "v1", "en", f"j_{number}", "mail", "p", "mail:a.example", "mail", "", None, 0, 0
    )
    return Entry(row, f"task {number}", 4, locks=locks)  # type: ignore[arg-type]


async def drawn(mail: Feed) -> Any:
    """The next task, which is a word here."""
    return await anext(mail)


def test_a_claim_that_was_lost_and_came_again_holds_no_place_of_its_domain() -> None:
    """I6: what answers the old claim comes too late, and its place would never be free again."""

    async def story() -> None:
        ledger = Ledger()
        mail = feed(ledger, "a.example?connections=2")
        mail.offer([entry(1)])
        await anext(mail)
        mail.offer([entry(1, fence=3)])  # another worker had it meanwhile
        await anext(mail)
        await mail.report(Receipt(1, 1, "accepted"))
        await mail.report(Receipt(1, 3, "accepted"))
        mail.offer([entry(2), entry(3)])
        assert [await drawn(mail), await drawn(mail)] == ["task 2", "task 3"]
        mail.close()

    asyncio.run(asyncio.wait_for(story(), 60))


def test_a_digest_in_line_does_not_go_out_with_what_is_paused_since() -> None:
    """I7: it was offered before the pause, and may have waited for its domain; drawn, it is called back."""

    async def story() -> None:
        ledger = Ledger()
        called: list[tuple[int, int]] = []
        mail = feed(ledger)
        mail.recall = called.extend
        mail.offer([entry(n, locks=frozenset({"wrong" if n < 3 else "right"})) for n in range(1, 5)])
        assert await drawn(mail) == "task 1"
        mail.stop(Stops(mail_locks=frozenset({"wrong"})))
        assert called == [(1, 1)] and [row.id for row in ledger.returned] == [2]
        assert [await drawn(mail), await drawn(mail)] == ["task 3", "task 4"]

    asyncio.run(asyncio.wait_for(story(), 60))
