"""Workers that share an endpoint's health: what each heard adds up, no old belief undoes it (I6)."""

import random
from typing import Any

import pytest
from django.db import transaction

from dateline.core.words import Receipt
from dateline.dispatch import health, services
from dateline.dispatch.breaker import Breaker, Heard, heard, then
from dateline.dispatch.models import EndpointHealth
from dateline.dispatch.rules import SECOND
from dateline.dispatch.tests.builders import now
from dateline.plant.db.databases import LEDGER
from dateline.plant.db.models import OutboxRow

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]
NAME = "o_1"
DAY = 86_400 * SECOND


class Worker:
    """What one worker believes, and tells the table."""

    def __init__(self, seed: int = 3) -> None:
        self.breaker = Breaker(NAME, "webhook")
        self._rng = random.Random(seed)

    def hears(self, outcome: str, at: int, code: int = 503, give_up_s: float = 0, **more: Any) -> Heard:
        receipt = Receipt(1, 1, outcome, code, "503 Busy", **more)  # type: ignore[arg-type]
        news = heard(
            self.breaker, receipt, address="https://a.example", now=at, rng=self._rng, give_up_s=give_up_s
        )
        self.breaker = then(self.breaker, news)
        return news


def tell(*news: Heard) -> None:
    with transaction.atomic(using=LEDGER):
        health.add(news, now=now())


def row() -> EndpointHealth:
    return EndpointHealth.objects.get(endpoint=NAME)


def test_failures_of_two_workers_add_up_and_open_the_breaker() -> None:
    one, two = Worker(), Worker()
    for number in range(3):
        tell(one.hears("deferred", number + 1))
    for number in range(2):
        tell(two.hears("deferred", number + 10))
    assert one.breaker.state == two.breaker.state == "closed", "neither has seen five"
    assert (row().breaker, row().fails) == ("open", 5)


def test_two_workers_that_open_it_at_once_open_it_once() -> None:
    one, two = Worker(), Worker(seed=4)
    for number in range(5):
        tell(one.hears("deferred", number + 1), two.hears("deferred", number + 1))
    first = row()
    assert (first.breaker, first.opened, first.fails) == ("open", 1, 10)
    probe = first.open_until
    tell(one.hears("deferred", probe))
    tell(two.hears("deferred", probe + 5))
    assert row().opened == 2, "the second probe failed within the rest that the first one began"
    assert row().open_until > probe + 40 * SECOND


def test_a_success_closes_whatever_another_worker_still_believes() -> None:
    one, two = Worker(), Worker()
    for number in range(5):
        tell(one.hears("deferred", number + 1))
    two.breaker = one.breaker
    late = one.hears("deferred", 20)
    tell(two.hears("accepted", 30))
    tell(late)
    assert (row().breaker, row().fails, row().open_until) == ("closed", 0, 0), (
        "it was heard before the success"
    )
    tell(one.hears("deferred", 40))
    assert (row().breaker, row().fails) == ("closed", 1), "a failure after it is the first one"


def test_a_success_from_before_the_last_failure_does_not_close() -> None:
    one, two = Worker(), Worker()
    early = two.hears("accepted", 2)
    for number in range(5):
        tell(one.hears("deferred", number + 1))
    tell(early)
    assert row().breaker == "open"


def test_what_a_person_began_anew_is_not_undone_by_what_a_worker_believed() -> None:
    one = Worker()
    for number in range(5):
        tell(one.hears("deferred", number + 1))
    services.begin_anew(NAME)
    tell(one.hears("deferred", 50))
    assert (row().breaker, row().fails) == ("closed", 1)


def test_a_worker_that_has_not_heard_of_the_success_does_not_give_the_endpoint_up() -> None:
    one, two = Worker(), Worker()
    for number in range(12):
        tell(one.hears("deferred", DAY + number * DAY // 4))
    tell(two.hears("accepted", 6 * DAY))
    tell(one.hears("deferred", 7 * DAY, give_up_s=5 * 86_400))
    assert one.breaker.disabled_reason, "so it believes"
    assert row().disabled_reason == ""
    assert not OutboxRow.objects.using(LEDGER).filter(kind="EndpointDisabled").exists()


def test_two_workers_that_hear_it_is_gone_tell_of_it_once() -> None:
    one, two = Worker(), Worker()
    tell(one.hears("refused", 1, 410, disable_endpoint="410 Gone"))
    tell(two.hears("refused", 2, 410, disable_endpoint="410 Gone"))
    assert row().disabled_reason == "410 Gone"
    assert OutboxRow.objects.using(LEDGER).filter(kind="EndpointDisabled").count() == 1


@pytest.mark.parametrize("give_up_s", [0, 5 * 86_400])
def test_the_row_says_what_one_worker_alone_believes(give_up_s: float) -> None:
    """The rule in Python and the one in SQL are one rule, over any sequence of answers."""
    rng = random.Random(20261125)
    seen: set[tuple[str, bool]] = set()
    for number in range(40):
        EndpointHealth.objects.all().delete()
        worker, at = Worker(seed=number), DAY
        with transaction.atomic(using=LEDGER):
            for _ in range(rng.randrange(1, 24)):
                at += rng.choice([0, 0, 1, 1, 1, 2]) * DAY // 2 + rng.choice([1, 40, 4000]) * SECOND
                wait_s = rng.choice([None, None, None, 40.0])
                more: dict[str, Any] = {"throttle": wait_s is not None, "wait_s": wait_s}
                if rng.random() < 0.05:
                    more["disable_endpoint"] = "410 Gone"
                outcome = rng.choices(
                    ["deferred", "lost", "refused", "released", "accepted"], [9, 2, 1, 1, 1]
                )[0]
                health.add([worker.hears(outcome, at, give_up_s=give_up_s, **more)], now=at)
        assert health.load().get(NAME, Breaker(NAME, "webhook")) == worker.breaker
        seen.add((worker.breaker.state, bool(worker.breaker.disabled_reason)))
    assert seen == {(state, gone) for state in ("open", "closed") for gone in (True, False)}
