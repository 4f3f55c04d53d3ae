"""Small words of pages: dates of each language, breaks in scripts without blanks."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from dateline.core.clock import Instant
from dateline.core.languages import WIRE_LANGUAGES
from dateline.faces.newsroom.breaks import with_breaks
from dateline.faces.newsroom.countries import country_name
from dateline.faces.newsroom.dates import long_date, long_time

pytestmark = pytest.mark.unit
AT = Instant(datetime(2026, 11, 24, 9, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "November 24, 2026, 09:05 UTC"),
        ("de", "24. November 2026, 09:05 UTC"),
        ("ja", "2026年11月24日 09:05 UTC"),
        ("zh-Hant", "2026年11月24日 09:05 UTC"),
        ("ko", "2026년 11월 24일 09:05 UTC"),
        ("ar", "24 نوفمبر 2026، 09:05 UTC"),
        ("th", "24 พฤศจิกายน 2569 09:05 UTC"),
        ("pt-BR", "24 de novembro de 2026, 09:05 UTC"),
    ],
)
def test_times_are_written_as_readers_write_them(language: str, written: str) -> None:
    assert long_time(AT, language) == written


@pytest.mark.parametrize("language", [*WIRE_LANGUAGES, "sw", "tlh"])
def test_every_language_has_dates_and_countries(language: str) -> None:
    assert "2026" in long_date(date(2026, 2, 1), language) or language == "th"
    assert country_name("SG", language)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ja", "港湾博物館、新しい展示館「HB-7」を一般公開"),
        ("th", "Harbour Light Library Trust เปิดโครงการ “เรืออ่านหนังสือ” เพื่อเด็กในเมืองชายฝั่ง"),
        ("zh-Hans", "港口博物馆新展馆（二期）向公众开放"),
    ],
)
def test_phrases_break_and_keep_their_marks(language: str, text: str) -> None:
    written = with_breaks(text, language)
    assert "<wbr>" in written
    for mark in "“「（(":
        assert f"{mark}<wbr>" not in written
    for mark in "”」）)、":
        assert f"<wbr>{mark}" not in written


def test_a_name_wider_than_a_phone_breaks_inside_but_never_before_a_mark() -> None:
    written = with_breaks("ミナトマリンシステムズ、静かな電動フェリーの試験を完了", "ja")
    name = written.partition("静かな")[0]
    assert "<wbr>" in name.removesuffix("<wbr>")
    for mark in "ーンィュョッ、":
        assert f"<wbr>{mark}" not in written


def test_no_thai_line_begins_with_a_sign_that_stands_on_a_letter() -> None:
    assert "<wbr>\u0e49" not in with_breaks("โรงงานผลิตเรือเฟอร์รีไฟฟ้าทดสอบเสร็จสิ้น", "th")


def test_model_numbers_stay_whole() -> None:
    assert with_breaks("Arm HB-7 & more", "en") == 'Arm <span class="whole">HB-7</span> &amp; more'
    assert "whole" not in with_breaks("A third-quarter loss, 2020-21", "en")


@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("ja", "2026年11月24日に第3四半期決算を発表", "2026年"),
        ("ja", "約50万人が来場、1万2,000平方メートルの新館", "1万2,000平方メートル"),
        ("zh-Hans", "净利润增长12.5%至3.2亿美元", "3.2亿美元"),
        ("zh-Hans", "将于11月24日上午9时开放5000平方米展厅", "5000平方米"),
        ("zh-Hant", "營收成長12.5%至3.2億美元", "3.2億美元"),
        ("th", "บริษัทลงทุน 50 ล้านบาท สร้างโรงงานใหม่", '<span class="whole">50 ล้านบาท</span>'),
        ("ja", "出力500 kWの太陽光発電所", '<span class="whole">500 kW</span>'),
        ("en", "A plant of 500 MW & more", '<span class="whole">500 MW</span>'),
    ],
)
def test_no_line_breaks_within_a_number_or_before_its_unit(language: str, text: str, kept: str) -> None:
    assert kept in with_breaks(text, language)


def test_a_word_after_a_number_is_no_unit() -> None:
    assert "whole" not in with_breaks("In 2026 many guests, 12 gallons, 3 Wharf Street", "en")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["en", "ja", "th", "zh-Hans", "zh-Hant", "ko"]))
def test_breaks_change_no_word_and_let_no_markup_through(text: str, language: str) -> None:
    # The letters at both ends keep blanks that the HTML parser of the test would drop.
    text = f"a{_writable(text)}z"
    shown = html.fragment_fromstring(with_breaks(text, language), create_parent="p")
    assert shown.text_content() == text
    assert {element.tag for element in shown.iterdescendants()} <= {"wbr", "span"}


def _writable(text: str) -> str:
    """Without what HTML cannot carry."""
    return "".join(c for c in text if c.isprintable() and not "\ud800" <= c <= "\udfff")
