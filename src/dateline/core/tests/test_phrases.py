"""Reader-facing words exist in every language, with the same placeholders; datelines round-trip."""

import string
from datetime import date
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core import phrases
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases.datelines import format_dateline, parse_dateline
from dateline.core.phrases.en import PHRASES as ENGLISH
from dateline.core.phrases.headings import (
    is_boilerplate_heading,
    is_contact_heading,
    is_section_line,
    looks_like_disclaimer,
)

pytestmark = pytest.mark.unit
PLACES = {"ko": "서울", "ja": "横浜", "ar": "أبوظبي", "zh": "首尔", "th": "โซล", "ru": "Москва"}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_every_phrase_exists_with_the_same_placeholders(language: str) -> None:
    module = import_module(f"dateline.core.phrases.{phrases._MODULES[language]}")
    assert set(module.PHRASES) == phrases.KEYS
    for key, text in module.PHRASES.items():
        english = ENGLISH[key]
        assert placeholders(text) == placeholders(english), (language, key)
        assert text.strip() == text and text


def test_unknown_phrase_is_an_error() -> None:
    with pytest.raises(phrases.UnknownPhrase):
        phrases.phrase("no.such", "en")


def test_unknown_language_falls_back_to_english() -> None:
    assert phrases.phrase("label.paid", "sw") == phrases.phrase("label.paid", "en")


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
@given(on=st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_a_dateline_reads_back(language: str, on: date) -> None:
    base = language.split("-", maxsplit=1)[0]
    place = PLACES.get(base, "Porto Novo")
    written = format_dateline(place, on, "Dateline", language)
    found = parse_dateline(f"{written} The first sentence follows.", language)
    assert found is not None
    assert (found.place.casefold(), found.date, found.rest) == (
        place.casefold(),
        on,
        "The first sentence follows.",
    )
    assert found.source == ("" if base == "ja" else "Dateline")


@pytest.mark.parametrize(
    ("text", "place", "on", "source"),
    [
        ("SEOUL, Nov. 24, 2026 /PRNewswire/ -- Acme said", "SEOUL", date(2026, 11, 24), "PRNewswire"),
        ("London – 24 November 2026 – Acme", None, None, ""),
        (
            "SAN JOSE, Calif., November 24, 2026 (Dateline) — Acme",
            "SAN JOSE, Calif.",
            date(2026, 11, 24),
            "Dateline",
        ),
        ("(서울=뉴스와이어) 2026년 7월 14일 -- 에이크미는", "서울", date(2026, 7, 14), "뉴스와이어"),
        ("القاهرة، ٢٤ تشرين الثاني 2026 /Dateline/ -- أعلنت", "القاهرة", date(2026, 11, 24), "Dateline"),
        ("PARIS, 2026-11-24 - Acme", "PARIS", date(2026, 11, 24), ""),
        ("TOKYO /Dateline/ -- Acme", "TOKYO", None, "Dateline"),
    ],
)
def test_datelines_of_the_field(text: str, place: str | None, on: date | None, source: str) -> None:
    found = parse_dateline(text)
    if place is None:
        assert found is None
    else:
        assert found is not None and (found.place, found.date, found.source) == (place, on, source)


@pytest.mark.parametrize(
    "text",
    [
        "The company said on November 24, 2026 that it would -- in time -- grow.",
        "In Seoul, visitors were pleased - so they said.",
        "Acme today announced a product: the anvil.",
        "",
    ],
)
def test_an_ordinary_sentence_is_no_dateline(text: str) -> None:
    assert parse_dateline(text) is None


@pytest.mark.parametrize(
    "heading",
    ["About Acme", "에이크미에 대하여", "アクメについて", "نبذة عن أكمي", "关于顶峰", "關於頂峰",
     "Giới thiệu về Acme", "เกี่ยวกับ Acme", "Tentang Acme", "Mengenai Acme", "Über Acme",
     "О компании Акме", "À propos d’Acme", "Acerca de Acme", "Sobre a Acme"],
)  # fmt: skip
def test_boilerplate_headings(heading: str) -> None:
    assert is_boilerplate_heading(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Media contact",
        "언론 문의",
        "報道関係のお問い合わせ",
        "للاستفسارات الإعلامية",
        "媒体联系人",
        "Pressekontakt",
        "Contact presse",
    ],
)
def test_contact_headings(heading: str) -> None:
    assert is_contact_heading(heading) and not is_boilerplate_heading(heading)


@pytest.mark.parametrize("language", WIRE_LANGUAGES)
def test_our_own_disclaimer_is_recognised(language: str) -> None:
    assert looks_like_disclaimer(phrases.phrase("disclaimer.third-party", language))


def test_section_lines() -> None:
    assert all(is_section_line(line) for line in ("-0-", "###", "ENDS", "SOURCE Acme"))
    assert not is_section_line(
        "The source of the river is in the hills, and many people go there every year to see it."
    )
