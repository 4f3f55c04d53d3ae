"""The breaker of a whole host: it spares tries, and never holds up an endpoint that does well (I6)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.words import Receipt
from dateline.dispatch.hosts import Hosts, host_of
from dateline.dispatch.rules import SECOND

pytestmark = pytest.mark.unit
NOW = 1_000_000 * SECOND
URL = "https://hooks.example/{}"


def hosts() -> Hosts:
    return Hosts(random.Random(7))


def told(outcome: str, code: int = 0) -> Receipt:
    return Receipt(1, 1, outcome, code)  # type: ignore[arg-type]


def fail(known: Hosts, times: int, *, endpoints: int = 5, now: int = NOW, code: int = 0) -> None:
    for number in range(times):
        name = f"o_{number % endpoints}"
        known.begun(URL.format(name))
        known.ended(URL.format(name), name, told("deferred", code), now=now)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://A.example/x", "a.example"),
        ("https://a.example:8443/x?y", "a.example:8443"),
        ("https://u:p@a.example/x", "a.example"),
        ("desk@a.example", ""),
        ("http://[::1", ""),
    ],
)
def test_hosts_are_told_apart_by_name_and_port(address: str, host: str) -> None:
    assert host_of(address) == host


def test_ten_failures_of_several_endpoints_rest_those_that_failed() -> None:
    known = hosts()
    fail(known, 9)
    assert known.waits_until(URL.format("o_1"), clean=False, now=NOW) == 0
    fail(known, 1)
    until = known.waits_until(URL.format("o_1"), clean=False, now=NOW)
    assert NOW + 24 * SECOND <= until <= NOW + 36 * SECOND
    assert known.waits_until("https://other.example/", clean=False, now=NOW) == 0


def test_an_endpoint_with_a_clean_record_is_always_tried() -> None:
    known = hosts()
    fail(known, 50)
    assert known.waits_until(URL.format("o_healthy"), clean=True, now=NOW) == 0


def test_one_endpoint_that_fails_says_nothing_about_its_host() -> None:
    known = hosts()
    fail(known, 100, endpoints=1)
    assert known.waits_until(URL.format("o_2"), clean=False, now=NOW) == 0


@pytest.mark.parametrize("code", [400, 404, 429, 500])
def test_what_one_endpoint_answers_is_not_the_hosts_fault(code: int) -> None:
    known = hosts()
    fail(known, 100, code=code)
    assert known.waits_until(URL.format("o_2"), clean=False, now=NOW) == 0


def test_after_the_rest_one_probe_goes_and_success_ramps_one_two_four() -> None:
    known = hosts()
    fail(known, 10)
    later = NOW + 60 * SECOND
    for allowed in (1, 2, 4, 8, 16):
        for number in range(allowed):
            address = URL.format(f"o_{number}")
            assert known.waits_until(address, clean=False, now=later) == 0
            known.begun(address)
        assert known.waits_until(URL.format("o_x"), clean=False, now=later) > later
        known.ended(URL.format("o_0"), "o_0", told("accepted", 200), now=later)
        for number in range(1, allowed):
            known.ended(URL.format(f"o_{number}"), f"o_{number}", told("released"), now=later)
    assert known.waits_until(URL.format("o_x"), clean=False, now=later) == 0


def test_a_failed_probe_rests_the_host_for_twice_as_long_up_to_an_hour() -> None:
    known, now, waits = hosts(), NOW, []
    fail(known, 10)
    for _ in range(12):
        now = known.waits_until(URL.format("o_1"), clean=False, now=now) or now
        fail(known, 1, now=now)
        waits.append((known.waits_until(URL.format("o_1"), clean=False, now=now) - now) / SECOND)
    assert 48 <= waits[0] <= 72 and 96 <= waits[1] <= 144
    assert max(waits) <= 3600 * 1.2 and waits[-1] >= 3600 * 0.8


@given(st.lists(st.sampled_from(["accepted", "deferred", "lost", "released", "refused"]), max_size=60))
def test_nothing_is_kept_of_a_host_that_does_well(outcomes: list[str]) -> None:
    known = hosts()
    for number, outcome in enumerate([*outcomes, *["accepted"] * 6]):
        known.begun(URL.format(number))
        known.ended(URL.format(number), f"o_{number}", told(outcome), now=NOW + number * 10_000 * SECOND)
    assert known._known == {}
