"""Reads the sample releases: issuers, the archive, and the four that exist in all fifteen languages."""

import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from dateline.core.clock import Instant
from dateline.core.languages import Language, parse_language
from dateline.core.words import Story, Translation
from dateline.intake import services as intake

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample release. `at` is when an archived one was published, None for the four main ones."""

    slug: str
    original: Language
    languages: tuple[Language, ...]
    folder: Path
    at: Instant | None

    def stories(self) -> list[Story]:
        """The original first; the others are translations made by people."""
        ordered = sorted(self.languages, key=lambda tag: tag != self.original)
        return [self._story(tag) for tag in ordered]

    def _story(self, language: Language) -> Story:
        story = intake.read_file(self.folder / f"{language}.md", lang=language)
        if language == self.original:
            return replace(story, original=True)
        return replace(story, original=False, translation=story.translation or Translation("human"))


@lru_cache(maxsize=1)
def issuers() -> tuple[dict[str, Any], ...]:
    """The invented issuers: slug, name, country, website, level, about."""
    return tuple(tomllib.loads((_FOLDER / "issuers.toml").read_text(encoding="utf-8"))["issuer"])


def archive() -> tuple[Sample, ...]:
    """The archived releases, oldest first."""
    return _samples("archive")


def main_releases() -> tuple[Sample, ...]:
    """The four releases in all fifteen languages."""
    return _samples("releases")


def _samples(name: str) -> tuple[Sample, ...]:
    folder = _FOLDER / name
    entries = tomllib.loads((folder / "index.toml").read_text(encoding="utf-8"))["release"]
    return tuple(_sample(folder / entry["slug"], entry, number) for number, entry in enumerate(entries))


def _sample(folder: Path, entry: dict[str, Any], number: int) -> Sample:
    at = None
    if "date" in entry:
        # Mornings in UTC, a few minutes apart, as a wire's day looks.
        morning = datetime.fromisoformat(entry["date"]).replace(tzinfo=UTC)
        at = Instant(morning + timedelta(hours=6, minutes=(number * 17) % 240))
    return Sample(
        slug=entry["slug"],
        original=parse_language(entry["original"]),
        languages=tuple(parse_language(tag) for tag in entry["languages"]),
        folder=folder,
        at=at,
    )
