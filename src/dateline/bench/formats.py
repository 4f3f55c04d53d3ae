"""`dateline bench formats`: editions a second of each codec, written and read, for a 7 KB and a 300 KB
release in English, Arabic and Japanese, beside the nearest library.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from dateline.bench.formats_memory import memory_rows
from dateline.bench.formats_peers import Peer, feed_peers, reading_peer, writing_peer
from dateline.bench.formats_text import LANGUAGES, SIZES, edition
from dateline.bench.wire import machine
from dateline.core.clock import Instant, parse_instant
from dateline.core.errors import BadInput, DatelineError
from dateline.core.words import Edition, edition_sha256
from dateline.formats.facts import PageFacts
from dateline.formats.feeds import Feed, FeedItem, atom
from dateline.formats.kept_articles import KEPT
from dateline.formats.registry import codec, names

Row = dict[str, Any]
BASE: Final = "https://wire.example"


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to time, and what runs beside it."""

    case: str
    metric: str
    ours: Callable[[], object]
    peer: Peer | None


def run(
    *,
    formats: Sequence[str] = (),
    languages: Sequence[str] = LANGUAGES,
    sizes: Sequence[int] = SIZES,
    seconds: float = 0.2,
    rounds: int = 3,
    items: int = 1_000,
) -> dict[str, Any]:
    """`{"bench", "machine", "rounds", "rows": [..]}`; figures are medians over the rounds with their range.

    No `formats` = all. With `atom` among them, one feed of `items` entries is written too,
    and with `rss` the memory is measured that reading ten times as many takes; 0 leaves both out.
    Raises BadInput for an unknown format or language.
    """
    chosen = tuple(formats) or names()
    _check(chosen, languages, seconds)
    works = _feed(items, languages) if "atom" in chosen and items else []
    works += [
        work
        for size in sizes
        for language in languages
        for name in chosen
        for work in _works(name, edition(language, size), f"{name} {language} {size // 1000} KB")
    ]
    rows = [_row(work, seconds, rounds) for work in works]
    if "rss" in chosen and items:
        rows += memory_rows(items * 10, rounds)
    return {"bench": "formats", "machine": machine(), "rounds": rounds, "rows": rows}


def _feed(items: int, languages: Sequence[str]) -> list[Work]:
    """A whole feed of 7 KB articles: shown again with one release more, when both writers have the articles;
    and all new, when the same function makes them for both.
    """
    at: Instant = parse_instant("2026-11-24T09:00:00Z")
    language = languages[0]
    made = edition(language, SIZES[0])
    editions = [replace(made, headline=f"{made.headline} {number}") for number in range(items)]
    entries = tuple(FeedItem(one, at, at, sha256=edition_sha256(one)) for one in editions)
    own, home = f"/{language}/feed.atom", f"/{language}/"
    feed = Feed("Dateline", BASE, own, home, language, "Dateline", entries, keeps=True)
    case = f"atom {language} {items} items"
    again, new = feed_peers(entries, BASE, at)
    return [
        Work(case, "written", lambda: atom(feed), again),
        Work(f"{case}, all new", "written", lambda: _all_new(feed), new),
    ]


def _all_new(feed: Feed) -> bytes:
    """With every article made for it, as after a start."""
    KEPT.clear()
    return atom(feed)


def _check(formats: Sequence[str], languages: Sequence[str], seconds: float) -> None:
    for name in formats:
        if name not in names():
            raise BadInput(f"'{name}' is none of {', '.join(names())}", where="--format")
    for tag in languages:
        if tag not in LANGUAGES:
            raise BadInput(f"'{tag}' is none of {', '.join(LANGUAGES)}", where="--language")
    if seconds <= 0:
        raise BadInput("must be more than 0", where="--seconds")


def _works(name: str, made: Edition, case: str) -> list[Work]:
    at: Instant = parse_instant("2026-11-24T09:00:00Z")
    page = PageFacts(BASE, "Dateline", at, (made.language,))
    tool = codec(name)
    data = tool.render(made, page)
    works = [Work(case, "written", lambda: tool.render(made, page), writing_peer(name, made, BASE, at))]
    try:
        tool.read(data)
    except DatelineError:
        return works  # a format that is only written
    return [*works, Work(case, "read", lambda: tool.read(data), reading_peer(name, data))]


def _row(work: Work, seconds: float, rounds: int) -> Row:
    """Ours and the peer in turn, so that what else the machine does meets both."""
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        ours.append(rate(work.ours, seconds))
        if work.peer is not None:
            theirs.append(rate(work.peer.call, seconds))
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)] if theirs else []
    return {
        "case": work.case,
        "metric": work.metric,
        "unit": "editions/s",
        "median": round(statistics.median(ours), 1),
        "min": round(min(ours), 1),
        "max": round(max(ours), 1),
        "peer": work.peer.name if work.peer else None,
        "ratio": round(statistics.median(ratios), 3) if ratios else None,
    }


def rate(call: Callable[[], object], seconds: float) -> float:
    """Calls a second over at least `seconds`."""
    call()
    count, start = 0, time.perf_counter()
    while True:
        call()
        count += 1
        spent = time.perf_counter() - start
        if spent >= seconds:
            return count / spent
