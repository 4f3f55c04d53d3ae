"""A worksheet as the editor shows it: the source with its slots and terms, the text as it is typed, findings,
proposals and what must not stand there.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from dateline.core.words import Finding
from dateline.faces.translations.words import BLOCKS, ROLES
from dateline.languages.services import translation_desk as work

AT_ONCE: Final = 50
"""Blocks on one page."""
_PARTED: Final = re.compile(r"[A-Za-z\u00c0-\u052f\u1e00-\u1eff]")
_LOOSE: Final = re.compile(r"\[\[[ \t]{0,4}(/?g?\d{0,6})[ \t]{0,4}\]\]")
"""Bounded: without that a form of blanks keeps a thread for hours."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the source. `token`: what stands for a slot in the text field."""

    kind: Literal["text", "term", "slot", "pair"]
    text: str
    token: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """A finding, the key that a form names it by, and who accepted it."""

    finding: work.Finding
    key: str
    accepted: work.Accepted | None

    @property
    def may_accept(self) -> bool:
        return self.accepted is None and self.finding.severity in {"block", "hold"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text that can be taken. `score` is None for an engine's."""

    text: str
    key: str
    score: int | None
    by: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One block. `typed` is what the field holds; `wrong` why it was not saved; `theirs` what somebody else
    saved meanwhile.
    """

    number: int
    row: work.Row
    pieces: tuple[Piece, ...]
    before: tuple[Piece, ...]
    typed: str
    seen: str
    ticked: bool
    proposals: tuple[Proposal, ...]
    terms: tuple[work.Term, ...]
    forbidden: tuple[tuple[str, str], ...]
    said: tuple[Said, ...]
    wrong: str = ""
    theirs: str = ""
    theirs_by: str = ""

    @property
    def role(self) -> str:
        return str(ROLES[self.row.segment.role])

    @property
    def where(self) -> str:
        """Its place where the role alone does not say it."""
        return self.row.place if "[" in self.row.place else ""

    @property
    def state(self) -> str:
        return str(BLOCKS[self.row.state][0])

    @property
    def tone(self) -> str:
        return BLOCKS[self.row.state][1]

    @property
    def rows(self) -> int:
        """Lines of the field."""
        return min(12, max(2, len(self.typed or self.row.segment.text) // 45 + 1))


@dataclass(frozen=True, slots=True)
class Left:
    """What a form left that was not saved: typed texts, why, and rows that others were first at."""

    typed: Mapping[str, str]
    ticked: frozenset[str]
    refused: Mapping[str, str]
    theirs: Mapping[str, work.Row]


NOTHING_LEFT: Final = Left({}, frozenset(), {}, {})


def typed_form(row: work.Row, text: str) -> str:
    """A text as it stands in its field: slots as `⟦1⟧`, pairs as `⟦g2⟧...⟦/g⟧`."""
    return work.encoded(text, row.segment.slots, "token")


def kept_form(text: str) -> str:
    """What was typed, with the slots of the house again; `[[1]]` is a slot too, for it can be typed."""
    return work.decoded(_LOOSE.sub(r"⟦\1⟧", text), "token")


def cells(
    sheet: work.Worksheet,
    findings: Sequence[Finding],
    issuer: str,
    *,
    start: int = 0,
    left: Left = NOTHING_LEFT,
) -> list[Cell]:
    """The blocks of one page."""
    shown = sheet.rows[start : start + AT_ONCE]
    source, target = str(sheet.source.language), str(sheet.language)
    near = work.matches([row.segment for row in shown], source, target, issuer)
    terms = work.terms_of(source, target, issuer)
    said: dict[str, list[Finding]] = {}
    for finding in findings:
        said.setdefault(work.place_of(finding, sheet), []).append(finding)
    return [
        _cell(start + n, row, sheet, near.get(row.place, ()), terms, said.get(row.place, ()), left)
        for n, row in enumerate(shown)
    ]


def _cell(  # noqa: PLR0917
    number: int,
    row: work.Row,
    sheet: work.Worksheet,
    near: Sequence[work.Match],
    terms: Sequence[work.Term],
    findings: Iterable[Finding],
    left: Left,
) -> Cell:
    theirs = left.theirs.get(row.place)
    typed = left.typed.get(row.place, typed_form(row, row.kept.text))
    low = row.segment.text.casefold()
    matched = tuple(t for t in terms if t.source.casefold() in low and stands_in(t, low))
    pieces = pieces_of(row.segment.text, row.segment.slots, matched)
    marked = {piece.text.casefold() for piece in pieces if piece.kind == "term"}
    return Cell(
        number,
        row,
        pieces,
        pieces_of(row.kept.source, (), ()) if row.outdated else (),
        typed,
        row.seen,
        row.place in left.ticked or row.state == "checked",
        _proposals(row, near),
        _told(t for t in matched if t.source.casefold() in marked),
        _forbidden(typed, matched),
        said_of(findings, sheet),
        left.refused.get(row.place, ""),
        typed_form(row, theirs.kept.text) if theirs is not None else "",
        (theirs.kept.checked_by or theirs.kept.by) if theirs is not None else "",
    )


def said_of(findings: Iterable[Finding], sheet: work.Worksheet) -> tuple[Said, ...]:
    """Findings, the worst first."""
    order = {"block": 0, "hold": 1, "warn": 2}
    found = [Said(f, work.finding_key(f), work.is_accepted(f, sheet)) for f in findings]
    return tuple(sorted(found, key=lambda one: (one.accepted is not None, order[one.finding.severity])))


def _proposals(row: work.Row, near: Sequence[work.Match]) -> tuple[Proposal, ...]:
    found = []
    if row.kept.proposal:
        text = row.kept.proposal
        found.append(Proposal(typed_form(row, text), work.text_key(text), None, row.kept.proposal_by, True))
    for match in near:
        if match.text != row.kept.text:
            shown = typed_form(row, match.text) if match.fits else work.TOKEN.sub("…", match.text)
            found.append(Proposal(shown, work.text_key(match.text), match.score, "", match.fits))
    return tuple(found)


def _told(terms: Iterable[work.Term]) -> tuple[work.Term, ...]:
    """Each term once, with all that it must not be called; the first that names it says what it is called."""
    found: dict[str, work.Term] = {}
    for term in terms:
        name = term.source.casefold()
        first = found.setdefault(name, term)
        found[name] = replace(first, forbidden=tuple(dict.fromkeys((*first.forbidden, *term.forbidden))))
    return tuple(found.values())[:12]


def stands_in(term: work.Term, text: str) -> bool:
    """Whether the text says the term, and not another word that holds its letters."""
    return re.search(_form(term.source), text, re.IGNORECASE) is not None


def _form(source: str) -> str:
    """A pattern for a term: from the beginning of a word where words are parted by blanks; short ones whole,
    for the others may be followed by an ending.
    """
    if not _PARTED.match(source):
        return re.escape(source)
    return rf"(?<!\w){re.escape(source)}" + (r"(?!\w)" if len(source) < 5 else "")


def _forbidden(typed: str, terms: Sequence[work.Term]) -> tuple[tuple[str, str], ...]:
    """(what stands there and must not, what is written instead)."""
    low = typed.casefold()
    found: dict[str, str] = {}
    for term in terms:
        for form in term.forbidden:
            if form.casefold() in low:
                found.setdefault(form, term.target)
    return tuple(found.items())


def pieces_of(text: str, slots: Sequence[work.Slot], terms: Sequence[work.Term]) -> tuple[Piece, ...]:
    """The source in pieces: slots by what they stand for, terms marked with how they are said."""
    known = {slot.id: slot for slot in slots}
    found: list[Piece] = []
    at = 0
    for token in work.TOKEN.finditer(text):
        found += _words(text[at : token.start()], terms)
        at = token.end()
        if token[1]:
            slot = known.get(int(token[1]))
            found.append(Piece("slot", slot.original if slot else "…", f"⟦{token[1]}⟧"))
        else:
            found.append(Piece("pair", "", f"⟦g{token[2]}⟧" if token[2] else "⟦/g⟧"))
    return (*found, *_words(text[at:], terms))


def _words(text: str, terms: Sequence[work.Term]) -> list[Piece]:
    said = {term.source.casefold(): term.target for term in terms if term.source}
    if not text or not said:
        return [Piece("text", text)] if text else []
    # The longest first, so that a term within another is not what is marked.
    pattern = "|".join(_form(form) for form in sorted(said, key=len, reverse=True))
    found, at = [], 0
    for hit in re.finditer(pattern, text, re.IGNORECASE):
        if hit.start() > at:
            found.append(Piece("text", text[at : hit.start()]))
        found.append(Piece("term", hit[0], title=said.get(hit[0].casefold(), "")))
        at = hit.end()
    return found + ([Piece("text", text[at:])] if at < len(text) else [])
