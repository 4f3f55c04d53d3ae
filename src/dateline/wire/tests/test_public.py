"""What pages and feeds read: lists, versions, kills, pictures; nothing that is not out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import Conflict, NotFound
from dateline.core.words import Block, Media, Run, sha256_hex
from dateline.desk import services as desk
from dateline.plant.db.databases import DEFAULT
from dateline.wire import services as wire
from dateline.wire.models import PublicRow
from dateline.wire.tests.builders import draft, held, lifted, out, story, work

pytestmark = [
    pytest.mark.room,
    pytest.mark.django_db(databases=["default", "ledger"]),
    pytest.mark.usefixtures("house"),
]

PICTURE = b"\x89PNG museum"
SHA = sha256_hex(PICTURE)


def releases(found: list[wire.PublicEdition]) -> list[str]:
    return [row.edition.release for row in found]


def pictured() -> dict[str, Any]:
    item = Media("hall.png", "image/png", SHA, len(PICTURE), alt="The hall")
    return {"media": (item,), "attachments": (("hall.png", PICTURE),)}


# --- lists ------------------------------------------------------------------------------------------------


def test_lists_show_the_newest_first_one_row_for_each_language() -> None:
    first, second = out("en", "ko"), out("en")
    assert releases(wire.public_list(language="en")) == [second, first]
    assert releases(wire.public_list(language="ko")) == [first]
    assert len(wire.public_list()) == 3
    assert wire.public_list(language="ja") == []


def test_nothing_held_is_in_any_list() -> None:
    """I1, T5"""
    release = draft(at=Instant(SystemClock().now() + timedelta(hours=1)))
    wire.submit(release, by="ana")
    work()
    assert wire.public_list() == wire.public_list(issuer="acme") == wire.public_list(query="museum") == []
    assert wire.public_edition(release, "en") is None and wire.public_languages(release) == {}


def test_a_sector_finds_its_narrower_topics() -> None:
    narrow, other = out(sectors=("20000209",)), out(sectors=("15000000",))
    broad = [a for a in _ancestors("20000209") if a != "20000209"][-1]
    assert releases(wire.public_list(sector=broad)) == [narrow]
    assert releases(wire.public_list(sector="20000209")) == [narrow]
    assert releases(wire.public_list(sector="15000000")) == [other]


def _ancestors(sector: str) -> tuple[str, ...]:
    from dateline.core.sectors import ancestors

    return ancestors(sector)


def test_filters_join_with_and() -> None:
    wanted = out("en", "de", sectors=("04000000",), countries=("KR", "JP"))
    out(sectors=("04000000",), countries=("DE",))
    found = wire.public_list(language="de", sector="04000000", country="KR", issuer="acme")
    assert releases(found) == [wanted] and found[0].edition.language == "de"
    assert wire.public_list(language="ko", sector="04000000", country="KR") == []
    assert wire.public_list(country="KR", issuer="nobody") == []


def test_a_day_is_that_of_the_first_publication_in_utc() -> None:
    at = Instant(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    clock = FixedClock(Instant(at - timedelta(minutes=5)))
    release = draft(at=at, clock=clock)
    wire.publish_archived(wire.submit(release, by="ana", clock=clock).version_id, at=at)
    work()
    lifted(wire.submit_correction(release, [story(subhead="With a new roof")], reason="Roof", by="ana"))
    assert releases(wire.public_list(day=at.date())) == [release]
    assert wire.public_list(day=at.date() + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("museum", True),
        ("MUSEUM Budget", True),
        ("museum spaceship", False),
        ("100%", False),
        ("_", False),
        ("acme", True),
    ],
)
def test_every_word_of_a_query_must_occur_in_any_case(query: str, hit: bool) -> None:
    out("en")
    assert bool(wire.public_list(language="en", query=query)) is hit


@pytest.mark.parametrize(("language", "query"), [("ja", "展示館"), ("ja", "博物館 予算"), ("ko", "박물관")])
def test_search_works_in_scripts_without_spaces(language: str, query: str) -> None:
    out("en", language)
    assert len(wire.public_list(language=language, query=query)) == 1
    assert wire.public_list(language=language, query=query + "猫") == []


def test_search_narrows_within_a_list() -> None:
    wanted = out(sectors=("04000000",))
    out(sectors=("15000000",))
    assert releases(wire.public_list(query="museum", sector="04000000")) == [wanted]


def test_pages_follow_one_another_without_gap_or_repeat() -> None:
    made = [out() for _ in range(7)]
    lists: tuple[dict[str, Any], ...] = ({}, {"issuer": "acme"}, {"query": "museum"})
    for filters in lists:
        seen: list[str] = []
        before = None
        while found := wire.public_list(language="en", before=before, limit=3, **filters):
            seen += releases(found)
            before = found[-1].cursor
        assert seen == made[::-1]


def test_a_page_costs_the_same_questions_however_long_it_is() -> None:
    out()
    wire.wire_page()
    for filters in ({}, {"sector": "04000000"}, {"query": "museum"}):
        few = _questions(filters)
        for _ in range(3):
            out(sectors=("04000000",))
        assert _questions(filters) == few


def _questions(filters: dict[str, Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        wire.public_list(**filters)
    return len(asked)


def test_long_lists_come_without_bodies_but_with_their_summary() -> None:
    out("en")
    full, slim = wire.public_list()[0], wire.public_list(bodies=False)[0]
    assert slim.edition.blocks == () and slim.edition.summary == full.edition.summary
    assert (slim.edition.path, slim.sha256, slim.cursor) == (full.edition.path, full.sha256, full.cursor)


def test_sitemaps_get_every_page_that_is_not_killed() -> None:
    kept, killed = out("en", "ko"), out("en")
    lifted(wire.submit_kill(killed, reason="Hoax", by="ana"))
    assert wire.public_files(50) == range(1, 2)
    found = wire.public_pages(1, 50)
    assert {(p.edition.release, p.edition.language, p.edition.path) for p in found} == {
        (kept, language, path) for language, path in wire.public_languages(kept).items()
    }
    assert [p.edition.language for p in found if p.edition.is_original] == ["en"]
    assert all(p.at == p.first_at and p.edition.blocks == () for p in found)


def test_files_of_pages_hold_each_page_once_and_nothing_moves_in_them() -> None:
    assert wire.public_files(2) == range(1, 1) and wire.public_pages(1, 2) == []
    releases = [out("en", "ko"), out("en"), out("en")]

    def held() -> list[list[str]]:
        return [[p.edition.release for p in wire.public_pages(n, 2)] for n in wire.public_files(2)]

    before = held()
    assert [len(names) for names in before] == [2, 2]
    assert sorted(name for names in before for name in names) == sorted([releases[0], *releases])
    lifted(wire.submit_correction(releases[1], [story("en")], reason="Hour.", by="ana"))
    after = held()
    assert after[0] == before[0] and after[2] == [releases[1]] and releases[2] in after[1]


def test_files_of_what_is_new_leave_out_what_is_old() -> None:
    out("en", "ko")
    row = PublicRow.objects.using(DEFAULT).order_by("pk").first()
    assert row is not None
    since = Instant(row.at)
    PublicRow.objects.using(DEFAULT).filter(pk=row.pk).update(
        at=row.at - timedelta(days=1), first_at=row.at - timedelta(days=1)
    )
    assert wire.public_files(1) == range(1, 3) and list(wire.public_files(1, since=since)) == [1, 2]
    assert wire.public_pages(1, 1, since=since) == [] and len(wire.public_pages(2, 1, since=since)) == 1


def test_languages_of_many_releases_are_one_question() -> None:
    first, second = out("en", "ko"), out("en", "de")
    with CaptureQueriesContext(connection) as asked:
        found = wire.languages_of([first, second, "2222222222"])
    assert len(asked) == 1
    assert {release: list(languages) for release, languages in found.items()} == {
        first: ["en", "ko"],
        second: ["en", "de"],
    }
    assert found[first] == wire.public_languages(first)


# --- pictures ---------------------------------------------------------------------------------------------


def test_pictures_are_served_once_their_edition_is_out() -> None:
    """T4"""
    version_id = held(**pictured())
    assert wire.media(SHA) is None
    assert wire.lift(version_id)
    assert wire.media(SHA) == (PICTURE, "image/png")
    assert wire.media("0" * 64) is None


def test_a_killed_picture_is_gone_unless_another_release_shows_it() -> None:
    first, second = out(**pictured()), out(**pictured())
    lifted(wire.submit_kill(first, reason="Hoax", by="ana"))
    assert wire.media(SHA) == (PICTURE, "image/png")
    lifted(wire.submit_kill(second, reason="Hoax", by="ana"))
    assert wire.media(SHA) is None


# --- what may follow --------------------------------------------------------------------------------------


def test_a_late_edition_joins_and_every_event_says_what_is_public_then() -> None:
    """I10"""
    release = out("en")
    submitted = lifted(wire.submit_late_edition(release, story("ko"), by="ana"))
    found = wire.public_edition(release, "ko")
    assert found is not None and found.state == "released" and found.edition.version == 1
    event = wire.event_document(submitted.version_id, "ko")
    assert event["type"] == "edition-added" and event["languages"] == ["en", "ko"]
    assert list(wire.public_languages(release)) == ["en", "ko"]
    assert desk.show(release).state == "released"


def test_a_language_joins_once() -> None:
    release = out("en")
    lifted(wire.submit_late_edition(release, story("ko"), by="ana"))
    with pytest.raises(Conflict, match="ko"):
        wire.submit_late_edition(release, story("ko"), by="ana")


def test_a_correction_replaces_its_language_and_keeps_the_old_version_readable() -> None:
    release = out("en", "ko")
    before = wire.public_edition(release, "en")
    corrected = story(headline="Harbour museum opens its new wing")
    submitted = lifted(wire.submit_correction(release, [corrected], reason="It is a wing", by="ana"))
    now, old, other = (
        wire.public_edition(release, "en"),
        wire.public_edition(release, "en", 1),
        wire.public_edition(release, "ko"),
    )
    assert before and now and old and other
    assert (now.state, now.notice, now.edition.version) == ("corrected", "It is a wing", 2)
    assert now.edition.headline == corrected.headline and now.first_at == before.first_at < now.at
    assert old.edition.headline == story().headline and old.sha256 == before.sha256
    assert wire.event_document(submitted.version_id, "en")["supersedes"] == before.sha256
    assert other.edition.version == 1 and other.state == "released"
    assert wire.public_edition(release, "en", 3) is None
    assert [row.edition.version for row in wire.public_list(language="en")] == [2]
    assert wire.public_list(query="hall", language="en")[0].edition.version == 2


def test_a_correction_comes_to_the_head_of_the_lists() -> None:
    """T22: feeds that keep the newest must carry it."""
    first, second = out(), out()
    lifted(wire.submit_correction(first, [story(subhead="New")], reason="Date", by="ana"))
    assert releases(wire.public_list()) == [first, second]


def test_a_withdrawal_after_t0_leaves_the_page_marked() -> None:
    release = out("en", "ko")
    submitted = lifted(wire.submit_withdrawal(release, reason="Sent by mistake", by="ana"))
    found = wire.public_edition(release, "ko")
    assert found is not None and found.state == "withdrawn" and found.notice == "Sent by mistake"
    assert found.edition.headline == story("ko").headline and found.edition.blocks
    assert [row.state for row in wire.public_list(language="en")] == ["withdrawn"]
    assert wire.event_document(submitted.version_id, "en")["type"] == "withdrawn"
    assert desk.show(release).state == "withdrawn"


def test_a_withdrawn_release_can_still_be_killed() -> None:
    release = out("en")
    lifted(wire.submit_withdrawal(release, reason="Mistake", by="ana"))
    lifted(wire.submit_kill(release, reason="Hoax", by="ana"))
    found = wire.public_edition(release, "en")
    assert found is not None and found.state == "killed"


def test_a_kill_leaves_the_notice_in_every_language_and_no_word_of_any_version() -> None:
    release = out("en", "de", sectors=("20000209",), countries=("KR",), **pictured())
    lifted(wire.submit_correction(release, [story(headline="Corrected SECRET")], reason="Title", by="ana"))
    lifted(wire.submit_kill(release, reason="Not from us", by="ana"))
    for language, version in (("en", None), ("en", 1), ("en", 2), ("de", None), ("de", 1)):
        found = wire.public_edition(release, language, version)
        assert found is not None and found.state == "killed" and "Not from us" in found.notice
        assert not found.edition.blocks and not found.edition.summary and not found.edition.media
        assert found.edition.headline not in {story().headline, "Corrected SECRET", story("de").headline}
        assert found.edition.path == wire.public_languages(release)[language]
    assert wire.public_list() == wire.public_list(query="museum") == wire.public_list(country="KR") == []
    assert not _index_holds("SECRET") and not _index_holds("visitors")
    assert desk.show(release).state == "killed"


def _index_holds(text: str) -> bool:
    with connection.cursor() as cursor:
        for table in ("wire_publicrow", "wire_searchtext", "wire_facet", "wire_publicmedia"):
            cursor.execute(f"SELECT * FROM {table}")
            if any(text.lower() in str(value).lower() for row in cursor.fetchall() for value in row):
                return True
    return False


def test_the_log_keeps_the_hash_of_what_was_killed() -> None:
    """I11: a kill is an entry, never a deletion."""
    release = out("en")
    before = wire.wire_page().events
    lifted(wire.submit_kill(release, reason="Hoax", by="ana"))
    after = wire.wire_page().events
    assert after[: len(before)] == before
    assert after[-1][1]["type"] == "killed" and after[-1][1]["supersedes"] == before[-1][1]["sha256"]


def test_feeds_keep_a_tombstone_where_the_release_stood() -> None:
    release = out("en", "ko", sectors=("20000209",), countries=("KR",))
    lifted(wire.submit_kill(release, reason="Hoax", by="ana"))
    lists: tuple[dict[str, Any], ...] = ({}, {"sector": "20000209"}, {"country": "KR"}, {"issuer": "acme"})
    for filters in lists:
        found = wire.tombstones(language="en", **filters)
        assert releases(found) == [release] and found[0].state == "killed"
    assert len(wire.tombstones()) == 2
    assert wire.tombstones(country="JP") == [] == wire.tombstones(language="de")


def test_a_kill_ends_what_was_still_to_come_of_the_release() -> None:
    """I7: an approved late edition that had not lifted never does, nor does one whose hold opens later."""
    release = out("en")
    late = wire.submit_late_edition(release, story("ko"), by="ana")
    work()
    kill = wire.submit_kill(release, reason="Hoax", by="ana")
    work()
    assert wire.lift(kill.version_id)
    assert wire.public_languages_at(kill.version_id) == ("en",), "a language still to come was told"
    assert not wire.lift(late.version_id)
    work()
    hold = wire.hold(late.version_id)
    assert hold is not None and hold.state == "withdrawn"
    assert wire.public_edition(release, "ko") is None
    assert desk.show(release).state == "killed"


def test_a_language_that_joined_after_the_kill_was_locked_is_killed_too() -> None:
    release = out("en")
    late = wire.submit_late_edition(release, story("ko"), by="ana")
    work()
    locked = desk.lock_kill(release, reason="Hoax", by="ana")
    assert wire.lift(late.version_id)
    from dateline.languages import services as languages

    for edition in desk.editions(locked.version_id):
        languages.gate(edition, release=release)
    desk.approve(release, by="ana", version_id=locked.version_id)
    work()
    assert wire.lift(locked.version_id)
    found = wire.public_edition(release, "ko")
    assert found is not None and found.state == "killed" and not found.edition.blocks
    assert found.edition.headline != story("ko").headline
    assert wire.public_list(language="ko") == []
    assert releases(wire.tombstones(language="ko")) == [release]


def test_what_is_not_out_cannot_be_corrected_killed_or_joined() -> None:
    release = draft()
    acts: tuple[Callable[[], object], ...] = (
        lambda: wire.submit_kill(release, reason="Hoax", by="ana"),
        lambda: wire.submit_withdrawal(release, reason="Hoax", by="ana"),
        lambda: wire.submit_correction(release, [story()], reason="x", by="ana"),
        lambda: wire.submit_late_edition(release, story("ko"), by="ana"),
    )
    for act in acts:
        with pytest.raises(Conflict, match="not out"):
            act()
    with pytest.raises(NotFound):
        wire.submit_kill("2222222222", reason="Hoax", by="ana")


def test_signs_that_mean_something_to_json_or_html_survive_as_they_were() -> None:
    """The index gives back exactly the edition that was locked (its hash says so)."""
    odd = "Back \\ slash, \"quotes\" and 'more' & < > 😀 é"
    release = out("en", blocks=(Block("paragraph", runs=(Run(odd + " " + story().blocks[0].text),)),))
    from dateline.core.words import edition_sha256

    found = wire.public_edition(release, "en")
    assert found is not None and edition_sha256(found.edition) == found.sha256
