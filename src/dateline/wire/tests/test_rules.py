"""The decisions of the instant: never early, in order, and what a clock that jumps may do."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.clock import Instant
from dateline.core.words import Block, Run, VersionKind
from dateline.wire import rules
from dateline.wire.rules import SteadyTime
from dateline.wire.tests.builders import edition

pytestmark = pytest.mark.unit

T0 = Instant(datetime(2026, 11, 24, tzinfo=UTC))


def after(seconds: float) -> Instant:
    return Instant(T0 + timedelta(seconds=seconds))


@dataclass(frozen=True)
class Waiting:
    due_at: Instant
    rank: int
    name: str = ""


@given(st.floats(-1e6, 1e6), st.sampled_from(list(rules.STATE_OF)), st.booleans())
def test_nothing_lifts_before_t0(seconds: float, kind: VersionKind, forced: bool) -> None:
    """I2"""
    now = after(seconds)
    says = rules.verdict(kind, T0, now, late_limit_s=300, forced=forced)
    assert (says == "wait") == (now < T0)


@pytest.mark.parametrize(("late_s", "says"), [(0, "lift"), (300, "lift"), (300.1, "overdue")])
def test_a_missed_t0_lifts_within_the_late_limit_and_waits_for_a_person_beyond_it(
    late_s: float, says: str
) -> None:
    """T9"""
    assert rules.verdict("release", T0, after(late_s), late_limit_s=300) == says


def test_a_person_overrules_the_late_limit() -> None:
    assert rules.verdict("release", T0, after(9999), late_limit_s=300, forced=True) == "lift"


@pytest.mark.parametrize("kind", ["kill", "correction", "withdrawal"])
def test_what_mends_or_stops_news_is_never_overdue(kind: VersionKind) -> None:
    """I7"""
    assert rules.verdict(kind, T0, after(9999), late_limit_s=300) == "lift"


def test_due_is_t0_or_the_approval_when_that_is_later() -> None:
    assert rules.due_of(None, T0) == T0
    assert rules.due_of(after(60), T0) == after(60)
    assert rules.due_of(after(-60), T0) == T0


def test_kills_go_first_then_the_earlier_t0_then_the_class() -> None:
    """I7, T11, T12"""
    holds = [
        Waiting(after(1), rules.rank_of("kill", "normal"), "kill"),
        Waiting(T0, rules.rank_of("release", "normal"), "normal"),
        Waiting(T0, rules.rank_of("release", "regulated"), "regulated"),
        Waiting(after(-1), rules.rank_of("release", "normal"), "earlier"),
        Waiting(T0, rules.rank_of("correction", "priority"), "priority"),
    ]
    found = [hold.name for hold in rules.in_order(holds, Random(1))]
    assert found == ["kill", "earlier", "regulated", "priority", "normal"]


def test_order_within_a_class_is_chance() -> None:
    """I12: over many draws each of three holds comes first about equally often."""
    random = Random(20261124)
    holds = [Waiting(T0, 3, name) for name in "abc"]
    first = Counter(rules.in_order(holds, random)[0].name for _ in range(3000))
    assert all(800 < first[name] < 1200 for name in "abc")


readings = st.lists(st.tuples(st.floats(0, 30), st.floats(-7200, 7200)), max_size=60)


@given(readings)
def test_trusted_time_is_never_ahead_of_the_wall_nor_of_the_monotonic_clock(
    steps: list[tuple[float, float]],
) -> None:
    """I2, T9: whatever jumps the wall clock makes, nothing beyond real time plus 1 ms a second is trusted."""
    steady, ticks = SteadyTime(T0, 0.0), 0.0
    for elapsed, jump in steps:
        ticks += elapsed
        wall = after(ticks + jump)
        trusted = steady.trusted(wall, ticks)
        assert trusted <= wall
        assert (trusted - T0).total_seconds() <= ticks * 1.001 + 1e-3
        steady = steady.observed(wall, ticks)


def test_slewing_by_ntp_does_not_count_as_a_jump() -> None:
    steady, ticks = SteadyTime(T0, 0.0), 0.0
    for _ in range(10_000):
        ticks += 0.02
        wall = after(ticks * 1.0005)
        assert abs(steady.disagreement_s(wall, ticks)) < 1e-4
        steady = steady.observed(wall, ticks)


def test_a_correction_of_less_than_a_second_is_followed_slowly() -> None:
    steady = SteadyTime(T0, 0.0)
    assert steady.trusted(after(0.4), 0.0) == T0
    for ticks in range(1, 501):
        steady = steady.observed(after(ticks + 0.4), ticks)
    assert steady.trusted(after(500.4), 500.0) == after(500.4)


def test_a_clock_set_forward_is_refused_until_real_time_comes() -> None:
    """T9"""
    steady = SteadyTime(T0, 100.0)
    assert steady.trusted(after(3600), 100.0) == T0
    assert steady.disagreement_s(after(3600), 100.0) == 3600
    assert steady.trusted(after(7200), 3700.0) == after(3600)


def test_a_clock_set_back_makes_holds_wait() -> None:
    """T9"""
    assert SteadyTime(T0, 100.0).trusted(after(-3600), 100.0) == after(-3600)


def test_facets_hold_every_broader_sector_once() -> None:
    found = edition("en", sectors=("20000209", "04000000"), countries=("KR", "KR"))
    facets = list(rules.facets_of(found, T0))
    assert len(facets) == len(set(facets))
    assert {"sector:20000209", "sector:04000000", "country:KR", "issuer:acme", "day:2026-11-24"} <= set(
        facets
    )


def test_the_list_with_fewest_rows_is_asked_first() -> None:
    asked = rules.facets_asked(day=date(2026, 11, 24), issuer=None, country="KR", sector="04000000")
    assert asked == ("day:2026-11-24", "country:KR", "sector:04000000")


def test_search_knows_every_text_of_an_edition() -> None:
    block = Block("quote", runs=(Run("a quote"),), attribution="its speaker")
    found = edition(subhead="below", byline="writer", keywords=("key",), tickers=("KRX:1",), blocks=(block,))
    parts = set(rules.search_parts(found))
    assert {
        found.headline,
        "below",
        "Acme",
        "writer",
        "SEOUL",
        "key",
        "KRX:1",
        "a quote",
        "its speaker",
    } <= parts


def test_languages_put_the_original_first_and_name_each_once() -> None:
    assert rules.ordered_languages("ko", ["en", "ko", "ja", "en"]) == ("ko", "en", "ja")


def test_a_bare_edition_keeps_no_word_of_the_text() -> None:
    found = rules.bare(
        edition("en", subhead="SECRET", keywords=("SECRET",)), headline="Killed", reason="Hoax"
    )
    text = repr(found)
    assert "SECRET" not in text and "harbour" not in text and found.reason == "Hoax"
