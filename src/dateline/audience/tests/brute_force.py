"""A second, slow reading of DESIGN.md's matching rows, sharing no code with `rules`, to agree with.

Works on cells as imported, one recipient and one list at a time. Languages and keywords of the generated
worlds are plain enough for naive comparison.
"""

import re
from dataclasses import dataclass, field

from dateline.audience.services import Targeting
from dateline.core.sector_table import NARROWER
from dateline.core.sectors import parse_sector

Cells = dict[str, str]


@dataclass
class World:
    """Rows by kind, and what happened to some addresses since."""

    outlets: list[Cells] = field(default_factory=list)
    journalists: list[Cells] = field(default_factory=list)
    desktops: list[Cells] = field(default_factory=list)
    stopped: set[str] = field(default_factory=set)


@dataclass
class Answer:
    """(name or address, language) of every row; how many pull; how many desktops."""

    rows: set[tuple[str, str]]
    pull: int
    desktops: int


def answer(world: World, asked: Targeting) -> Answer:
    """Who gets what."""
    rows: set[tuple[str, str]] = set()
    mailed: set[str] = set()
    pull = 0
    for cells in world.outlets:
        if asked.rule.kinds and cells["kind"] not in asked.rule.kinds:
            continue
        if not _reached(cells, asked, everything_when_empty=True) or cells["country"] in asked.restrict:
            continue
        tags = [
            e.language for e in asked.editions if any(_takes(w, e.language) for w in _cut(cells["languages"]))
        ]
        if cells["channel"] == "feed":
            pull += bool(tags)
        elif tags and not (asked.origin == "third-party" and cells["third_party"] != "yes"):
            rows |= {(cells["name"], tag) for tag in tags}
            if cells["channel"] == "mail":
                mailed.add(cells["endpoint"].lower())
    for cells in _first_of_each(world.journalists):
        if not _reached(cells, asked, everything_when_empty=False) or cells["country"] in asked.restrict:
            continue
        if not cells["consent"] or (asked.origin == "third-party" and cells["third_party"] != "yes"):
            continue
        if cells["email"].lower() in mailed or _first(cells, asked.public):
            continue
        if tag := _first(cells, asked.editions):
            rows.add((cells["email"].lower(), tag))
    desktops = 0
    for cells in world.desktops:
        new = any(_takes(w, e.language) for w in _cut(cells["languages"]) for e in asked.editions)
        if new and not _first(cells, asked.public) and cells["country"] not in asked.restrict:
            desktops += _reached(cells, asked, everything_when_empty=True)
    return Answer(rows, pull, desktops)


def _cut(cell: str) -> list[str]:
    return [part for part in cell.split(";") if part]


def _first_of_each(rows: list[Cells]) -> list[Cells]:
    firsts: dict[str, Cells] = {}
    for cells in rows:
        firsts.setdefault(cells["email"].lower(), cells)
    return list(firsts.values())


def _takes(wanted: str, tag: str) -> bool:
    return wanted in ("*", tag) or ("-" not in wanted and tag.startswith(wanted + "-"))


def _first(cells: Cells, editions) -> str:  # type: ignore[no-untyped-def]
    for wanted in _cut(cells["languages"]):
        for edition in editions:
            if wanted == edition.language or (wanted == "*" and edition.is_original):
                return str(edition.language)
        for edition in editions:
            if wanted != "*" and _takes(wanted, edition.language):
                return str(edition.language)
    return ""


def _below(sector: str) -> set[str]:
    found = {sector}
    for narrow in NARROWER.get(sector, "").split():
        found |= _below(narrow)
    return found


def _topics(cell: str) -> set[str]:
    """Every topic somebody takes who wrote these sectors."""
    return {topic for part in _cut(cell) for topic in _below(parse_sector(part))}


def _says(asked: Targeting, word: str) -> bool:
    texts = [e.text for e in (*asked.editions, *asked.public)]
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for text in texts)


def _reached(cells: Cells, asked: Targeting, *, everything_when_empty: bool) -> bool:
    """The circuit but for kinds, then the recipient's own choices."""
    rule, sectors, words = asked.rule, cells["sectors"], _cut(cells.get("keywords", ""))
    everything = sectors == "*" or (everything_when_empty and not sectors and not words)
    if rule.countries and cells["country"] not in rule.countries:
        return False
    if rule.languages and not any(
        own == "*" or _takes(own, tag) or _takes(tag, own)
        for own in _cut(cells["languages"])
        for tag in rule.languages
    ):
        return False
    own = set() if sectors == "*" else _topics(sectors)
    if rule.sectors or rule.keywords:
        in_sector = everything or bool(own & {topic for s in rule.sectors for topic in _below(s)})
        if not in_sector and not any(_says(asked, word) for word in rule.keywords):
            return False
    return everything or bool(own & set(asked.sectors)) or any(_says(asked, word) for word in words)
