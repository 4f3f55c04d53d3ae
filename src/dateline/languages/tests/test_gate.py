"""The gate as editors, engines and files meet it."""

from dataclasses import replace

import pytest

from dateline.core.languages import Language
from dateline.core.words import Block, Run, Story, Translation
from dateline.languages.injecting.samples import press_edition
from dateline.languages.reading import parts
from dateline.languages.reading.parts import Role
from dateline.languages.services import check_edition, check_segment, check_story
from dateline.languages.tests.editions import edition

pytestmark = pytest.mark.unit


def para(text: str) -> Block:
    return Block("paragraph", runs=(Run(text),))


def codes(source: str, text: str, language: str = "ko", role: Role = "body") -> list[tuple[str, str]]:
    found = check_segment(source, text, source_language="en", language=language, role=role)
    return [(finding.code, finding.severity) for finding in found]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("for 3.2 billion dollars", "3.2억 달러에", ("numbers-differ", "block")),
        ("for 3.2 billion dollars", "32억 유로에", ("currency-changed", "block")),
        (
            "See https://aurora.example/a today",
            "https: //aurora. example/a 참조",
            ("address-changed", "block"),
        ),
        ("We will build a new plant in Busan.", "", ("text-missing", "block")),
        ("We will build a new plant.", "다음은 번역입니다: 공장을 짓는다.", ("chatter-left", "block")),
        ("We build it.", "⟦1⟧ 짓는다.", ("markup-left", "block")),
        ("Media outlets came.", "미디어 아울렛이 왔다.", ("term-forbidden", "hold")),
        ("We do nothing but wait for the plant to open.", "안녕 안녕 안녕 안녕 안녕", ("loop", "block")),
    ],
)
def test_one_block_is_refused_for_what_an_engine_spoiled(
    source: str, text: str, expected: tuple[str, str]
) -> None:
    assert expected in codes(source, text)


def test_one_sound_block_passes_and_no_question_to_a_whole_edition_is_asked() -> None:
    assert codes("It sells 1,250 tons for $3.2 billion.", "1250톤을 32억 달러에 판다.") == []
    assert codes("", "1250톤을 판다.") == []
    assert codes("Aurora buys Delta", "오로라, 델타를 인수:", role="headline") == [("headline-form", "block")]


def test_a_repeat_of_the_issuers_own_text_blocks_only_in_a_translation() -> None:
    """An issuer may say a line twice; an engine that does so stands still."""
    line = "The harbour museum opens its new hall next week for all visitors."
    own = edition(blocks=(para(line), para(line)))
    assert [(f.code, f.severity) for f in check_edition(own)] == [("block-repeated", "warn")]
    thrice = edition(blocks=(para(line), para(line), para(line)))
    assert ("block-repeated", "hold") in [(f.code, f.severity) for f in check_edition(thrice)]
    german = "Das Hafenmuseum öffnet nächste Woche seine neue Halle für alle Gäste."
    other = edition(blocks=(para(line), para("Its director said that the building was finished early.")))
    made = edition(language="de", headline="Hafenmuseum öffnet", blocks=(para(german), para(german)))
    assert ("block-repeated", "block") in [(f.code, f.severity) for f in check_edition(made, other)]
    both = edition(blocks=(para(line), para(line)))
    assert "block-repeated" not in [f.code for f in check_edition(made, both)]


def test_a_person_may_shorten_and_a_machine_may_not() -> None:
    english = press_edition("en")
    short = replace(press_edition("de"), blocks=press_edition("de").blocks[:-1])
    for by, severity in ((Translation("human"), "hold"), (Translation("machine"), "block")):
        made = replace(short, translation=by)
        assert ("blocks-differ", severity) in [(f.code, f.severity) for f in check_edition(made, english)]


def test_digits_of_other_scripts_say_the_same() -> None:
    for text in ("٤٥٬٠٠٠ متر مربع", "45,000 متر مربع"):
        assert codes("45,000 square meters", text, "ar") == []
    assert codes("in 2026, 1,250 tons", "ในปี ๒๕๖๙ ๑,๒๕๐ ตัน", "th") == []
    assert codes("1,250 tons", "１２５０トン", "ja") == []


def test_isolates_in_pairs_are_good_typography() -> None:
    assert "bidi-control" not in [f.code for f in check_edition(edition(subhead="See \u2068AURF\u2069 rise"))]
    assert "bidi-control" in [f.code for f in check_edition(edition(subhead="See \u2068AURF rise"))]


def test_only_a_table_and_thirty_thousand_words_are_read_to_the_end() -> None:
    """I14: sizes and shapes that no wire sends end in findings, not in a crash."""
    cells = tuple((((Run(f"Row {n}"),)), ((Run(f"{n * 7 + 13}"),))) for n in range(40))
    table = edition(blocks=(Block("table", rows=cells),))
    assert not [f for f in check_edition(table, None) if f.severity == "block"]
    words = " ".join(f"word{chr(97 + n % 26)} {n}" for n in range(15_000))
    long = edition(blocks=(para(words),))
    check_edition(replace(long, language=Language("de")), long)


def test_a_story_without_a_known_language_is_checked_for_marks() -> None:
    story = Story(
        Language("sw"), "Habari `mpya`", blocks=(para("Kampuni imefungua kiwanda kipya mjini leo."),)
    )
    assert "markup-left" in [f.code for f in check_story(story)]


def test_the_source_is_read_once_for_many_translations() -> None:
    source = press_edition("en")
    check_edition(press_edition("de"), source)
    first = parts.reading(source)
    check_edition(press_edition("fr"), source)
    assert parts.reading(source) is first
