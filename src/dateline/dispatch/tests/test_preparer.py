"""What preparation does first, and what it does not hold up."""

import threading
from collections.abc import Callable

import pytest

from dateline.core.clock import SystemClock
from dateline.core.words import Manifest
from dateline.dispatch import preparation, services, versions
from dateline.dispatch.models import Version
from dateline.dispatch.preparer import Preparer
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import FakeHouse, lifted, now, people, states

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def preparer(house: FakeHouse, on_rows: Callable[[], None] = lambda: None) -> Preparer:
    return Preparer(house, now, on_rows=on_rows)


def hold(house: FakeHouse, lock_id: str) -> None:
    versions.hold(lock_id, house.facts(lock_id).release, SystemClock().now())


def test_what_is_out_is_prepared_before_what_is_still_to_come() -> None:
    house = FakeHouse()
    for lock_id in ("early", "out"):
        house.add(lock_id, people(3), release=lock_id)
        hold(house, lock_id)
    versions.lift(lifted(house.facts("out")))
    stop = threading.Event()
    assert preparer(house).step(stop)
    assert services.is_prepared("out") and not services.is_prepared("early")
    assert preparer(house).step(stop) and services.is_prepared("early")
    assert not preparer(house).step(stop), "nothing is left to do"


def test_a_release_on_approval_does_not_wait_for_a_large_one_to_be_prepared() -> None:
    house = FakeHouse()
    house.add("large", people(6_100), release="large")
    house.add("now", people(3, start=9_000), release="now")
    hold(house, "large")
    seen: list[dict[str, int]] = []

    def on_rows() -> None:
        seen.append(states("now"))
        if states("large") and not seen[0].get("lifted"):
            versions.lift(lifted(house.facts("now")))

    preparer(house, on_rows).step(threading.Event())
    assert services.is_prepared("large") and services.is_prepared("now")
    first = next(number for number, found in enumerate(seen) if found)
    assert first < len(seen) - 2, "its rows were there before the last chunk of the large one"


def test_a_version_that_fails_does_not_hold_up_the_next() -> None:
    house = FakeHouse()
    house.add("broken", people(2), release="broken")
    house.add("sound", people(2, start=10), release="sound")

    def broken(lock_id: str) -> Manifest:
        if lock_id == "broken":
            raise OSError("vault unreadable")
        return house.locks[lock_id][1]

    house.manifest = broken  # type: ignore[method-assign]
    for lock_id in ("broken", "sound"):
        hold(house, lock_id)
    made = preparer(house)
    for _ in range(3):
        made.step(threading.Event())
    assert services.is_prepared("sound") and not services.is_prepared("broken")


def test_the_order_is_new_and_random_for_each_version() -> None:
    """I12."""
    house = FakeHouse()
    orders = []
    for lock_id in ("a", "b"):
        house.add(lock_id, people(200), release=lock_id)
        hold(house, lock_id)
        preparer(house).step(threading.Event())
        rows = query("SELECT recipient_id FROM dispatch_delivery WHERE lock_id = %s ORDER BY id", [lock_id])
        orders.append([row[0] for row in rows])
    manifest = [row.recipient for row in people(200)]
    assert sorted(orders[0]) == sorted(orders[1]) == sorted(manifest)
    assert orders[0] != orders[1] and orders[0] != manifest


def test_a_correction_has_recipients_only_once_it_is_out() -> None:
    house = FakeHouse()
    house.add("v2", number=2, kind="correction")
    hold(house, "v2")
    made = preparer(house)
    made.step(threading.Event())
    assert not services.is_prepared("v2")
    assert versions.to_prepare() == [], "it is asked for again at its lift, not all the time"
    versions.lift(lifted(house.facts("v2")))
    made.step(threading.Event())
    assert services.is_prepared("v2")
    assert Version.objects.get(lock_id="v2").addendum == preparation.addendum_hash([])
