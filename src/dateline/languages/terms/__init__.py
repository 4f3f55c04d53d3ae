"""The house list: terms of art of press, finance and business in the fifteen languages, and renderings that
engines make of them by the letter.

The tables are files that an editor can open in a spreadsheet: press.csv, finance.csv and business.csv with
one column for each language, forms parted by `;`, the preferred one first; forbidden.csv with one form a
line.
Every cell is a draft until an editor of that language has confirmed it.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

TABLES: Final = ("press", "finance", "business")
TAGS: Final = (
    "en", "ko", "ja", "ar", "zh-Hans", "zh-Hant", "vi", "th", "id", "ms", "de", "ru", "fr", "es", "pt",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class HouseTerm:
    """`targets`: tag -> accepted forms, the preferred one first; those of `en` are looked for in a source.

    `forbidden`: tag -> literal renderings to reject. `alone`: these are wrong whatever the source says, so
    that a translation can be judged without it; otherwise only where a form of the source's language stands
    in the source.
    """

    name: str
    targets: Mapping[str, tuple[str, ...]]
    forbidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alone: bool = False
    note: str = ""


@cache
def house_terms() -> tuple[HouseTerm, ...]:
    """One for each name, with what must not stand in the presence of its source."""
    wrong = _forbidden(alone=False)
    return tuple(
        HouseTerm(row["name"], _targets(row), wrong.get(row["name"], {}), note=row["note"])
        for table in TABLES
        for row in _rows(table)
    )


@cache
def gate_terms() -> tuple[HouseTerm, ...]:
    """The house terms, and beside them, with `alone` set, what is wrong in itself."""
    targets = {term.name: term.targets for term in house_terms()}
    alone = _forbidden(alone=True)
    return house_terms() + tuple(
        HouseTerm(name, targets[name], forms, alone=True) for name, forms in alone.items()
    )


def _targets(row: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {tag: tuple(form.strip() for form in row[tag].split(";")) for tag in TAGS}


def _forbidden(*, alone: bool) -> dict[str, dict[str, tuple[str, ...]]]:
    """Name -> tag -> forms."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows("forbidden"):
        if (row["alone"] == "yes") is alone:
            found[row["name"]][row["language"]].append(row["form"])
    return {name: {tag: tuple(forms) for tag, forms in by_tag.items()} for name, by_tag in found.items()}


def _rows(table: str) -> Iterator[dict[str, str]]:
    text = (files(__name__) / f"{table}.csv").read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
