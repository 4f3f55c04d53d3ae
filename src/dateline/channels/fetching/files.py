"""Which files of a folder are to be read: new or changed ones, oldest first, nothing hidden or half there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dateline.intake.services.providers import file_key

MOST_LISTED: Final = 20_000
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all files of one poll together."""
_UNFINISHED: Final = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".done", ".lock")
_BESIDE: Final = (".jpg", ".jpeg", ".png", ".gif", ".webp")
"""Pictures lie beside the text that names them."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of a listing."""

    name: str
    size: int
    modified: float

    @property
    def mark(self) -> str:
        """By what a change is told."""
        return f"{self.size}:{self.modified:.6f}"


def is_item(name: str) -> bool:
    """Whether a file of this name may be an item."""
    lower = name.lower()
    return bool(name) and not name.startswith((".", "~")) and not lower.endswith((*_UNFINISHED, *_BESIDE))


def to_read(
    listed: Iterable[Listed], seen: Mapping[str, str], *, most: int, most_bytes: int
) -> tuple[list[Listed], list[tuple[str, str]], int]:
    """(files to read, (file, reason) of those too large, how many are left for the next poll)."""
    news = [one for one in listed if is_item(one.name) and seen.get(file_key(one.name)) != one.mark]
    news.sort(key=lambda one: (one.modified, one.name))
    chosen: list[Listed] = []
    refused: list[tuple[str, str]] = []
    total = 0
    for number, one in enumerate(news):
        if one.size > most_bytes:
            refused.append((one.name, f"{one.size} bytes are more than {most_bytes // 1024 // 1024} MB"))
            continue
        if len(chosen) >= most or total + one.size > MOST_BYTES:
            return chosen, refused, len(news) - number
        chosen.append(one)
        total += one.size
    return chosen, refused, 0
