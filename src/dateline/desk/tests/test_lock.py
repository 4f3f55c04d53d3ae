"""Locks: what they freeze, what their hash covers, that older ones go."""

from dataclasses import replace

import pytest

from dateline.audience import services as audience
from dateline.core.clock import iso_z
from dateline.core.errors import Conflict, NotFound
from dateline.core.words import canonical_bytes, edition_sha256, sha256_hex
from dateline.desk import services as desk
from dateline.desk.tests.builders import (
    PICTURE,
    added,
    ahead,
    approved,
    events,
    hold,
    locked,
    picture,
    story,
    take_back,
)
from dateline.issuers import services as issuers
from dateline.plant.db import vault_store
from dateline.plant.settings import get_settings

pytestmark = [pytest.mark.room, pytest.mark.django_db(databases=["default", "ledger"])]
OUTLET = {
    "name": "Seoul Daily",
    "country": "KR",
    "languages": "ko;en",
    "sectors": "",
    "kind": "paper",
    "channel": "webhook",
    "endpoint": "https://daily.example/in",
    "format": "json",
}


def test_a_lock_freezes_editions_pictures_and_recipients() -> None:
    audience.import_rows([OUTLET], "outlet")
    release = added(story("ko", **picture()), story("en"))
    version = desk.lock(release, by="ana")
    editions = desk.editions(version.version_id)
    assert [e.language for e in editions] == ["ko", "en"]
    assert [(r.language, r.sha256, r.is_original) for r in version.editions] == [
        (e.language, edition_sha256(e), e.is_original) for e in editions
    ]
    assert desk.edition(version.version_id, "en") == editions[1]
    assert desk.media(version.version_id) == {sha256_hex(PICTURE): (PICTURE, "image/png")}
    manifest = desk.manifest(version.version_id)
    assert manifest == audience.resolve(desk.targeting(version.version_id))
    assert (version.manifest_hash, dict(version.counts)) == (manifest.hash, dict(manifest.counts))
    assert [row.language for row in manifest.rows] == ["en", "ko"]
    assert (version.state, version.number, version.kind, version.locked_by) == ("locked", 1, "release", "ana")
    assert version.ledger_id == version.version_id
    assert desk.show(release).state == "locked"


def test_editions_name_wire_issuer_slug_and_lei() -> None:
    issuers.add_issuer("harbour", "Harbour", "KR", level=2, lei="529900T8BM49AURSDO55")
    release = desk.add_release(
        [story(headline="Port grows")], issuer="harbour", circuit="all", at=None, by="ana"
    )
    edition = desk.editions(desk.lock(release, by="ana").version_id)[0]
    assert (edition.wire, edition.lei) == (get_settings().wire_name, "529900T8BM49AURSDO55")
    assert (edition.issuer.slug, edition.issuer.level) == ("harbour", 2)
    assert edition.path == f"/en/port-grows-{release}/"


def test_the_hash_is_over_editions_manifest_and_t0() -> None:
    at = ahead()
    version = desk.lock(added(story("ko"), story("en"), at=at), by="ana")
    document = {
        "editions": {e.language: e.sha256 for e in version.editions},
        "manifest": version.manifest_hash,
        "t0": at.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    assert version.hash == sha256_hex(canonical_bytes(document))
    assert version.due_at == at


def test_without_t0_the_hash_says_on_approval() -> None:
    version = desk.lock(added(), by="ana")
    document = {
        "editions": {e.language: e.sha256 for e in version.editions},
        "manifest": version.manifest_hash,
        "t0": "on-approval",
    }
    assert version.hash == sha256_hex(canonical_bytes(document))
    assert version.due_at is None


def test_each_lock_draws_its_ids_anew_t4() -> None:
    release = added(story("ko"), story("en"))
    first = desk.lock(release, by="ana")
    ids = {e.event_id for e in desk.editions(first.version_id)}
    second = desk.lock(release, by="ana")
    assert second.version_id != first.version_id
    assert ids.isdisjoint(e.event_id for e in desk.editions(second.version_id))
    assert second.hash != first.hash


@pytest.mark.parametrize("stage", ["locked", "approved", "held"])
def test_a_new_lock_destroys_the_old_one(stage: str) -> None:
    release = added(at=ahead())
    old = locked(release) if stage == "locked" else approved(release)
    if stage == "held":
        hold(old)
    new = desk.lock(release, by="ben")
    assert desk.version(old.version_id).state == "dropped"
    assert vault_store.names(old.version_id) == []
    for read in (desk.editions, desk.manifest, desk.media, desk.targeting):
        with pytest.raises(NotFound, match="dropped"):
            read(old.version_id)
    assert [e["version_id"] for e in events("LockDropped", release)] == [old.version_id]
    assert desk.show(release).state == "locked"
    assert desk.latest_version(release).version_id == new.version_id
    assert desk.pending(release) == new
    assert [v.version_id for v in desk.versions(release)] == [new.version_id]


def test_a_returned_release_is_locked_again() -> None:
    release = added()
    locked(release)
    desk.return_release(release, reason="Wrong date.", by="ben")
    assert desk.pending(release) is None
    with pytest.raises(Conflict, match="not locked yet"):
        desk.latest_version(release)
    assert desk.lock(release, by="ana").state == "locked"


def test_a_spiked_release_cannot_be_locked_until_it_is_returned() -> None:
    release = added()
    version = locked(release)
    desk.spike(release, reason="A hoax.", by="ben")
    assert desk.version(version.version_id).state == "dropped"
    with pytest.raises(Conflict, match=r"spiked.*return"):
        desk.lock(release, by="ana")
    desk.return_release(release, reason="It was none.", by="ben")
    assert desk.lock(release, by="ana").state == "locked"


def test_a_release_withdrawn_before_t0_keeps_its_last_lock_for_reports() -> None:
    release = added(at=ahead())
    version = approved(release)
    hold(version)
    take_back(version)
    assert desk.show(release).state == "withdrawn"
    assert desk.latest_version(release).version_id == version.version_id
    with pytest.raises(Conflict, match="nothing more can be done"):
        desk.lock(release, by="ana")


def test_a_change_during_the_lock_defeats_it(monkeypatch: pytest.MonkeyPatch) -> None:
    release = added(story("en"))
    resolve = audience.resolve

    def slow(targeting: audience.Targeting) -> object:
        desk.save_draft(release, story("en", headline="Changed meanwhile"), by="ben")
        return resolve(targeting)

    monkeypatch.setattr("dateline.audience.services.resolve", slow)
    with pytest.raises(Conflict, match="lock it again"):
        desk.lock(release, by="ana")
    assert desk.pending(release) is None
    assert desk.show(release).state == "draft"


def test_unknown_versions_and_languages_are_not_found() -> None:
    version = desk.lock(added(), by="ana")
    for read in (desk.version, desk.editions, desk.manifest, desk.media, desk.targeting):
        with pytest.raises(NotFound, match="vnothing"):
            read("vnothing")
    with pytest.raises(NotFound, match="no edition in ja"):
        desk.edition(version.version_id, "ja")


def test_a_lock_holds_the_text_that_was_locked_whatever_is_edited_later() -> None:
    release = added(story("en", headline="Locked words"))
    version = locked(release)
    told = desk.editions(version.version_id)[0]
    assert told.headline == "Locked words"
    desk.save_draft(release, story("en", headline="Later words"), by="ana")
    again = desk.lock(release, by="ana")
    assert desk.editions(again.version_id)[0].headline == "Later words"
    assert replace(told, headline="x") != told


def test_what_a_lock_did_is_in_the_history() -> None:
    at = ahead()
    release = added(at=at)
    version = desk.lock(release, by="ben")
    line = desk.history(release)[-1]
    assert (line.act, line.by) == ("locked", "ben")
    assert version.hash in line.detail
    assert iso_z(line.at) == iso_z(version.locked_at)
