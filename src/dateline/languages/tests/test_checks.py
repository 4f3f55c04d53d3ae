"""Each check on clean and on spoiled editions (I9)."""

import json

import pytest

from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.words import Block, Contact, Finding, Run, Story
from dateline.intake.services import identify, same_language
from dateline.languages.check import checks
from dateline.languages.checks.codes import isin_digit_fits
from dateline.languages.reading.numbers import numbers_in
from dateline.languages.services import check_edition, check_story
from dateline.languages.tests.editions import edition

pytestmark = pytest.mark.unit

SENTENCES = {
    "en": "The company opens a new factory in spring and will employ three hundred people there, its director said on Tuesday.",  # noqa: E501
    "ko": "이 회사는 봄에 새 공장을 열고 그곳에서 삼백 명을 고용할 것이라고 대표가 화요일에 밝혔다. 지역 주민들은 이 소식을 크게 반겼다.",  # noqa: E501
    "ja": "同社は春に新しい工場を開設し、三百人を雇用する予定だと社長が火曜日に発表した。地元の住民はこの知らせを歓迎している。",  # noqa: E501
    "ar": "تفتتح الشركة مصنعا جديدا في الربيع وستوظف فيه ثلاثمئة شخص، كما قال مديرها يوم الثلاثاء أمام الصحفيين في العاصمة.",  # noqa: E501
    "zh-Hans": "这家公司将在春天开设一座新工厂，并在那里雇用三百人，公司负责人星期二对记者说，当地居民对这个消息表示欢迎。",  # noqa: E501
    "zh-Hant": "這家公司將在春天開設一座新工廠，並在那裡僱用三百人，公司負責人星期二對記者說，當地居民對這個消息表示歡迎。",  # noqa: E501
    "vi": "Công ty sẽ mở một nhà máy mới vào mùa xuân và tuyển dụng ba trăm người tại đó, giám đốc cho biết hôm thứ Ba.",  # noqa: E501
    "th": "บริษัทจะเปิดโรงงานแห่งใหม่ในฤดูใบไม้ผลิและจะจ้างงานสามร้อยคนที่นั่น ผู้อำนวยการกล่าวเมื่อวันอังคาร ชาวบ้านต่างยินดี",
    "de": "Das Unternehmen eröffnet im Frühjahr ein neues Werk und stellt dort dreihundert Menschen ein, sagte die Leiterin am Dienstag.",  # noqa: E501
    "ru": "Компания весной откроет новый завод и наймёт там триста человек, сообщил во вторник её директор журналистам.",  # noqa: E501
    "fr": "L'entreprise ouvrira une nouvelle usine au printemps et y emploiera trois cents personnes, a déclaré mardi sa directrice.",  # noqa: E501
    "es": "La empresa abrirá una nueva fábrica en primavera y empleará allí a trescientas personas, dijo el martes su directora.",  # noqa: E501
    "pt-BR": "A empresa vai abrir uma nova fábrica na primavera e contratar trezentas pessoas, disse a diretora na terça-feira.",  # noqa: E501
}


def codes(**changes: object) -> list[tuple[str, str]]:
    return [(f.code, f.severity) for f in check_edition(edition(**changes))]


def para(text: str) -> tuple[Block, ...]:
    return (Block("paragraph", runs=(Run(text),)),)


def test_a_sound_edition_has_no_findings() -> None:
    assert codes() == []


def test_every_check_says_what_it_is_for() -> None:
    for check in checks():
        assert check.code and check.about.endswith(".") and check.severity in {"block", "hold", "warn"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"headline": " "}, ("headline-missing", "block")),
        ({"headline": "x" * 201}, ("headline-long", "warn")),
        ({"headline": "THE MUSEUM OPENS ITS HALL"}, ("headline-capitals", "warn")),
        ({"blocks": ()}, ("text-empty", "block")),
        ({"sectors": ()}, ("sectors-missing", "warn")),
        ({"subhead": "```json"}, ("markup-left", "block")),
        ({"subhead": "a &nbsp; b"}, ("markup-left", "block")),
        ({"subhead": "cafÃ©"}, ("encoding-broken", "block")),
        ({"subhead": "Lorem ipsum dolor"}, ("placeholder-left", "block")),
        ({"subhead": "TK"}, ("placeholder-left", "block")),
        ({"subhead": "[Company name] grows"}, ("placeholder-left", "block")),
        ({"byline": "a\u2066b"}, ("bidi-control", "block")),
        ({"subhead": "a\x00b"}, ("control-character", "block")),
        ({"subhead": "a\u200bb"}, ("zero-width", "warn")),
        ({"dateline": None}, ("dateline-missing", "warn")),
        ({"origin": "third-party"}, ("provider-missing", "block")),
        ({"origin": "third-party", "provider": "P"}, ("disclaimer-missing", "block")),
        ({"provider": "P"}, ("origin-unclear", "hold")),
        ({"tickers": ("ＡＣＭＥ",)}, ("ticker-form", "hold")),
        ({"tickers": ("Nasdaq:acme",)}, ("ticker-form", "hold")),
        ({"isins": ("US0378331006",)}, ("isin-digit", "hold")),
        ({"isins": ("us0378331005",)}, ("isin-form", "hold")),
        ({"contacts": (Contact("{{name}}"),)}, ("placeholder-left", "block")),
    ],
)
def test_each_fault_is_found(changes: dict[str, object], expected: tuple[str, str]) -> None:
    assert expected in codes(**changes)


@pytest.mark.parametrize(
    "text",
    [
        "AT&T & Co",
        "C:\\network",
        "5 < 6 > 4",
        "TKO and TKs",
        "a_b_c",
        "Sales rose 5 %",
        "Ångström, São Tomé, naïve",
        "#1 in Seoul",
        "**",
        "한국어 (서울)",
    ],
)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert codes(subhead=text) == []


@pytest.mark.parametrize("language", sorted(SENTENCES))
def test_each_language_passes_as_itself_and_no_other(language: str) -> None:
    text = SENTENCES[language]
    assert codes(language=language, headline=text[:40], blocks=para(text)) == []
    other = "de" if language != "de" else "ko"
    assert ("language-wrong", "block") in codes(language=other, headline=text[:40], blocks=para(text))
    assert same_language(language, identify(text).language)


def test_short_texts_and_the_malay_pair_are_not_judged() -> None:
    assert codes(language="de", headline="Museum opens", blocks=para("Yes.")) == []
    indonesian = "Perusahaan membuka pabrik baru pada bulan Maret karena permintaan listrik naik, kata direktur kepada wartawan di Jakarta."  # noqa: E501
    assert codes(language="ms", headline="Pabrik", blocks=para(indonesian)) == []
    assert ("language-wrong", "block") in codes(
        language="ms", headline="Pabrik", blocks=para(" ".join([indonesian] * 8))
    )


def test_notices_need_no_story() -> None:
    assert codes(type="killed", blocks=(), dateline=None, headline="Museum opens") == []


@pytest.mark.parametrize(
    ("text", "language", "values"),
    [
        ("3.2 billion", "en", ["3200000000"]),
        ("1.234,5", "de", ["1234.5"]),
        ("32억", "ko", ["3200000000"]),
        ("1億2000万", "ja", ["120000000"]),
        ("1조 2,345억 원", "ko", ["1234500000000"]),
        ("12 345", "fr", ["12345"]),
        ("٣٤ مليون", "ar", ["34000000"]),
        ("1,5 Mrd. Euro", "de", ["1500000000"]),
        ("1,200", "en", ["1200"]),
        ("3亿5000万", "zh-Hans", ["350000000"]),
        ("2 mil millones", "es", ["2000000000"]),
        ("a@b3.example v2", "en", []),
        ("25 millas y 3 mil", "es", ["25", "3000"]),
        ("12 milles marins", "fr", ["12"]),
        ("3,5 миллиона и 2 тысячи", "ru", ["3500000", "2000"]),
        ("Rp320.000", "id", ["320000"]),
        ("AED21.5 million and USD20 million", "en", ["21500000", "20000000"]),
        ("HB-7 and 640 boxes", "en", ["640"]),
        ("900千瓦、1.8百萬瓦", "zh-Hant", ["900", "1.8"]),
    ],
)
def test_numbers_are_read_with_their_scale(text: str, language: str, values: list[str]) -> None:
    assert [f"{value:f}" for value in numbers_in(text, language)] == values


def test_a_wrong_number_in_a_translation_blocks() -> None:
    english = edition(blocks=para("Sales rose to 4,500 units in 2026, worth 3.2 billion won."))
    right = edition(language="ko", blocks=para("2026년 판매는 4500대로 늘어 32억 원에 달했다."))
    wrong = edition(language="ko", blocks=para("2026년 판매는 4500대로 늘어 320억 원에 달했다."))
    assert [f.code for f in check_edition(right, english) if f.code == "numbers-differ"] == []
    assert [f.severity for f in check_edition(wrong, english) if f.code == "numbers-differ"] == ["block"]


@pytest.mark.parametrize("isin", ["US0378331005", "DE0005557508", "KR7005930003", "GB0002634946"])
def test_true_isins(isin: str) -> None:
    assert isin_digit_fits(isin)
    assert not isin_digit_fits(isin[:-1] + str((int(isin[-1]) + 1) % 10))


def test_check_story_needs_no_database_and_is_json() -> None:
    story = Story(WIRE_LANGUAGES[0], "")
    findings = check_story(story)
    assert Finding("headline-missing", "block", "headline", findings[0].message) == findings[0]
    json.dumps([f.message for f in findings])
