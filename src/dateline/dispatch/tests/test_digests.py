"""Digests: one mail a person, at their hour, of what is still news; every row in it ends as it did."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction
from django.test.utils import CaptureQueriesContext

from dateline.core.clock import Instant, to_micros
from dateline.core.words import Receipt, Task
from dateline.dispatch import digests, rules, services, statements
from dateline.dispatch.pauses import Stops
from dateline.dispatch.sql import change, query
from dateline.dispatch.statements import digests as digest_rows
from dateline.dispatch.tests.builders import (
    FakeHouse,
    attempts,
    dispatching,
    eventually,
    held,
    lifted,
    now,
    people,
    told,
)
from dateline.formats.mail import read_mail
from dateline.testing.fake_channel import FakeChannel

pytestmark = [pytest.mark.room, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]


def digesters(count: int, **more: Any) -> FakeHouse:
    """A house whose people all asked for digests."""
    house = FakeHouse()
    for number in range(count):
        house.changed[f"j_{number}"] = {"mode": "digest", "own_language": "en", **more}
    return house


def release(house: FakeHouse, lock: str, count: int, name: str, **more: Any) -> None:
    """A release to the first people that is out."""
    facts = house.add(lock, people(count), release=name, **more)
    told(held(facts), lifted(facts))


def waiting() -> int:
    return int(query("SELECT COUNT(*) FROM dispatch_delivery WHERE digest = -1 AND state = 'waiting'")[0][0])


def make_due() -> None:
    """The hour of all digests has come."""
    change("UPDATE dispatch_delivery SET due_at = %s WHERE digest = -1", [now()])


def ended(name: str = "") -> dict[str, int]:
    """state -> rows of releases, digests left out."""
    rows = query(
        "SELECT d.state, COUNT(*) FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id"
        " WHERE v.release LIKE %s GROUP BY d.state",
        [name or "%"],
    )
    return dict(rows)


def test_three_releases_are_one_mail_a_person_and_every_row_ends_with_it() -> None:
    house, mail = digesters(4), FakeChannel("mail")
    for number in range(3):
        release(house, f"v{number}", 4, f"release{number}")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 12)
        assert services.is_settled("v0"), "held mail counts as settled"
        make_due()
        eventually(lambda: ended() == {"accepted": 12})
    assert len(mail.seen) == 4, "one mail a person"
    assert len({task.message_id for task in mail.seen}) == 4
    document = read_mail(mail.seen[0].parcel.body)
    assert document.subject == "Your digest from Dateline (3)" and document.type == "digest"
    assert document.text.count("Museum opens (en)") == 3
    assert document.text.count("http://127.0.0.1:8080/en/museum-opens-release") == 3
    assert len({id(task.parcel) for task in mail.seen}) == 1, "made once for all with the same list"
    assert statements.unaccounted() == 0
    assert len(attempts("result")) == 12 + 4, "each row has its own trace"


def test_over_the_cap_the_rest_is_one_mail() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    house.changed["j_0"] = {"cap": 2}
    for number in range(5):
        release(house, f"v{number}", 1, f"release{number}")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 3 and len(mail.seen) == 2)
        make_due()
        eventually(lambda: ended() == {"accepted": 5})
    assert len(mail.seen) == 3
    assert read_mail(mail.seen[-1].parcel.body).subject.endswith("(3)")


def test_a_repeat_carries_the_same_id_and_date() -> None:
    """I5, over a lost answer and a restart of the process."""
    house, tries = digesters(1), []

    def answer(task: Task) -> Receipt:
        tries.append(task)
        outcome = "lost" if len(tries) == 1 else "accepted"
        return Receipt(task.delivery, task.fence, outcome, 0 if len(tries) == 1 else 250)  # type: ignore[arg-type]

    release(house, "v0", 1, "release0")
    release(house, "v1", 1, "release1")
    with dispatching(house, FakeChannel("mail", answer=answer)):
        eventually(lambda: waiting() == 2)
        make_due()
        eventually(lambda: len(tries) == 1 and not waiting())
    change("UPDATE dispatch_delivery SET due_at = %s WHERE lock_id = 'digest' AND state = 'waiting'", [now()])
    with dispatching(house, FakeChannel("mail", answer=answer)):
        eventually(lambda: ended() == {"accepted": 2})
    assert len(tries) == 2 and tries[0].message_id == tries[1].message_id
    assert read_mail(tries[0].parcel.body).date == read_mail(tries[1].parcel.body).date
    assert tries[0].parcel.at == tries[1].parcel.at


def test_a_refused_digest_refuses_its_rows_with_the_servers_words() -> None:
    house = digesters(1)

    def answer(task: Task) -> Receipt:
        return Receipt(task.delivery, task.fence, "refused", 550, "5.1.1 unknown user")

    release(house, "v0", 1, "release0")
    with dispatching(house, FakeChannel("mail", answer=answer)):
        eventually(lambda: waiting() == 1)
        make_due()
        eventually(lambda: ended() == {"refused": 1})
    [row] = query("SELECT reason, last_code FROM dispatch_delivery WHERE lock_id = 'v0'")
    assert row == ("550 5.1.1 unknown user", 550)
    assert statements.unaccounted() == 0


def test_a_killed_release_is_left_out_and_nobody_hears_of_it() -> None:
    """I7: the kill cancels what was not sent; who never got it gets no kill."""
    house, mail = digesters(2), FakeChannel("mail")
    release(house, "v0", 2, "killed")
    release(house, "v1", 2, "stays")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 4)
        release(house, "v2", 0, "killed", number=2, kind="kill")
        eventually(lambda: ended("killed") == {"cancelled": 2})
        make_due()
        eventually(lambda: ended("stays") == {"accepted": 2})
    assert len(mail.seen) == 2
    assert all("(1)" in read_mail(task.parcel.body).subject for task in mail.seen)


def test_a_corrected_release_appears_corrected() -> None:
    house, mail = digesters(2), FakeChannel("mail")
    release(house, "v0", 2, "mended")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 2)
        release(house, "v2", 0, "mended", number=2, kind="correction")
        eventually(lambda: ended("mended") == {"cancelled": 2, "waiting": 2} and waiting() == 2)
        make_due()
        eventually(lambda: ended("mended") == {"accepted": 2, "cancelled": 2})
    assert len(mail.seen) == 2, "not at once: nobody has read the old text"
    text = read_mail(mail.seen[0].parcel.body).text
    assert "[Correction]" in text and text.count("Museum opens") == 1
    [row] = query("SELECT DISTINCT held FROM dispatch_delivery WHERE lock_id = 'v2'")
    assert row[0] == "asked for one digest a day"


def test_a_kill_reaches_whoever_had_it_in_a_digest_also_while_that_is_on_its_way() -> None:
    """A digest that was sent and never answered may have been read."""
    house = digesters(2)

    def answer(task: Task) -> Receipt:
        gone = task.parcel.format == "digest" and task.endpoint.address.startswith("j_0@")
        return Receipt(task.delivery, task.fence, "lost" if gone else "accepted", 0 if gone else 250)

    mail = FakeChannel("mail", answer=answer)
    release(house, "v0", 2, "killed")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 2)
        make_due()
        eventually(lambda: ended("killed") == {"accepted": 1, "waiting": 1} and len(mail.seen) == 2)
        release(house, "v2", 0, "killed", number=2, kind="kill")
        eventually(lambda: ended("killed") == {"accepted": 3, "uncertain": 1})
    assert {t.endpoint.address for t in mail.seen if t.parcel.format == "mail"} == {
        "j_0@desk.example",
        "j_1@desk.example",
    }


def test_a_stopped_or_pausing_person_gets_no_digest() -> None:
    """I13."""
    house, mail = digesters(3), FakeChannel("mail")
    release(house, "v0", 3, "release0")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 3)
        house.changed["j_0"] |= {"suppressed": "stopped by the recipient"}
        house.changed["j_1"] |= {"paused": True}
        make_due()
        eventually(lambda: ended() == {"accepted": 1, "suppressed": 2})
    assert [task.endpoint.address for task in mail.seen] == ["j_2@desk.example"]


def test_outside_their_hours_mail_waits_and_goes_by_itself() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    hour = datetime.now(UTC).hour
    house.changed["j_0"] = {"hours": f"{(hour + 2) % 24:02}:00-{(hour + 3) % 24:02}:00"}
    release(house, "v0", 2, "release0")
    with dispatching(house, mail):
        eventually(lambda: ended() == {"accepted": 1, "waiting": 1})
        [(reason, digest)] = query("SELECT held, digest FROM dispatch_delivery WHERE state = 'waiting'")
        assert reason.startswith("outside their hours") and digest == 0
        house.changed["j_0"] = {}
        change("UPDATE dispatch_delivery SET due_at = %s WHERE state = 'waiting'", [now()])
        eventually(lambda: ended() == {"accepted": 2})
    assert all(task.parcel.format == "mail" for task in mail.seen)


def test_corrections_ignore_digests_and_hours() -> None:
    house, mail = FakeHouse(), FakeChannel("mail")
    release(house, "v0", 1, "mended")
    with dispatching(house, mail):
        eventually(lambda: ended() == {"accepted": 1})
        house.changed["j_0"] = {"mode": "digest", "paused": True}
        release(house, "v2", 0, "mended", number=2, kind="correction")
        eventually(lambda: ended() == {"accepted": 2})
    assert len(mail.seen) == 2


def test_rows_that_come_after_their_hours_digest_get_one_of_their_own() -> None:
    house, mail = digesters(1), FakeChannel("mail")
    release(house, "v0", 1, "release0")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 1)
        due = now()
        change("UPDATE dispatch_delivery SET due_at = %s WHERE digest = -1", [due])
        eventually(lambda: ended() == {"accepted": 1})
        release(house, "v1", 1, "release1")
        eventually(lambda: waiting() == 1)
        change("UPDATE dispatch_delivery SET due_at = %s WHERE digest = -1", [due])
        eventually(lambda: ended() == {"accepted": 2})
    assert len({task.message_id for task in mail.seen}) == 2


def test_resending_a_row_of_a_refused_digest_sends_it_by_itself() -> None:
    house = digesters(1)
    refuse = [True]

    def answer(task: Task) -> Receipt:
        return Receipt(
            task.delivery, task.fence, "refused" if refuse[0] else "accepted", 550 if refuse[0] else 250
        )

    mail = FakeChannel("mail", answer=answer)
    release(house, "v0", 1, "release0")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 1)
        make_due()
        eventually(lambda: ended() == {"refused": 1})
        refuse[0] = False
        assert services.resend_missing("v0", by="ana") == 1
        eventually(lambda: ended() == {"accepted": 1})
    assert mail.seen[-1].parcel.format == "mail"


def test_old_digests_are_forgotten_and_what_they_carried_stays() -> None:
    house = digesters(1)
    release(house, "v0", 1, "release0")
    with dispatching(house, FakeChannel("mail")):
        eventually(lambda: waiting() == 1)
        make_due()
        eventually(lambda: ended() == {"accepted": 1})
    assert digest_rows.forget_carriers(before=now() + rules.SECOND) == 1
    assert ended() == {"accepted": 1} and statements.unaccounted() == 0


def test_the_guards_of_the_ledger_stand_after_the_column_came() -> None:
    """SQLite makes a table anew for many changes, and its triggers go with the old one."""
    house = digesters(1)
    release(house, "v0", 1, "release0")
    with dispatching(house, FakeChannel("mail")):
        eventually(lambda: waiting() == 1)
    with pytest.raises(DatabaseError, match="cannot make this move"), transaction.atomic(using="ledger"):
        change("UPDATE dispatch_delivery SET state = 'accepted'")


@pytest.mark.parametrize(
    ("index", "sql"),
    [
        ("dispatch_digest_due", "digest = -1 AND due_at <= 5 AND state = 'waiting'"),
        ("dispatch_digest_person", "digest = -1 AND state = 'waiting' AND person_id IN ('p1', 'p2')"),
        ("dispatch_digest_open", "digest > 0 AND done_at IS NULL AND digest IN (1, 2)"),
    ],
)
def test_each_question_about_digests_has_its_index(index: str, sql: str) -> None:
    """PostgreSQL takes any index of an empty table, so there it is enough that it exists."""
    if connections["ledger"].vendor == "sqlite":
        told = query(f"EXPLAIN QUERY PLAN SELECT id FROM dispatch_delivery WHERE {sql}")
    else:
        told = query("SELECT indexname FROM pg_indexes WHERE tablename = 'dispatch_delivery'")
    assert any(index in str(row) for row in told), told


@pytest.mark.parametrize(
    ("zone", "at", "due"),
    [
        ("Asia/Seoul", "07:00", "2026-11-24T22:00:00+00:00"),
        ("Asia/Seoul", "18:30", "2026-11-25T09:30:00+00:00"),
        ("America/New_York", "", "2026-11-25T12:00:00+00:00"),
        ("Nowhere/Land", "07:00", "2026-11-25T07:00:00+00:00"),
    ],
)
def test_a_digest_goes_at_the_persons_hour(zone: str, at: str, due: str) -> None:
    moment = to_micros(Instant(datetime(2026, 11, 24, 12, tzinfo=UTC)))
    assert rules.next_morning(moment, zone, at) == to_micros(Instant(datetime.fromisoformat(due)))
    assert digests.due_of(f"digest:{moment}") == moment


@pytest.mark.parametrize(
    ("hours", "opens"),
    [
        ("08:00-18:00", None),
        ("13:00-18:00", "2026-11-24T13:00:00+00:00"),
        ("08:00-12:00", "2026-11-25T08:00:00+00:00"),
        ("22:00-06:00", "2026-11-24T22:00:00+00:00"),
        ("22:00-13:00", None),
    ],
)
def test_hours_of_a_person(hours: str, opens: str | None) -> None:
    moment = to_micros(Instant(datetime(2026, 11, 24, 12, tzinfo=UTC)))
    wanted = None if opens is None else to_micros(Instant(datetime.fromisoformat(opens)))
    assert rules.opens_at(moment, "UTC", hours) == wanted


def test_what_is_paused_is_in_no_digest_and_goes_once_it_is_resumed() -> None:
    """Normal mail that rests for complaints rests in digests too; nothing of it is lost (I3)."""
    house, mail = digesters(2), FakeChannel("mail")
    release(house, "v0", 2, "normal")
    release(house, "v1", 2, "priority", release_class="priority")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 4)
    services.pause("mail-normal", by="test", reason="complaints")
    with dispatching(house, mail):
        make_due()
        eventually(lambda: ended("priority") == {"accepted": 2})
        assert ended("normal") == {"waiting": 2} and waiting() == 2
        services.resume("mail-normal", by="test")
        eventually(lambda: ended("normal") == {"accepted": 2})
    assert [read_mail(task.parcel.body).text.count("Museum opens") for task in mail.seen] == [1] * 4


def test_a_digest_that_was_made_before_the_pause_waits_too() -> None:
    house, mail = digesters(1), FakeChannel("mail")
    release(house, "v0", 1, "release0")
    with dispatching(house, mail):
        eventually(lambda: waiting() == 1)
    make_due()
    assert digests.gather(now=now()) == 1
    services.pause("mail-normal", by="test", reason="complaints")
    carrier = "SELECT state, reason, fence FROM dispatch_delivery WHERE lock_id = 'digest'"
    with dispatching(house, mail):
        eventually(lambda: query(carrier) == [("deferred", "something it lists is paused", 0)])
    assert not mail.seen


def test_under_hold_of_the_wire_no_digest_is_made() -> None:
    house = digesters(1)
    release(house, "v0", 1, "release0")
    with dispatching(house, FakeChannel("mail")):
        eventually(lambda: waiting() == 1)
    make_due()
    assert digests.gather(now=now(), stops=Stops(everything=True)) == 0
    assert waiting() == 1


def test_who_stops_while_a_digest_is_on_its_way_has_what_came_of_it_in_the_ledger() -> None:
    """I3: a row that was sent never says that it was not."""
    house = digesters(1)
    release(house, "v0", 1, "release0")
    with dispatching(house, FakeChannel("mail")):
        eventually(lambda: waiting() == 1)
    make_due()
    assert digests.gather(now=now()) == 1
    [carrier] = statements.claim_due("mail", now=now(), limit=9, owner="a", lease_until=now() + 10**9)
    assert statements.suppress("p0", "stopped", now=now()) == 0
    assert statements.suppress_many(["p0"], "stopped", now=now()) == 0
    change(
        "UPDATE dispatch_delivery SET state = 'deferred', due_at = %s, owner = '' WHERE id = %s",
        [now(), carrier.id],
    )
    assert statements.suppress("p0", "stopped", now=now()) == 1


def test_old_digests_are_found_without_reading_the_ledger() -> None:
    """PostgreSQL takes any plan for an empty table, so there it is enough that the statement runs."""
    with CaptureQueriesContext(connections["ledger"]) as seen:
        assert digest_rows.forget_carriers(before=now()) == 0
    if connections["ledger"].vendor == "sqlite":
        plan = str(query(f"EXPLAIN QUERY PLAN {seen[0]['sql']}"))
        assert "SCAN" not in plan and plan.count("version_id>? AND version_id<?") == 2
