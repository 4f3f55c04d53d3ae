"""The day's cap counts what was sent, not how often the pump had it in its hands."""

import random

import pytest

from dateline.core.words import Receipt
from dateline.dispatch import outcomes, rules
from dateline.dispatch.rules import Tried
from dateline.dispatch.sql import query
from dateline.dispatch.statements import Claimed, count_mails, uncount_mails
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
