"""The latest releases for a reader without scripts: one line a release, through the stream's own filter."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from dateline.core.filters import Filter
from dateline.core.words import Edition
from dateline.wire import services as wire

_PAGE: Final = 200
_MOST_PAGES: Final = 10
"""A rare filter looks through so many pages of the public index, then offers the next ones by address."""
LINES: Final = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A release as one line: the edition shown, and other languages that are out with their paths."""

    shown: wire.PublicEdition
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Latest:
    """Newest first; `before` leads to the older ones, empty at the end."""

    lines: tuple[Line, ...]
    before: str = ""


def latest(wanted: Filter, language: str, *, before: str | None = None) -> Latest:
    """Releases that the filter takes, in the reader's language where that is out, else in the original.

    Killed ones stand among them with their notice. Raises BadCursor, CursorTooOld.
    """
    walk = _Walk(before)
    chosen: dict[str, list[wire.PublicEdition]] = {}
    for found in walk.editions():
        if found.edition.release not in chosen and not wanted.takes(_facts(found.edition)):
            continue
        if found.edition.release not in chosen and len(chosen) == LINES:
            break
        chosen.setdefault(found.edition.release, []).append(found)
        walk.before = found.cursor
    paths = wire.languages_of(chosen)
    lines = []
    for release, editions in chosen.items():
        # The filter may ask for languages: among those it took, the reader's own first.
        taken = [one for one in editions if wanted.takes(_facts(one.edition))]
        shown = min(taken, key=lambda one: (one.edition.language != language, not one.edition.is_original))
        others = tuple((t, p) for t, p in paths.get(release, {}).items() if t != shown.edition.language)
        lines.append(Line(shown, others))
    if before is None:
        lines = _with_killed(lines, wanted, language)
    return Latest(tuple(lines), walk.before if walk.more else "")


class _Walk:
    """Through the public index from the newest down."""

    def __init__(self, before: str | None) -> None:
        self.before = before or ""
        self.more = True

    def editions(self) -> Iterator[wire.PublicEdition]:
        at = self.before or None
        for _ in range(_MOST_PAGES):
            page = wire.public_list(before=at, limit=_PAGE, bodies=False, archive=False)
            yield from page
            if len(page) < _PAGE:
                self.more = False
                return
            at = page[-1].cursor
            self.before = at


def _with_killed(lines: list[Line], wanted: Filter, language: str) -> list[Line]:
    """Killed releases have left the index; their notices stand where the kill came in time."""
    oldest = min((line.shown.at for line in lines), default=None)
    killed: dict[str, wire.PublicEdition] = {}
    for found in islice(wire.tombstones(limit=LINES), LINES):
        if oldest is not None and len(lines) >= LINES and found.at < oldest:
            break
        if wanted.takes(_facts(found.edition)) and (
            found.edition.release not in killed or found.edition.language == language
        ):
            killed[found.edition.release] = found
    together = [*lines, *(Line(found, ()) for found in killed.values())]
    return sorted(together, key=lambda line: line.shown.at, reverse=True)


def _facts(edition: Edition) -> dict[str, Any]:
    """What the stream's filter looks at in a wire event."""
    return {
        "language": edition.language,
        "countries": edition.countries,
        "sectors": edition.sectors,
        "class": edition.release_class,
        "issuer": {"slug": edition.issuer.slug},
        "origin": edition.origin,
        "tickers": edition.tickers,
        "isins": edition.isins,
        "headline": edition.headline,
        "summary": edition.summary,
        "type": edition.type,
    }
