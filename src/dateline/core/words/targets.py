"""Whom it goes to: the rule, what it may know of an edition, and who was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from dateline.core.countries import Country
from dateline.core.ids import RecipientId
from dateline.core.languages import Language
from dateline.core.sectors import Sector

OutletKind = Literal["site", "paper", "agency", "broadcaster", "portal", "terminal"]


@dataclass(frozen=True, slots=True)
class Circuit:
    """A named targeting rule. Empty lists do not narrow. OR within a list, AND between lists, sectors and
    keywords being alternatives.
    """

    name: str
    countries: tuple[Country, ...] = ()
    languages: tuple[Language, ...] = ()
    sectors: tuple[Sector, ...] = ()
    kinds: tuple[OutletKind, ...] = ()
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditionDigest:
    """What targeting may know of an edition: no more is shown to `audience`."""

    language: Language
    sha256: str
    is_original: bool
    text: str = field(default="", repr=False)
    """The locked words, for keyword matching; never stored."""


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """One push delivery to come. `person` is set for people and empty for outlets."""

    recipient: RecipientId
    person: str
    channel: str
    endpoint: str
    """Id of the endpoint for pacing and breakers: webhook host or drop id; for mail the domain."""
    domain: str
    language: Language
    format: str
    kind: str
    country: Country
    suppressed: str = ""
    """Reason when the address is suppressed: still a row, so that `why` has an answer."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who gets what. `hash` covers rule, rows (sorted), and counts."""

    rule: Mapping[str, Any]
    rows: tuple[ManifestRow, ...]
    counts: Mapping[str, int]
    """{"outlets", "journalists", "desktops"}: desktops are a count, never rows."""
    hash: str
