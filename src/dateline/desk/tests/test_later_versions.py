"""What may follow a release that is out: late editions, corrections, kill, withdrawal."""

from dataclasses import replace

import pytest

from dateline.audience import services as audience
from dateline.core.errors import BadInput, Conflict, NotAllowed
from dateline.core.phrases import phrase
from dateline.core.words import Contact, Translation, edition_sha256, sha256_hex
from dateline.desk import services as desk
from dateline.desk.tests.builders import (
    PICTURE,
    added,
    ahead,
    approved,
    checked,
    events,
    hold,
    lift,
    picture,
    released,
    story,
    take_back,
)
from dateline.issuers import services as issuers
from dateline.plant.db import vault_store

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def out(version: desk.VersionCard) -> desk.VersionCard:
    """Checks, approves and lifts a later version."""
    assert desk.approve(checked(version).release, by="ana").complete
    lift(version)
    return desk.version(version.version_id)


# --- late editions ----------------------------------------------------------------------------------------


def test_a_late_edition_keeps_number_and_ledger_id_of_the_public_version() -> None:
    release = released(story("ko"))
    base = desk.latest_version(release)
    version = desk.lock_late_edition(release, [story("ja"), story("en")], by="ana")
    assert (version.number, version.kind, version.ledger_id) == (1, "late-edition", base.version_id)
    assert version.version_id != base.version_id
    assert version.due_at is None
    assert [e.type for e in desk.editions(version.version_id)] == ["edition-added", "edition-added"]
    assert desk.show(release).state == "released"
    assert desk.latest_version(release).version_id == base.version_id
    assert desk.pending(release) == version


def test_after_a_correction_a_late_edition_joins_the_correction() -> None:
    release = released(story("ko"))
    corrected = out(desk.lock_correction(release, [story("ko", headline="New")], reason="x", by="ana"))
    late = desk.lock_late_edition(release, [story("en")], by="ana")
    assert (late.number, late.ledger_id) == (2, corrected.version_id)


def test_a_late_edition_completes_itself_from_the_public_original() -> None:
    original = story(
        "ko", paid=True, restrict=("CN",), sectors=("04000000",), contacts=(Contact("Ana"),), **picture()
    )
    release = released(original)
    version = desk.lock_late_edition(release, [story("en")], by="ana")
    edition = desk.editions(version.version_id)[0]
    assert (edition.labels, edition.restrict, edition.sectors) == (("paid",), ("CN",), ("04000000",))
    assert edition.contacts == (Contact("Ana"),)
    assert edition.translation == Translation("human")
    assert (edition.slug, edition.original_language) == (desk.show(release).slug, "ko")
    assert edition.media == ()


def test_only_who_could_not_have_had_it_gets_a_late_edition_i4() -> None:
    journalist = {
        "name": "", "country": "KR", "sectors": "arts-culture-entertainment-and-media;04000000", "outlet": "",
        "consent": "form 2026", "timezone": "", "mode": "immediate",
    }  # fmt: skip
    journalist["sectors"] = "04000000"
    people = [
        {**journalist, "email": "both@a.example", "languages": "ko;en"},
        {**journalist, "email": "english@a.example", "languages": "en"},
    ]
    assert audience.import_rows(people, "journalist").created == 2
    release = released(story("ko", sectors=("04000000",)))
    base = desk.latest_version(release)
    late = desk.lock_late_edition(release, [story("en")], by="ana")
    targeting = desk.targeting(late.version_id)
    assert [d.language for d in targeting.public] == ["ko"]
    assert audience.resolve(targeting).hash == late.manifest_hash
    assert len(desk.manifest(base.version_id).rows) == 1
    assert [row.language for row in desk.manifest(late.version_id).rows] == ["en"]


def test_a_language_that_is_there_is_refused() -> None:
    release = released(story("ko"), story("en"))
    with pytest.raises(Conflict, match="en already"):
        desk.lock_late_edition(release, [story("en"), story("ja")], by="ana")
    out(desk.lock_late_edition(release, [story("ja")], by="ana"))
    with pytest.raises(Conflict, match="ja already"):
        desk.lock_late_edition(release, [story("ja")], by="ana")


def test_two_late_editions_may_wait_at_once_and_one_takes_the_place_of_its_own_language_only() -> None:
    release = released(story("ko"))
    japanese = desk.lock_late_edition(release, [story("ja")], by="ana")
    english = desk.lock_late_edition(release, [story("en")], by="ana")
    again = desk.lock_late_edition(release, [story("ja", headline="Better")], by="ana")
    assert desk.version(japanese.version_id).state == "dropped"
    assert desk.version(english.version_id).state == "locked"
    for version in (english, again):
        checked(version)
        assert desk.approve(release, by="ana", version_id=version.version_id).complete
    assert len(events("Approved", release)) == 3


@pytest.mark.parametrize(
    "act",
    [
        lambda r: desk.lock_late_edition(r, [story("ja")], by="ana"),
        lambda r: desk.lock_correction(r, [story("en")], reason="x", by="ana"),
        lambda r: desk.lock_kill(r, reason="x", by="ana"),
        lambda r: desk.lock_withdrawal(r, reason="x", by="ana"),
    ],
)
def test_nothing_follows_what_is_not_out(act) -> None:  # type: ignore[no-untyped-def]
    release = added(at=ahead())
    with pytest.raises(Conflict, match="is draft"):
        act(release)
    version = approved(release)
    with pytest.raises(Conflict, match="is approved"):
        act(release)
    hold(version)
    take_back(version)
    with pytest.raises(Conflict, match="is withdrawn"):
        act(release)


def test_the_desk_need_not_hear_of_the_lift_to_let_it_be_followed() -> None:
    release = added(story("ko"))
    assert desk.begin_lift(approved(release).version_id)
    assert desk.show(release).state == "lifted"
    assert desk.lock_kill(release, reason="x", by="ana").number == 2


def test_a_late_edition_follows_the_circuit_as_it_was_locked() -> None:
    audience.add_circuit("mine", countries=("KR",))
    release = released(story("ko"), circuit="mine")
    audience.add_circuit("mine", countries=("JP",))
    late = desk.lock_late_edition(release, [story("en")], by="ana")
    assert desk.targeting(late.version_id).rule.countries == ("KR",)


# --- corrections ------------------------------------------------------------------------------------------


def test_a_correction_is_the_next_version_of_the_languages_it_brings() -> None:
    release = released(story("ko"), story("en"), story("ja"))
    old = {str(e.language): e for e in desk.editions(desk.latest_version(release).version_id)}
    version = desk.lock_correction(
        release, [story("en", headline="Right name")], reason="The name was wrong.", by="ana"
    )
    (edition,) = desk.editions(version.version_id)
    assert (version.number, version.kind, version.due_at) == (2, "correction", None)
    assert (edition.type, edition.version, edition.reason) == ("corrected", 2, "The name was wrong.")
    assert edition.supersedes == edition_sha256(old["en"])
    assert edition.headline == "Right name"
    assert version.ledger_id == version.version_id
    assert dict(desk.manifest(version.version_id).rule) == {"received": release}
    assert desk.manifest(version.version_id).rows == ()
    out(version)
    card = desk.show(release)
    assert (card.state, card.version, card.languages) == ("corrected", 2, ("ko", "en", "ja"))


def test_a_second_correction_supersedes_the_newest_edition_of_its_language() -> None:
    release = released(story("ko"), story("en"))
    first = out(desk.lock_correction(release, [story("en", headline="2")], reason="x", by="ana"))
    second = out(
        desk.lock_correction(
            release, [story("en", headline="3"), story("ko", headline="3")], reason="y", by="ana"
        )
    )
    korean, english = desk.editions(second.version_id)
    assert (second.number, korean.language) == (3, "ko")
    assert english.supersedes == first.editions[0].sha256
    assert korean.supersedes not in {"", english.supersedes}


def test_a_correction_keeps_the_facts_its_text_does_not_repeat() -> None:
    made = Translation("machine", "engine", "ben")
    release = released(
        story("ko", paid=True, sectors=("04000000",), countries=("KR",), contacts=(Contact("Ana"),)),
        story("en", translation=made, contacts=(Contact("Bea"),)),
    )
    version = desk.lock_correction(
        release, [story("en", headline="b"), story("ko", headline="a")], reason="x", by="ana"
    )
    korean, english = desk.editions(version.version_id)
    assert korean.is_original and korean.translation is None
    assert korean.labels == english.labels == ("paid",)
    assert korean.sectors == english.sectors == ("04000000",)
    assert (korean.contacts, english.contacts) == ((Contact("Ana"),), (Contact("Bea"),))
    assert english.translation == made
    assert english.slug == desk.show(release).slug


def test_a_correction_of_a_language_that_is_not_public_is_refused() -> None:
    release = released(story("ko"))
    with pytest.raises(BadInput, match="ja is not public; send it as a late edition"):
        desk.lock_correction(release, [story("ko"), story("ja")], reason="x", by="ana")
    with pytest.raises(BadInput, match="editions"):
        desk.lock_correction(release, [], reason="x", by="ana")
    with pytest.raises(BadInput, match="reason"):
        desk.lock_correction(release, [story("ko")], reason=" ", by="ana")


def test_a_correction_may_bring_new_pictures() -> None:
    release = released(story("ko"))
    version = out(desk.lock_correction(release, [story("ko", **picture())], reason="x", by="ana"))
    assert desk.media(version.version_id) == {sha256_hex(PICTURE): (PICTURE, "image/png")}
    assert dict(desk.drafts(release)[0].attachments) == {"hall.png": PICTURE}


def test_drafts_become_the_text_that_is_out() -> None:
    release = released(story("ko", headline="One"), story("en"))
    slug = desk.show(release).slug
    out(desk.lock_correction(release, [story("ko", headline="Two")], reason="x", by="ana"))
    out(desk.lock_late_edition(release, [story("ja", headline="新")], by="ana"))
    drafts = {str(s.language): s for s in desk.drafts(release)}
    assert list(drafts) == ["ko", "en", "ja"]
    assert (drafts["ko"].headline, drafts["ja"].headline) == ("Two", "新")
    assert drafts["ko"].original and not drafts["ja"].original
    assert desk.headline(release) == "Two"
    assert desk.show(release).slug == slug


def test_a_correction_that_waits_gives_way_to_a_newer_one_and_leaves_late_editions_behind() -> None:
    release = released(story("ko"))
    late = desk.lock_late_edition(release, [story("en")], by="ana")
    first = desk.lock_correction(release, [story("ko", headline="a")], reason="x", by="ana")
    second = desk.lock_correction(release, [story("ko", headline="b")], reason="x", by="ana")
    assert desk.version(first.version_id).state == "dropped"
    assert second.number == 2
    assert desk.version(late.version_id).state == "locked"
    checked(second)
    desk.approve(release, by="ana")
    # It was made from a text that is wrong, and carries the number of the version before.
    assert desk.version(late.version_id).state == "dropped"


# --- kill and withdrawal ----------------------------------------------------------------------------------


def test_a_kill_puts_a_notice_in_every_public_language_t22() -> None:
    release = released(story("ko", **picture()), story("en"))
    late = out(desk.lock_late_edition(release, [story("ar")], by="ana"))
    corrected = out(desk.lock_correction(release, [story("en", headline="2")], reason="x", by="ana"))
    version = desk.lock_kill(release, reason="Not from us.", by="ana")
    notices = desk.editions(version.version_id)
    assert [e.language for e in notices] == ["ko", "en", "ar"]
    assert {e.headline for e in notices} == {phrase("notice.kill", tag) for tag in ("ko", "en", "ar")}
    assert all(e.type == "killed" and not e.blocks and e.reason == "Not from us." for e in notices)
    assert notices[1].supersedes == corrected.editions[0].sha256
    assert notices[2].supersedes == late.editions[0].sha256
    assert (version.number, version.due_at) == (3, None)
    assert dict(desk.manifest(version.version_id).rule) == {"received": release}
    assert desk.media(version.version_id) == {}
    out(version)
    assert desk.show(release).state == "killed"
    with pytest.raises(Conflict, match="nothing more can be done"):
        desk.lock_kill(release, reason="again", by="ana")


def test_a_withdrawal_after_t0_can_still_be_killed() -> None:
    release = released(story("ko"))
    version = out(desk.lock_withdrawal(release, reason="Postponed.", by="ana"))
    (notice,) = desk.editions(version.version_id)
    assert (notice.type, notice.headline, notice.blocks) == ("withdrawn", story("ko").headline, ())
    assert desk.show(release).state == "withdrawn"
    with pytest.raises(Conflict, match=r"is withdrawn, .*lock a kill"):
        desk.lock_correction(release, [story("ko")], reason="x", by="ana")
    out(desk.lock_kill(release, reason="Not from us.", by="ana"))
    assert desk.show(release).state == "killed"


def test_a_kill_takes_everything_still_to_come_with_it_i7() -> None:
    release = released(story("ko"))
    on_its_way = desk.lock_late_edition(release, [story("en")], by="ana")
    checked(on_its_way)
    desk.approve(release, by="ana")
    waiting = desk.lock_correction(release, [story("ko", headline="2")], reason="x", by="ana")
    kill = checked(desk.lock_kill(release, reason="x", by="ana"))
    assert desk.version(on_its_way.version_id).state == "approved"
    desk.approve(release, by="ana")
    for version in (on_its_way, waiting):
        assert desk.version(version.version_id).state == "dropped"
        assert not desk.begin_lift(version.version_id)
        assert vault_store.names(version.version_id) == []
    assert desk.begin_lift(kill.version_id)


def test_a_kill_that_waits_comes_first_i7() -> None:
    for name in ("ana", "ben"):
        issuers.add_person(name)
    release = added(story("ko"))
    version = checked(desk.lock(release, by="ana"))
    for name in ("ana", "ben"):
        desk.approve(release, by=name)
    lift(version)
    kill = checked(desk.lock_kill(release, reason="x", by="ana"))
    desk.approve(release, by="ana")
    correction = checked(desk.lock_correction(release, [story("ko", headline="2")], reason="y", by="ana"))
    assert desk.pending(release) == desk.version(correction.version_id)
    desk.approve(release, by="ana", version_id=correction.version_id)
    with pytest.raises(NotAllowed, match="a kill of"):
        desk.approve(release, by="ben", version_id=correction.version_id)
    assert desk.approve(release, by="ben").complete
    assert desk.version(kill.version_id).state == "approved"
    assert desk.version(correction.version_id).state == "dropped"


def test_what_waits_for_approval_can_be_returned_without_touching_what_is_out() -> None:
    release = released(story("ko"))
    kill = desk.lock_kill(release, reason="x", by="ana")
    desk.return_release(release, reason="It is genuine.", by="ben")
    assert desk.version(kill.version_id).state == "dropped"
    assert (desk.show(release).state, desk.pending(release)) == ("released", None)
    assert desk.editions(desk.latest_version(release).version_id)[0].headline == story("ko").headline


def test_versions_keep_what_they_are_about_when_a_draft_says_otherwise() -> None:
    release = released(story("ko", origin="third-party", provider="Agency"))
    told = replace(story("ko", headline="2"), origin="issuer", provider="")
    version = desk.lock_correction(release, [told], reason="x", by="ana")
    edition = desk.editions(version.version_id)[0]
    assert (edition.origin, edition.provider, edition.labels) == ("third-party", "Agency", ("third-party",))
    assert edition.disclaimer == phrase("disclaimer.third-party", "ko")
