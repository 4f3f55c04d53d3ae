"""Keywords are found as words of their own, whatever the script."""

import pytest

from dateline.audience.keywords import fold, says, too_short

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("The LITHIUM plant opens", "lithium"),
        ("Straße und Weg", "STRASSE"),
        ("solid-state battery", "battery"),
        ("배터리를 생산한다", "배터리"),
        ("인공지능AI가 왔다", "AI"),
        ("新しい蓄電池工場", "蓄電池"),
        ("生成AI技術", "AI"),
        ("โรงงานแบตเตอรี่ใหม่", "แบตเตอรี่"),
        ("fuel cell, again", "Fuel Cell"),
        ("Ｌｉｔｈｉｕｍ", "lithium"),
        ("İstanbul", "istanbul"),
        ("بطارية جديدة", "بطارية"),
    ],
)
def test_a_keyword_is_found(text: str, keyword: str) -> None:
    assert says(fold(text), fold(keyword))


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("lithiumfrei", "lithium"),
        ("monolithium", "lithium"),
        ("신배터리", "배터리"),
        ("batteries", "battery"),
        ("हिन्दी", "हिन्द"),
        ("", "lithium"),
        ("lithium", ""),
    ],
)
def test_part_of_a_longer_word_is_not_found(text: str, keyword: str) -> None:
    assert not says(fold(text), fold(keyword))


def test_a_later_whole_word_counts_after_an_earlier_part() -> None:
    assert says(fold("batteries need a battery"), "battery")


def test_short_keywords_are_named_short() -> None:
    assert too_short("a") and too_short("ไท") and not too_short("电池") and not too_short("AI")
