"""Providers' items on the wire: nothing is public without a person, unless one allowed it for all of them."""

import pytest

from dateline.audience import services as audience
from dateline.desk import services as desk
from dateline.desk.jobs import CONSUMER, HANDLERS
from dateline.intake.services import providers
from dateline.intake.tests import provider_documents as documents
from dateline.intake.tests.provider_feeds import added, polled
from dateline.issuers import services as issuers
from dateline.plant.db.outbox import follow
from dateline.wire import services as wire
from dateline.wire.tests.builders import work

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


@pytest.fixture(autouse=True)
def _ana(db: None) -> None:
    issuers.add_person("ana")


def arrive(data: bytes) -> desk.ReleaseCard:
    """Polls, hands the desk what came, and lets the wire do what is wanted."""
    polled("kyoto", data)
    while follow(CONSUMER, HANDLERS) + wire.follow_items():
        pass
    return desk.show(desk.items_of("kyoto")[0].release)


def go_out(release: str) -> None:
    """A person approves, and T0 comes."""
    checked = wire.lock_and_check(release, by="ana")
    assert not checked.blocked, checked.findings
    assert desk.approve(release, by="ana").complete
    work()
    assert wire.lift(checked.version_id)
    work()


def note() -> str:
    return desk.items_of("kyoto")[0].note


def g2(version: int, **more: str) -> bytes:
    return documents.g2(version, **more)


def test_without_permission_an_item_stays_a_draft() -> None:
    added()
    card = arrive(g2(1))
    assert card.state == "draft"
    assert desk.versions(card.release) == ()


def test_with_permission_it_is_approved_in_the_name_of_the_person_who_gave_it() -> None:
    added(auto_approve_by="ana")
    card = arrive(g2(1))
    assert card.state == "approved"
    (version,) = desk.versions(card.release)
    assert version.approvals == ("ana",)
    assert note() == "text approved in the name of ana"


def test_a_finding_for_a_person_stops_the_permission() -> None:
    """I9"""
    added(auto_approve_by="ana")
    german = (
        "Das Hafenmuseum eröffnet am Dienstag nach drei Jahren Bauzeit seine neue Halle und zeigt darin "
        "zweihundert Schiffe aus neun Ländern, darunter viele, die bisher niemand im Land gesehen hat."
    )
    card = arrive(documents.rss(documents.item("u1", title="Das Museum", body=german), language="en"))
    assert card.state == "locked"
    assert note().startswith("text waits for a person: ")
    assert "language-doubtful" in note()


def test_a_permission_ends_with_the_person_and_one_of_two_is_not_both() -> None:
    added(auto_approve_by="nobody-here")
    assert arrive(g2(1)).state == "draft"
    assert note() == "nobody allows approval without a look any more"
    issuers.add_person("ben", role="editor")
    assert issuers.policy() == "two"
    providers.remove("kyoto")
    added(auto_approve_by="ana")
    assert arrive(g2(1)).state == "locked"
    assert note() == "text waits for another approval"


def test_a_newer_version_of_what_is_public_is_a_correction_that_waits() -> None:
    added()
    release = arrive(g2(1)).release
    go_out(release)
    assert arrive(g2(2, day="Friday")).state in {"lifted", "released"}
    pending = desk.pending(release)
    assert pending is not None
    assert (pending.kind, pending.approvals) == ("correction", ())
    assert desk.gate_missing(pending.version_id) == ()
    assert note() == "correction waits for approval"
    assert desk.edition(pending.version_id, "en").reason == "New version from Kyoto Wire"
    assert "on Friday" in desk.edition(pending.version_id, "en").blocks[-1].text
    # A newer one takes its place.
    arrive(g2(3, day="Sunday"))
    newest = desk.pending(release)
    assert newest is not None
    assert newest.version_id != pending.version_id


def test_a_kill_of_what_is_public_waits_for_the_desk() -> None:
    added()
    release = arrive(g2(1)).release
    go_out(release)
    arrive(g2(2, status="canceled"))
    pending = desk.pending(release)
    assert pending is not None
    assert (pending.kind, pending.approvals) == ("kill", ())
    assert wire.public_edition(release, "en") is not None
    assert note() == "kill waits for approval"


def test_with_permission_corrections_and_kills_follow_by_themselves() -> None:
    added(auto_approve_by="ana")
    release = arrive(g2(1)).release
    work()
    (version,) = desk.versions(release)
    assert wire.lift(version.version_id)
    work()
    arrive(g2(2, day="Friday"))
    assert note() == "correction approved in the name of ana"
    arrive(g2(3, status="canceled"))
    assert note() == "kill approved in the name of ana"
    assert desk.latest_version(release).kind == "kill"


def test_mail_goes_only_to_who_asked_for_third_party_content() -> None:
    """Third-party rule: newsroom, feeds and desktops by default, mail only to who opted into it."""
    people = [
        {
            "email": f"{said}@{said}.example",
            "name": said,
            "country": "JP",
            "languages": "en",
            "sectors": "20000344",
            "outlet": "",
            "consent": "form 2026-01-01",
            "third_party": said,
        }
        for said in ("yes", "no")
    ]
    assert audience.import_rows(people, "journalist").created == 2
    added(sectors=["20000344"])
    release = arrive(documents.rss(documents.item("u1"))).release
    version = desk.lock(release, by="ana")
    assert [row.domain for row in desk.manifest(version.version_id).rows] == ["yes.example"]
