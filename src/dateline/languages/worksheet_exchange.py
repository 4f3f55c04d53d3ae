"""A worksheet as XLIFF for a translator's own program, and back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.languages.keys import source_hash
from dateline.languages.worksheet_acts import clean, must_live, unsound
from dateline.languages.worksheet_rows import change, open_sheet
from dateline.languages.worksheets import Kept, Row, RowState, Worksheet
from dateline.languages.xliff import Sheet, State, Unit, read_xliff, xliff_of

_STATES: Final[Mapping[RowState, State]] = {
    "empty": "initial",
    "outdated": "initial",
    "machine": "translated",
    "edited": "translated",
    "checked": "reviewed",
}
_READ: Final = frozenset({"reviewed", "final"})
_MADE: Final = {"person": "human"}


@dataclass(frozen=True, slots=True)
class Imported:
    """How many blocks took their text from the file; `notes`: one sentence for each that did not."""

    taken: int
    notes: tuple[str, ...] = ()


def xliff_of_sheet(release: str, language: Language) -> bytes:
    """The file (XLIFF 2.1). Raises NotFound, BadInput for characters that XML cannot carry."""
    sheet = open_sheet(release, language)
    units = tuple(
        Unit(
            row.segment,
            source_hash(row.segment),
            "" if row.state in {"empty", "outdated"} else row.kept.text,
            _STATES[row.state],
            "" if row.state in {"empty", "outdated"} else _MADE.get(row.kept.made, row.kept.made),
        )
        for row in sheet.rows
    )
    return xliff_of(Sheet(release, sheet.source.language, language, units))


def import_xliff(release: str, language: Language, data: bytes, *, by: str, where: str = "XLIFF") -> Imported:
    """Takes the texts of a file. Over another person's text none is put: it waits beside it as a proposal,
    as does one that was made from an older original.

    Raises BadInput for a file of another release or pair, or one that is no XLIFF; NotFound, Conflict.
    """
    must_live(release)
    told = read_xliff(data, where)
    notes: list[str] = []
    taken: list[str] = []

    def act(sheet: Worksheet) -> Worksheet:
        _must_be_of(told, sheet, where)
        known = {row.place: row for row in sheet.rows}
        changed: dict[str, Kept] = {}
        for unit in told.units:
            row = known.get(unit.segment.id)
            if row is None:
                notes.append(f"{unit.segment.id[:80]}: no block of the original")
            elif unit.target:
                after, note = _one(row, unit, by)
                changed[row.place] = after
                if note:
                    notes.append(f"{row.place}: {note}")
                elif after != row.kept:
                    taken.append(row.place)
        return sheet.with_rows(changed)

    change(release, language, by, act)
    return Imported(len(taken), tuple(notes))


def _must_be_of(told: Sheet, sheet: Worksheet, where: str) -> None:
    if told.name != sheet.release:
        raise BadInput(f"is of the release '{told.name[:40]}'; this is {sheet.release}", where=where)
    if (told.source, told.target) != (sheet.source.language, sheet.language):
        raise BadInput(
            f"is from {told.source} to {told.target}; this is {sheet.source.language} to {sheet.language}",
            where=where,
        )


def _one(row: Row, unit: Unit, by: str) -> tuple[Kept, str]:
    """The block after the file, and why its text was not taken, "" when it was or is the same."""
    text, old, is_read = clean(unit.target), row.kept, unit.state in _READ
    if text == old.text and (not is_read or row.state == "checked") and not row.outdated:
        return old, ""
    if why := unsound(row, text):
        return old, why
    now, writer = source_hash(row.segment), old.checked_by or old.by
    if unit.source_hash and unit.source_hash != now:
        note = "the original has changed since; the file's text waits beside it"
        return replace(old, proposal=text, proposal_by=by, proposal_made="person"), note
    if old.text and old.text != text and writer not in {"", by}:
        note = f"{writer} has written it since; the file's text waits beside it"
        return replace(old, proposal=text, proposal_by=by, proposal_made="person"), note
    made = old.made if old.text and old.made in {"machine", "memory"} else "person"
    who = old.by if text == old.text else by
    return Kept(text, made, old.engine, who, by if is_read else "", now, row.segment.text), ""
