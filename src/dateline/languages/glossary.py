"""The operator's and issuers' own terms: how a word is said in another language, and how it must not be.

CSV: `source_language,source,target_language,target,forbidden,keep,note,issuer`; forbidden forms by `;`.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language
from dateline.languages.models import GlossaryEntry
from dateline.languages.translator import Term

COLUMNS: Final = (
    "source_language", "source", "target_language", "target", "forbidden", "keep", "note", "issuer",
)  # fmt: skip
_NEEDED: Final = COLUMNS[:4]
_LONGEST: Final = {"source": 200, "target": 200, "note": 300, "issuer": 60}
_MOST_FORBIDDEN: Final = 50
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝")
"""What a spreadsheet may take for the beginning of a formula."""
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_YES: Final = frozenset({"yes", "true", "1"})
_NO: Final = frozenset({"", "no", "false", "0"})


@dataclass(frozen=True, slots=True)
class GlossaryTerm:
    """One line of the glossary."""

    source_language: Language
    source: str
    target_language: Language
    target: str
    forbidden: tuple[str, ...] = ()
    keep: bool = False
    note: str = ""
    issuer: str = ""


def terms_for(source: str, target: str, issuer: str) -> tuple[Term, ...]:
    """Terms of a pair: the issuer's own win over the house's, longest source form first."""
    rows = GlossaryEntry.objects.filter(
        source_language=source, target_language=target, issuer__in={issuer, ""}
    ).order_by("issuer")
    found = {
        row.source.casefold(): Term(row.source, row.target, tuple(row.forbidden), row.keep, row.note)
        for row in rows
    }
    return tuple(sorted(found.values(), key=lambda term: (-len(term.source), term.source)))


def list_terms(*, source: str = "", target: str = "", issuer: str | None = None) -> list[GlossaryTerm]:
    """The glossary, sorted; narrowed where asked."""
    rows = GlossaryEntry.objects.order_by("issuer", "source_language", "source", "target_language")
    for name, value in (("source_language", source), ("target_language", target)):
        rows = rows.filter(**{name: value}) if value else rows
    if issuer is not None:
        rows = rows.filter(issuer=issuer)
    return [
        GlossaryTerm(
            Language(r.source_language), r.source, Language(r.target_language), r.target,
            tuple(r.forbidden), r.keep, r.note, r.issuer,
        )
        for r in rows
    ]  # fmt: skip


def glossary_csv(terms: Sequence[GlossaryTerm]) -> str:
    """The terms as CSV, which `import_csv` reads. A text that a spreadsheet could take for a formula is
    quoted with an apostrophe, which `import_csv` takes away.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for t in terms:
        writer.writerow(
            (t.source_language, _safe(t.source), t.target_language, _safe(t.target),
             _safe(";".join(t.forbidden)), "yes" if t.keep else "", _safe(t.note), t.issuer)
        )  # fmt: skip
    return out.getvalue()


def import_csv(
    text: str,
    *,
    by: str,
    issuer: str,
    where: str,
    own_only: bool = False,
    clock: Clock | None = None,
) -> Mapping[str, Any]:
    """`{"created", "updated", "unchanged", "rejected": [{"line", "reason"}]}`. A file that contradicts itself
    has its later line rejected; with `own_only` also one that names another issuer than `issuer`.

    Raises BadInput for a file without the columns.
    """
    now = (clock or SystemClock()).now()
    good, rejected = _read(text, issuer, where, own_only)
    known = {_name(term): term for term in list_terms()}
    changed = [term for term in good.values() if known.get(_name(term)) != term]
    GlossaryEntry.objects.bulk_create(
        [
            GlossaryEntry(
                issuer=t.issuer, source_language=t.source_language, source=t.source,
                target_language=t.target_language, target=t.target, forbidden=list(t.forbidden), keep=t.keep,
                note=t.note, changed_at=now, changed_by=by[:80],
            )
            for t in changed
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["issuer", "source_language", "source", "target_language"],
        update_fields=["target", "forbidden", "keep", "note", "changed_at", "changed_by"],
    )  # fmt: skip
    updated = sum(_name(term) in known for term in changed)
    return {
        "created": len(changed) - updated,
        "updated": updated,
        "unchanged": len(good) - len(changed),
        "rejected": rejected,
    }


_Name = tuple[str, str, str, str]


def _name(term: GlossaryTerm) -> _Name:
    return (term.issuer, term.source_language, term.source, term.target_language)


def _read(
    text: str, issuer: str, where: str, own_only: bool
) -> tuple[dict[_Name, GlossaryTerm], list[dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        head = reader.fieldnames or ()
        if missing := [name for name in _NEEDED if name not in head]:
            raise BadInput(f"lacks the column {missing[0]}; it needs {', '.join(_NEEDED)}", where=where)
        if strange := [name for name in head if name not in COLUMNS]:
            raise BadInput(
                f"has the unknown column '{strange[0]}'; columns: {', '.join(COLUMNS)}", where=where
            )
        return _rows(reader, issuer, own_only)
    except csv.Error as error:
        raise BadInput(f"is no CSV: {error}", where=f"{where} line {reader.line_num}") from None


def _rows(
    reader: "csv.DictReader[str]", issuer: str, own_only: bool
) -> tuple[dict[_Name, GlossaryTerm], list[dict[str, Any]]]:
    good: dict[_Name, GlossaryTerm] = {}
    rejected: list[dict[str, Any]] = []
    for row in reader:
        try:
            told = {name: _plain(str(row.get(name) or "").strip()) for name in COLUMNS}
            _add(good, _term(told, issuer), issuer if own_only else None)
        except BadInput as error:
            rejected.append({"line": reader.line_num, "reason": str(error)})
    return good, rejected


def _add(good: dict[_Name, GlossaryTerm], term: GlossaryTerm, only: str | None) -> None:
    if only is not None and term.issuer != only:
        raise BadInput(f"belongs to '{term.issuer}', whose terms are not yours to change")
    if good.get(_name(term), term) != term:
        raise BadInput(
            f"'{term.source}' is there before with another translation into {term.target_language}"
        )
    good[_name(term)] = term


def _is_formula(text: str) -> bool:
    return text.lstrip("'").startswith(_FORMULA)


def _safe(text: str) -> str:
    return f"'{text}" if _is_formula(text) else text


def _plain(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text) else text


def _term(row: Mapping[str, str], issuer: str) -> GlossaryTerm:
    for name, value in row.items():
        if found := _CONTROL.search(value):
            raise BadInput(f"{name} holds a control character (U+{ord(found[0]):04X})")
    for name, most in _LONGEST.items():
        if len(row[name]) > most:
            raise BadInput(f"{name} has more than {most} characters")
    if row["keep"].lower() not in _YES | _NO:
        raise BadInput(f"keep is '{row['keep']}'; write yes or nothing")
    keep = row["keep"].lower() in _YES
    target = row["target"] or (row["source"] if keep else "")
    if not row["source"] or not target:
        raise BadInput("source and target are needed")
    forbidden = tuple(form.strip() for form in row["forbidden"].split(";") if form.strip())
    if len(forbidden) > _MOST_FORBIDDEN or any(len(form) > _LONGEST["target"] for form in forbidden):
        raise BadInput(
            f"forbidden has more than {_MOST_FORBIDDEN} forms, or one above {_LONGEST['target']} characters"
        )
    if target in forbidden:
        raise BadInput(f"'{target}' is both the translation and forbidden")
    return GlossaryTerm(
        parse_language(row["source_language"]),
        row["source"],
        parse_language(row["target_language"]),
        target,
        forbidden,
        keep,
        row["note"],
        row["issuer"] or issuer,
    )
