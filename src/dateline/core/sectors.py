"""Sectors: IPTC Media Topics by id, with our own slugs and labels; a sector matches its narrower topics."""

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NewType

from dateline.core.errors import BadInput
from dateline.core.sector_labels import ENGLISH
from dateline.core.vocabularies import Vocabulary, built_in

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


class _InUse:
    """The release of the vocabulary that this process goes by, with its tree turned round."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.broader = vocabulary.broader
        self.narrower: dict[str, list[str]] = {}
        for topic, broad in vocabulary.broader.items():
            self.narrower.setdefault(broad, []).append(topic)
        self.before: dict[str, list[str]] = {}
        """Topic -> retired ones that it takes the place of."""
        for topic, successor in vocabulary.retired.items():
            if successor:
                self.before.setdefault(successor, []).append(topic)


_LABELS: Final[dict[str, str]] = {id_: label for id_, _, label in ENGLISH}
_SLUGS: Final[dict[str, str]] = {id_: slug for id_, slug, _ in ENGLISH}
_BY_SLUG: Final[dict[str, str]] = {slug: id_ for id_, slug, _ in ENGLISH}
_ID = re.compile(r"^(?:medtop:)?(\d{8})$")
_SHIPPED: Final = built_in()
_now = _InUse(_SHIPPED)


def adopt(vocabulary: Vocabulary | None) -> None:
    """Goes by another release from here on; None: by the one that ships. Once at the start of a process."""
    global _now  # noqa: PLW0603  # one release for a whole process, as every matching must agree
    _now = _InUse(vocabulary or _SHIPPED)
    for cached in (ancestors, descendants):
        cached.cache_clear()


def in_use() -> Vocabulary:
    """The release that this process goes by."""
    return _now.vocabulary


def is_shipped() -> bool:
    """Whether that is the one which comes with this version."""
    return _now.vocabulary is _SHIPPED


def parse_sector(text: str) -> Sector:
    """The sector of an id, `medtop:ID`, or one of our slugs; of a retired topic the one in its place. Raises
    UnknownSector with near slugs.
    """
    raw = text.strip()
    if found := _ID.match(raw):
        if found[1] in _now.broader:
            return Sector(found[1])
        if found[1] in _now.vocabulary.retired:
            if successor := _now.vocabulary.retired[found[1]]:
                return Sector(successor)
            raise UnknownSector(
                f"'{raw}' was withdrawn by IPTC; see `dateline vocabulary list` for topics in use"
            )
        raise UnknownSector(f"'{raw}' is no Media Topic; see `dateline vocabulary list`")
    if raw.lower() in _BY_SLUG:
        id_ = _BY_SLUG[raw.lower()]
        # A slug outlives its topic: the successor, else the topic as it was known.
        return Sector(_now.vocabulary.retired.get(id_) or id_)
    near = difflib.get_close_matches(raw.lower(), _BY_SLUG, n=3)
    hint = f"did you mean {', '.join(near)}?" if near else "see `dateline vocabulary list`"
    raise UnknownSector(f"'{raw}' is no sector; {hint}")


@lru_cache(maxsize=4096)
def ancestors(sector: str) -> tuple[Sector, ...]:
    """The sector itself, then its broader ones up to the top, each followed by retired topics that it takes
    the place of: who chose those goes on getting what they meant.
    """
    found: dict[Sector, None] = {}
    at = sector
    while at:
        found.update(dict.fromkeys(Sector(topic) for topic in (at, *_now.before.get(at, ()))))
        at = _now.broader.get(at) or (_now.vocabulary.retired.get(at, "") if at == sector else "")
    return tuple(found)


@lru_cache(maxsize=1024)
def descendants(sector: str) -> frozenset[Sector]:
    """The sector itself and everything narrower."""
    found = {Sector(sector)}
    for narrow in _now.narrower.get(sector, ()):
        found |= descendants(narrow)
    return frozenset(found)


def narrower_or_same(broad: str, narrow: str) -> bool:
    """Whether `narrow` is `broad` or lies below it."""
    return broad in ancestors(narrow)


def label(sector: str, language: str = "en") -> str:
    """Our label of the sector; IPTC's where the release brought one in the language; else that of the nearest
    broader topic that has one.
    """
    for id_ in ancestors(sector):
        if id_ in _LABELS:
            return _LABELS[id_]
        theirs = _now.vocabulary.labels.get(id_, {})
        if found := theirs.get(language) or theirs.get("en"):
            return found
    return sector


def their_label(sector: str, language: str) -> str:
    """IPTC's word for a topic without one of ours, in exactly this language; empty where there is none."""
    return _now.vocabulary.labels.get(sector, {}).get(language, "")


def slug(sector: str) -> str:
    """Our slug; the id where we gave none."""
    return _SLUGS.get(sector, sector)


def vocabulary(*, everything: bool = False) -> tuple[SectorEntry, ...]:
    """Every labelled sector in the order of the table; `everything`: every topic in use, in order of the
    tree.
    """
    if not everything:
        return tuple(
            SectorEntry(Sector(id_), slug_, label_, _now.broader[id_])
            for id_, slug_, label_ in ENGLISH
            if id_ in _now.broader
        )
    return tuple(_walk(""))


def _walk(broad: str) -> list[SectorEntry]:
    out = []
    for topic in _now.narrower.get(broad, ()):
        out.append(SectorEntry(Sector(topic), slug(topic), label(topic), broad))
        out += _walk(topic)
    return out


def children(sector: str) -> tuple[Sector, ...]:
    """The topics right below a sector."""
    return tuple(Sector(topic) for topic in _now.narrower.get(sector, ()))
