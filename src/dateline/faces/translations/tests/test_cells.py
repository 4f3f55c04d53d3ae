"""How a block is shown and typed: slots as chips and tokens, terms as words."""

import pytest

from dateline.core.languages import Language
from dateline.core.words import Block, Run, Story
from dateline.faces.translations import cells
from dateline.languages.segments import segments_of
from dateline.languages.translator import Term
from dateline.languages.worksheets import Kept, Row, Worksheet

pytestmark = [pytest.mark.room, pytest.mark.django_db]
TEXT = "The director said AI shares rose at NYSE: ABC today"


def sheet(source: str = TEXT, **kept: str) -> Worksheet:
    story = Story(Language("en"), "", blocks=(Block("paragraph", runs=(Run(source),)),))
    (segment,) = segments_of(story)
    return Worksheet("r", story, Language("de"), (Row(segment, Kept(**kept)),))  # type: ignore[arg-type]


def test_what_was_typed_is_what_was_shown() -> None:
    (row,) = sheet().rows
    kept = 'Aktien <x id="1"/> <g id="2">heute</g>'
    assert cells.typed_form(row, kept) == "Aktien ⟦1⟧ ⟦g2⟧heute⟦/g⟧"
    assert cells.kept_form("Aktien ⟦1⟧ ⟦g2⟧heute⟦/g⟧") == kept
    assert cells.kept_form("Aktien [[1]] [[ g2 ]]heute[[/g]]") == kept, "as it can be typed"


def test_a_term_is_marked_as_a_word_and_never_inside_another() -> None:
    (row,) = sheet().rows
    terms = (Term("AI", "KI"), Term("share", "Aktie"), Term("株", "Aktie"))
    marked = [p.text for p in cells.pieces_of(row.segment.text, row.segment.slots, terms) if p.kind == "term"]
    assert marked == ["AI", "share"]
    assert not cells.stands_in(Term("AI", "KI"), "he said so")
    assert cells.stands_in(Term("株", "Aktie"), "新株予約")


def test_slots_show_what_they_stand_for() -> None:
    (row,) = sheet().rows
    slots = [p for p in cells.pieces_of(row.segment.text, row.segment.slots, ()) if p.kind == "slot"]
    assert [(p.token, p.text) for p in slots] == [("⟦1⟧", "NYSE: ABC")]


def test_the_cell_names_each_term_once_with_all_it_must_not_be_called() -> None:
    text = "for the media outlets"
    found = cells.cells(sheet(text, text="in den Medien-Outlets"), (), "acme")
    terms = [term for term in found[0].terms if term.source == "media outlets"]
    assert len(terms) == 1
    assert "Medien-Outlets" in terms[0].forbidden
    assert found[0].forbidden[0][0] == "Medien-Outlets"


def test_what_only_looks_like_a_slot_stays_as_it_was_typed_and_costs_nothing() -> None:
    """Blanks without end between two brackets: a pattern that tries every way to part them takes days."""
    for typed in ("Aktien [[      1]]", "[[" + " " * 300_000, "[[1" * 50_000):
        assert cells.kept_form(typed) == typed
