"""A provider's items at the desk: drafts of their own, followed by version, never over a person's work."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dateline.core.clock import FixedClock
from dateline.core.errors import Conflict, NotFound
from dateline.core.events import ItemArrived
from dateline.desk import services as desk
from dateline.desk.jobs import CONSUMER, HANDLERS
from dateline.desk.models import ItemRelease
from dateline.desk.tests import builders
from dateline.intake.models import Provider
from dateline.intake.services import providers
from dateline.intake.tests import provider_documents as documents
from dateline.intake.tests.provider_feeds import added, polled
from dateline.plant.db.outbox import follow

pytestmark = [pytest.mark.room, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _kyoto(db: None) -> None:
    added()


def arrive(data: bytes) -> desk.ReleaseCard:
    """Polls once and hands the desk what it is told; the newest item's release."""
    polled("kyoto", data)
    while follow(CONSUMER, HANDLERS):
        pass
    return desk.show(desk.items_of("kyoto")[0].release)


def text(release: str) -> str:
    (story,) = desk.drafts(release)
    return story.blocks[-1].text


def version(number: int, day: str = "Tuesday", **more: str) -> bytes:
    return documents.g2(number, day=day, **more)


def lift(release: str) -> None:
    locked = builders.approved(release)
    builders.hold(locked)
    builders.lift(locked)


def test_an_item_becomes_one_draft_of_its_provider_and_waits_for_a_person() -> None:
    card = arrive(version(1))
    assert (card.state, card.origin, card.provider) == ("draft", "third-party", "Kyoto Wire")
    assert (card.issuer, card.circuit, card.created_by) == ("kyoto", "all", "provider kyoto")
    arrive(version(1))
    assert len(desk.list_releases()) == 1
    (item,) = desk.items_of("kyoto")
    assert item.wanted == ""
    assert providers.item(item.item).story is None, "the sealed copy of intake is gone"


def test_an_event_told_twice_changes_nothing() -> None:
    card = arrive(version(1))
    polled("kyoto", version(2, "Friday"))
    (item,) = providers.items("kyoto")
    for revision in (1, 2, 2):
        HANDLERS[ItemArrived](ItemArrived(item.id, revision, "kyoto", item.changed_at))
    assert len(desk.list_releases()) == 1
    assert [line.act for line in desk.history(card.release)].count("text saved") == 1


def test_a_newer_version_updates_the_draft_and_drops_its_lock() -> None:
    release = arrive(version(1)).release
    builders.approved(release)
    card = arrive(version(2, "Friday"))
    assert (card.release, card.state) == (release, "draft")
    assert "on Friday" in text(release)
    assert "text saved" in [line.act for line in desk.history(release)]


def test_a_persons_work_is_never_overwritten_and_the_newer_version_waits() -> None:
    release = arrive(version(1)).release
    (story,) = desk.drafts(release)
    desk.save_draft(release, replace(story, headline="Our headline"), by="eve")
    arrive(version(2, "Friday"))
    (item,) = desk.items_of("kyoto")
    assert (item.wanted, desk.headline(release)) == ("look", "Our headline")
    arrive(version(3, "Sunday"))
    desk.take_item(release, by="eve")
    assert "on Sunday" in text(release)
    assert desk.items_of("kyoto")[0].wanted == ""
    with pytest.raises(NotFound, match="waits to be taken"):
        desk.take_item(release, by="eve")
    arrive(version(4, "Monday"))
    assert desk.leave_item(release)
    assert not desk.leave_item(release)
    assert "on Sunday" in text(release)


@pytest.mark.parametrize("locked", [False, True])
def test_a_kill_puts_aside_what_is_not_public_and_a_newer_version_is_a_new_draft(locked: bool) -> None:
    release = arrive(version(1)).release
    if locked:
        builders.hold(builders.approved(release))
    card = arrive(version(2, status="canceled"))
    assert (card.release, card.state) == (release, "spiked")
    assert not desk.wanted_items()
    again = arrive(version(3, "Friday"))
    assert again.release != release
    assert again.state == "draft"
    assert desk.show(release).state == "spiked"


def test_what_a_person_spiked_stays_so_whatever_comes_after() -> None:
    release = arrive(version(1)).release
    desk.spike(release, reason="no news for us", by="eve")
    arrive(version(2, "Friday"))
    assert len(desk.list_releases()) == 1
    assert desk.show(release).state == "spiked"
    assert "is spiked" in desk.items_of("kyoto")[0].note


def test_what_is_public_changes_by_a_lock_alone() -> None:
    release = arrive(version(1)).release
    lift(release)
    arrive(version(2, "Friday"))
    (wanted,) = desk.wanted_items()
    assert (wanted.release, wanted.wanted) == (release, "correct")
    assert desk.pending(release) is None
    with pytest.raises((NotFound, Conflict)):
        desk.take_item(release, by="eve")
    arrive(version(3, status="canceled"))
    (wanted,) = desk.wanted_items()
    assert wanted.wanted == "kill"
    assert desk.show(release).state in {"lifted", "released"}
    desk.item_done(wanted, "done")
    assert not desk.wanted_items()


def test_a_revision_that_came_meanwhile_stays_to_be_done() -> None:
    release = arrive(version(1)).release
    lift(release)
    arrive(version(2, "Friday"))
    (stale,) = desk.wanted_items()
    arrive(version(3, "Sunday"))
    desk.item_done(stale, "done")
    assert [card.revision for card in desk.wanted_items()] == [3]


def test_an_embargo_of_the_provider_is_the_draft_s_instant() -> None:
    ahead = builders.ahead(7200)
    mark = f"<embargoed>{ahead.isoformat()}</embargoed><pubStatus"
    card = arrive(version(1).replace(b"<pubStatus", mark.encode()))
    assert card.at == ahead


def test_what_the_desk_cannot_use_is_refused_and_keeps_back_no_other() -> None:
    """I14"""
    Provider.objects.update(circuit="no-such-circuit")
    polled("kyoto", version(1))
    polled("kyoto", documents.rss(documents.item("u1", title="Rates stay", body=documents.OTHER)))
    while follow(CONSUMER, HANDLERS):
        pass
    assert desk.list_releases() == []
    assert {line.state for line in providers.items("kyoto")} == {"refused"}
    assert all("no-such-circuit" in line.note for line in providers.items("kyoto"))
    Provider.objects.update(circuit="all")
    assert arrive(version(2, "Friday")).state == "draft", "mended, the next version is taken"


def test_a_draft_is_put_aside_when_its_rights_end(clock: FixedClock) -> None:
    release = arrive(documents.ninjs(1)).release
    assert desk.put_aside_expired(clock=clock) == 0
    clock.advance(timedelta(days=8).total_seconds())
    assert desk.put_aside_expired(clock=clock) == 1
    assert desk.show(release).state == "spiked"
    assert desk.put_aside_expired(clock=clock) == 0
    assert desk.items_of("kyoto")[0].note.startswith("rights ended at 2026-12-01")


def test_another_language_under_the_same_id_is_refused_not_mixed() -> None:
    release = arrive(version(1)).release
    polled("kyoto", version(2, "Friday").replace(b'"en"', b'"de"'))
    while follow(CONSUMER, HANDLERS):
        pass
    assert "on Tuesday" in text(release)
    assert "came in de" in ItemRelease.objects.get().note


def test_editions_in_other_languages_get_the_providers_own_words_in_that_language() -> None:
    """Third-party rule: the disclaimer is in the edition's language, and never a translation."""
    release = arrive(version(1)).release
    for language in ("ja", "ko"):
        desk.save_draft(release, builders.story(language), by="eve")
    lock = desk.lock(release, by="eve")
    found = {str(e.language): desk.edition(lock.version_id, e.language).disclaimer for e in lock.editions}
    assert found["en"] == "Not ours."
    assert found["ja"] == "当社の記事ではない。"
    assert "Not ours" not in found["ko"]
    assert found["ko"]
