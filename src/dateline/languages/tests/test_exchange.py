"""Files of translators and their tools: XLIFF, TMX and the glossary's CSV go out and come back unchanged."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.clock import FixedClock, Instant
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Translation
from dateline.languages import glossary, memory
from dateline.languages.human import label_of, sheet_of, story_from
from dateline.languages.segments import segments_of
from dateline.languages.terms_used import house_terms, terms_of
from dateline.languages.tests.test_translating import STORY
from dateline.languages.tmx import read_tmx, tmx_of
from dateline.languages.translator import Segment, Slot
from dateline.languages.xliff import Sheet, Unit, read_xliff, xliff_of

NOW = Instant(datetime(2026, 11, 24, tzinfo=UTC))
unit = pytest.mark.unit
room = pytest.mark.room
_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff")
)


def filled(sheet: Sheet, made: str = "", state: Any = "translated") -> Sheet:
    """The sheet with a translation in every unit: the source again, slots and all."""
    units = (Unit(u.segment, u.source_hash, u.segment.text + " (ja)", state, made) for u in sheet.units)
    return Sheet(sheet.name, sheet.source, sheet.target, tuple(units))


# --- XLIFF ------------------------------------------------------------------------------------------------


@unit
def test_a_sheet_comes_back_equal_and_is_written_again_byte_for_byte() -> None:
    sheet = filled(sheet_of(STORY, Language("ja"), "k7m2x9qd4w"), "machine")
    data = xliff_of(sheet)
    assert read_xliff(data) == sheet and xliff_of(read_xliff(data)) == data
    assert b'version="2.1"' in data and b'srcLang="en" trgLang="ja"' in data


@unit
@given(_TEXT, _TEXT)
def test_any_text_survives(source: str, target: str) -> None:
    slots = (Slot(1, "url", source), Slot(2, "open", "{}"))
    text = f'{source}<x id="1"/><g id="2">{target}</g>'
    unit_ = Unit(Segment("blocks[0]", text, slots), "0" * 64, text, "final", "human")
    sheet = Sheet("r", Language("en"), Language("ja"), (unit_,))
    try:
        data = xliff_of(sheet)
    except BadInput:
        return
    assert read_xliff(data).units[0].segment.text.replace("\r", "\n") == text.replace("\r", "\n")


@unit
def test_a_filled_sheet_becomes_the_story_with_the_label_of_who_made_it() -> None:
    sheet = filled(sheet_of(STORY, Language("ja"), "r.md"))
    story, notes = story_from(STORY, sheet, by="Aiko")
    assert story.headline == "Museum opens (ja)" and notes == ()
    assert story.translation == Translation("human")
    assert story.blocks[0].runs[1].href == "https://a.example"
    by_machine = filled(sheet, "machine").units
    assert label_of(by_machine, "Aiko") == Translation("machine")
    assert label_of(filled(sheet, "machine", "reviewed").units, "Aiko") == Translation(
        "machine", None, "Aiko"
    )


@unit
def test_what_does_not_fit_the_original_is_refused_by_name() -> None:
    sheet = filled(sheet_of(STORY, Language("ja"), "r.md"))
    (first, second, linked, *rest) = sheet.units
    wrong = (
        Unit(first.segment, "f" * 64, "古い", "translated"),
        Unit(second.segment, second.source_hash, "", "initial"),
        Unit(linked.segment, linked.source_hash, "リンクなし", "translated"),
        Unit(Segment("blocks[99]", "x"), "", "y", "translated"),
        *rest,
    )
    with pytest.raises(BadInput) as told:
        story_from(STORY, Sheet("r.md", sheet.source, sheet.target, wrong), by="Aiko")
    said = str(told.value)
    assert "3 of" in said and "headline: the original has changed since" in said
    assert "subhead: has no translation" in said and "blocks[0]: slot 1 is lost" in said
    assert "blocks[99]: no block of the original" in said


@unit
@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"<xliff/>", "is no XLIFF 2"),
        (b"not xml", "XLIFF"),
        (b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>', "is no XLIFF 2"),
        (
            b'<!DOCTYPE x [<!ENTITY a "b">]><xliff xmlns="urn:oasis:names:tc:xliff:document:2.0"/>',
            "XLIFF",
        ),
        (
            b'<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="en" trgLang="zz9">'
            b'<file id="f"/></xliff>',
            "trgLang",
        ),
    ],
)
def test_other_files_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        read_xliff(data)


@unit
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace('<ph id="2"', '<mrk id="m"/><ph id="2"', 1), "holds <mrk>"),
        (lambda t: t.replace('<ph id="2"', '<ph id="x2"', 1), "none of ours"),
        (lambda t: t.replace('name="blocks[0]"', 'name="headline"'), "there twice"),
        (
            lambda t: t.replace("</segment>", '</segment><segment id="s2"><source>y</source></segment>', 1),
            "cut",
        ),
    ],
)
def test_what_a_tool_must_not_do_is_named(change: Any, says: str) -> None:
    slots = (Slot(1, "open", "{}"), Slot(2, "url", "u"))
    units = (
        Unit(Segment("headline", "Museum opens"), "h"),
        Unit(Segment("blocks[0]", '<g id="1">a</g> <x id="2"/>', slots), "h"),
    )
    text = xliff_of(Sheet("r", Language("en"), Language("ja"), units)).decode()
    with pytest.raises(BadInput, match=says):
        read_xliff(change(text).encode())


# --- TMX --------------------------------------------------------------------------------------------------

OTHERS_TMX = b"""<?xml version="1.0"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header creationtool="x" creationtoolversion="1" segtype="sentence" o-tmf="x"
 adminlang="en" srclang="en-US" datatype="plaintext"/><body>
<tu tuid="1"><tuv xml:lang="en-US"><seg>Museum <bpt i="1">{b}</bpt>opens<ept i="1">{/b}</ept></seg></tuv>
<tuv xml:lang="id"><seg>Museum <bpt i="1"/>dibuka<ept i="1"/></seg></tuv>
<tuv xml:lang="ms"><seg>Muzium <bpt i="1"/>dibuka<ept i="1"/></seg></tuv></tu>
<tu><tuv xml:lang="en-US"><seg>Only one</seg></tuv></tu>
<tu><tuv xml:lang="en-US"><seg>Lost <ph x="1"/></seg></tuv><tuv xml:lang="id"><seg>Hilang</seg></tuv></tu>
<tu><tuv xml:lang="en-US"><seg>A</seg></tuv><tuv xml:lang="not a tag"><seg>B</seg></tuv></tu>
</body></tmx>"""


@unit
def test_a_memory_of_another_tool_is_read_and_what_is_wrong_is_told_by_line() -> None:
    entries, rejected = read_tmx(OTHERS_TMX, "x.tmx", NOW)
    assert [(e.target_language, e.source, e.target) for e in entries] == [
        ("id", 'Museum <g id="1">opens</g>', 'Museum <g id="1">dibuka</g>'),
        ("ms", 'Museum <g id="1">opens</g>', 'Muzium <g id="1">dibuka</g>'),
    ]
    assert len(rejected) == 3 and "lost" in rejected[1][1]
    with pytest.raises(BadInput, match="is no TMX"):
        read_tmx(b"<tmx/>", "x.tmx", NOW)


def test_a_heap_of_marks_in_a_memory_is_rejected_by_line() -> None:
    bad = OTHERS_TMX.replace(b"Muzium", ("Mu" + "\u0301" * 9).encode(), 1)
    entries, rejected = read_tmx(bad, "x.tmx", NOW)
    assert any("marks in a row" in why for _, why in rejected)
    assert len(entries) < len(read_tmx(OTHERS_TMX, "x.tmx", NOW)[0])


@room
@pytest.mark.django_db
def test_memory_is_exported_and_imported_byte_for_byte_and_found_again(clock: FixedClock) -> None:
    found = memory.import_tmx(OTHERS_TMX, issuer="museum", where="x.tmx", clock=clock)
    assert (found["created"], found["unchanged"]) == (2, 0)
    data = memory.export_tmx()
    assert data == tmx_of(read_tmx(data, "y", NOW)[0])
    again = memory.import_tmx(data, issuer="rival", where="y.tmx", clock=clock)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    assert memory.export_tmx() == data and memory.export_tmx(issuer="rival").count(b"<tu ") == 0
    (best, *_) = memory.search("museum open", issuer="museum")
    assert best.target_language in {"id", "ms"} and best.score > 60
    assert memory.search("museum open", issuer="rival") == []
    assert memory.search("dibuka", target="ms")[0].target.startswith("Muzium")
    rows = [f"Paragraph {number} of a long book" for number in range(250)]
    units = "".join(
        f'<tu><tuv xml:lang="en"><seg>{row}</seg></tuv><tuv xml:lang="id"><seg>{row} ini</seg></tuv></tu>'
        for row in rows
    )
    book = f'<tmx version="1.4"><header srclang="en"/><body>{units}</body></tmx>'
    assert memory.import_tmx(book.encode(), issuer="museum", where="b.tmx", clock=clock)["created"] == 250
    assert memory.search("Paragraph 117 of a long book", issuer="museum")[0].source == rows[117]
    with pytest.raises(BadInput):
        memory.search("  ")


@room
@pytest.mark.django_db
def test_a_segment_with_the_same_neighbours_wins_over_one_without(clock: FixedClock) -> None:
    segments = segments_of(STORY)
    plain = b"".join(
        b'<tu><tuv xml:lang="en"><seg>%s</seg></tuv><tuv xml:lang="id"><seg>%s</seg></tuv></tu>' % pair
        for pair in ((b"Museum opens", b"Museum dibuka"),)
    )
    head = b'<tmx version="1.4"><header srclang="en"/><body>%s</body></tmx>'
    memory.import_tmx(head % plain, issuer="", where="x", clock=clock)
    assert memory.exact(segments, "en", "id", "museum") == {"headline": "Museum dibuka"}
    assert memory.exact(segments, "en", "ms", "museum") == {}


# --- glossary ---------------------------------------------------------------------------------------------

CSV = """source_language,source,target_language,target,forbidden,keep,note,issuer
en,media outlet,id,media massa,toko media;gerai media,,newsroom,
en,Hanbit,id,Hanbit,,yes,,
en,media outlet,id,other,,,,
en,,id,x,,,,
en,board,id,dewan,dewan,,,
xx9,board,id,dewan,,,,
en,board,id,dewan,,perhaps,,
"""


@room
@pytest.mark.django_db
def test_a_glossary_comes_in_by_line_and_goes_out_the_same(clock: FixedClock) -> None:
    found = glossary.import_csv(CSV, by="ana", issuer="", where="g.csv", clock=clock)
    assert found["created"] == 2 and [row["line"] for row in found["rejected"]] == [4, 5, 6, 7, 8]
    assert "another translation" in found["rejected"][0]["reason"], "a file must not contradict itself"
    text = glossary.glossary_csv(glossary.list_terms())
    again = glossary.import_csv(text, by="ana", issuer="", where="g.csv", clock=clock)
    assert again["unchanged"] == 2 and not again["rejected"]
    assert glossary.glossary_csv(glossary.list_terms()) == text
    own = "source_language,source,target_language,target\nen,media outlet,id,kantor berita\n"
    glossary.import_csv(own, by="ana", issuer="museum", where="g.csv", clock=clock)
    assert glossary.terms_for("en", "id", "museum")[0].target == "kantor berita", "an issuer's own wins"
    assert glossary.terms_for("en", "id", "rival")[0].target == "media massa"
    for bad in ("a,b\n", "source_language,source,target_language,target,colour\n", 'source_language,"'):
        with pytest.raises(BadInput, match=r"g\.csv"):
            glossary.import_csv(bad, by="ana", issuer="", where="g.csv")


@room
@pytest.mark.django_db
def test_the_house_list_stands_behind_the_glossary(clock: FixedClock) -> None:
    house = house_terms("en", "id")
    assert len(house) > 50
    known = house[0]
    row = f'en,"{known.source}",id,sesuatu\n'
    glossary.import_csv(
        "source_language,source,target_language,target\n" + row, by="a", issuer="", where="g", clock=clock
    )
    found = [
        term for term in terms_of("en", "id", "museum") if term.source.casefold() == known.source.casefold()
    ]
    assert [term.target for term in found] == ["sesuatu"]
