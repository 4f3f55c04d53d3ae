"""The gate on public test data: DEMETR's damaged translations into English."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dateline.core.words import Edition, Finding
from dateline.languages.check import checks
from dateline.languages.injecting.operator import paragraph
from dateline.languages.injecting.samples import press_edition
from dateline.languages.reading import parts

_SETS: Final = {  # set -> codes that count
    "numbers_replaced": ("numbers-differ", "numbers-missing", "numbers-extra", "numbers-small", "currency-changed", "date-changed", "time-changed"),
    "repeat4": ("loop",),
    "codemix": ("text-left",),
    "addition": ("length", "text-cut"),
    "ne_removed": ("name-missing",),
    "ne_replaced": ("name-missing", "date-changed", "weekday-changed"),
    "negation": ("negation-lost", "negation-added"),
    "punc_addition": ("typography", "quotes-unbalanced", "text-cut", "markup-left"),
    "shuffle_trans": ("numbers-differ", "numbers-missing", "numbers-extra", "numbers-small", "name-missing", "negation-lost", "length", "date-changed", "text-cut"),
}  # fmt: skip
_WHOLE: Final = frozenset({"sectors-missing", "dateline-missing", "headline-missing"})


@dataclass(frozen=True, slots=True)
class PublicRow:
    """One damage in one source language; `clean` are segments that were flagged although undamaged."""

    damage: str
    language: str
    caught: int
    tried: int
    clean: int
    of: int


def public_rows(folder: Path) -> Iterator[PublicRow]:
    """DEMETR by damage and language, and the alarms on its clean side as the damage `clean (block)` and
    `clean (all)`: human and machine translations together.
    """
    base = {row["id"]: row for row in _rows(folder / "demetr" / "base.jsonl")}
    clean = {key: _codes(row["src"], row["lang"], row["mt"]) for key, row in base.items()}
    for damage, codes in _SETS.items():
        yield from _of_set(damage, codes, _rows(folder / "demetr" / f"{damage}.jsonl"), base, clean)
    yield from _clean(base, clean)


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def _of_set(
    damage: str,
    codes: tuple[str, ...],
    rows: list[dict[str, Any]],
    base: dict[Any, Any],
    clean: dict[Any, list[Finding]],
) -> Iterator[PublicRow]:
    caught: Counter[str] = Counter()
    tried: Counter[str] = Counter()
    flagged: Counter[str] = Counter()
    for row in rows:
        tag = row["lang"]
        tried[tag] += 1
        before = _told(clean[row["id"]], codes)
        flagged[tag] += bool(before)
        caught[tag] += bool(_told(_codes(base[row["id"]]["src"], tag, row["text"]), codes) - before)
    for tag in tried:
        yield PublicRow(damage, tag, caught[tag], tried[tag], flagged[tag], tried[tag])


def _told(findings: list[Finding], codes: tuple[str, ...]) -> Counter[tuple[str, str]]:
    return Counter((finding.code, finding.message) for finding in findings if finding.code in codes)


def _clean(base: dict[Any, Any], clean: dict[Any, list[Finding]]) -> Iterator[PublicRow]:
    for name, severities in (("clean (block)", {"block"}), ("clean (all)", {"block", "hold", "warn"})):
        flagged: Counter[str] = Counter()
        tried: Counter[str] = Counter()
        for key, row in base.items():
            both = (clean[key], _codes(row["src"], row["lang"], row["ref"]))
            tried[row["lang"]] += 2
            flagged[row["lang"]] += sum(any(f.severity in severities for f in findings) for findings in both)
        for tag in tried:
            yield PublicRow(name, tag, 0, 0, flagged[tag], tried[tag])


def _codes(source: str, language: str, text: str) -> list[Finding]:
    ours, theirs = _alone(text, "en", language), _alone(source, language, language)
    found = [
        finding for check in checks() for finding in check.find(ours, theirs) if finding.code not in _WHOLE
    ]
    parts.forget()
    return found


def _alone(text: str, language: str, original: str) -> Edition:
    """A sentence as the only block of an edition."""
    from dataclasses import replace

    from dateline.core.languages import Language

    frame = press_edition("en")
    return replace(
        frame, language=Language(language), original_language=Language(original), headline="Aurora", dateline=None,
        blocks=(paragraph(text),), boilerplate=(), contacts=(), tickers=(), isins=(),
    )  # fmt: skip
