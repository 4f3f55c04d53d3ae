"""`dateline bench wire`: lift lateness while the pump is busy, what the pump takes, and one commit per row
beside it.
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

from dateline.bench.wire_round import Measured
from dateline.core.errors import BadInput, Unavailable

DATABASES: Final = ("sqlite", "postgres")
Row = dict[str, Any]


def run(
    *, deliveries: int = 92_500, lifts: int = 200, databases: Sequence[str] = DATABASES, rounds: int = 1
) -> dict[str, Any]:
    """`{"bench", "machine", "rounds", "rows": [..]}`, each figure the median over the rounds with its range.

    A round starts clock, work and dispatch as processes on a home of its own. Raises BadInput for a database
    that does not exist here, Unavailable when a process ends or PostgreSQL is not installed.
    """
    _check(deliveries, lifts, databases)
    found: dict[str, list[Measured]] = {name: [] for name in databases}
    for _ in range(rounds):
        for name in databases:
            found[name].append(_round(name, deliveries, lifts))
    figures = [row for name, measured in found.items() for row in rows(name, measured)]
    return {"bench": "wire", "machine": machine(), "rounds": rounds, "rows": figures}


def _check(deliveries: int, lifts: int, databases: Sequence[str]) -> None:
    for name in databases:
        if name not in DATABASES:
            raise BadInput(f"'{name}' is not sqlite or postgres", where="--database")
    if deliveries < 100:
        raise BadInput("at least 100 are needed to keep a pump busy", where="--deliveries")
    if lifts < 1:
        raise BadInput("at least one is needed", where="--lifts")


def _round(database: str, deliveries: int, lifts: int) -> Measured:
    with (
        tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True) as folder,
        _home(database, Path(folder)) as environment,
    ):
        done = subprocess.run(
            [sys.executable, "-m", "dateline.bench.wire_round", str(deliveries), str(lifts)],
            env=environment,
            stdout=subprocess.PIPE,
            check=False,
        )
    if done.returncode:
        raise Unavailable(f"the round on {database} failed; its error is above")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def _home(database: str, folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment of a fresh home, with its server where it needs one."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    environment = {**clean, "DATELINE_HOME": str(folder / "home"), "DATELINE_LOG_FORMAT": "json"}
    if database == "sqlite":
        yield environment
        return
    from dateline.testing.postgres import start_postgres

    server = start_postgres(folder / "postgres")
    try:
        yield {**environment, "DATELINE_DATABASE_URL": server.url}
    finally:
        server.stop()


# --- rows -------------------------------------------------------------------------------------------------


def rows(case: str, measured: Sequence[Measured]) -> list[Row]:
    """One row per figure; `peer` names what ran beside it, `ratio` is ours divided by the peer's."""
    peer = f"one commit per row ({measured[0].server})"

    def row(
        metric: str,
        unit: str,
        figure: Callable[[Measured], float],
        against: Callable[[Measured], float] | None = None,
    ) -> Row:
        values = [figure(one) for one in measured]
        ratios = [figure(one) / against(one) for one in measured] if against else []
        return {
            "case": case,
            "metric": metric,
            "unit": unit,
            "median": round(statistics.median(values), 2),
            "min": round(min(values), 2),
            "max": round(max(values), 2),
            "peer": peer if against else None,
            "ratio": round(statistics.median(ratios), 2) if ratios else None,
        }

    return [
        row("lift lateness p50", "ms", lambda m: percentile(m.late_ms, 50)),
        row("lift lateness p99", "ms", lambda m: percentile(m.late_ms, 99)),
        row("lift lateness max", "ms", lambda m: max(m.late_ms, default=0.0)),
        row("lifts while the pump was busy", "lifts", lambda m: len(m.late_ms)),
        row("lifts before T0", "lifts", lambda m: m.early),
        row("deliveries accepted", "deliveries", lambda m: m.delivered),
        row("prepared", "rows/s", lambda m: m.prepare_rate),
        row("first delivery after the lift", "ms", lambda m: m.first_ms),
        row(
            "pump: claimed, addressed, sent, recorded", "rows/s", lambda m: m.pump_rate, lambda m: m.row_rate
        ),
        row(
            "ledger: claimed and recorded in batches", "rows/s", lambda m: m.batch_rate, lambda m: m.row_rate
        ),
        row("ledger: one commit per row", "rows/s", lambda m: m.row_rate),
        row("peak memory of dispatch", "MiB", lambda m: m.dispatch_mib),
        row("peak memory of the clock", "MiB", lambda m: m.clock_mib),
    ]


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that `percent` of the values do not exceed (nearest rank); 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, -(-percent * len(ordered) // 100) - 1)]


def machine() -> str:
    """Cores, memory, system and Python, for every bench."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return (
        f"{os.cpu_count()} cores, {pages * size / 2**30:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )
