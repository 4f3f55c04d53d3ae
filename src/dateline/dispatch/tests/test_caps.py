"""The day's cap counts what was sent, not how often the pump had it in its hands."""

import random
from datetime import UTC, datetime

import pytest

from dateline.core.words import Receipt
from dateline.dispatch import outcomes, rules, upkeep
from dateline.dispatch.rules import Tried
from dateline.dispatch.sql import change, query
from dateline.dispatch.statements import (
    Claimed,
    Orphan,
    claim_first,
    count_mails,
    unaccounted,
    uncount_mails,
)
from dateline.dispatch.tests.builders import (
    FakeHouse,
    dispatching,
    eventually,
    fan_out,
    held,
    lifted,
    now,
    people,
    states,
    told,
)
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def _counted() -> int:
    return int(query("SELECT COALESCE(SUM(mails), 0) FROM dispatch_mailday")[0][0])


def test_mail_that_an_orderly_stop_hands_back_is_not_counted_twice() -> None:
    """Counted at its claim, uncounted when nobody drew it: else a restart would eat up a person's day."""
    house = FakeHouse()
    house.changed = {f"j_{n}": {"cap": 1} for n in range(5)}
    facts = house.add("v1", people(5))
    told(held(facts), lifted(facts))
    with dispatching(house, FakeChannel("mail", concurrency=0)):
        eventually(lambda: _counted() == 5)
        eventually(lambda: states() == {"leased": 5})
    assert states() == {"waiting": 5}
    assert _counted() == 0
    with dispatching(house, FakeChannel("mail")):
        eventually(lambda: states() == {"accepted": 5})
    assert _counted() == 5


def test_mail_held_over_the_cap_is_not_counted() -> None:
    """Or a restart that gives back what was still in the queue would find the day full of what never went."""
    house = FakeHouse()
    house.changed = {"j_0": {"cap": 2}}
    for number in range(3):
        facts = house.add(f"v{number}", people(1), release=f"release{number}")
        told(held(facts), lifted(facts))
    with dispatching(house, FakeChannel("mail", concurrency=0)):
        eventually(lambda: states() == {"leased": 2, "waiting": 1} and over_the_cap() == 1)
        assert _counted() == 2
    assert states() == {"waiting": 3} and _counted() == 0
    with dispatching(house, FakeChannel("mail")):
        eventually(lambda: states() == {"accepted": 2, "waiting": 1})
    assert _counted() == 2 and over_the_cap() == 1


def over_the_cap() -> int:
    return len(query("SELECT 1 FROM dispatch_delivery WHERE held LIKE 'over the cap%%'"))


def test_a_claim_that_was_never_tried_is_no_way_past_digests_and_hours() -> None:
    """A worker that is killed between its claim and the sorting leaves rows that nobody has looked at yet."""
    house, mail = FakeHouse(), FakeChannel("mail")
    hour = datetime.now(UTC).hour
    house.changed = {
        "j_0": {"mode": "digest"},
        "j_1": {"hours": f"{(hour + 2) % 24:02}:00-{(hour + 3) % 24:02}:00"},
    }
    facts = house.add("v1", people(3))
    fan_out(people(3))
    rows = claim_first("mail", "v1", limit=3, owner="gone", lease_until=now())
    upkeep.free([Orphan(row.id, row.fence, "gone", begun=False) for row in rows], now=now())
    assert len(rows) == 3 and states() == {"waiting": 3}
    told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(lambda: states() == {"accepted": 1, "waiting": 2} and len(_reasons()) == 2)
    assert _reasons() == [
        "asked for one digest a day",
        f"outside their hours {house.changed['j_1']['hours']}",
    ]
    assert [task.endpoint.address for task in mail.seen] == ["j_2@desk.example"]
    assert unaccounted() == 0


def _reasons() -> list[str]:
    return [row[0] for row in query("SELECT held FROM dispatch_delivery WHERE held <> '' ORDER BY held")]


@pytest.mark.parametrize("tried", [{"attempts": 1}, {"losses": 1}])
def test_a_retry_does_not_wait_for_a_digest(tried: dict[str, int]) -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    house.changed = {"j_0": {"mode": "digest"}}
    facts = house.add("v1", people(1))
    fan_out(people(1))
    [row] = claim_first("mail", "v1", limit=1, owner="gone", lease_until=now())
    upkeep.free([Orphan(row.id, row.fence, "gone", begun=False)], now=now())
    [name] = tried
    change(f"UPDATE dispatch_delivery SET {name} = 1")
    told(held(facts), lifted(facts))
    with dispatching(house, mail):
        eventually(lambda: states() == {"accepted": 1})
    assert len(mail.seen) == 1


def test_counts_of_several_mails_are_taken_back_together() -> None:
    count_mails([("anna", "2026-11-25", 3), ("ben", "2026-11-25", 1)])
    uncount_mails([("anna", "2026-11-25"), ("ben", "2026-11-25"), ("anna", "2026-11-25")])
    uncount_mails([])
    found = query("SELECT person, mails FROM dispatch_mailday ORDER BY person")
    assert found == [("anna", 1), ("ben", 0)]


@pytest.mark.parametrize("url", ["", "https://paper.example/1"])
def test_the_short_way_of_an_accepted_receipt_says_what_the_rules_say(url: str) -> None:
    row = Claimed(7, 2, "v", "v", "en", "j_1", "mail", "p", "mail:x", "mail", "", None, 1, 2)
    receipt = Receipt(7, 2, "accepted", 250, "2.0.0 Ok ", ms=3, published_url=url)
    rng = random.Random(1)
    found = outcomes.told(row, receipt, None, now=5, rng=rng, stopping=False)
    said = rules.verdict(receipt, Tried("mail", 1, 2), now=5, rng=rng, stopping=False)
    assert (found.state, found.kind, found.reason) == (said.state, said.kind, said.reason)
    assert (found.attempts, found.losses, found.due_at) == (said.attempts, said.losses, said.due_at)
    assert found.text == f"2.0.0 Ok  {url}".strip()
    assert (found.done_at, found.published_url) == (5, url)
