"""Runs of combining marks: what stays, and that a long one costs nobody their time."""

import unicodedata

import pytest

from dateline.core.combining import MOST_MARKS, fewer_marks, too_many_marks
from dateline.intake.characters import Cleaner

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "text", ["Việt Nam", unicodedata.normalize("NFD", "Việt Nam"), "שָׁלוֹם", "ก็ได้", "مُحَمَّد", "e\u0301"]
)
def test_what_languages_write_stays(text: str) -> None:
    assert not too_many_marks(text) and fewer_marks(text) == text
    assert Cleaner().text(text, "x") == unicodedata.normalize("NFC", text)


def test_of_a_heap_of_marks_a_few_stay_and_it_is_said() -> None:
    assert too_many_marks("a" + "\u0301" * (MOST_MARKS + 1))
    cleaner = Cleaner()
    assert len(cleaner.text("a" + "\u0315" * 40, "headline")) == 1 + MOST_MARKS
    [finding] = cleaner.findings()
    assert finding.code == "marks-removed" and finding.where == "headline"


def test_marks_out_of_order_by_the_million_come_to_their_end() -> None:
    """To sort so many takes an hour (--timeout); they are cut before."""
    text = Cleaner().text("a" + "\u0315\u0300" * 1_000_000, "x")
    assert 1 <= len(text) <= 1 + MOST_MARKS
