"""Decisions about providers: names, addresses, schedule, sectors, words, versions, likeness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.intake.providers import rules
from dateline.intake.providers.rules import Seen, decided
from dateline.intake.providers.sketch import NEAR, is_same, likeness, sketch, unpacked

pytestmark = pytest.mark.unit

ENGLISH = (
    "The harbour museum of Busan opens its new hall on Tuesday after three years of work. It shows two "
    "hundred ships from nine countries and expects many visitors from abroad, among them schools and "
    "sailors. Tickets are free on the first day, and the hall stays open until midnight."
)
JAPANESE = (
    "釜山港湾博物館は火曜日、三年の工事を終えて新しい展示室を開くと発表した。九カ国の船二百隻を展示し、"
    "海外からの来館者も見込む。初日は入場無料で、深夜まで開館する。"
)
THAI = (
    "พิพิธภัณฑ์ท่าเรือปูซานจะเปิดห้องโถงใหม่ในวันอังคารหลังจากใช้เวลาก่อสร้างสามปี "
    "พิพิธภัณฑ์ระบุว่าจะจัดแสดงเรือสองร้อยลำ "
    "จากเก้าประเทศ และคาดว่าจะมีผู้เข้าชมจากต่างประเทศจำนวนมาก"
)


def test_a_name_is_what_can_stand_in_an_address_and_the_label_what_readers_see() -> None:
    assert rules.names_of("Kyoto Science Wire") == ("kyoto-science-wire", "Kyoto Science Wire")
    assert rules.names_of("agence", "Agence  d’Été") == ("agence", "Agence d’Été")
    with pytest.raises(BadInput, match="--label"):
        rules.names_of("京都")
    with pytest.raises(BadInput, match="invisible"):
        rules.names_of("x", "Acme\u202e")


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("https://wire.example/feed.rss", "http"),
        ("http://wire.example/feed#part", "http"),
        ("sftp://ana@wire.example/out", "sftp"),
        ("/srv/drop", "folder"),
    ],
)
def test_a_feed_is_told_by_its_address(written: str, kind: str) -> None:
    assert rules.feed_of(written)[0] == kind


@pytest.mark.parametrize(
    "written",
    [
        "ftp://x.example/", "feed.rss", "https://", "https://u:p@x.example/feed", "https://x.example:abc/",
        "sftp://x.example/out", "/srv/../etc", "https://x.example/a b", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_feed_says_what_to_write(written: str) -> None:
    with pytest.raises(BadInput) as caught:
        rules.feed_of(written)
    assert caught.value.where == "feed"
    assert "u:p" not in str(caught.value)


def test_disclaimers_are_by_language_and_none_stands_in_for_another() -> None:
    found = rules.disclaimers_in(["Not ours.", "ja=当社の記事ではない。"], Language("en"))
    assert found == {"en": "Not ours.", "ja": "当社の記事ではない。"}
    with pytest.raises(BadInput, match="two in en"):
        rules.disclaimers_in(["One.", "en=Two."], Language("en"))
    assert rules.joined("Own words.", "Not ours.") == "Own words. Not ours."
    assert rules.joined("It says: Not ours.", "Not ours.") == "It says: Not ours."


def test_categories_become_sectors_by_the_map_by_slug_by_label_and_the_rest_is_told() -> None:
    table = rules.sector_map(["Wirtschaft=economy", "Sport=", "A=B=20000344"])
    sectors, unknown = rules.mapped(
        ["WIRTSCHAFT ", "Sport", "medtop:04000000", "Local gossip", "A=B", "Local gossip"], table
    )
    assert sectors == ("20000344", "04000000")
    assert unknown == ("Local gossip",)
    with pytest.raises(BadInput, match="CATEGORY=SECTOR"):
        rules.sector_map(["nothing"])


def test_failures_make_the_wait_longer_and_a_server_may_ask_for_more() -> None:
    """I6: a feed that fails is asked ever more seldom, and comes back to its own pace."""
    assert [rules.wait_s(300, fails) for fails in (0, 1, 2)] == [300, 600, 1200]
    assert rules.wait_s(300, 50) == rules.LONGEST_WAIT_S
    assert rules.wait_s(24 * 3600, 3) == 24 * 3600
    assert rules.wait_s(300, 0, 1800) == 1800
    assert rules.wait_s(300, 0, 10) == 300
    for wrong in ("5", "2d", "soon", "-5m"):
        with pytest.raises(BadInput, match="5m"):
            rules.interval_of(wrong)


A, B = "a" * 64, "b" * 64


@pytest.mark.parametrize(
    ("known", "now", "act"),
    [
        (None, Seen("", A, False), "new"),
        (None, Seen("", "", True), "killed"),
        (Seen("", A, False), Seen("", A, False), "unchanged"),
        (Seen("", A, False), Seen("", B, False), "updated"),
        (Seen("9", A, False), Seen("10", B, False), "updated"),
        (Seen("10", A, False), Seen("9", B, False), "unchanged"),
        (Seen("2", A, False), Seen("2", B, False), "updated"),
        (Seen("1", A, False), Seen("2", "", True), "killed"),
        (Seen("2", A, True), Seen("2", "", True), "unchanged"),
        (Seen("2", A, True), Seen("2", A, False), "unchanged"),
        (Seen("2", A, True), Seen("3", A, False), "updated"),
        (Seen("2026-11-24T00:00:00.000Z", A, False), Seen("2026-11-23T00:00:00.000Z", B, False), "unchanged"),
    ],
)
def test_the_same_version_is_one_draft_a_higher_one_a_change_a_lower_one_nothing(
    known: Seen | None, now: Seen, act: str
) -> None:
    assert decided(known, now).act == act


def test_another_text_under_the_same_version_is_said() -> None:
    assert "same version (2)" in decided(Seen("2", A, False), Seen("2", B, False)).note


# --- near to each other -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [(ENGLISH, "Tuesday", "Wednesday"), (JAPANESE, "火曜日", "水曜日"), (THAI, "อังคาร", "พุธ")],
    ids=["en", "ja", "th"],
)
def test_one_changed_word_leaves_a_text_the_same_news_in_any_script(text: str, old: str, new: str) -> None:
    assert likeness(sketch(text), sketch(text.replace(old, new))) >= NEAR
    long = "".join(text.replace(" ", f"{n} ").replace("。", f"{n}。") for n in "abcd")
    assert is_same(sketch(long), sketch(long.replace(old, new, 1)))
    assert likeness(sketch(text), sketch(text.upper().replace(",", " -- "))) > 0.95


def test_other_news_is_other_news() -> None:
    other = "The central bank keeps its rate where it was, and says that prices rise more slowly than feared."
    assert likeness(sketch(ENGLISH), sketch(other * 3)) < 0.1
    assert likeness(sketch(ENGLISH), sketch("")) == 0.0
    assert sketch("Too short").prints == ()


def test_two_notices_of_one_template_differ_in_their_numbers() -> None:
    left, right = sketch(f"{ENGLISH} NAV 12.40"), sketch(f"{ENGLISH} NAV 12.90")
    assert likeness(left, right) >= NEAR
    assert not is_same(left, right)


def test_of_a_short_text_one_changed_word_may_be_the_news() -> None:
    words = (
        "Strong winds are expected in {} tonight; stay indoors, keep away from trees and heed the wardens."
    )
    left, right = sketch(words.format("Busan")), sketch(words.format("Ulsan"))
    assert not is_same(left, right)
    assert is_same(left, left)


@given(st.text(max_size=400))
def test_a_sketch_is_kept_as_bytes_and_is_like_itself(text: str) -> None:
    found = sketch(text)
    assert unpacked(found.packed(), found.numbers) == found
    assert likeness(found, found) == (1.0 if found.hashes else 0.0)
    assert all(0 <= value < 2**63 for value in found.hashes)
