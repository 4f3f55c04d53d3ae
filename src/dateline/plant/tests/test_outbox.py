"""The outbox: an event is written with what made it true, handled at least once and in order."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connections, transaction

from dateline.core.clock import Instant
from dateline.core.errors import Conflict
from dateline.core.events import EVENTS, Held, Lifted, Overdue, event_document, event_from
from dateline.core.ids import ReleaseId, VersionId
from dateline.plant.db import outbox
from dateline.plant.db.databases import DEFAULT, LEDGER
from dateline.plant.db.models import OutboxRow

AT = Instant(datetime(2026, 11, 24, 1, 2, 3, 456789, tzinfo=UTC))
in_database = pytest.mark.django_db(transaction=True, databases=[DEFAULT, LEDGER])


def held(number: int) -> Held:
    return Held(VersionId(f"v{number}"), ReleaseId("r"), AT)


@pytest.mark.unit
def test_every_event_survives_its_json_form() -> None:
    lifted = Lifted(VersionId("v"), ReleaseId("r"), 1, "release", AT, AT)
    assert event_from("Lifted", event_document(lifted)) == lifted
    assert event_from("Held", event_document(held(1))) == held(1)
    with pytest.raises(KeyError):
        event_from("Invented", {})
    assert set(EVENTS) == {cls.__name__ for cls in EVENTS.values()}


@pytest.mark.room
@in_database
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(Conflict, match="Held"):
        outbox.append(held(1))


@pytest.mark.room
@in_database
def test_a_rolled_back_act_leaves_no_event() -> None:
    with pytest.raises(RuntimeError, match="disk"), transaction.atomic():
        outbox.append(held(1))
        raise RuntimeError("disk")
    assert not OutboxRow.objects.exists()


@pytest.mark.room
@in_database
@pytest.mark.parametrize("positions", [DEFAULT, LEDGER])
def test_events_come_in_order_once_each_consumer(positions: str) -> None:
    for number in range(5):
        with transaction.atomic():
            outbox.append(held(number))
    seen: list[str] = []
    handlers: outbox.Handlers = {Held: lambda event: seen.append(event.version_id)}
    assert outbox.follow("a", handlers, positions=positions, limit=3) == 3
    assert outbox.follow("a", handlers, positions=positions) == 2
    assert outbox.follow("a", handlers, positions=positions) == 0
    assert seen == ["v0", "v1", "v2", "v3", "v4"]
    assert outbox.follow("b", handlers, positions=positions) == 5


@pytest.mark.room
@in_database
def test_an_event_whose_handler_failed_comes_again_and_nothing_is_skipped() -> None:
    for number in range(3):
        with transaction.atomic():
            outbox.append(held(number))
    seen: list[str] = []

    def handle(event: Held) -> None:
        seen.append(event.version_id)
        if event.version_id == "v1" and seen.count("v1") == 1:
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        outbox.follow("c", {Held: handle})
    outbox.follow("c", {Held: handle})
    assert seen == ["v0", "v1", "v1", "v2"]


@pytest.mark.room
@in_database
def test_events_nobody_here_hears_are_passed() -> None:
    with transaction.atomic():
        outbox.append(held(1))
    assert outbox.follow("d", {Overdue: lambda event: None}) == 1
    assert outbox.position("d") > 0


@pytest.mark.room
@in_database
def test_writers_at_once_leave_no_gap_and_no_double_number() -> None:
    def write(base: int) -> None:
        try:
            for number in range(10):
                with transaction.atomic():
                    outbox.append(held(base + number))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=write, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(OutboxRow.objects.values_list("seq", flat=True))
    assert len(numbers) == 40
    assert numbers == list(range(numbers[0], numbers[0] + 40))
