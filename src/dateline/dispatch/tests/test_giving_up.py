"""After days without one success an endpoint is disabled; a pause or one success in between is not held
against it.
"""

import random

import pytest

from dateline.core.words import Receipt, ReleaseClass
from dateline.dispatch.breaker import Breaker, after, is_disabled
from dateline.dispatch.rules import SECOND, horizon_s, rank

pytestmark = pytest.mark.unit
DAY = 86_400 * SECOND
ADDRESS = "https://a.example/hook"


def heard(breaker: Breaker, outcome: str, at: int, text: str = "503 Busy") -> Breaker:
    receipt = Receipt(1, 1, outcome, 503, text)  # type: ignore[arg-type]
    return after(breaker, receipt, address=ADDRESS, now=at, rng=random.Random(3), give_up_s=5 * 86_400)


def failing(times: int, *, every: int, start: int = DAY) -> Breaker:
    breaker = Breaker("o_1", "webhook")
    for number in range(times):
        breaker = heard(breaker, "deferred", start + number * every)
    return breaker


def test_five_days_of_failures_disable_and_say_what_came_last() -> None:
    breaker = failing(12, every=DAY // 2)
    assert is_disabled(breaker, ADDRESS)
    assert breaker.disabled_reason == "no success for 5 days; last: 503 Busy"
    assert not is_disabled(breaker, "https://b.example/hook"), "another address starts anew"


def test_a_day_of_failures_does_not() -> None:
    assert not is_disabled(failing(40, every=DAY // 40), ADDRESS)


def test_few_tries_over_many_days_do_not() -> None:
    """An outlet that is written to once a week has not been tried enough."""
    assert not is_disabled(failing(4, every=7 * DAY), ADDRESS)


def test_one_success_begins_the_count_anew() -> None:
    breaker = heard(failing(9, every=DAY // 2), "accepted", 6 * DAY)
    assert (breaker.fails, breaker.failing_since) == (0, 0)
    for number in range(9):
        breaker = heard(breaker, "deferred", 6 * DAY + number * DAY // 2)
    assert not is_disabled(breaker, ADDRESS)


def test_what_was_not_begun_says_nothing() -> None:
    breaker = failing(3, every=DAY)
    assert heard(breaker, "released", 30 * DAY) == breaker


def test_without_a_limit_nothing_is_given_up() -> None:
    breaker = Breaker("o_1", "webhook")
    for number in range(40):
        breaker = after(
            breaker,
            Receipt(1, 1, "deferred", 503),
            address=ADDRESS,
            now=DAY * (number + 1),
            rng=random.Random(3),
        )
    assert not breaker.disabled_reason


@pytest.mark.parametrize(("release_class", "hours"), [("regulated", 72), ("priority", 24), ("normal", 24)])
def test_what_the_law_demands_is_tried_three_times_as_long(release_class: ReleaseClass, hours: int) -> None:
    assert horizon_s(24 * 3600, rank("release", release_class)) == hours * 3600
    assert horizon_s(24 * 3600, rank("kill", release_class)) == 24 * 3600
