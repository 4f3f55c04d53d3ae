"""What it costs an edge to find who takes a release among many desktops, each with a filter of its own."""

import random
import statistics
import time
from typing import Any, Final

from dateline.bench.figures import Figure, Row
from dateline.edge.services import Index, Profile, facts_of, profile_of

_LANGUAGES: Final = (
    "en", "ko", "ja", "ar", "zh-Hans", "zh-Hant", "vi", "th", "id", "ms", "de", "ru", "fr", "es", "pt-BR",
)  # fmt: skip
_COUNTRIES: Final = ("KR", "JP", "US", "GB", "DE", "FR", "SG", "VN", "TH", "ID", "MY", "BR", "AE", "CN", "ES")
_SECTORS: Final = ("04000000", "11000000", "13000000", "01000000", "15000000", "06000000", "14000000")
_WORDS: Final = ("museum", "harbour", "battery", "ferry", "satellite", "vaccine", "bridge", "orchestra")
_RELEASES: Final = 30
_MOVED: Final = 50


def rows(filters: int, rounds: int) -> list[Row]:
    """CPU for each release in one language, and for one in fifteen, whose editions come together."""
    index = Index()
    draw = random.Random(20261124)  # noqa: S311  the same crowd in every run
    profiles = [_profile(draw, number) for number in range(filters)]
    for slot, profile in enumerate(profiles):
        index.add(slot, profile)
    case = f"{len(set(profiles)):,} different filters"
    one = Figure("ms", [_cost(index, profiles, ("en",)) for _ in range(rounds)])
    many = Figure("ms", [_cost(index, profiles, _LANGUAGES) / len(_LANGUAGES) for _ in range(rounds)])
    return [
        one.row(case, "a release in one language matched"),
        many.row(case, "an edition of a release in 15 languages matched"),
    ]


def _profile(draw: random.Random, number: int) -> Profile:
    """Countries, and sectors or words, and languages in order; every tenth has a watchlist."""
    asked = [("country", ",".join(draw.sample(_COUNTRIES, draw.randint(1, 5))))]
    if number % 10 == 0:
        asked.append(("ticker", f"KRX:{number:06d},KRX:000001"))
    if number % 7 == 0:
        asked.append(("keyword", f"{draw.choice(_WORDS)},w{number}"))
    else:
        asked.append(("sector", ",".join(draw.sample(_SECTORS, 3))))
    asked.append(("language", ",".join(draw.sample(_LANGUAGES, draw.randint(1, 3)))))
    return profile_of(asked)


def _cost(index: Index, profiles: list[Profile], languages: tuple[str, ...]) -> float:
    """Milliseconds of CPU for all editions of one release, the median over some releases.

    Before each, some desktops leave and others come, as they do all day: sets that changed are built anew.
    """
    draw = random.Random(7)  # noqa: S311
    spent = []
    for number in range(_RELEASES):
        for slot in draw.sample(range(len(profiles)), min(_MOVED, len(profiles))):
            index.remove(slot, profiles[slot])
            index.add(slot, profiles[slot])
        facts = [facts_of(_event(number, tag, languages)) for tag in languages]
        began = time.thread_time()
        for one in facts:
            index.select(one)
        spent.append((time.thread_time() - began) * 1000)
    return statistics.median(spent)


def _event(number: int, language: str, languages: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": f"evt-{language}", "type": "released", "release": "r1", "language": language,
        "languages": list(languages), "headline": f"Harbour museum opens hall {number}",
        "summary": f"It is w{number * 7} of many",
        "issuer": {"slug": "bench", "name": "Bench", "level": 0}, "origin": "issuer", "class": "normal",
        "sectors": ["04000000", "11000000"], "countries": ["KR", "JP"], "tickers": ["KRX:000001"],
        "isins": [], "restrict": [],
    }  # fmt: skip
