"""What strangers and issuers hand to the translation desk: it is refused in words, and costs little."""

import pytest

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import BadInput, NotFound
from dateline.core.languages import Language
from dateline.core.words import Block, Finding, Run, Story
from dateline.desk import services as desk
from dateline.desk.tests import builders
from dateline.issuers import services as issuers
from dateline.languages import gating, glossary, services
from dateline.languages.desk_door import (
    Edit,
    accept,
    draw,
    finding_key,
    finish,
    open_sheet,
    redeem,
    revoke,
    save,
    task_of,
)
from dateline.languages.models import HumanTask
from dateline.languages.tmx import read_tmx
from dateline.languages.xliff import read_xliff

pytestmark = [pytest.mark.room, pytest.mark.django_db]
ID = Language("id")
NOW = Instant(SystemClock().now())
TMX = (
    '<tmx version="1.4"><header srclang="en"/><body><tu><prop type="x-role">{role}</prop>'
    '<tuv xml:lang="en"><seg>{source}</seg></tuv>{rest}</tu></body></tmx>'
)
XLIFF = (
    '<xliff xmlns="urn:oasis:names:tc:xliff:document:2.0" xmlns:dl="urn:dateline:xliff" version="2.1" '
    'srcLang="en" trgLang="id"><file id="f1" original="r"><unit id="u1" name="headline" dl:max="{most}">'
    '<segment><source>See <ph id="{number}"/></source></segment></unit></file></xliff>'
)


@pytest.fixture(autouse=True)
def _gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: ()))
    monkeypatch.setattr(services, "check_edition", lambda *_: ())


def told(*paragraphs: str) -> Story:
    blocks = tuple(Block("paragraph", runs=(Run(text),)) for text in paragraphs)
    return Story(Language("en"), "Harbour museum opens its new hall", blocks=blocks)


def variant(text: str) -> str:
    return f'<tuv xml:lang="id"><seg>{text}</seg></tuv>'


def test_a_memory_file_cannot_multiply_a_long_segment() -> None:
    """One source of megabytes with thousands of translations would be as many rows of megabytes."""
    many = TMX.format(role="body", source="Hall", rest=variant("Aula") * 60)
    long = TMX.format(role="body", source="Hall " * 5_000, rest=variant("Aula"))
    for data, why in ((many, "more than 50 variants"), (long, "more than 20000 characters")):
        entries, [(_, said)] = read_tmx(data.encode(), "x.tmx", NOW)
        assert not entries
        assert why in said


def test_what_a_memory_file_says_of_itself_fits_its_columns() -> None:
    data = TMX.format(
        role="a role that nobody knows", source='Hall <ph x="²"/>', rest=variant('Aula <ph x="1"/>')
    )
    [entry], rejected = read_tmx(data.encode(), "x.tmx", NOW)
    assert not rejected
    assert len(entry.role) == 12, "as PostgreSQL insists"


def test_numbers_that_are_none_are_refused_in_words() -> None:
    with pytest.raises(BadInput, match="none of ours"):
        read_xliff(XLIFF.format(number="²", most="5").encode(), "x.xlf")
    for most in ("²", "9" * 5_000):
        [unit] = read_xliff(XLIFF.format(number="1", most=most).encode(), "x.xlf").units
        assert unit.segment.max_chars is None


def test_a_slot_with_thousands_of_digits_is_no_number() -> None:
    release = builders.added(told("The hall is big."))
    row = open_sheet(release, ID).row("headline")
    saved = save(release, ID, [Edit("headline", f'Aula <x id="{"1" * 5_000}"/>', row.seen)], by="ana")
    assert "slot" in saved.refused["headline"]


def test_lines_become_one_whatever_lies_between_them() -> None:
    """In one pass: with the text of 40,000 blanks a form of fifty blocks would keep a thread for minutes."""
    release = builders.added(told("The hall is big."))
    row = open_sheet(release, ID).row("headline")
    blanks = " " * 19_900
    saved = save(release, ID, [Edit("headline", f"Aula{blanks}baru \r\n\n\t besar", row.seen)], by="ana")
    assert saved.sheet.row("headline").kept.text == f"Aula{blanks}baru besar"
    endless = Edit("headline", f"Aula{' ' * 400_000}baru\nbesar", saved.sheet.row("headline").seen)
    assert "more than" in save(release, ID, [endless], by="ana").refused["headline"]


def test_a_term_that_is_a_formula_stays_words_in_a_spreadsheet(clock: FixedClock) -> None:
    head = "source_language,source,target_language,target,forbidden,keep,note\n"
    rows = "en,=1+2,id,@aula,-x;+y,,＝SUM(A1)\nen,'=quoted,id,it's,,,\nen,hall,id,aula,,,\n"
    assert glossary.import_csv(head + rows, by="ana", issuer="", where="g.csv", clock=clock)["created"] == 3
    text = glossary.glossary_csv(glossary.list_terms())
    for cell in text.replace("\n", ",").split(","):
        assert not cell.startswith(("=", "+", "-", "@", "＝")), cell
    again = glossary.import_csv(text, by="ana", issuer="", where="g.csv", clock=clock)
    assert again["unchanged"] == 3, "it is read back as it was"


def test_terms_with_controls_or_without_measure_are_refused_by_line(clock: FixedClock) -> None:
    head = "source_language,source,target_language,target,forbidden\n"
    rows = f"en,ha\x00ll,id,aula,\nen,hall,id,aula,{';'.join('x' * n for n in range(1, 60))}\n"
    found = glossary.import_csv(head + rows, by="ana", issuer="", where="g.csv", clock=clock)
    assert [row["line"] for row in found["rejected"]] == [2, 3]
    assert not found["created"]


def test_a_translators_name_shows_what_it_is() -> None:
    release = builders.added(told("The hall is big."))
    for name in ("Bu\x00di", "Bu\u202edi", "Bu\u2066di"):
        with pytest.raises(BadInput, match="invisible character"):
            draw(release, ID, name, days=3, by="eve")
    assert draw(release, ID, "می\u200cخواهم", days=3, by="eve"), "joiners belong to names"


def test_two_links_drawn_in_one_instant_both_end() -> None:
    """The newest alone stays when it is drawn anew; ending ends all."""
    release = builders.added(told("The hall is big."))
    first = redeem(draw(release, ID, "Budi", days=3, by="eve"))
    assert first is not None
    HumanTask.objects.filter(release=release).update(release="")  # as if it were not there yet
    second = redeem(draw(release, ID, "Sari", days=3, by="ana"))
    assert second is not None
    HumanTask.objects.filter(release="").update(release=release)
    third = redeem(draw(release, ID, "Tini", days=3, by="eve"))
    assert third is not None
    assert (task_of(first.key), task_of(second.key)) == (None, None)
    HumanTask.objects.filter(translator="Budi").update(state="open")
    revoke(release, ID, by="eve")
    assert (task_of(first.key), task_of(third.key)) == (None, None)
    with pytest.raises(NotFound):
        revoke(release, ID, by="eve")


def test_an_issuers_own_people_lift_no_blocking_finding_of_what_is_public(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """I9: as in the console, the desk alone overrides; the record names who did, not who finished."""
    release = builders.released(told("The hall is big."))
    issuer = desk.show(release).issuer
    issuers.add_person("ina", role="issuer", issuer=issuer)
    sheet = open_sheet(release, ID)
    edits = [Edit(row.place, f"Kata {n}.", row.seen, True) for n, row in enumerate(sheet.rows)]
    save(release, ID, edits, by="ina")
    finding = Finding("term-forbidden", "block", "blocks[0]", "'Kata' is no rendering")
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: (finding,)))
    monkeypatch.setattr(services, "check_edition", lambda *_: (finding,))
    accept(release, ID, finding_key(finding), reason="we like it", by="ina")
    done = finish(release, ID, by="ina")
    assert done.state == "waiting"
    assert "term-forbidden" in done.why
    assert desk.version(done.version_id).state == "locked"
    assert "overrode" not in {line.act for line in desk.history(release)}
