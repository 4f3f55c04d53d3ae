"""Filters of stream and log: OR within a name, AND between names, clear refusals."""

from collections.abc import Iterator
from typing import Any

import pytest

from dateline.core.errors import BadInput
from dateline.core.filters import NAMES, Filter, filter_of, parse_query
from dateline.core.languages import Language, parse_language, serves, wishes

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
        (
            f"keyword={','.join(map(str, range(150)))}&keyword={','.join(map(str, range(51)))}",
            "more than 200",
        ),
        (f"ticker={','.join(map(str, range(150)))}&issuer={','.join(map(str, range(51)))}", "more than 200"),
        ("&".join(["language=en"] * 51), "more than 50 parts"),
        ("keyword=%ff", "not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_remedy(query: str, words: str) -> None:
    """I14."""
    with pytest.raises(BadInput, match=words):
        parse_query(query)


class Walked(frozenset[str]):
    """Counts how often it is walked through."""

    walks = 0

    def __iter__(self) -> Iterator[str]:
        Walked.walks += 1
        return super().__iter__()


def test_many_values_are_looked_up_and_not_walked_through() -> None:
    """A stranger's question with hundreds of languages costs an event no more than one with one."""
    Walked.walks = 0
    values = Walked({"fr", "zh", *(f"x{number}" for number in range(190))})
    assert Filter(frozenset({("language", values)})).takes(event())
    assert not Filter(frozenset({("language", values)})).takes(event(language="de"))
    assert Walked.walks == 0


def test_only_words_are_looked_for_in_the_text() -> None:
    wanted, _ = parse_query("language=en,ko&country=SG&keyword=a,b,c&sector=energy")
    assert wanted.words == 3 and Filter().words == 0


@pytest.mark.parametrize("tag", ["en", "zh-Hant", "pt-BR", "sr-Latn-RS", "und"])
def test_the_wishes_of_an_edition_are_those_that_it_serves(tag: str) -> None:
    asked = {"*", "en", "zh", "zh-Hant", "zh-Hans", "pt", "pt-BR", "sr", "sr-Latn", "sr-Latn-RS", "und", tag}
    assert {wish for wish in asked if serves(wish, Language(tag))} == set(wishes(tag))
    assert parse_language(tag) in wishes(tag)


def test_every_name_of_the_design_is_a_filter() -> None:
    design = ("language", "country", "sector", "class", "issuer", "origin", "ticker", "isin", "keyword")
    assert design == NAMES
