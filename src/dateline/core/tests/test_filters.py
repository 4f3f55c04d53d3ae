"""Filters of stream and log: OR within a name, AND between names, clear refusals."""

from typing import Any

import pytest

from dateline.core.errors import BadInput
from dateline.core.filters import NAMES, Filter, filter_of, parse_query

pytestmark = pytest.mark.unit


def event(**changes: Any) -> dict[str, Any]:
    return {
        "language": "zh-Hant",
        "countries": ["SG", "ID"],
        "sectors": ["20000256"],
        "class": "priority",
        "issuer": {"slug": "acme", "name": "Acme", "level": 1},
        "origin": "issuer",
        "tickers": ["SGX:ACME"],
        "isins": ["US0378331005"],
        "headline": "Acme eröffnet die Straße",
        "summary": "Second line",
    } | changes


@pytest.mark.parametrize(
    ("query", "taken"),
    [
        ("", True),
        ("language=zh", True),
        ("language=zh-Hant,en", True),
        ("language=zh-TW", True),
        ("language=zh-Hans", False),
        ("language=*", True),
        ("country=sg", True),
        ("country=KR,ID", True),
        ("country=KR", False),
        ("sector=energy", True),
        ("sector=medtop:20000209", True),
        ("sector=health", False),
        ("class=priority,regulated", True),
        ("class=normal", False),
        ("issuer=acme", True),
        ("issuer=acm", False),
        ("origin=third-party", False),
        ("ticker=acme", True),
        ("ticker=sgx:acme", True),
        ("ticker=SGX", False),
        ("isin=us0378331005", True),
        ("keyword=STRASSE", True),
        ("keyword=second,nothing", True),
        ("keyword=nothing", False),
        ("language=zh&country=KR", False),
        ("country=SG&country=KR", True),
        ("country=&language=", True),
        ("country=,SG,", True),
    ],
)
def test_what_is_asked_for_is_taken(query: str, taken: bool) -> None:
    wanted, _ = parse_query(query)
    assert wanted.takes(event()) is taken


def test_other_names_are_handed_back() -> None:
    wanted, others = parse_query("after=abc&language=en&limit=3", besides=("after", "limit"))
    assert others == {"after": "abc", "limit": "3"}
    assert wanted == filter_of([("language", "en")])


def test_the_order_of_a_question_does_not_matter() -> None:
    """Desktops with the same wishes share one filter, and so one piece of work."""
    one, _ = parse_query("language=en,ko&country=SG")
    two, _ = parse_query("country=sg&language=ko&language=en")
    assert one == two and hash(one) == hash(two) and one != Filter()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("colour=red", "'colour' is no filter"),
        ("country=Singapore", "not a country code"),
        ("sector=enrgy", "did you mean energy"),
        ("language=xx-nonsense", "not a .*language"),
        ("class=urgent", "none of normal, priority, regulated"),
        ("origin=us", "none of issuer, third-party"),
        ("keyword=" + ",".join(map(str, range(201))), "more than 200 values"),
        ("&".join(["language=en"] * 51), "more than 50 parts"),
        ("keyword=%ff", "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(query: str, words: str) -> None:
    """I14."""
    with pytest.raises(BadInput, match=words):
        parse_query(query)


def test_every_name_of_the_design_is_a_filter() -> None:
    design = ("language", "country", "sector", "class", "issuer", "origin", "ticker", "isin", "keyword")
    assert design == NAMES
