"""Clean editions to spoil: one release of our own in all languages of the wire."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from dateline.core.ids import ReleaseId
from dateline.core.languages import WIRE_LANGUAGES, Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Block, Contact, DatelineLine, Edition, IssuerRef, Run

_FILE = Path(__file__).with_name("press.toml")


@lru_cache(maxsize=1)
def _press() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def press_edition(language: str, *, original: str = "en") -> Edition:
    """The sample release in a language of the wire, as a translation of the one in `original`."""
    words = _press()[language]
    blocks = tuple(Block("paragraph", runs=(Run(text),)) for text in words["paragraphs"])
    return Edition(
        release=ReleaseId("k7m2x9qd4w"),
        version=1,
        event_id="evt_1",
        type="released",
        language=Language(language),
        original_language=Language(original),
        slug="aurora-buys-delta",
        headline=words["headline"],
        issuer=IssuerRef("aurora-foods", "Aurora Foods"),
        wire="Dateline",
        dateline=DatelineLine(words["place"], "2026-07-14", "Dateline"),
        blocks=blocks[:-1],
        boilerplate=blocks[-1:],
        contacts=(Contact(words["people"][0], email="press@aurora.example", phone="+31 10 555 0142"),),
        sectors=(parse_sector("heritage"),),
        tickers=("NYSE:AURF",),
        isins=("US0378331005",),
    )


def people(language: str) -> tuple[str, ...]:
    """Names in the sample release as the language writes them; the same place, the same bearer."""
    return tuple(_press()[language]["people"])


def press_pairs() -> list[tuple[Edition, Edition]]:
    """(source, edition): English into all others, and Korean into English."""
    english = press_edition("en")
    others = [(english, press_edition(tag)) for tag in WIRE_LANGUAGES if tag != "en"]
    return [*others, (press_edition("ko", original="ko"), press_edition("en", original="ko"))]
