"""A person translates: a sheet goes out as XLIFF with what memory and engines had, and comes back.

Blocks whose source changed meanwhile are not taken; blocks with other slots are refused; what no block of
the edition is, is reported. The label follows from who made each block.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Story, Translation
from dateline.desk import services as desk
from dateline.languages import kept_results, memory
from dateline.languages.joining import lock_and_approve, original_edition
from dateline.languages.keys import beginning, source_hash
from dateline.languages.masking import damage, moved, words_only
from dateline.languages.models import HumanTask, TranslationOrder
from dateline.languages.order_rows import OUT
from dateline.languages.segments import put_back, segments_of
from dateline.languages.translator import Segment
from dateline.languages.xliff import Sheet, Unit

_BY_HAND = frozenset({"reviewed", "final"})


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a sheet. `why`: why the edition waits, "" when it goes out or is in the drafts; `notes`:
    one sentence for each block that was not taken.
    """

    language: Language
    translation: Translation
    notes: tuple[str, ...]
    why: str = ""


def sheet_of(
    story: Story, target: Language, name: str, *, texts: Mapping[str, tuple[str, str]] | None = None
) -> Sheet:
    """The sheet of a story. `texts`: place -> (text, who made it) that the translator starts from."""
    told = texts or {}
    units = []
    for segment in segments_of(story):
        text, made = told.get(segment.id, ("", ""))
        if damage(text, segment.slots):
            text, made = "", ""
        state = "translated" if text else "initial"
        units.append(Unit(segment, source_hash(segment), text, state, made))  # type: ignore[arg-type]
    return Sheet(name, story.language, target, tuple(units))


def export_sheet(release: str, language: Language) -> Sheet:
    """The sheet of a release, with what memory knows and engines answered before. Raises NotFound."""
    source = desk.drafts(release)[0]
    card = desk.show(release)
    segments = segments_of(source)
    known = memory.exact(segments, source.language, language, card.issuer)
    texts = {place: (text, "memory") for place, text in known.items()}
    answered = {key.partition(".")[0]: r for key, r in kept_results.load(release, language).items()}
    for segment in segments:
        result = answered.get(beginning(segment))
        if result is not None and result.finish == "ok":
            texts.setdefault(segment.id, (result.text, "machine"))
    return sheet_of(source, language, release, texts=texts)


def story_from(source: Story, sheet: Sheet, *, by: str) -> tuple[Story, tuple[str, ...]]:
    """(the translated story, notes). Raises BadInput naming the blocks that have no text that can be used."""
    if sheet.source != source.language:
        raise BadInput(f"is from {sheet.source}, the original is in {source.language}", where="srcLang")
    known = {segment.id: segment for segment in segments_of(source)}
    units = {unit.segment.id: unit for unit in sheet.units}
    notes = [f"{place}: no block of the original" for place in units if place not in known]
    texts: dict[str, str] = {}
    for place, segment in known.items():
        unit = units.get(place)
        if said := _unusable(unit, segment):
            notes.append(f"{place}: {said}")
        elif unit is not None:
            texts[place] = unit.target
    if missing := [place for place in known if place not in texts]:
        raise BadInput("; ".join(notes[:20]), where=f"{len(missing)} of {len(known)} blocks")
    made = label_of([units[place] for place in known], by)
    return put_back(source, sheet.target, texts, keep=(), made=made), tuple(notes)


def _unusable(unit: Unit | None, segment: Segment) -> str:
    if unit is None or not words_only(unit.target).strip():
        return "has no translation"
    if unit.source_hash and unit.source_hash != source_hash(segment):
        return "the original has changed since; export the sheet again"
    return damage(unit.target, segment.slots) or moved(segment.text, unit.target)


def label_of(units: Sequence[Unit], by: str) -> Translation:
    """Human where no block is an engine's; machine where one is, checked where a person reviewed them all."""
    machine = [unit for unit in units if unit.made == "machine"]
    if not machine:
        return Translation("human")
    checked = all(unit.state in _BY_HAND for unit in machine)
    return Translation("machine", None, by if checked else None)


def take_sheet(release: str, sheet: Sheet, *, by: str, clock: Clock | None = None) -> Taken:
    """Takes what a person translated: into the drafts before the lock, as a late edition after the release.

    Raises NotFound, BadInput naming blocks, Conflict when the language is there already.
    """
    if sheet.name != release:
        raise BadInput(f"the sheet is of {sheet.name}", where="original")
    source = desk.drafts(release)[0]
    story, notes = story_from(source, sheet, by=by)
    now = (clock or SystemClock()).now()
    version_id, why, state = "", "", "ready"
    if desk.show(release).state in OUT:
        version_id, why = lock_and_approve(release, story, original_edition(release), by=by)
        state = "locked" if why else "joined"
    else:
        desk.save_draft(release, story, by=by)
    TranslationOrder.objects.update_or_create(
        release=release,
        language=sheet.target,
        defaults={"state": state, "version_id": version_id, "said": [why] if why else [], "changed_at": now},
        create_defaults={
            "state": state, "version_id": version_id, "said": [why] if why else [], "changed_at": now,
            "asked_by": by[:80], "asked_at": now,
        },
    )  # fmt: skip
    HumanTask.objects.filter(release=release, language=sheet.target, state="open").update(
        state="done", done_at=now, done_by=by[:80]
    )
    return Taken(sheet.target, story.translation or Translation("human"), notes, why)


def open_tasks(release: str = "") -> list[tuple[str, str]]:
    """(release, language) of the tasks that nobody has done yet, oldest first."""
    rows = HumanTask.objects.filter(state="open").order_by("asked_at")
    return list((rows.filter(release=release) if release else rows).values_list("release", "language"))
