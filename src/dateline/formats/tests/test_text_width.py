"""Plain text wrapped by the columns of a terminal, and joined again without losing a character."""

import pytest
from hypothesis import given, settings

from dateline.formats import registry
from dateline.formats.tests.strategies import texts
from dateline.formats.tests.test_agency_schemas import samples
from dateline.formats.tests.test_round_trips import AFTER
from dateline.formats.text_width import columns, joined, wrapped

pytestmark = pytest.mark.unit


@settings(max_examples=200, deadline=None)
@given(texts)
def test_joining_gives_back_what_was_wrapped(text: str) -> None:
    assert joined(wrapped(text, 16).split("\n")) == text


def test_no_line_of_prose_is_wider_than_the_terminal() -> None:
    """Wide characters take two columns; scripts without blanks break inside a sentence."""
    for edition in samples():
        for block in (b for b in edition.blocks if b.kind == "paragraph"):
            assert max(columns(line.rstrip()) for line in wrapped(block.text).split("\n")) <= 72


@pytest.mark.parametrize("language", ["ja", "zh-Hans", "th", "ko", "ar"])
def test_the_text_reads_back_as_it_was(language: str) -> None:
    edition = next(e for e in samples() if e.language == language)
    codec = registry.codec("text")
    read = codec.read(codec.render(edition, AFTER))
    wanted = [b.text for b in edition.blocks if b.kind == "paragraph"]
    assert [b.text for b in read.blocks if b.kind == "paragraph"] == wanted
    assert read.dateline is not None and read.dateline.place == edition.dateline.place  # type: ignore[union-attr]
    assert read.headline == edition.headline


def test_closing_marks_do_not_open_a_line() -> None:
    lines = wrapped("「あいう」、「えおか」。", 10).split("\n")
    assert len(lines) > 1 and not any(line[0] in "、。」" for line in lines)
