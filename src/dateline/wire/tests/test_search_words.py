"""The words of texts and queries in one form, in all languages of the wire; and where hits are marked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.core.languages import WIRE_LANGUAGES
from dateline.wire import search_words
from dateline.wire.search_hits import excerpt, hits
from dateline.wire.search_words import Needle, asked, folded, folded_with_marks, indexed
from dateline.wire.tests.searches import SEARCHES

pytestmark = pytest.mark.unit

FOUND = [(language, text, query) for language, text, found, _ in SEARCHES for query in found]
NOT_FOUND = [(language, text, query) for language, text, _, missed in SEARCHES for query in missed]


def finds(text: str, query: str, language: str) -> bool:
    kept = indexed([text], language).text
    wordings = asked(query, language).wordings
    return any(all(needle.string(language) in kept for needle in needles) for needles in wordings)


def narrowed(text: str, needles: tuple[Needle, ...], language: str) -> bool:
    """What the database's index says: whether the text has all tokens of the needles."""
    kept = set(indexed([text], language).tokens.split())
    tokens = [token for needle in needles for token in needle.tokens()]
    return all(any(k.startswith(t) for k in kept) if begins else t in kept for t, begins in tokens)


@pytest.mark.parametrize(("language", "text", "query"), FOUND)
def test_words_are_found_in_every_language(language: str, text: str, query: str) -> None:
    assert finds(text, query, language)


@pytest.mark.parametrize(("language", "text", "query"), NOT_FOUND)
def test_other_words_are_not(language: str, text: str, query: str) -> None:
    assert not finds(text, query, language)


def test_every_language_of_the_wire_is_tried() -> None:
    assert {*WIRE_LANGUAGES} <= {language for language, *_ in SEARCHES}


@pytest.mark.parametrize(("language", "text", "query"), FOUND)
def test_the_index_never_hides_what_the_text_has(language: str, text: str, query: str) -> None:
    kept = indexed([text], language).text
    for needles in asked(query, language).wordings:
        if all(needle.string(language) in kept for needle in needles):
            assert narrowed(text, needles, language)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([text for _, text, *_ in SEARCHES]),
    st.integers(0, 80),
    st.integers(1, 12),
    st.booleans(),
    st.sampled_from(["en", "de", "id", "vi", "ja", "ar"]),
)
def test_any_piece_of_a_text_that_is_found_has_its_tokens(
    text: str, start: int, length: int, quoted: bool, language: str
) -> None:
    query = text[start : start + length]
    kept = indexed([text], language).text
    for needles in asked(f'"{query}"' if quoted else query, language).wordings:
        if all(needle.string(language) in kept for needle in needles):
            assert narrowed(text, needles, language)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=12))
def test_no_text_and_no_query_breaks_it(text: str, query: str) -> None:
    kept = indexed([text], "vi")
    assert kept.tokens.isascii() and (kept.tokens.replace(" ", "").isalnum() or not kept.tokens)
    for start, end in hits(text, query, "vi"):
        assert 0 <= start < end <= len(text)


def test_a_phrase_ends_with_its_paragraph() -> None:
    kept = indexed(["new hall", "opens now"], "en").text
    (needle,) = asked('"hall opens"').wordings[0]
    assert needle.string("en") not in kept
    assert asked('"opens now"').wordings[0][0].string("en") in kept


def test_marks_that_were_typed_come_first_in_vietnamese_alone() -> None:
    assert len(asked("bán", "vi").wordings) == 2
    assert len(asked("ban", "vi").wordings) == len(asked("bán", "de").wordings) == 1
    assert not any(n.string("vi") in indexed(["bạn"], "vi").text for n in asked("bán", "vi").wordings[0])


def test_a_query_is_bounded() -> None:
    (needles,) = asked(" ".join(f"w{n}" for n in range(500))).wordings
    assert len(needles) == 12
    (needles,) = asked("-".join(f"w{n}" for n in range(500))).wordings
    assert len(needles[0].pieces) == 40


def test_a_query_of_signs_is_not_a_blank_one() -> None:
    assert asked("  ").is_blank and not asked("  ").wordings
    assert not asked("%!").is_blank and not asked("%!").wordings


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(300_000))),
        ("de", " ".join("".join(chr(0x400 + (n * m) % 90) for m in range(40)) for n in range(4000))),
        ("vi", "đường " * 60_000),
    ],
)
def test_no_text_makes_an_index_row_that_postgresql_refuses(language: str, text: str) -> None:
    """A tsvector holds less than 1 MiB of words; a lift must not fail for a long text."""
    kept = indexed([text], language)
    assert len(kept.text) <= search_words.MOST_CHARACTERS
    assert sum(len(token) for token in kept.tokens.split()) <= 900_000


@pytest.mark.parametrize(
    ("language", "text", "query", "marked"),
    [
        ("en", "The Ports, said AI: state-of-the-art.", "port ai state-of", ["Ports", "AI", "state-of"]),
        ("en", "new hall opens a new halls", '"new hall"', ["new hall"]),
        ("en", "ﬁrst e\u0301tat", "first etat", ["ﬁrst", "e\u0301tat"]),
        ("ja", "ＡＣＭＥの港湾博物館", "博物館 acme", ["ＡＣＭＥ", "博物館"]),
        ("ja", "大きなAI技術展", "AI技術", ["AI技術"]),
        ("ja", "ｶﾞｲﾄﾞ", "ガイ", ["ｶﾞｲ"]),
        ("ko", "국립박물관은 박물관", "박물관", ["박물관", "박물관"]),
        ("ar", "وصلت إلى المينـاءِ أمس", "ميناء", ["المينـاءِ"]),
        ("vi", "Hà Nội bán bạn", "bán", ["bán"]),
        ("vi", "Hà Nội bán bạn", "ban", ["bán", "bạn"]),
        ("de", "Hafenmuseum öffnet", "museum", ["Hafenmuseum"]),
        ("th", "เปิดพิพิธภัณฑ์ใหม่", "พิพิธภัณฑ์", ["พิพิธภัณฑ์"]),
        ("hi", "नया संग्रहालय", "संग्रहालय", ["संग्रहालय"]),
    ],
)
def test_hits_are_marked_as_they_are_written(language: str, text: str, query: str, marked: list[str]) -> None:
    assert [text[start:end] for start, end in hits(text, query, language)] == marked


@pytest.mark.parametrize("text", [text for _, text, *_ in SEARCHES])
def test_marking_folds_a_text_as_searching_does(text: str) -> None:
    """Marking folds letter by letter to know where each came from."""
    from dateline.wire.search_hits import _clusters

    for fold in (folded, folded_with_marks):
        assert "".join(fold(text[start:end]) for start, end in _clusters(text)) == fold(text)


def test_an_excerpt_is_cut_at_blanks_around_the_hit() -> None:
    text = "Beginning of a long text. " * 20 + "Here the giraffe stands. " + "And it goes on and on. " * 20
    found = excerpt(["nothing here", text], "giraffe", "en")
    assert "the giraffe stands" in found and found.startswith("… ") and found.endswith(" …")
    assert len(found) < 320 and excerpt([text], "zebra", "en") == ""
    assert excerpt(["A giraffe."], "giraffe", "en") == "A giraffe."
