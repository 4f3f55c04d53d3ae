"""Old deliveries in one blob per release: what reports and `why` say stays, and no crash loses a row."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Conflict
from dateline.core.words import Receipt, Task
from dateline.dispatch import archive, forgetting, preparation, services, statements
from dateline.dispatch.archive import PERSON, lines_of
from dateline.dispatch.keeping import Keeper
from dateline.dispatch.models import Archive, Erasure, Version
from dateline.dispatch.pseudonyms import pseudonym, scrubbed
from dateline.dispatch.reading import reading
from dateline.dispatch.rules import SECOND
from dateline.dispatch.sql import query
from dateline.dispatch.tests.builders import (
    RELEASE,
    FakeHouse,
    dispatching,
    eventually,
    held,
    lifted,
    now,
    outlets,
    people,
    states,
    told,
)
from dateline.testing.fake_channel import FakeChannel

DAY = 86_400 * SECOND
room = pytest.mark.room


def answers(task: Task) -> Receipt:
    """One in ten is refused, in the words of a server that quotes the address."""
    if task.delivery % 10 == 0:
        return Receipt(task.delivery, task.fence, "refused", 550, f"<{task.endpoint.address}> unknown")
    return Receipt(task.delivery, task.fence, "accepted", 250, "2.0.0 Ok")


def sent(house: FakeHouse, *, lock: str = "v1", number: int = 1, rows: int = 40) -> None:
    """A release that went out and is done with."""
    facts = house.add(lock, [*people(rows), *outlets(10)], number=number)
    with dispatching(house, FakeChannel("mail", answer=answers), FakeChannel("webhook", answer=answers)):
        told(held(facts), lifted(facts))
        eventually(lambda: Version.objects.filter(lock_id=lock, drained_at__isnull=False).exists())


def keep(later: int = 31 * DAY) -> None:
    """What the keeper does at its next look, so much later."""
    Keeper(lambda: now() + later).keep(threading.Event())


def told_of(version_id: str = "v1") -> dict[str, Any]:
    """Everything that reports ask."""
    return {
        "breakdown": sorted(services.breakdown(version_id), key=str),
        "first_last": services.first_last(version_id),
        "failures": services.failures(version_id),
        "curve": services.curve(version_id),
        "settled": services.is_settled(version_id),
        "notices": services.notices(RELEASE),
        "pickups": services.pickups(RELEASE),
    }


@pytest.mark.unit
@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 5.1.1 <kim.min@desk.example> unknown", "550 5.1.1 <(address)> unknown"),
        ("rcpt to:a@b, c@d failed", "rcpt to:(address), (address) failed"),
        ("421 busy", "421 busy"),
    ],
)
def test_no_address_stays_in_the_words_of_a_server(said: str, kept: str) -> None:
    assert "@" not in scrubbed(said)
    assert scrubbed(said).split()[-1] == kept.rsplit(maxsplit=1)[-1]


@room
@pytest.mark.django_db(transaction=True, databases=["default", "ledger"])
class TestInTheLedger:
    def test_reports_read_the_same_from_the_archive(self) -> None:
        sent(FakeHouse())
        before = told_of()
        keep(29 * DAY)
        assert not Archive.objects.exists(), "thirty days first"
        keep()
        assert states() == {}
        assert query("SELECT COUNT(*) FROM dispatch_attempt") == [(0,)]
        assert Archive.objects.get().rows == 50
        assert told_of() == before
        assert statements.unaccounted() == 0

    def test_the_copy_of_what_is_held_about_a_person_has_archived_deliveries(self) -> None:
        house = FakeHouse()
        sent(house)
        before = list(services.sent_to("p3"))
        assert len(before) == 1 and list(services.archived_to("p3")) == []
        keep()
        assert list(services.sent_to("p3")) == []
        assert list(services.archived_to("p3")) == before
        assert list(services.archived_to("p")) == [], "no other whose name begins so"
        keep(later=500 * DAY)
        (old,) = services.archived_to("p3")
        assert (old.release, old.version, old.state, old.at) == (RELEASE, 1, before[0].state, before[0].at)

    def test_between_copy_and_deletion_a_delivery_is_told_of_once(self) -> None:
        sent(FakeHouse())
        before = list(services.sent_to("p3"))
        assert archive.archive_next(before=now() + DAY, now=now, between=lambda: None)
        assert [*services.sent_to("p3"), *services.archived_to("p3")] == before

    def test_the_history_of_each_try_is_still_there(self) -> None:
        """I3: the ledger explains why."""
        sent(FakeHouse())
        tried = "SELECT delivery_id, fence, kind, at, code, text, ms FROM dispatch_attempt ORDER BY 1, 2, 3"
        before = query(tried)
        keep()
        assert query(tried) == []
        with reading(RELEASE):
            assert query(tried) == before

    def test_a_crash_between_copy_and_deletion_loses_and_doubles_nothing(self) -> None:
        sent(FakeHouse())
        before = told_of()
        assert archive.archive_next(before=now() + DAY, now=now, between=lambda: None)
        assert sum(states().values()) == 50, "copied, not deleted yet"
        assert told_of() == before
        stop = _after(0)
        with pytest.raises(_Killed):
            archive.empty_next(now=now, between=stop)
        assert told_of() == before
        assert archive.empty_next(now=now, between=lambda: None)
        assert not archive.empty_next(now=now, between=lambda: None)
        assert states() == {}
        assert told_of() == before

    def test_a_crash_during_the_copy_leaves_everything_as_it_was(self) -> None:
        sent(FakeHouse())
        with pytest.raises(_Killed):
            archive.archive_next(before=now() + DAY, now=now, between=_after(0))
        assert not Archive.objects.exists()
        assert sum(states().values()) == 50

    def test_an_open_delivery_keeps_its_version_here(self) -> None:
        house = FakeHouse()
        sent(house)
        assert services.resend_missing("v1", by="ana")
        keep()
        assert not Archive.objects.exists()

    def test_a_resend_during_the_copy_wins(self) -> None:
        sent(FakeHouse())
        seen: list[int] = []

        def between() -> None:
            if not seen:
                seen.append(services.resend_missing("v1", by="ana"))

        assert not archive.archive_next(before=now() + DAY, now=now, between=between)
        assert seen[0] > 0
        assert not Archive.objects.exists()

    def test_archived_news_is_not_resent(self) -> None:
        sent(FakeHouse())
        keep()
        with pytest.raises(Conflict, match="archived"):
            services.resend_missing("v1", by="ana")
        with pytest.raises(Conflict, match="archived"):
            services.resend_release(RELEASE, by="ana")

    def test_a_late_correction_still_reaches_everyone_who_had_it(self) -> None:
        """I7: whoever received or may have received it."""
        house = FakeHouse()
        sent(house)
        expected = {row.recipient for row in [*people(40), *outlets(10)]}
        keep()
        facts = house.add("v2", number=2, kind="correction")
        assert {row.recipient for row in preparation.received(facts)} == expected
        with dispatching(house, FakeChannel("mail"), FakeChannel("webhook")):
            told(held(facts), lifted(facts))
            eventually(lambda: Version.objects.filter(lock_id="v2", drained_at__isnull=False).exists())
        assert states("v2") == {"accepted": 50}
        assert services.notices(RELEASE)[0].endpoints == 10
        before = told_of("v2")
        keep()
        assert Archive.objects.get().rows == 100, "one blob per release"
        assert told_of("v2") == before
        assert len(services.breakdown("v1")) > 0

    def test_nobody_gets_a_late_edition_of_what_is_archived_twice(self) -> None:
        """I4, where the unique index does not see the rows any more."""
        house = FakeHouse()
        sent(house)
        keep()
        late = house.add("v1ko", people(45, language="ko"), kind="late-edition", version_id="v1")
        rows = preparation._without_archived(late, list(house.manifest("v1ko").rows))
        assert {row.recipient for row in rows} == {f"j_{n}" for n in range(40, 45)}

    def test_people_have_pseudonyms_after_thirteen_months(self) -> None:
        """I15"""
        sent(FakeHouse())
        before = services.breakdown("v1")
        keep()
        blob = bytes(Archive.objects.get().blob)
        keep(400 * DAY)
        found = list(lines_of(bytes(Archive.objects.get().blob)))
        text = repr(found)
        assert "desk.example>" in repr(list(lines_of(blob))), "the control: it was there before"
        assert "@" not in text
        assert "'j_1'" not in text
        assert "'o_1'" in text, "outlets are not people"
        assert pseudonym("j_1") in text
        assert sorted(services.breakdown("v1"), key=str) == sorted(before, key=str)
        with reading(RELEASE):
            assert query("SELECT 1 FROM dispatch_delivery WHERE recipient_id = %s", [pseudonym("j_1")])

    def test_an_erased_person_leaves_at_once_and_the_others_stay(self) -> None:
        sent(FakeHouse())
        keep()
        services.erase_person("p7")
        services.erase_person("p7")
        keep()
        rows = list(lines_of(bytes(Archive.objects.get().blob)))
        assert "p7" not in {line[0][PERSON] for line in rows}
        assert {"p6", "p8"} <= {line[0][PERSON] for line in rows}
        assert Erasure.objects.get().done_at is not None
        assert len(rows) == 50

    def test_who_is_erased_before_the_move_never_enters_an_archive(self) -> None:
        sent(FakeHouse())
        services.erase_person("p7")
        keep()
        rows = list(lines_of(bytes(Archive.objects.get().blob)))
        assert "p7" not in {line[0][PERSON] for line in rows}

    def test_an_interrupted_erasure_goes_on_where_it_was(self) -> None:
        sent(FakeHouse())
        keep()
        services.erase_person("p7")
        with pytest.raises(_Killed):
            forgetting.erase_next(now=now, between=_after(0))
        assert Erasure.objects.get().cursor == RELEASE
        assert forgetting.erase_next(now=now, between=lambda: None)
        assert not forgetting.erase_next(now=now, between=lambda: None)

    def test_what_is_not_public_yet_is_left_alone(self) -> None:
        house = FakeHouse()
        facts = house.add("v1", people(3))
        with dispatching(house, FakeChannel("mail")):
            told(held(facts))
            eventually(lambda: services.is_prepared("v1"))
        keep()
        assert states() == {"waiting": 3}
        assert Instant(SystemClock().now() - timedelta(days=1)) < SystemClock().now()


class _Killed(Exception):
    """The process ends here."""


def _after(count: int) -> Callable[[], None]:
    """Ends the process at the next pause but `count`."""
    left = [count]

    def between() -> None:
        if left[0] == 0:
            raise _Killed
        left[0] -= 1

    return between
