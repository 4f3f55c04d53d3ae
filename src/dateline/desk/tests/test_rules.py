"""What the table allows, how many approve, what a page is called."""

import doctest
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.errors import BadInput, Conflict
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.words import Finding, VersionKind
from dateline.desk import romanise, rules
from dateline.desk.tests.builders import story

pytestmark = pytest.mark.unit
CONVERTER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def test_the_table_speaks_only_of_states_and_acts_that_exist() -> None:
    assert set(rules.TRANSITIONS) == set(get_args(rules.Act))
    for moves in rules.TRANSITIONS.values():
        assert set(moves) | set(moves.values()) <= set(rules.STATES)
    assert set(rules.LOCKS) == set(get_args(VersionKind))


def test_every_state_can_be_reached_from_a_draft() -> None:
    reached = {"draft"}
    for _ in rules.STATES:
        reached |= {m[s] for m in rules.TRANSITIONS.values() for s in tuple(m) if s in reached}
    assert reached == set(rules.STATES)


def test_nothing_follows_a_kill() -> None:
    assert not [act for act, moves in rules.TRANSITIONS.items() if "killed" in moves]


@pytest.mark.parametrize("act", [a for a in get_args(rules.Act) if a not in {"edit", "lock"}])
def test_public_releases_never_go_back_to_work(act: rules.Act) -> None:
    out = {"lifted", "released", "corrected", "killed"}
    after = {after for before, after in rules.TRANSITIONS[act].items() if before in out}
    assert after <= out | {"withdrawn"}


def test_an_illegal_act_names_the_state_and_what_is_possible() -> None:
    with pytest.raises(Conflict, match=r"k7m2x9qd4w is spiked, .* approve; possible now: return"):
        rules.after("approve", "spiked", what="k7m2x9qd4w", public=False)
    with pytest.raises(Conflict, match="nothing more can be done"):
        rules.after("lock", "killed", what="k7m2x9qd4w", public=True)


def test_what_was_withdrawn_before_t0_cannot_be_killed() -> None:
    assert rules.allows("lock a kill", "withdrawn", public=True)
    assert not rules.allows("lock a kill", "withdrawn", public=False)


@pytest.mark.parametrize(
    ("policy", "release_class", "needed"),
    [
        ("solo", "normal", 1),
        ("solo", "priority", 1),
        ("solo", "regulated", 2),
        ("two", "normal", 2),
        ("two", "regulated", 2),
    ],
)
def test_regulated_items_need_two_persons_under_any_policy_t18(policy, release_class, needed) -> None:  # type: ignore[no-untyped-def]
    assert rules.approvals_needed(policy, release_class) == needed


def test_only_blocking_findings_that_nobody_overrode_block_i9() -> None:
    found = [
        Finding("a", "block", "headline", "x"),
        Finding("b", "hold", "headline", "x"),
        Finding("a", "block", "blocks[0]", "x"),
        Finding("c", "block", "blocks[1]", "x"),
    ]
    assert rules.blocking(found, frozenset()) == ("a", "c")
    assert rules.blocking(found, frozenset({"a"})) == ("c",)


def test_a_reason_is_one_line_and_not_empty() -> None:
    assert rules.checked_reason("  wrong \n name ") == "wrong name"
    for bad in ("", " \n", "x" * 501):
        with pytest.raises(BadInput, match="reason"):
            rules.checked_reason(bad)


@pytest.mark.parametrize("name", ["", "  ", "x" * 81])
def test_nobody_cannot_act(name: str) -> None:
    with pytest.raises(BadInput, match="by"):
        rules.checked_name(name)


# --- slugs ------------------------------------------------------------------------------------------------


def slug(headline: str, language: str = "en", **more: object) -> str:
    return rules.slug_for([story(language, headline=headline, **more)], "museum")


def test_the_slug_of_the_front_matter_wins() -> None:
    assert slug("Something else", slug="q3--results-") == "q3-results"


@pytest.mark.parametrize(
    ("language", "headline", "expected"),
    [
        ("en", "Museum’s 3rd hall: it's open!", "museums-3rd-hall-its-open"),
        ("de", "Größeres Museum in Köln", "groesseres-museum-in-koeln"),
        ("fr", "Le musée s'ouvre à l'été", "le-musee-souvre-a-lete"),
        ("vi", "Bảo tàng mở cửa tại Đà Nẵng", "bao-tang-mo-cua-tai-da-nang"),
        ("ru", "Музей открывает зал", "muzey-otkryvaet-zal"),
        ("ko", "항구 박물관 개관", "hanggu-bakmulgwan-gaegwan"),
    ],
)
def test_headlines_are_romanised_where_a_simple_rule_exists(
    language: str, headline: str, expected: str
) -> None:
    assert slug(headline, language) == expected


def test_a_headline_in_another_script_takes_the_english_edition() -> None:
    original = story("ja", headline="港の博物館が新館を開館")
    others = [story("de", headline="Museum öffnet"), story("en", headline="Museum opens")]
    assert rules.slug_for([original, *others], "museum") == "museum-opens"


def test_without_any_readable_headline_the_issuer_names_the_page() -> None:
    assert slug("متحف الميناء يفتتح قاعته", "ar") == "museum-news"
    assert slug("港の博物館、AI搭載", "ja") == "museum-ai"
    assert slug("博物馆", "zh-Hans", release_type="event") == "museum-event"


@given(
    headline=st.text(max_size=300),
    language=st.sampled_from(WIRE_LANGUAGES),
    named=st.text(max_size=120),
    issuer=st.sampled_from(["museum", "a" * 60, "a-b"]),
)
def test_a_slug_always_fits_the_page_address(headline: str, language: str, named: str, issuer: str) -> None:
    found = rules.slug_for([story(language, headline=headline, slug=named)], issuer)
    assert CONVERTER.fullmatch(found)
    assert len(found) <= rules.MAX_SLUG


def test_long_headlines_are_cut_between_words() -> None:
    found = slug("word " * 40)
    assert len(found) <= rules.MAX_SLUG
    assert set(found.split("-")) == {"word"}


def test_examples_of_romanising_hold() -> None:
    assert doctest.testmod(romanise).failed == 0
