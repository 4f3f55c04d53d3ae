"""`dateline bench gate --quality`: what the gate catches of injected errors and of public test data, by check
and language, and how often it cries over clean text.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dateline.bench.gate_text import samples
from dateline.bench.wire import machine
from dateline.core.errors import BadInput
from dateline.languages import services as languages

if TYPE_CHECKING:
    from dateline.languages.services import Alarms, Caught, Quality

_BESIDE: Final = Path(__file__).parents[4] / "shared" / "mtdata"


def measure(*, cases: int, mtdata: Path | None) -> "Quality":
    """The document behind rows and page. Without `mtdata` the folder beside the repository is read where it
    exists. Raises BadInput for a folder that is none.
    """
    if mtdata is not None and not (mtdata / "demetr" / "base.jsonl").is_file():
        raise BadInput(f"{mtdata} holds no demetr/base.jsonl", where="--mtdata")
    folder = mtdata or (_BESIDE if _BESIDE.is_dir() else None)
    clean = [*samples("releases"), *samples("archive")]
    return languages.quality(clean, cases=cases, mtdata=folder)


def document(found: "Quality", *, cases: int) -> dict[str, Any]:
    """`{"bench", "machine", "rounds", "rows"}`: `peer` is the promise, `ratio` ours divided by it."""
    rows = [
        *_recall(found.recall),
        *_alarms("beside its source", found.beside),
        *_alarms("alone", found.alone),
    ]
    for row in found.public:
        if row.tried:
            rows.append(_row(f"demetr {row.damage} {row.language}", "recall", row.caught, row.tried))
        case = f"demetr {row.damage} {row.language}"
        rows.append(_row(case, "clean segments flagged", row.clean, row.of))
    return {"bench": "gate --quality", "machine": machine(), "rounds": cases, "rows": rows}


def _recall(found: Sequence["Caught"]) -> list[dict[str, Any]]:
    return [
        _row(f"{one.group}: {one.operator}, {one.language}", "recall", one.caught, one.tried)
        for one in found
        if one.tried
    ]


def _alarms(name: str, found: Iterable["Alarms"]) -> list[dict[str, Any]]:
    rows = []
    for one in found:
        for metric, severity in (("blocking alarms", "block"), ("all alarms", "")):
            rows.append(_row(f"clean text {name}, {one.language}", metric, one.of(severity), one.blocks))
    return rows


def _row(case: str, metric: str, count: int, of: int) -> dict[str, Any]:
    share = round(count / of, 4) if of else 0.0
    return {
        "case": f"{case} ({of})", "metric": metric, "unit": "share",
        "median": share, "min": share, "max": share, "peer": None, "ratio": None,
    }  # fmt: skip
