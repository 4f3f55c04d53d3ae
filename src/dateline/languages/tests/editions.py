"""A sound edition for tests and docstrings, with any field changed."""

from dataclasses import replace
from typing import Any

from dateline.core.ids import ReleaseId
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Block, DatelineLine, Edition, IssuerRef, Run
from dateline.languages.check import Check

TEXT = (
    "The harbour museum opens its new hall next week and expects many visitors from the whole region. "
    "The director said that the building was finished within the budget."
)


def edition(**changes: Any) -> Edition:
    """An English edition without findings, but for what `changes` spoils."""
    sound = Edition(
        release=ReleaseId("k7m2x9qd4w"),
        version=1,
        event_id="evt_1",
        type="released",
        language=Language("en"),
        original_language=Language("en"),
        slug="museum-opens",
        headline="Harbour museum opens its new hall",
        issuer=IssuerRef("museum", "Harbour Museum"),
        wire="Dateline",
        dateline=DatelineLine("SEOUL", "2026-11-24", "Dateline"),
        blocks=(Block("paragraph", runs=(Run(TEXT),)),),
        sectors=(parse_sector("heritage"),),
    )
    return replace(sound, **changes)


def told(
    check: Check, text: str, language: str = "en", source: str = "", source_language: str = "en"
) -> list[str]:
    """`code severity` of what a check says of one paragraph, alone or against its source."""
    tag, original_tag = Language(language), Language(source_language)
    ours = edition(language=tag, original_language=original_tag, headline="Aurora", blocks=_one(text))
    original = edition(language=original_tag, headline="Aurora", blocks=_one(source)) if source else None
    return [f"{finding.code} {finding.severity}" for finding in check.find(ours, original)]


def _one(text: str) -> tuple[Block, ...]:
    return (Block("paragraph", runs=(Run(text),)),)
