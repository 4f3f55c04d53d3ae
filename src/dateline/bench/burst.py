"""`dateline bench burst`: many releases published together, as on the hour, to every desktop of one edge;
beside the same edge with one send for each release, and nchan.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dateline.bench import fanout_edge, fanout_servers
from dateline.bench.fanout import event_json
from dateline.bench.fanout_receivers import build, crowd
from dateline.bench.figures import Figure, Row
from dateline.bench.process_costs import cpu_ns, family
from dateline.bench.wire import machine
from dateline.core.errors import BadInput, Unavailable

GATHERED: Final = "gathered"
ONE_BY_ONE: Final = "one send for each release"
NCHAN: Final = "nchan"
_WITHIN_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Burst:
    """One burst at one candidate."""

    name: str
    last_s: float
    """From before the first was published until the last desktop had the last."""
    cpu_s: float


def run(*, subscribers: int = 5000, releases: int = 60, rounds: int = 3, nchan: bool = True) -> Row:
    """`{"bench", "machine", "rounds", "rows": [..]}`. Raises BadInput, or Unavailable when nchan is not
    installed or somebody missed a release.
    """
    if subscribers < 100 or releases < 2:
        raise BadInput("at least 100 and 2 are needed", where="--subscribers, --releases")
    found: dict[str, list[Burst]] = {}
    with tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True) as name:
        program = build(Path(name))
        for number in range(rounds):
            for kind in (GATHERED, ONE_BY_ONE, *([NCHAN] if nchan else [])):
                folder = Path(name) / f"{number}-{kind.replace(' ', '-')}"
                folder.mkdir()
                found.setdefault(kind, []).append(_burst(kind, folder, program, subscribers, releases))
    return {
        "bench": "burst",
        "machine": machine(),
        "rounds": rounds,
        "rows": rows(f"{releases} releases to {subscribers:,} subscribers", found),
    }


@contextmanager
def _server(kind: str, folder: Path, subscribers: int) -> Iterator[fanout_servers.Server]:
    if kind == NCHAN:
        with fanout_servers.nchan(folder, subscribers) as server:
            yield server
        return
    settings = {"DATELINE_EDGE_COALESCE_MS": "0"} if kind == ONE_BY_ONE else {}
    with fanout_edge.edge(folder, subscribers, settings) as server:
        yield server


def _burst(kind: str, folder: Path, program: Path, subscribers: int, releases: int) -> Burst:
    with (
        _server(kind, folder, subscribers) as server,
        crowd(program, server.port, subscribers, server.requests, server.ready, folder=folder) as readers,
    ):
        pids = family(server.pid)
        server.publish([event_json(1)])  # what is made once is made now
        if not readers.wait(1, subscribers, within_s=_WITHIN_S):
            raise Unavailable(f"{server.name}: not everybody is connected")
        time.sleep(1)
        cpu, began = cpu_ns(pids), time.monotonic_ns()
        server.publish([event_json(number, bytes_=620) for number in range(2, releases + 2)])
        published_ms = (time.monotonic_ns() - began) / 1e6
        if not readers.wait(releases + 1, subscribers, within_s=_WITHIN_S):
            raise Unavailable(f"{server.name}: somebody missed the last release")
        spent = cpu_ns(pids) - cpu
        for number in range(2, releases + 2):
            told = readers.told(number)
            if told.reached != subscribers or told.twice:
                raise Unavailable(
                    f"{server.name}: release {number} reached {told.reached}, {told.twice} of them twice"
                )
        # The marks were all made before the first was sent, so the last one's delay is the whole burst's.
        return Burst(server.name, max(told.last_ms, published_ms) / 1000, spent / 1e9)


def rows(case: str, found: dict[str, list[Burst]]) -> list[Row]:
    """Time and CPU of each candidate; gathered beside the others. The promise is the ratio of gathered to one
    send for each release (at most 0.15).
    """
    out: list[Row] = []
    for metric, unit, pick in (
        ("burst to the last subscriber", "s", "last_s"),
        ("CPU of the burst", "s", "cpu_s"),
    ):
        figures = {
            kind: Figure(unit, [float(getattr(one, pick)) for one in bursts])
            for kind, bursts in found.items()
        }
        ours = figures[GATHERED]
        out += [figure.row(case, f"{metric}, {_named(kind, found)}") for kind, figure in figures.items()]
        out += [
            ours.row(case, f"{metric}, {_named(GATHERED, found)}", (_named(kind, found), figure))
            for kind, figure in figures.items()
            if kind != GATHERED
        ]
    return out


def _named(kind: str, found: dict[str, list[Burst]]) -> str:
    name = found[kind][0].name
    return name if kind == NCHAN else f"{name}, {kind}"
