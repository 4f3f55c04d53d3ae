"""Sectors: IPTC Media Topics by id, with our own slugs and labels; a sector matches its narrower topics."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NewType

from dateline.core.errors import BadInput
from dateline.core.sector_labels import ENGLISH
from dateline.core.sector_table import NARROWER, RETIRED

Sector = NewType("Sector", str)
"""An eight-digit Media Topic id."""


class UnknownSector(BadInput):
    """The text is neither a Media Topic id nor one of our slugs."""


@dataclass(frozen=True, slots=True)
class SectorEntry:
    """One labelled sector. `broader` is empty at the top."""

    id: Sector
    slug: str
    label: str
    broader: str


_BROADER: Final[dict[str, str]] = {narrow: broad for broad, ids in NARROWER.items() for narrow in ids.split()}
_RETIRED: Final[frozenset[str]] = frozenset(RETIRED.split())
_LABELS: Final[dict[str, str]] = {id_: label for id_, _, label in ENGLISH}
_SLUGS: Final[dict[str, str]] = {id_: slug for id_, slug, _ in ENGLISH}
_BY_SLUG: Final[dict[str, str]] = {slug: id_ for id_, slug, _ in ENGLISH}
_ID = re.compile(r"^(?:medtop:)?(\d{8})$")


def parse_sector(text: str) -> Sector:
    """The sector of an id, `medtop:ID`, or one of our slugs. Raises UnknownSector with near slugs."""
    raw = text.strip()
    if found := _ID.match(raw):
        if found[1] in _BROADER:
            return Sector(found[1])
        if found[1] in _RETIRED:
            raise UnknownSector(
                f"'{raw}' was withdrawn by IPTC; see `dateline vocabulary list` for topics in use"
            )
        raise UnknownSector(f"'{raw}' is no Media Topic; see `dateline vocabulary list`")
    if raw.lower() in _BY_SLUG:
        return Sector(_BY_SLUG[raw.lower()])
    near = difflib.get_close_matches(raw.lower(), _BY_SLUG, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "see `dateline vocabulary list`"
    raise UnknownSector(f"'{raw}' is no sector; {hint}")


@lru_cache(maxsize=4096)
def ancestors(sector: str) -> tuple[Sector, ...]:
    """The sector itself, then its broader ones up to the top."""
    found = [Sector(sector)]
    while broader := _BROADER.get(found[-1], ""):
        found.append(Sector(broader))
    return tuple(found)


@lru_cache(maxsize=1024)
def descendants(sector: str) -> frozenset[Sector]:
    """The sector itself and everything narrower."""
    found = {Sector(sector)}
    for narrow in NARROWER.get(sector, "").split():
        found |= descendants(narrow)
    return frozenset(found)


def narrower_or_same(broad: str, narrow: str) -> bool:
    """Whether `narrow` is `broad` or lies below it."""
    return broad in ancestors(narrow)


def label(sector: str, language: str = "en") -> str:
    """The label of the sector, or of the nearest broader one that has a label."""
    return next((_LABELS[id_] for id_ in ancestors(sector) if id_ in _LABELS), sector)


def slug(sector: str) -> str:
    """Our slug; the id where we gave none."""
    return _SLUGS.get(sector, sector)


def vocabulary() -> tuple[SectorEntry, ...]:
    """Every labelled sector in the order of the table."""
    return tuple(SectorEntry(Sector(id_), slug_, label_, _BROADER[id_]) for id_, slug_, label_ in ENGLISH)
