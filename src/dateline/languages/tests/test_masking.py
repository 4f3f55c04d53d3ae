"""Slots: what an engine must not damage is cut out, put back, and never guessed at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.words import Run
from dateline.languages.masking import SlotsDamaged, damage, masked, moved, runs_of, shown
from dateline.languages.slots import decoded, encoded, pieces, sentences
from dateline.languages.translator import Slot

pytestmark = pytest.mark.unit
RUNS = (
    Run("Buy "),
    Run("NYSE: HBT at https://a.example/x?y=1", strong=True),
    Run(". Call +82 2 1234 5678 or press@a.example, ISIN US0378331005, #Harbour2026 & R<D."),
)
CUT = masked(RUNS)
_CHARS = st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("see https://a.example/b?c=d#e now", "url"),
        ("see www.a.example.", "url"),
        ("mail a.b+c@d-e.example!", "email"),
        ("ISIN KR7005930003 is", "isin"),
        ("(KRX: 005930)", "ticker"),
        ("call +82-2-1234-5678.", "phone"),
        ("by @harbour_museum today", "handle"),
        ('odd <x id="3"/> text', "keep"),
        ("odd ⟦3⟧ text", "keep"),
    ],
)
def test_what_must_not_change_is_cut_out(text: str, kind: str) -> None:
    cut = masked((Run(text),))
    assert [slot.kind for slot in cut.slots] == [kind]
    assert runs_of(cut.text, cut.slots) == (Run(text),)


def test_numbers_and_dates_stay_in_the_text_for_their_endings_change() -> None:
    cut = masked((Run("Revenue rose 12.5% to $3.2 billion on 14 July 2026, 200 at 9:30 and -5."),))
    assert cut.slots == ()


def test_names_to_keep_are_cut_out_as_words_only() -> None:
    cut = masked((Run("Han and Hanbit"),), keep=("Han",))
    assert cut.text == '<x id="1"/> and Hanbit'


@given(st.lists(st.builds(Run, st.text(_CHARS, max_size=30), strong=st.booleans(), em=st.booleans())))
def test_every_text_comes_back_as_it_was(runs: list[Run]) -> None:
    """I8: also one that looks like our own marks."""
    cut = masked(tuple(runs))
    assert "".join(r.text for r in runs_of(cut.text, cut.slots)) == "".join(r.text for r in runs)
    assert damage(cut.text, cut.slots) == "" and moved(cut.text, cut.text) == ""
    assert shown(cut.text, cut.slots) == "".join(r.text for r in runs)


@given(st.text(_CHARS, max_size=60), st.sampled_from(["xml", "html", "token"]))
def test_every_style_gives_the_text_back(words: str, style: str) -> None:
    cut = masked((Run("See "), Run(words, em=True), Run(" at https://a.example & more")))
    assert decoded(encoded(cut.text, cut.slots, style), style) == cut.text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace('<x id="3"/>', ""), "lost"),
        (lambda t: t + ' <x id="3"/>', "twice"),
        (lambda t: t + ' <x id="77"/>', "not of this text"),
        (lambda t: t.replace("</g>", ""), "torn"),
        (lambda t: t.replace('<g id="1">', "").replace("</g>", '<g id="1">') + "</g></g>", "torn"),
        (lambda t: t + ' <x id="3"', "torn"),
        (lambda t: t + " < x id=3>", "torn"),
    ],
)
def test_damaged_slots_are_a_failure_and_no_text(change: object, says: str) -> None:
    text = change(CUT.text)  # type: ignore[operator]
    assert says in damage(text, CUT.slots)
    with pytest.raises(SlotsDamaged, match=says):
        runs_of(text, CUT.slots)


def test_a_slot_that_leaves_its_pair_is_seen() -> None:
    source = '<g id="1">Buy <x id="2"/></g> now'
    assert moved(source, '<x id="2"/> <g id="1">kaufen</g>') == "slot 2 moved out of its place"
    assert moved(source, 'jetzt <g id="1"><x id="2"/> kaufen</g>') == ""
    assert "no words" in moved('<g id="1">Buy</g> now', 'Jetzt kaufen<g id="1"></g>')


def test_pieces_and_sentences_join_to_the_text() -> None:
    text = 'One. Two <x id="1"/> three! ' + "ไทย" * 40
    assert "".join(pieces(text)) == text
    for most in (7, 20, 64):
        cut = sentences(text, most)
        assert "".join(cut) == text and all(len(part) <= most for part in cut)
    assert pieces('<x id="1"/>') == ['<x id="1"/>'] and sentences("", 5) == []


def test_html_shows_the_engine_what_stands_in_a_slot() -> None:
    sent = encoded('at <x id="1"/>', (Slot(1, "url", "https://a.example/?a=1&b=2"),), "html")
    assert "https://a.example/?a=1&amp;b=2" in sent and 'translate="no"' in sent
