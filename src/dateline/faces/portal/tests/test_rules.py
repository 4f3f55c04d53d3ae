"""What the pages decide by themselves: the next act, clocks, rounding, comparing. No database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.safestring import mark_safe

from dateline.core.clock import Instant
from dateline.core.countries import WIRE_COUNTRIES
from dateline.core.errors import BadInput
from dateline.core.rounding import rounded
from dateline.desk.rules import STATES
from dateline.faces.console.compare import beside, since
from dateline.faces.portal import states, zones
from dateline.faces.portal.next_act import PUBLIC, Situation, next_act
from dateline.faces.portal.structure import Part
from dateline.faces.portal.templatetags.desk import anchor

pytestmark = pytest.mark.unit
NOW = Instant(datetime(2026, 11, 24, tzinfo=UTC))
LOCKED = Situation("locked", NOW, locked=True, approvals=("carl",), needed=2, viewer="carl")


def test_every_state_has_a_word_a_tone_and_a_sentence() -> None:
    for state in STATES:
        assert states.tone(state) in {"good", "waiting", "bad", "plain"}
        assert next_act(Situation(state, NOW, locked=state == "locked")).sentence, state


@pytest.mark.parametrize("state", ["draft", "in review", "returned"])
def test_a_draft_is_submitted_unless_something_stops_it(state: str) -> None:
    sound = Situation(state, NOW, at=Instant(NOW + timedelta(hours=1)))
    assert next_act(sound).possible and next_act(sound).act == "submit"
    assert "Findings stop it" in next_act(replace(sound, blocking=2)).why_not
    assert "T0 has passed" in next_act(replace(sound, at=NOW)).why_not


def test_a_lock_waits_for_another_person() -> None:
    assert next_act(LOCKED).act == ""
    assert "another person" in next_act(LOCKED).sentence
    editor = replace(LOCKED, viewer="eve", viewer_is_desk=True)
    assert next_act(editor).act == "approve"
    assert next_act(replace(editor, approvals=("carl", "eve"), needed=3)).act == ""
    assert next_act(replace(editor, blocking=1)).why_not


def test_a_lock_that_was_dropped_is_submitted_anew() -> None:
    assert next_act(replace(LOCKED, locked=False)).act == "submit"


def test_only_the_desk_decides_about_what_is_overdue() -> None:
    assert next_act(Situation("overdue", NOW)).act == ""
    assert next_act(Situation("overdue", NOW, viewer_is_desk=True)).act == "decide"
    assert all(next_act(Situation(state, NOW)).act == "report" for state in PUBLIC)


def test_every_country_of_the_wire_has_a_zone() -> None:
    for country in WIRE_COUNTRIES:
        assert ZoneInfo(zones.zone_of(country))
    assert zones.zone_of("KR") == "Asia/Seoul"
    assert zones.zone_of("XX") == "UTC"


def test_a_time_takes_the_zone_beside_it_only_when_it_has_none() -> None:
    chosen = zones.chosen_instant("2026-12-01 09:00", "Asia/Seoul", now=NOW)
    assert chosen.isoformat() == "2026-12-01T00:00:00+00:00"
    assert zones.chosen_instant("2026-12-01T09:00+01:00", "Asia/Seoul", now=NOW).hour == 8
    with pytest.raises(BadInput, match="no zone"):
        zones.chosen_instant("2026-12-01 09:00", " ", now=NOW)
    with pytest.raises(BadInput, match="past"):
        zones.chosen_instant("2026-11-24 00:00", "UTC", now=NOW)


def test_a_clock_shows_its_offset() -> None:
    assert zones.reading(NOW, "Asia/Kolkata", "Issuer").text.endswith("05:30:00 UTC+05:30")
    assert zones.reading(NOW, "America/New_York", "Issuer").text.endswith("19:00:00 UTC-05:00")
    assert zones.reading(NOW, "UTC", "UTC").text.endswith("00:00:00 UTC")
    assert zones.local_text(NOW, "Asia/Seoul") == "2026-11-24 09:00:00"


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, 10), (4, 10), (14, 10), (26, 30), (999, 1000), (86_214, 86_000)]
)
def test_people_are_counted_in_round_numbers(count: int, shown: int) -> None:
    """I15: a small count cannot tell about one person."""
    assert rounded(count) == shown


def part(name: str, text: str, kind: str = "paragraph") -> Part:
    return Part(name, kind, mark_safe(text))


def test_a_correction_is_compared_block_by_block() -> None:
    old = [part("blocks-0", "a"), part("blocks-1", "b"), part("blocks-2", "c")]
    new = [part("blocks-0", "a"), part("blocks-1", "B"), part("blocks-2", "c"), part("blocks-3", "d")]
    assert [pair.change for pair in since(old, new)] == ["same", "changed", "same", "added"]
    assert [pair.change for pair in since(new, old)] == ["same", "changed", "same", "removed"]


def test_a_translation_is_compared_part_by_part() -> None:
    left = [part("headline", "Hall"), part("blocks-0", "a")]
    right = [part("headline", "Halle"), part("blocks-0", "b"), part("blocks-1", "c")]
    pairs = beside(left, right)
    assert [(p.left and p.left.id, p.right and p.right.id) for p in pairs] == [
        ("headline", "headline"), ("blocks-0", "blocks-0"), (None, "blocks-1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ("headline", "headline"), ("blocks[3]", "blocks-3"), ("blocks[3].attribution", "blocks-3"),
        ("boilerplate[0]", "boilerplate-0"), ("contacts[1]", "contacts-1"), ("media pic.png", "media"),
        ("front matter `x`", "text"), ("text", "text"),
    ],
)  # fmt: skip
def test_a_finding_knows_the_place_it_speaks_of(where: str, place: str) -> None:
    assert anchor(where) == place
