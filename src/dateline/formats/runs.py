"""The normal form of runs: neighbours with one look joined, outer blanks gone, so that equal texts compare
equal.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from dateline.core.words import Run, Runs

_BLANKS = re.compile(r"[ \t\r\n\f]+")
BREAK = "\n"
"""A line break that an author wants inside a paragraph."""


def squeezed(text: str) -> str:
    """ASCII blanks as one space each; no-break and ideographic spaces stay as they are."""
    return _BLANKS.sub(" ", text)


def normal(runs: Iterable[Run]) -> Runs:
    """`runs` without empty ones, with equal looks joined, no blanks at the ends or around a line break."""
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = joined[-1] if joined else None
        if last is not None and _look(last) == _look(run):
            joined[-1] = replace(last, text=last.text + run.text)
        else:
            joined.append(run)
    return _trimmed(joined)


def _look(run: Run) -> tuple[str, bool, bool]:
    return run.href, run.strong, run.em


def _trimmed(runs: list[Run]) -> Runs:
    """Blanks at the outer ends, doubled over a run's border, or beside a break are dropped."""
    out: list[Run] = []
    for run in runs:
        text = re.sub(r"[ \t\r\f]*\n[ \t\r\f]*", BREAK, run.text)
        text = re.sub(r"[ \t\r\f]+", " ", text)
        if not out:
            text = text.lstrip(" \n")
        elif out[-1].text.endswith((" ", BREAK)):
            text = text.lstrip(" ")
        if not text:
            continue
        if text.startswith(BREAK):
            _cut_end(out, " ")
        out.append(replace(run, text=text))
    _cut_end(out, " \n")
    if any(_look(a) == _look(b) for a, b in pairwise(out)):
        return normal(out)
    return tuple(out)


def _cut_end(runs: list[Run], marks: str) -> None:
    while runs:
        text = runs[-1].text.rstrip(marks)
        if text:
            runs[-1] = replace(runs[-1], text=text)
            return
        runs.pop()
