"""An old site moves in: pages as of their own dates, and nothing is sent."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from dateline.core.clock import Instant
from dateline.core.errors import Conflict
from dateline.core.words import sha256_hex
from dateline.desk import services as desk
from dateline.issuers import services as issuers
from dateline.plant.db.models import OutboxRow
from dateline.testing.wordpress_export import SITE, TEXT, WpPost, attachment, export, polylang
from dateline.wire import services as wire
from dateline.wire.models import ArchivedItem, Hold, LogEntry, LogHead, OldAddress, PublicRow
from dateline.wire.tests.builders import lifted, out, work

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]
HOST = "old.harbour.example"
Moving = Callable[..., wire.Moved]


@pytest.fixture
def move(tmp_path: Path) -> Moving:
    """Imports an export of these posts as issuer `acme`."""

    def moving(*posts: WpPost, dry_run: bool = False, by: str = "ana", **asked: Any) -> wire.Moved:
        file = tmp_path / "export.xml"
        locales = asked.pop("locales", None)
        file.write_bytes(export(*posts, locales=locales))
        return wire.import_wordpress(
            wire.Cutover(file, **{"issuer": "acme", **asked}), by=by, dry_run=dry_run
        )

    return moving


def german(number: int = 2, **changes: Any) -> WpPost:
    values = {
        "title": "Hafenmuseum öffnet seine neue Halle", "content": TEXT["de"], "name": "neue-halle",
        "date_gmt": "2019-05-08 00:00:00", "terms": polylang("de", "pll_1"),
    }  # fmt: skip
    return WpPost(number, **{**values, **changes})


def english(**changes: Any) -> WpPost:
    return WpPost(1, **{"name": "new-hall", "terms": polylang("en", "pll_1"), **changes})


def the_release() -> str:
    return ArchivedItem.objects.get().release


def test_an_archived_release_is_public_as_of_its_date_and_nothing_goes_out(move: Moving) -> None:
    """I1, I9, I11, I12: no event, no log entry, no hold, no ledger row; the gate's record is there."""
    before = OutboxRow.objects.count()
    moved = move(english(), german())
    assert (moved.created, moved.posts, moved.rejected) == (1, 2, [])
    assert OutboxRow.objects.count() == before
    assert not LogEntry.objects.exists() and not Hold.objects.exists() and not LogHead.objects.exists()
    release = the_release()
    found = wire.public_edition(release, "en")
    assert found is not None and found.at == found.first_at == datetime(2019, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert wire.public_languages(release) == {
        "en": f"/en/new-hall-{release}/", "de": f"/de/new-hall-{release}/",
    }  # fmt: skip
    card = desk.show(release)
    assert (card.state, card.issuer, card.circuit) == ("released", "acme", "archive")
    version = desk.latest_version(release)
    assert version.counts["journalists"] == 0 and desk.gate_missing(version.version_id) == ()
    assert desk.manifest(version.version_id).rows == ()
    german_edition = desk.edition(version.version_id, "de")
    assert german_edition.translation is not None and german_edition.translation.kind == "human"
    assert wire.public_list(language="de", day=date(2019, 5, 8))[0].edition.release == release


def test_the_wires_own_news_stand_above_the_archive_which_stands_by_its_dates(move: Moving) -> None:
    first = out()
    move(
        WpPost(5, date_gmt="2019-01-01 00:00:00"),
        WpPost(6, date_gmt="1961-01-01 00:00:00"),
        WpPost(7, date_gmt="2020-01-01 00:00:00"),
    )
    last = out()
    listed = wire.public_list(language="en")
    assert [row.edition.release for row in listed][:2] == [last, first]
    assert [row.at.year for row in listed][2:] == [2020, 2019, 1961]
    assert len(wire.public_list(language="en", archive=False)) == 2
    assert len(wire.public_list(issuer="acme", archive=False)) == 2
    page, rest = listed[:4], wire.public_list(language="en", before=listed[3].cursor)
    assert [row.cursor for row in (*page, *rest)] == [row.cursor for row in listed]
    assert [card.release for card in desk.list_releases()] == [last, first]
    assert len(desk.list_releases(archived=True)) == 3


def test_a_cursor_of_the_archive_is_none_of_the_log(move: Moving) -> None:
    move(english())
    cursor = wire.public_list()[0].cursor
    with pytest.raises(wire.BadCursor):
        wire.wire_page(after=cursor)


def test_a_second_run_changes_nothing(move: Moving) -> None:
    move(english(), german())
    rows = list(PublicRow.objects.order_by("id").values())
    moved = move(english(), german())
    assert (moved.created, moved.updated, moved.unchanged, moved.posts) == (0, 0, 1, 0)
    assert list(PublicRow.objects.order_by("id").values()) == rows


def test_a_newer_export_updates_text_and_languages_under_the_same_address(move: Moving) -> None:
    move(english())
    release = the_release()
    moved = move(english(title="Harbour museum opens two new halls", name="two-halls"), german())
    assert (moved.created, moved.updated) == (0, 1) and the_release() == release
    found = wire.public_edition(release, "en")
    assert found is not None and found.edition.headline == "Harbour museum opens two new halls"
    assert found.edition.path == f"/en/new-hall-{release}/"
    assert set(wire.public_languages(release)) == {"en", "de"}
    move(english())
    assert set(wire.public_languages(release)) == {"en"}
    assert [story.language for story in desk.drafts(release)] == ["en"]
    assert not OutboxRow.objects.exists()


def test_a_dry_run_says_the_same_and_keeps_nothing(move: Moving) -> None:
    moved = move(english(), german(), WpPost(9, title=""), dry_run=True)
    assert (moved.created, moved.posts, len(moved.rejected)) == (1, 2, 1)
    assert not PublicRow.objects.exists() and not ArchivedItem.objects.exists()
    assert not desk.list_releases(archived=True) and not OldAddress.objects.exists()


def test_what_cannot_come_in_is_said_with_id_and_reason_and_the_rest_is_kept(move: Moving) -> None:
    """I9, I14"""
    moved = move(
        WpPost(3, title=""),
        WpPost(4, content="<p>Lorem ipsum dolor sit amet, consectetur adipiscing elit.</p>"),
        WpPost(5, content=""),
        WpPost(6),
    )
    assert moved.created == 1
    assert [one.id for one in moved.rejected] == [3, 4, 5]
    assert "no title" in moved.rejected[0].reason and "text-empty" in moved.rejected[2].reason
    again = move(WpPost(5, content=""), override="The page was only a title")
    assert (again.created, again.rejected) == (1, [])
    reasons = [line.reason for line in desk.history(ArchivedItem.objects.get(item="5").release)]
    assert "The page was only a title" in reasons


def test_a_spoilt_translation_does_not_keep_its_original_out(move: Moving) -> None:
    moved = move(english(), german(title=""))
    assert moved.created == 1 and [one.id for one in moved.rejected] == [2]
    assert set(wire.public_languages(the_release())) == {"en"}


def test_unknown_authors_and_categories_are_rejected_and_counted(move: Moving, tmp_path: Path) -> None:
    terms = (("category", "museum", "Museum"),)
    moved = move(WpPost(1, terms=terms), WpPost(2, creator="acme"), issuer="")
    assert moved.created == 1 and "no issuer is known for author 'ana'" in moved.rejected[0].reason
    assert moved.unknown_issuers == {"author ana": 1, "category museum": 1}
    mapping = tmp_path / "map.csv"
    issuers.add_issuer("harbour", "Harbour Museum", "SG")
    mapping.write_text("kind,name,issuer,sectors\ncategory,museum,harbour,arts\n", encoding="utf-8")
    moved = move(WpPost(1, terms=terms), issuer="", issuer_map=mapping)
    assert moved.rejected == []
    found = wire.public_list(issuer="harbour", sector="20000002")
    assert len(found) == 1


# --- old addresses ---------------------------------------------------------------------------------------


def test_old_addresses_lead_to_the_edition_in_their_language(move: Moving) -> None:
    move(english(), german(), attachment(8, "2019/05/plan.pdf", parent=2))
    release = the_release()
    english_path, german_path = f"/en/new-hall-{release}/", f"/de/new-hall-{release}/"
    assert wire.old_address(HOST, ["/2019/05/new-hall"]) == english_path
    assert wire.old_address("other.example", ["?p=1"]) == english_path
    assert wire.old_address(HOST, ["?p=2"]) == wire.old_address(HOST, ["?attachment_id=8"]) == german_path
    assert wire.old_address(HOST, ["/2019/05/unknown", "/2019/05/neue-halle"]) == german_path
    assert wire.old_address(HOST, ["/2019/05/unknown"]) is None and wire.old_address(HOST, []) is None


def test_two_old_sites_with_one_address_are_told_by_their_hosts(move: Moving, tmp_path: Path) -> None:
    move(english())
    file = tmp_path / "second.xml"
    file.write_bytes(export(WpPost(1, title="A second museum opens"), site="https://two.example"))
    wire.import_wordpress(wire.Cutover(file, issuer="acme"), by="ana")
    first, second = wire.old_address(HOST, ["?p=1"]), wire.old_address("two.example", ["?p=1"])
    assert first and second and first != second
    assert wire.old_address("third.example", ["?p=1"]) is None


def test_pictures_come_in_with_their_addresses(move: Moving, tmp_path: Path) -> None:
    folder = tmp_path / "uploads" / "2019" / "05"
    folder.mkdir(parents=True)
    data = BytesIO()
    Image.new("RGB", (20, 10), "blue").save(data, "PNG")
    (folder / "hall.png").write_bytes(data.getvalue())
    content = f'{TEXT["en"]}<img src="{SITE}/wp-content/uploads/2019/05/hall.png" alt="The hall">'
    moved = move(english(content=content), media=tmp_path / "uploads")
    sha256 = sha256_hex(data.getvalue())
    assert moved.pictures == 1 and wire.media(sha256) == (data.getvalue(), "image/png")
    assert wire.old_address(HOST, ["/wp-content/uploads/2019/05/hall.png"]) == f"/media/{sha256}"
    assert move(english(content=content), media=tmp_path / "uploads").unchanged == 1
    lifted(wire.submit_kill(the_release(), reason="Wrong picture", by="ana"))
    assert wire.old_address(HOST, ["/wp-content/uploads/2019/05/hall.png"]) is None


# --- later on --------------------------------------------------------------------------------------------


def test_an_archived_release_can_be_killed_and_the_archive_cannot_bring_it_back(move: Moving) -> None:
    """I7"""
    move(english(), german())
    release = the_release()
    lifted(wire.submit_kill(release, reason="A court says so", by="ana"))
    found = wire.public_edition(release, "de")
    assert found is not None and found.state == "killed" and not found.edition.blocks
    (event, *_) = [json.loads(entry.event) for entry in LogEntry.objects.order_by("seq")]
    assert event["type"] == "killed" and event["release"] == release
    moved = move(english(title="Harbour museum opens again"), german())
    assert moved.updated == 0 and "changed on this wire" in moved.rejected[0].reason
    assert desk.show(release).state == "killed"


def test_an_archived_release_is_corrected_and_gets_late_editions_like_any_other(move: Moving) -> None:
    move(english())
    release = the_release()
    (story,) = desk.drafts(release)
    from dataclasses import replace

    lifted(wire.submit_correction(release, [replace(story, subhead="Two halls")], reason="Count", by="ana"))
    found = wire.public_edition(release, "en")
    assert found is not None and found.edition.version == 2 and found.edition.subhead == "Two halls"
    assert found.first_at.year == 2019 and wire.public_list(archive=False)[0].edition.release == release
    old = wire.public_edition(release, "en", 1)
    assert old is not None and old.edition.version == 1


def test_it_cannot_be_withdrawn_as_if_it_had_not_been_public(move: Moving) -> None:
    move(english())
    assert wire.withdraw(the_release(), by="ana") is False
    with pytest.raises(Conflict):
        wire.move(the_release(), Instant(datetime(2100, 1, 1, tzinfo=UTC)), by="ana")
    work()
    assert wire.public_edition(the_release(), "en") is not None
