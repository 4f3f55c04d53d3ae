"""The translation desk's sheets: block by block, nothing lost, and an edition in the end."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from dateline.core.clock import FixedClock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.words import Block, Finding, Run, Story, Translation
from dateline.desk import services as desk
from dateline.desk.tests import builders
from dateline.languages import gating, jobs, limits, memory, services
from dateline.languages.desk_door import (
    Edit,
    Saved,
    accept,
    ask_again,
    draw,
    finding_key,
    finish,
    hand_in,
    import_xliff,
    matches,
    open_sheet,
    order,
    redeem,
    revoke,
    save,
    take_proposal,
    task_of,
    text_key,
    worklist,
    xliff_of_sheet,
)
from dateline.languages.models import HumanTask, TranslationOrder, TranslationSheet
from dateline.languages.order_rows import orders
from dateline.languages.running import translate_drafts
from dateline.languages.worksheets import Worksheet
from dateline.testing.engine_stub import EngineStub

pytestmark = [pytest.mark.room, pytest.mark.django_db]

ID = Language("id")
HEAD, TEXT, MORE = (
    "Harbour museum opens its new hall",
    "The museum opens its new hall on Monday.",
    "Write to press@museum.example for pictures.",
)
BOOK = {
    "id": {
        HEAD: "Museum pelabuhan membuka aula baru",
        TEXT: "Museum membuka aula barunya pada hari Senin.",
        MORE: "Tulis ke press@museum.example untuk gambar.",
        "The hall is big.": "Aula itu besar.",
    }
}
ENGINES = """
[engine.stub]
kind = "libretranslate"
url = "{url}"
local = true
[[route]]
engines = ["stub"]
"""


@pytest.fixture(autouse=True)
def _gate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: ()))
    monkeypatch.setattr(services, "check_edition", lambda *_: ())


@pytest.fixture
def engine(home: Path) -> Iterator[EngineStub]:
    limits._BREAKERS.clear()
    file = home / "engines.toml"
    with EngineStub(BOOK) as stub:
        file.write_text(ENGINES.format(url=stub.url), encoding="utf-8")
        yield stub
    file.unlink()


def told(*paragraphs: str) -> Story:
    return builders.story(
        headline=HEAD, blocks=tuple(Block("paragraph", runs=(Run(words),)) for words in paragraphs)
    )


def draft() -> ReleaseId:
    return builders.added(told(TEXT, MORE))


def put(release: str, place: str, text: str, *, by: str = "eve", checked: bool | None = None) -> Saved:
    seen = open_sheet(release, ID).row(place).seen
    return save(release, ID, [Edit(place, text, seen, checked)], by=by)


def states(release: str) -> dict[str, str]:
    return {row.place: row.state for row in open_sheet(release, ID).rows}


def filled(release: str, *, checked: bool = True) -> Worksheet:
    """Every block by a person."""
    for place, text in (("headline", "Judul"), ("blocks[0]", "Satu."), ("blocks[1]", 'Dua <x id="1"/>.')):
        assert put(release, place, text, checked=checked).changed == (place,)
    return open_sheet(release, ID)


def test_looking_keeps_nothing_and_saving_seals_what_was_typed() -> None:
    """I1: no text in a column."""
    release = draft()
    assert states(release) == {"headline": "empty", "blocks[0]": "empty", "blocks[1]": "empty"}
    assert not TranslationSheet.objects.exists()
    put(release, "headline", "Rahasia besar")
    assert states(release)["headline"] == "edited"
    [row] = TranslationSheet.objects.all()
    assert "Rahasia" not in str(row.__dict__)
    assert (row.counts["empty"], row.counts["edited"], row.changed_by) == (2, 1, "eve")


def test_a_slot_that_is_lost_or_doubled_is_refused_by_name_and_the_other_blocks_are_kept() -> None:
    release = draft()
    sheet = open_sheet(release, ID)
    edits = [
        Edit("headline", "Judul\r\nbaru", sheet.row("headline").seen),
        Edit("blocks[1]", "Tulis untuk gambar.", sheet.row("blocks[1]").seen),
        Edit("blocks[0]", "a\x07b", sheet.row("blocks[0]").seen),
    ]
    saved = save(release, ID, edits, by="eve")
    assert saved.changed == ("headline",)
    assert open_sheet(release, ID).row("headline").kept.text == "Judul baru"
    assert "slot 1 is lost" in saved.refused["blocks[1]"]
    assert "U+0007" in saved.refused["blocks[0]"]
    assert "more than" in put(release, "headline", "x" * 20_001).refused["headline"]
    with pytest.raises(BadInput, match="no such block"):
        save(release, ID, [Edit("blocks[9]", "x", "")], by="eve")
    with pytest.raises(BadInput, match="original's own"):
        open_sheet(release, Language("en"))


def test_the_later_of_two_people_is_told_and_nothing_is_lost() -> None:
    release = draft()
    seen = open_sheet(release, ID).row("headline").seen
    assert save(release, ID, [Edit("headline", "Judul satu", seen)], by="eve").changed
    late = save(release, ID, [Edit("headline", "Judul dua", seen)], by="ana")
    assert late.changed == ()
    assert late.theirs["headline"].kept.text == "Judul satu"
    assert open_sheet(release, ID).row("headline").kept.by == "eve"
    again = save(release, ID, [Edit("headline", "Judul dua", late.theirs["headline"].seen)], by="ana")
    assert again.changed == ("headline",)


def test_a_persons_work_stops_the_engines_order(engine: EngineStub) -> None:
    release = draft()
    order(release, [ID], by="ana")
    put(release, "headline", "Judul")
    assert [o.state for o in orders(release)] == ["person"]


def test_engine_text_is_machine_until_it_is_read_and_then_checked_by_name(engine: EngineStub) -> None:
    release = draft()
    order(release, [ID], by="ana")
    translate_drafts(release, by="ana")
    sheet = open_sheet(release, ID)
    assert set(states(release).values()) == {"machine"}
    assert '<x id="1"/>' in sheet.row("blocks[1]").kept.text
    edits = [Edit(r.place, r.kept.text, r.seen, True) for r in sheet.rows]
    save(release, ID, edits, by="eve")
    assert finish(release, ID, by="eve").state == "drafts"
    assert desk.drafts(release)[1].translation == Translation("machine", "stub", "eve")
    put(release, "headline", BOOK["id"][HEAD], checked=False)
    finish(release, ID, by="eve")
    assert desk.drafts(release)[1].translation == Translation("machine", "stub", None)


def test_what_a_person_wrote_is_human_and_goes_out_with_its_release() -> None:
    release = draft()
    with pytest.raises(BadInput, match="headline, "):
        finish(release, ID, by="eve")
    filled(release)
    finish(release, ID, by="eve")
    told_ = desk.drafts(release)[1]
    assert (told_.headline, told_.translation) == ("Judul", Translation("human"))
    assert told_.blocks[1].text == "Dua press@museum.example."
    assert [line.standing for line in worklist([desk.show(release)])] == ["machine"]


def test_a_held_finding_needs_a_name_and_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    release = draft()
    filled(release)
    finding = Finding("term-forbidden", "block", "blocks[0]", "'Satu' is no rendering")
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: (finding,)))
    with pytest.raises(BadInput, match="term-forbidden"):
        finish(release, ID, by="eve")
    with pytest.raises(BadInput, match="say why"):
        accept(release, ID, finding_key(finding), reason=" ", by="eve")
    with pytest.raises(Conflict, match="changed since"):
        accept(release, ID, "0" * 20, reason="it is right", by="eve")
    accept(release, ID, finding_key(finding), reason="it is right", by="eve")
    accept(release, ID, finding_key(finding), reason="twice", by="ana")
    [one] = open_sheet(release, ID).accepted
    assert (one.by, one.reason) == ("eve", "it is right")
    assert finish(release, ID, by="eve").state == "drafts"


def test_after_the_release_it_joins_with_overrides_on_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """I9: the desk's record names who took the blocking finding upon them."""
    release = builders.released(told(TEXT, MORE))
    filled(release)
    finding = Finding("term-forbidden", "block", "blocks[0]", "'Satu' is no rendering")
    monkeypatch.setattr(gating.Gate.__init__, "__defaults__", (lambda *_: (), lambda *_: (finding,)))
    monkeypatch.setattr(services, "check_edition", lambda *_: (finding,))
    accept(release, ID, finding_key(finding), reason="the house says so", by="eve")
    done = finish(release, ID, by="eve")
    assert done.state == "joined", done.why
    acts = {line.act: line for line in desk.history(release)}
    assert acts["overrode"].by == "eve"
    assert acts["overrode"].reason == "the house says so"
    assert desk.version(done.version_id).state == "approved"


def test_a_finding_that_only_the_lock_shows_keeps_it_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    release = builders.released(told(TEXT, MORE))
    filled(release)
    monkeypatch.setattr(
        services, "check_edition", lambda *_: (Finding("dates", "hold", "dateline", "differs"),)
    )
    done = finish(release, ID, by="eve")
    assert done.state == "waiting"
    assert "dates" in done.why
    assert [line.standing for line in worklist([desk.show(release)])] == ["held"]


def public_in_indonesian() -> ReleaseId:
    release = builders.released(told(TEXT, MORE))
    filled(release)
    version = desk.version(finish(release, ID, by="eve").version_id)
    builders.lift(version)
    jobs.lifted(builders.lifted_event(version))
    return release


def corrected(release: str, *paragraphs: str) -> None:
    version = desk.lock_correction(release, (told(*paragraphs),), reason="a wrong day", by="ana")
    builders.checked(version)
    assert desk.approve(release, by="ana", version_id=version.version_id).complete
    builders.lift(version)


def test_only_changed_blocks_are_open_after_a_correction_and_finishing_corrects() -> None:
    release = public_in_indonesian()
    corrected(release, "The hall is big.", "The museum opens on Tuesday.", MORE)
    sheet = open_sheet(release, ID)
    assert states(release) == {
        "headline": "checked", "blocks[0]": "empty", "blocks[1]": "outdated", "blocks[2]": "checked",
    } or states(release) == {
        "headline": "checked", "blocks[0]": "outdated", "blocks[1]": "empty", "blocks[2]": "checked",
    }  # fmt: skip
    outdated = next(row for row in sheet.rows if row.state == "outdated")
    assert outdated.kept.source == TEXT, "the old words are shown beside the new ones"
    for row in sheet.rows:
        if row.state in {"empty", "outdated"}:
            put(release, row.place, f"Baru {row.place}", checked=True)
    with pytest.raises(BadInput, match="reason"):
        finish(release, ID, by="eve")
    done = finish(release, ID, by="eve", reason="follows the correction")
    assert desk.version(done.version_id).kind == "correction"


def test_the_sheet_of_a_public_edition_without_one_knows_what_it_was_made_from() -> None:
    story = replace(told("Satu.", "Dua."), language=ID, headline="Judul", translation=Translation("human"))
    release = builders.released(told(TEXT, "The hall is big."), story)
    corrected(release, TEXT, "The hall is small.")
    assert states(release) == {"headline": "edited", "blocks[0]": "edited", "blocks[1]": "outdated"}


def test_engines_are_asked_again_and_never_overwrite_a_person(engine: EngineStub) -> None:
    release = draft()
    put(release, "headline", "Judul saya")
    count, said = ask_again(release, ID, ["headline", "blocks[1]"], by="eve")
    assert (count, said) == (2, ())
    row = open_sheet(release, ID).row("headline")
    assert (row.kept.text, row.kept.proposal) == ("Judul saya", BOOK["id"][HEAD])
    assert states(release) == {"headline": "edited", "blocks[0]": "empty", "blocks[1]": "machine"}
    assert all(TEXT not in asked.texts for asked in engine.asked), "only the chosen blocks were sent"
    key = text_key(row.kept.proposal)
    assert take_proposal(release, ID, "headline", key, "stale", by="eve").theirs
    assert take_proposal(release, ID, "headline", key, row.seen, by="eve").changed
    assert states(release)["headline"] == "machine"
    with pytest.raises(Conflict, match="no such proposal"):
        take_proposal(release, ID, "headline", key, open_sheet(release, ID).row("headline").seen, by="eve")


def test_a_near_match_of_memory_is_offered_with_its_score_and_taken_by_hand() -> None:
    public_in_indonesian()
    release = builders.added(told("The museum opens its new hall on Tuesday."))
    row = open_sheet(release, ID).row("blocks[0]")
    match = matches([row.segment], "en", "id", "museum")["blocks[0]"][0]
    assert 80 <= match.score < 100
    assert (match.text, match.fits) == ("Satu.", True)
    assert not matches([row.segment], "en", "id", "minato"), "an issuer's memory is its own"
    assert take_proposal(release, ID, "blocks[0]", text_key(match.text), row.seen, by="eve").changed
    assert memory.search("Satu", issuer="museum")


def test_a_sheet_goes_out_as_xliff_and_comes_back_over_no_other_persons_text() -> None:
    release = draft()
    filled(release, checked=False)
    data = xliff_of_sheet(release, ID)
    changed = data.replace(b"Satu.", b"Satu, diedit.").replace(b"Judul", b"Judul lain")
    put(release, "headline", "Judul ana", by="ana")
    came = import_xliff(release, ID, changed, by="eve")
    assert came.taken == 1
    assert [note.partition(":")[0] for note in came.notes] == ["headline"]
    row = open_sheet(release, ID).row("headline")
    assert (row.kept.text, row.kept.proposal, row.kept.proposal_by) == ("Judul ana", "Judul lain", "eve")
    assert open_sheet(release, ID).row("blocks[0]").kept.text == "Satu, diedit."
    with pytest.raises(BadInput, match="is of the release"):
        import_xliff(draft(), ID, data, by="eve")
    with pytest.raises(BadInput, match="from en to id"):
        import_xliff(release, Language("ms"), data, by="eve")
    assert not import_xliff(release, ID, xliff_of_sheet(release, ID), by="eve").taken


# --- links ------------------------------------------------------------------------------------------------


def test_a_link_lets_in_one_browser_and_ends_when_it_is_ended() -> None:
    release = draft()
    token = draw(release, ID, "Budi  Santoso", days=7, by="eve")
    task = redeem(token)
    assert task is not None
    assert (task.name, task.release, task.language) == ("translator Budi Santoso", release, ID)
    assert redeem(token) is None, "once"
    assert redeem("") is None
    assert task_of(task.key) == task
    assert task_of("1.x") is None
    assert task_of("nonsense") is None
    assert token not in str(HumanTask.objects.get().__dict__)
    revoke(release, ID, by="eve")
    assert task_of(task.key) is None
    with pytest.raises(NotFound):
        revoke(release, ID, by="eve")


def test_a_link_drawn_anew_or_too_old_is_worth_nothing() -> None:
    release = draft()
    first = draw(release, ID, "Budi", days=7, by="eve")
    second = draw(release, ID, "Sari", days=1, by="eve")
    assert redeem(first) is None
    late = FixedClock(Instant(SystemClock().now() + timedelta(days=2)))
    assert redeem(second, clock=late) is None
    task = redeem(second)
    assert task is not None
    assert task_of(task.key, clock=late) is None
    hand_in(task)
    assert task_of(task.key) is None
    with pytest.raises(Conflict):
        hand_in(task)
    assert [line.standing for line in worklist([desk.show(release)])] == ["handed-in"]
    for days in (0, 61):
        with pytest.raises(BadInput, match="1 to 60"):
            draw(release, ID, "Budi", days=days, by="eve")
    with pytest.raises(BadInput, match="name"):
        draw(release, ID, " ", days=3, by="eve")


def test_nothing_is_changed_of_a_release_that_is_over() -> None:
    release = draft()
    put(release, "headline", "Judul")
    task = redeem(draw(release, ID, "Budi", days=7, by="eve"))
    desk.spike(release, reason="no", by="ana")
    assert task is not None
    assert task_of(task.key) is None
    with pytest.raises(Conflict, match="spiked"):
        save(release, ID, [Edit("headline", "x", "")], by="eve")
    with pytest.raises(Conflict):
        draw(release, ID, "Budi", days=7, by="eve")
    assert TranslationOrder.objects.count() == 0


def test_a_checked_edition_of_a_corrected_release_is_listed_as_work_of_a_person() -> None:
    release = public_in_indonesian()
    [line] = worklist([desk.show(release)])
    assert line.standing == "joined"
    corrected(release, TEXT, "Write to no one.")
    jobs.lifted(builders.lifted_event(desk.versions(release)[-1]))
    [line] = worklist([desk.show(release)])
    assert (line.standing, line.is_ordered) == ("person", True)
    assert open_sheet(release, ID).open == 1
