"""Drafts: what comes in, what may change, and that a change drops the lock."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dateline.core.clock import FixedClock, Instant
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.words import Block, Run, sha256_hex
from dateline.desk import services as desk
from dateline.desk.rows import drafts_owner
from dateline.desk.tests.builders import (
    PICTURE,
    added,
    ahead,
    approved,
    events,
    hold,
    locked,
    miss,
    picture,
    released,
    story,
)
from dateline.plant.db import vault_store

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]


def test_a_draft_comes_back_as_it_was_written() -> None:
    stories = (story("ko", **picture()), story("en"), story("ja"))
    release = added(*stories)
    back = desk.drafts(release)
    assert [s.language for s in back] == ["ko", "en", "ja"]
    assert back[0] == replace(stories[0], original=True)
    assert dict(back[0].attachments) == {"hall.png": PICTURE}


def test_the_card_shows_what_lists_need() -> None:
    at = ahead()
    release = added(
        story("ko", slug="museum-opens", release_class="priority", origin="third-party", provider="Agency"),
        story("en"),
        at=at,
        circuit="ASEAN",
    )
    card = desk.show(release)
    assert (card.slug, card.state, card.at, card.circuit) == ("museum-opens", "draft", at, "asean")
    assert (card.languages, card.original_language) == (("ko", "en"), "ko")
    assert (card.release_class, card.origin, card.provider) == ("priority", "third-party", "Agency")
    assert (card.created_by, card.version, card.issuer) == ("ana", 1, "museum")


def test_release_ids_tell_nothing_about_how_many_there_are_t4() -> None:
    ids = {added(story(headline=f"Story {n}")) for n in range(5)}
    assert len(ids) == 5 and all(len(i) == 10 for i in ids)


def test_lists_are_newest_first_and_of_one_issuer_when_asked() -> None:
    first, second = added(), added()
    assert [card.release for card in desk.list_releases()][:2] == [second, first]
    assert [card.release for card in desk.list_releases(issuer="museum", limit=1)] == [second]
    assert desk.list_releases(issuer="nobody") == []


def test_headlines_are_those_of_the_original() -> None:
    release = added(story("ko", headline="박물관"), story("en"))
    assert desk.headline(release) == "박물관"
    assert desk.headlines([release, "2222222222"]) == {release: "박물관"}


@pytest.mark.parametrize(
    ("stories", "where"),
    [
        ((), "editions"),
        ((story("en"), story("en")), "editions"),
        ((story("en", original=True), story("ko", original=True)), "editions"),
        ((story("en"), story("ko", original=True)), "editions"),
        ((replace(story("en", **picture()), attachments=()),), "media hall.png"),
        ((story("en", provider="x" * 201),), "provider"),
    ],
)
def test_what_cannot_be_a_release_is_refused_naming_the_place_i14(stories, where) -> None:  # type: ignore[no-untyped-def]
    added()
    before = len(desk.list_releases())
    with pytest.raises(BadInput) as caught:
        desk.add_release(stories, issuer="museum", circuit="all", at=None, by="ana")
    assert caught.value.where == where
    assert len(desk.list_releases()) == before


def test_unknown_issuer_circuit_and_release_are_not_found() -> None:
    release = added()
    with pytest.raises(NotFound, match="museun"):
        desk.add_release([story()], issuer="museun", circuit="all", at=None, by="ana")
    with pytest.raises(NotFound, match="asia-9"):
        desk.add_release([story()], issuer="museum", circuit="asia-9", at=None, by="ana")
    with pytest.raises(NotFound):
        desk.set_circuit(release, "asia-9", by="ana")
    for act in (desk.show, desk.drafts, desk.headline, desk.history, desk.pending, desk.latest_version):
        with pytest.raises(NotFound, match="2222222222"):
            act("2222222222")
    with pytest.raises(NotFound):
        desk.save_draft("2222222222", story(), by="ana")


def test_a_t0_in_the_past_is_refused(clock: FixedClock) -> None:
    added()
    past = Instant(clock.now() - timedelta(seconds=1))
    with pytest.raises(BadInput, match="past"):
        desk.add_release([story()], issuer="museum", circuit="all", at=past, by="ana", clock=clock)
    release = added()
    with pytest.raises(BadInput, match="past"):
        desk.set_time(release, past, by="ana", clock=clock)


def test_saving_replaces_or_adds_one_language() -> None:
    release = added(story("ko"), story("en"))
    desk.save_draft(release, story("en", headline="New words"), by="ben")
    desk.save_draft(release, story("ja"), by="ben")
    assert [s.headline for s in desk.drafts(release)][1] == "New words"
    assert desk.show(release).languages == ("ko", "en", "ja")


def test_the_working_name_follows_the_headline_until_it_is_public() -> None:
    release = added(story(headline="Old name"))
    desk.save_draft(release, story(headline="New name"), by="ana")
    assert desk.show(release).slug == "new-name"
    assert desk.headline(release) == "New name"


def test_the_original_decides_class_and_origin() -> None:
    release = added(story("ko"), story("en"))
    desk.save_draft(release, story("en", release_class="regulated"), by="ana")
    assert desk.show(release).release_class == "normal"
    desk.save_draft(release, story("ko", release_class="regulated"), by="ana")
    assert desk.show(release).release_class == "regulated"


def test_a_replaced_picture_and_a_removed_language_leave_the_vault_t6() -> None:
    release = added(story("ko"), story("en", **picture()))
    owner = drafts_owner(release)
    assert f"media/{sha256_hex(PICTURE)}" in vault_store.names(owner)
    desk.save_draft(release, story("en", **picture(b"another")), by="ana")
    assert f"media/{sha256_hex(PICTURE)}" not in vault_store.names(owner)
    desk.remove_draft(release, "en", by="ana")
    assert vault_store.names(owner, "media/") == []
    assert vault_store.names(owner, "story/") == ["story/ko"]
    assert desk.show(release).languages == ("ko",)


def test_a_picture_two_languages_share_stays_for_the_other() -> None:
    release = added(story("ko", **picture()), story("en", **picture()))
    desk.remove_draft(release, "en", by="ana")
    assert dict(desk.drafts(release)[0].attachments) == {"hall.png": PICTURE}


def test_a_text_may_keep_a_picture_that_is_here_already() -> None:
    release = added(story("ko", **picture()))
    kept = replace(story("ko", headline="Edited", **picture()), attachments=())
    desk.save_draft(release, kept, by="ana")
    assert dict(desk.drafts(release)[0].attachments) == {"hall.png": PICTURE}


def test_the_original_cannot_be_removed() -> None:
    release = added(story("ko"), story("en"))
    with pytest.raises(BadInput, match="original"):
        desk.remove_draft(release, "ko", by="ana")
    with pytest.raises(BadInput, match="no draft in ja"):
        desk.remove_draft(release, "ja", by="ana")


EDITS = {
    "text": lambda release: desk.save_draft(release, story("en", headline="Changed"), by="ana"),
    "removal": lambda release: desk.remove_draft(release, "ko", by="ana"),
    "circuit": lambda release: desk.set_circuit(release, "asean", by="ana"),
    "time": lambda release: desk.set_time(release, ahead(7200), by="ana"),
    "on approval": lambda release: desk.set_time(release, None, by="ana"),
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("stage", ["locked", "approved", "held", "overdue"])
def test_every_change_drops_the_lock_and_tells_so(edit: str, stage: str) -> None:
    release = added(story("en"), story("ko"), at=ahead())
    version = locked(release) if stage == "locked" else approved(release)
    if stage in {"held", "overdue"}:
        hold(version)
    if stage == "overdue":
        miss(version)
    assert desk.show(release).state == stage
    EDITS[edit](release)
    assert desk.show(release).state == "draft"
    assert desk.version(version.version_id).state == "dropped"
    assert vault_store.names(version.version_id) == []
    assert [e["version_id"] for e in events("LockDropped", release)] == [version.version_id]


@pytest.mark.parametrize("edit", EDITS)
def test_nothing_of_a_public_release_is_edited(edit: str) -> None:
    release = released(story("en"), story("ko"))
    with pytest.raises(Conflict, match=r"is released, .* correction"):
        EDITS[edit](release)
    assert desk.drafts(release)[0].headline == story("en").headline


def test_editing_keeps_the_stage_of_work() -> None:
    release = added()
    desk.to_review(release, by="ana")
    desk.save_draft(release, story(headline="x"), by="ben")
    assert desk.show(release).state == "in review"
    desk.return_release(release, reason="Too long.", by="ben")
    desk.set_circuit(release, "asean", by="ana")
    assert desk.show(release).state == "returned"


def test_texts_in_every_form_survive_an_edit_of_another() -> None:
    table = Block("table", rows=(((Run("a"),), (Run("b"),)),), header=True)
    first = story("ko", blocks=(table, Block("list", items=((Run("x", strong=True),),), ordered=True)))
    release = added(first, story("en"))
    desk.save_draft(release, story("ja"), by="ana")
    assert desk.drafts(release)[0].blocks == first.blocks
