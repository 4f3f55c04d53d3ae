"""`dateline bench gate`: how long the gate takes for a 500-word edition beside its source and for fifteen
editions in a row, and what memory its tables and language models take.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from dateline.bench.figures import Figure, Row
from dateline.bench.gate_text import long_stories
from dateline.bench.wire import machine
from dateline.core.words import Story
from dateline.languages import services as languages

WORDS: Final = 500
_LIMITS: Final = {"edition": "promise of 50 ms", "fifteen": "promise of 1 s", "memory": "promise of 300 MB"}
_MEMORY: Final = """
import resource
from dateline.bench.gate_text import long_stories
stories = long_stories({words})
from dateline.languages import services
def kept():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1])
before = kept()
services.check_story(stories["en"])
for tag, story in stories.items():
    if tag != "en":
        services.check_story(story, stories["en"])
print((kept() - before) / 1024)
"""


def run(*, words: int = WORDS, rounds: int = 5) -> dict[str, Any]:
    """`{"bench", "machine", "rounds", "rows"}`; the peer is the promise, `ratio` is ours divided by it."""
    stories = long_stories(words)
    source = stories["en"]
    pairs = {tag: story for tag, story in stories.items() if tag != "en"}
    languages.check_story(source)
    for story in pairs.values():
        languages.check_story(story, source)
    rows = [_edition(tag, story, source, rounds) for tag, story in pairs.items()]
    rows.insert(0, _all_editions(pairs, source, rounds))
    rows.append(_fifteen(pairs, source, rounds))
    rows.append(_memory(words))
    return {"bench": "gate", "machine": machine(), "rounds": rounds, "rows": rows}


def _promised(case: str, metric: str, figure: Figure, limit: float, name: str) -> Row:
    row = figure.row(case, metric)
    return {**row, "peer": _LIMITS[name], "ratio": round(statistics.median(figure.values) / limit, 3)}


def _timed(story: Story, source: Story) -> float:
    began = time.perf_counter()
    languages.check_story(story, source)
    return (time.perf_counter() - began) * 1000


def _edition(tag: str, story: Story, source: Story, rounds: int) -> Row:
    figure = Figure("ms", [_timed(story, source) for _ in range(rounds)])
    return _promised(f"en to {tag}", "all checks", figure, 50, "edition")


def _all_editions(pairs: dict[str, Story], source: Story, rounds: int) -> Row:
    medians = [statistics.median(_timed(story, source) for story in pairs.values()) for _ in range(rounds)]
    return _promised("500 words, median of languages", "all checks", Figure("ms", medians), 50, "edition")


def _fifteen(pairs: dict[str, Story], source: Story, rounds: int) -> Row:
    def once() -> float:
        began = time.perf_counter()
        languages.check_story(source)
        for story in pairs.values():
            languages.check_story(story, source)
        return time.perf_counter() - began

    return _promised(
        "15 editions in a row, one core",
        "all checks",
        Figure("s", [once() for _ in range(rounds)]),
        1,
        "fifteen",
    )


def _memory(words: int) -> Row:
    """In a process of its own, which did nothing but read the stories before."""
    made = subprocess.run(
        [sys.executable, "-c", _MEMORY.format(words=words)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path.home(),
    )
    figure = Figure("MB", [float(made.stdout.split()[-1])])
    return _promised("tables and language models, 15 languages", "memory", figure, 300, "memory")
