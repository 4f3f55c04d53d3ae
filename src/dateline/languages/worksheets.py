"""A translation as people work on it: the original's blocks in order, each with its text, who made it and
whether it still fits. Pure values; `worksheet_rows` keeps them, `worksheet_acts` moves them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Literal

from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Finding, Story, Translation, canonical_bytes, sha256_hex
from dateline.languages import gating
from dateline.languages.keys import source_hash
from dateline.languages.masking import damage, moved, words_only
from dateline.languages.segments import put_back
from dateline.languages.translator import Segment

RowState = Literal["empty", "machine", "edited", "checked", "outdated"]
Made = Literal["", "machine", "memory", "person"]
STATES: Final[tuple[RowState, ...]] = ("empty", "outdated", "machine", "edited", "checked")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one block's translation. `made` says where the text came from, `by` who edited it
    since, `checked_by` who read it; `source` is the original that it was made from, `proposal` a text that
    waits for a person because theirs is not overwritten, `proposal_by` who proposes it.
    """

    text: str = ""
    made: Made = ""
    engine: str = ""
    by: str = ""
    checked_by: str = ""
    source_hash: str = ""
    source: str = ""
    proposal: str = ""
    proposal_by: str = ""
    proposal_made: Made = "machine"


@dataclass(frozen=True, slots=True)
class Row:
    """One block: the original's segment and what is kept of its translation."""

    segment: Segment
    kept: Kept = Kept()

    @property
    def place(self) -> str:
        return self.segment.id

    @property
    def outdated(self) -> bool:
        """Whether the text was made from another original than today's."""
        return bool(self.kept.text) and self.kept.source_hash != source_hash(self.segment)

    @property
    def state(self) -> RowState:
        if not words_only(self.kept.text).strip():
            return "empty"
        if self.outdated:
            return "outdated"
        if self.kept.checked_by:
            return "checked"
        return "edited" if self.kept.by or self.kept.made == "person" else "machine"

    @property
    def seen(self) -> str:
        """Names exactly this text and state: whoever saves says which one they saw."""
        told = [self.kept.text, self.kept.checked_by, self.kept.source_hash]
        return sha256_hex(canonical_bytes(told))[:20]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that a named person takes upon them, with the reason."""

    code: str
    where: str
    message: str
    by: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The translation of a release into one language, block by block. `source` is the original story."""

    release: str
    source: Story
    language: Language
    rows: tuple[Row, ...]
    accepted: tuple[Accepted, ...] = ()

    def row(self, place: str) -> Row:
        """Raises BadInput for a place that is no block of the original."""
        for row in self.rows:
            if row.place == place:
                return row
        raise BadInput("the original has no such block (any more); load the page again", where=place)

    def with_rows(self, changed: Mapping[str, Kept]) -> "Worksheet":
        """A copy with these blocks in the place of the old ones."""
        rows = tuple(replace(row, kept=changed.get(row.place, row.kept)) for row in self.rows)
        return replace(self, rows=rows)

    @property
    def counts(self) -> dict[RowState, int]:
        """State -> how many blocks."""
        found = dict.fromkeys(STATES, 0)
        for row in self.rows:
            found[row.state] += 1
        return found

    @property
    def open(self) -> int:
        """Blocks without a text that fits the original."""
        return self.counts["empty"] + self.counts["outdated"]


def merged(segments: Sequence[Segment], known: Mapping[str, Kept]) -> tuple[Row, ...]:
    """Rows of today's original with what is known: each text stays with its words, wherever they moved to;
    only a block whose words changed is outdated.
    """
    free = dict(known)
    found: dict[str, Kept] = {}
    hashes = {segment.id: source_hash(segment) for segment in segments}
    for place, wanted in hashes.items():
        if place in free and free[place].source_hash == wanted:
            found[place] = free.pop(place)
    by_hash: dict[str, list[str]] = {}
    for place, kept in free.items():
        by_hash.setdefault(kept.source_hash, []).append(place)
    for place, wanted in hashes.items():
        if place not in found and by_hash.get(wanted):
            found[place] = free.pop(by_hash[wanted].pop(0))
    for place in hashes:
        if place not in found and place in free:
            found[place] = free.pop(place)
    return tuple(Row(segment, found.get(segment.id, Kept())) for segment in segments)


def why_not(segment: Segment, text: str) -> str:
    """What is wrong with a text's slots, in a sentence for whoever typed it; "" when nothing is."""
    return damage(text, segment.slots) or moved(segment.text, text)


def label_of(rows: Iterable[Row]) -> Translation:
    """Human where no block is an engine's; else machine, checked where a person read every one of these."""
    machine = [row.kept for row in rows if row.kept.made == "machine"]
    if not machine:
        return Translation("human")
    engines = sorted({kept.engine for kept in machine if kept.engine})
    readers = dict.fromkeys(kept.checked_by or kept.by for kept in machine)
    checked = ", ".join(readers) if "" not in readers else None
    return Translation("machine", "+".join(engines) or None, checked)


def story_of_sheet(sheet: Worksheet) -> Story:
    """The edition that the blocks make. Raises BadInput naming those that have no text that fits."""
    if missing := [row.place for row in sheet.rows if row.state in {"empty", "outdated"}]:
        names = ", ".join(missing[:12]) + (" ..." if len(missing) > 12 else "")
        raise BadInput(f"no text that fits the original yet: {names}", where=str(sheet.language))
    texts = {row.place: row.kept.text for row in sheet.rows}
    return put_back(sheet.source, sheet.language, texts, keep=(), made=label_of(sheet.rows))


def findings_of(sheet: Worksheet, places: Iterable[str] | None = None) -> tuple[Finding, ...]:
    """What the gate says: of the whole edition when every block has a text, else of each block that has one
    (of these `places` only).
    """
    if not sheet.open:
        return gating.Gate().story(story_of_sheet(sheet), replace(sheet.source, findings=()))
    wanted = None if places is None else set(places)
    found: list[Finding] = []
    for row in sheet.rows:
        if row.state != "empty" and (wanted is None or row.place in wanted):
            said = gating.Gate().segment(
                row.segment, row.kept.text, str(sheet.source.language), str(sheet.language)
            )
            found += [replace(finding, where=row.place) for finding in said]
    return tuple(dict.fromkeys(found))


def place_of(finding: Finding, sheet: Worksheet) -> str:
    """The block that a finding speaks of; "" for the edition as a whole."""
    places = [row.place for row in sheet.rows]
    if finding.where in places:
        return finding.where
    inside = (p for p in places if p.startswith((f"{finding.where}.", f"{finding.where}[")))
    around = (p for p in places if finding.where.startswith((f"{p}.", f"{p}[")))
    return next(inside, next(around, ""))


def is_accepted(finding: Finding, sheet: Worksheet) -> Accepted | None:
    """Who took exactly this finding upon them; a text that changed is another finding."""
    told = (finding.code, finding.where, finding.message)
    return next((a for a in sheet.accepted if (a.code, a.where, a.message) == told), None)


def standing(sheet: Worksheet, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings that hold or block and that nobody accepted."""
    return tuple(f for f in findings if f.severity in {"block", "hold"} and is_accepted(f, sheet) is None)


def finding_key(finding: Finding) -> str:
    """Names one finding in a form."""
    return sha256_hex(canonical_bytes([finding.code, finding.where, finding.message]))[:20]


# --- as documents -----------------------------------------------------------------------------------------


def document_of(sheet: Worksheet) -> dict[str, Any]:
    """What is kept in the vault."""
    return {
        "rows": {row.place: asdict(row.kept) for row in sheet.rows if row.kept != Kept()},
        "accepted": [asdict(one) for one in sheet.accepted],
    }


def kept_from(document: Mapping[str, Any]) -> tuple[dict[str, Kept], tuple[Accepted, ...]]:
    """What `document_of` wrote."""
    rows = {place: Kept(**row) for place, row in document.get("rows", {}).items()}
    return rows, tuple(Accepted(**one) for one in document.get("accepted", ()))
