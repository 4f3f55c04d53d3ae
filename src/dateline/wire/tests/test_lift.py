"""The lift: one transaction that is the release, once, never early, all or nothing."""

import json
from datetime import timedelta
from pathlib import Path

import jsonschema_rs
import pytest
from django.db import connection

import dateline.core
from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.words import edition_sha256
from dateline.desk import services as desk
from dateline.issuers import services as issuers
from dateline.wire import services as wire
from dateline.wire.tests.builders import draft, events, held, lifted, out, story, work

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]


def soon(seconds: float = 3600) -> Instant:
    return Instant(SystemClock().now() + timedelta(seconds=seconds))


def test_a_release_on_approval_is_due_at_once_and_goes_out_in_all_its_languages() -> None:
    version_id = held("en", "ko", "de")
    assert wire.lift(version_id)
    release = desk.version(version_id).release
    found = wire.public_edition(release, "ko")
    assert found is not None and found.state == "released" and found.edition.headline == story("ko").headline
    assert found.sha256 == edition_sha256(found.edition) == edition_sha256(desk.edition(version_id, "ko"))
    assert list(wire.public_languages(release)) == ["en", "ko", "de"]
    hold = wire.hold(version_id)
    assert hold is not None and hold.state == "lifted" and hold.lifted_at is not None
    assert hold.lifted_at >= hold.due_at
    work()
    assert desk.show(release).state == "released"


def test_the_log_rows_follow_the_original_and_say_what_is_public_at_that_commit() -> None:
    """I11"""
    version_id = held("en", "de", "ko")
    wire.lift(version_id)
    rows = wire.lifted_after(0)
    assert [(r.seq, r.language, r.kind) for r in rows] == [
        (1, "en", "release"), (2, "de", "release"), (3, "ko", "release"),
    ]  # fmt: skip
    assert wire.log_position() == 3
    for row in rows:
        event = wire.event_document(version_id, row.language)
        assert event["languages"] == ["en", "de", "ko"] == list(wire.public_languages_at(version_id))
        assert event["sha256"] == row.sha256
        assert event["id"] == desk.edition(version_id, row.language).event_id


def test_events_and_pages_of_the_log_have_their_documented_shape() -> None:
    release = out("en", "ko", sectors=("20000209",), countries=("KR",), tickers=("ACME",))
    lifted(
        wire.submit_correction(
            release, [story("en", headline="New hall at the harbour museum")], reason="Title", by="ana"
        )
    )
    lifted(wire.submit_kill(release, reason="Hoax", by="ana"))
    folder = Path(dateline.core.__file__).parent / "schemas"
    event_schema = json.loads((folder / "wire_event.json").read_text())
    page_schema = json.loads((folder / "wire_page.json").read_text())
    page = wire.wire_page()
    assert {event["type"] for _, event in page.events} == {"released", "corrected", "killed"}
    more = page.events[0][1] | {"more": 1}
    assert not jsonschema_rs.is_valid(event_schema, more)
    for _, event in page.events:
        jsonschema_rs.validator_for(event_schema, validate_formats=True).validate(event)
    document = {"events": [{"cursor": c, "event": e} for c, e in page.events], "next": page.next}
    validator = jsonschema_rs.validator_for(
        page_schema, retriever=lambda uri: event_schema, validate_formats=True
    )
    validator.validate(document)


def test_nothing_lifts_before_t0() -> None:
    """I2"""
    clock = FixedClock(SystemClock().now())
    at = Instant(clock.at + timedelta(hours=1))
    version_id = held(at=at)
    clock.at = Instant(at - timedelta(microseconds=1))
    assert not wire.lift(version_id, clock=clock)
    assert wire.log_position() == 0 and not wire.public_list()
    clock.at = at
    assert wire.lift(version_id, clock=clock)
    assert wire.lifted_after(0)[0].at == at


def test_a_version_lifts_once() -> None:
    """I2"""
    version_id = held("en", "ko")
    assert [wire.lift(version_id) for _ in range(3)] == [True, False, False]
    assert wire.log_position() == 2
    assert len(events("Lifted")) == 1


def test_the_house_is_told_in_the_same_commit() -> None:
    version_id = held()
    wire.lift(version_id)
    told = events("Lifted")[0]
    hold = wire.hold(version_id)
    assert hold is not None and hold.lifted_at is not None
    assert (told["version_id"], told["kind"], told["version"]) == (version_id, "release", 1)
    assert told["at"] == hold.lifted_at.isoformat() and told["due_at"] == hold.due_at.isoformat()


def test_unknown_holds_are_an_error_not_a_lost_race() -> None:
    with pytest.raises(NotFound, match="no hold"):
        wire.lift("v2222222222222222")
    assert wire.hold("v2222222222222222") is None


def test_before_t0_no_table_of_the_wire_holds_a_word_of_it(canary: str) -> None:
    """I1: and one moment after T0 the same search does find it."""
    version_id = held(
        at=soon(), headline=f"Museum {canary}", subhead=canary, keywords=(canary,), byline=canary,
        provider=canary, release_type=canary, tickers=("CANARY",),
    )  # fmt: skip
    assert not _tables_with(canary) and not _tables_with("CANARY")
    hold = wire.hold(version_id)
    assert hold is not None
    assert wire.lift(version_id, clock=FixedClock(hold.due_at))
    assert {"wire_logentry", "wire_publicrow", "wire_searchtext"} <= _tables_with(canary)


@pytest.fixture
def canary() -> str:
    return "xq7canary9zz"


def _tables_with(text: str) -> set[str]:
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith("wire_") or table == "plant_outboxrow":
                cursor.execute(f"SELECT * FROM {table}")
                if any(text in str(value) for row in cursor.fetchall() for value in row):
                    found.add(table)
    return found


def test_a_dropped_lock_never_lifts_even_before_its_hold_has_heard() -> None:
    """T10: the desk drops the lock; the event that ends the hold is still on its way."""
    version_id = held(at=soon())
    hold = wire.hold(version_id)
    assert hold is not None
    desk.save_draft(hold.release, story(headline="Another headline for the museum"), by="ana")
    assert not wire.lift(version_id, clock=FixedClock(hold.due_at))
    assert wire.log_position() == 0
    hold = wire.hold(version_id)
    assert hold is not None and hold.state == "withdrawn"
    work()
    assert desk.show(hold.release).state == "draft"


def test_an_opened_version_whose_lock_was_dropped_meanwhile_never_lifts() -> None:
    """T10: the clock opened it two seconds before T0, and the text changed after that."""
    from dateline.wire.lift import lift_opened
    from dateline.wire.opening import open_version

    version_id = held(at=soon())
    hold = wire.hold(version_id)
    assert hold is not None
    opened = open_version(version_id, now=SystemClock().now())
    desk.set_circuit(hold.release, "all", by="ana")
    assert not lift_opened(opened, hold, clock=FixedClock(hold.due_at))
    assert wire.log_position() == 0 and not wire.public_languages(hold.release)


def test_approval_told_twice_opens_one_hold() -> None:
    from dateline.core.events import event_from
    from dateline.wire import jobs

    version_id = held(at=soon())
    jobs.open_hold(event_from("Approved", events("Approved")[0]))  # type: ignore[arg-type]
    assert len(events("Held")) == 1
    assert wire.hold(version_id) is not None


def test_what_was_archived_goes_out_as_of_its_date() -> None:
    at = Instant(SystemClock().now() - timedelta(days=30))
    before = FixedClock(Instant(at - timedelta(minutes=5)))
    release = draft(at=at, clock=before)
    submitted = wire.submit(release, by="ana", clock=before)
    wire.publish_archived(submitted.version_id, at=at)
    work()
    found = wire.public_edition(release, "en")
    assert found is not None and found.at == at
    assert desk.show(release).state == "released"
    with pytest.raises(Conflict):
        wire.publish_archived(submitted.version_id, at=at)


def test_nothing_is_archived_ahead_of_time() -> None:
    """I2"""
    version_id = held(at=soon())
    with pytest.raises(BadInput, match="to come"):
        wire.publish_archived(version_id, at=soon())
    unapproved = wire.lock_and_check(draft(at=soon()), by="ana")
    with pytest.raises((NotFound, Conflict)):
        wire.publish_archived(unapproved.version_id, at=Instant(SystemClock().now() - timedelta(days=1)))
    assert wire.log_position() == 0


def test_a_regulated_item_goes_before_a_normal_one() -> None:
    """T11: the hold knows its class, so that the clock can tell."""
    normal = held(at=soon())
    issuers.add_person("ben")
    release = draft(at=soon(), release_class="regulated")
    wire.submit(release, by="ana")
    desk.approve(release, by="ben")
    work()
    regulated = desk.latest_version(release).version_id
    holds = {h.version_id: h.rank for h in wire.due_soon(7200, now=SystemClock().now())}
    assert holds[regulated] < holds[normal]
