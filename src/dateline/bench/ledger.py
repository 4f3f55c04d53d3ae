"""`dateline bench ledger`: claims and results in batches beside one commit per row, and time per row as the
ledger grows.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dateline.core.errors import BadInput, Unavailable

DATABASES: Final = ("sqlite", "postgres")
SIZES: Final = (1_000, 10_000, 100_000, 1_000_000)
POSTGRES: Final = ("shared_buffers=1GB", "max_wal_size=4GB")
"""What its manual advises for a server of its own. With the 128 MB it comes with, the indexes of a million
rows do not fit: each row waits until a page was written out for it, and after a checkpoint the log takes that
page whole, which was three times the time per row; the plans are the same.
"""
Row = dict[str, Any]
Measured = dict[str, Any]


def run(*, rows: int = SIZES[-1], databases: Sequence[str] = DATABASES, rounds: int = 1) -> dict[str, Any]:
    """`{"bench", "machine", "rounds", "rows": [..]}`; each figure is the median over the rounds.

    Growth goes by tens from 1,000 to `rows`. `ratio` of a growth row is its time per row divided by that of
    the smallest ledger (promise: at most 1.3). Raises BadInput for a database that does not exist here,
    Unavailable when PostgreSQL is not installed or a round fails.
    """
    for name in databases:
        if name not in DATABASES:
            raise BadInput(f"'{name}' is not sqlite or postgres", where="--database")
    if rows < SIZES[0]:
        raise BadInput(f"at least {SIZES[0]} are needed", where="--rows")
    sizes = [size for size in SIZES if size < rows] + [rows]
    figures: list[Row] = []
    for name in databases:
        figures += _rows(name, [_round(name, sizes) for _ in range(rounds)])
    return {"bench": "ledger", "machine": _machine(), "rounds": rounds, "rows": figures}


def _round(database: str, sizes: Sequence[int]) -> Measured:
    with (
        tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True) as folder,
        _home(database, Path(folder)) as environment,
    ):
        done = subprocess.run(
            [sys.executable, "-m", "dateline.bench.ledger_round", *map(str, sizes)],
            env=environment,
            stdout=subprocess.PIPE,
            check=False,
        )
    if done.returncode:
        raise Unavailable(f"the round on {database} failed; its error is above")
    found: Measured = json.loads(done.stdout.splitlines()[-1])
    return found


def _rows(case: str, measured: Sequence[Measured]) -> list[Row]:
    """The batches beside single rows, then the growth beside the smallest ledger."""
    single = f"one commit per row ({measured[0]['server']})"
    sizes = list(measured[0]["fan_out_us"])
    smallest = f"{int(sizes[0]):,} rows"
    found = [
        _row(case, "claimed and recorded in batches", "rows/s", measured, lambda m: m["batch_rate"]),
        _row(case, "claimed and recorded, one commit per row", "rows/s", measured, lambda m: m["row_rate"]),
    ]
    _beside(found[0], single, [m["batch_rate"] / m["row_rate"] for m in measured])
    for key, words in (("fan_out_us", "fan-out"), ("claim_us", "claim and result")):
        for size in sizes:
            row = _row(
                case,
                f"{words}, ledger of {int(size):,} rows",
                "us/row",
                measured,
                lambda m, key=key, size=size: m[key][size],  # type: ignore[misc]
            )
            if size != sizes[0]:
                _beside(row, smallest, [m[key][size] / m[key][sizes[0]] for m in measured])
            found.append(row)
    return found


def _row(
    case: str, metric: str, unit: str, measured: Sequence[Measured], figure: Callable[[Measured], float]
) -> Row:
    values = [figure(one) for one in measured]
    return {
        "case": case,
        "metric": metric,
        "unit": unit,
        "median": round(statistics.median(values), 2),
        "min": round(min(values), 2),
        "max": round(max(values), 2),
        "peer": None,
        "ratio": None,
    }


def _beside(row: Row, peer: str, ratios: Sequence[float]) -> None:
    row["peer"], row["ratio"] = peer, round(statistics.median(ratios), 2)


@contextmanager
def _home(database: str, folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment of a fresh home, with its server where it needs one."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    environment = {**clean, "DATELINE_HOME": str(folder / "home"), "DATELINE_LOG_FORMAT": "json"}
    if database == "sqlite":
        yield environment
        return
    from dateline.testing.postgres import start_postgres

    server = start_postgres(folder / "postgres", settings=POSTGRES)
    try:
        yield {**environment, "DATELINE_DATABASE_URL": server.url}
    finally:
        server.stop()


def _machine() -> str:
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )
