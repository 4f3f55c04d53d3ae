"""Clean texts for the bench of the gate: the demo's releases in fifteen languages, written by people."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.words import Story
from dateline.intake import services as intake

_DEMO: Final = Path(__file__).parents[1] / "demo"
Sample = tuple[Story | None, Story]
"""(original, translation); (None, original)."""


def samples(folder: str) -> list[Sample]:
    """The sample releases of `releases` (each in fifteen languages) or `archive` (each in two)."""
    index = tomllib.loads((_DEMO / folder / "index.toml").read_text(encoding="utf-8"))
    entries = index["release"]
    entries = index["release"]
    return [one for entry in entries for one in _of_release(_DEMO / folder / entry["slug"], entry)]


def _of_release(folder: Path, entry: dict[str, Any]) -> Iterator[Sample]:
    original = intake.read_file(folder / f"{entry['original']}.md")
    yield None, original
    for tag in entry["languages"]:
        if tag != entry["original"]:
            yield original, intake.read_file(folder / f"{tag}.md")


def long_stories(words: int) -> dict[str, Story]:
    """One story of at least `words` English words in every language: the main releases in a row."""
    index = tomllib.loads((_DEMO / "releases" / "index.toml").read_text(encoding="utf-8"))
    slugs = [entry["slug"] for entry in index["release"]]
    made: dict[str, Story] = {}
    enough = 0
    for count in range(1, len(slugs) + 1):
        english = _joined([_DEMO / "releases" / slug / "en.md" for slug in slugs[:count]])
        enough = count
        if len(" ".join(block.text for block in english.blocks).split()) >= words:
            break
    for tag in WIRE_LANGUAGES:
        made[tag] = _joined([_DEMO / "releases" / slug / f"{tag}.md" for slug in slugs[:enough]])
    return made


def _joined(paths: list[Path]) -> Story:
    first, *others = [intake.read_file(path) for path in paths]
    blocks = (*first.blocks, *(block for story in others for block in story.blocks))
    return replace(first, blocks=blocks)
