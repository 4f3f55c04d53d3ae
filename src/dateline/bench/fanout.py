"""`dateline bench fanout`: one message to every desktop, by our edge (with pass, filters and resume on, with
the C loop and without), nchan, nats-server and sse-starlette, all read by the same receivers.

A figure of CPU is that of all the server's processes from before a message is published until the last
receiver has it, divided by the receivers; the publisher is not counted. Loopback bills part of the receivers'
work in TCP to the sender, alike for all.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dateline.bench import fanout_edge, fanout_filters, fanout_servers
from dateline.bench.fanout_receivers import MOST_PER_PROCESS, Crowd, build, crowd
from dateline.bench.figures import Figure, Row
from dateline.bench.process_costs import cpu_ns, family, kernel_bytes, user_bytes
from dateline.bench.wire import machine
from dateline.core.errors import BadInput
from dateline.edge.services import chosen

PEERS: Final = ("nchan", "nats", "starlette")
OURS: Final = ("edge with io_uring", "edge with the C loop", "edge in pure Python")
LOOPS: Final = dict(zip(("uring", "c", "python"), OURS, strict=True))
"""Names of our send loops (`edge.blast`)."""
_WITHIN_S: Final = 120.0
_Starter = Callable[[Path, int], AbstractContextManager[fanout_servers.Server]]
_STARTERS: Final[dict[str, _Starter]] = {
    OURS[0]: fanout_edge.with_uring,
    OURS[1]: fanout_edge.with_c,
    OURS[2]: fanout_edge.without_c,
    "nchan": fanout_servers.nchan,
    "nats": fanout_servers.nats,
    "starlette": fanout_servers.starlette,
}


@dataclass
class Measured:
    """One candidate in one round: medians over its messages."""

    name: str
    cpu_us: float = 0.0
    connect_us: float = 0.0
    last_ms: float = 0.0
    p99_ms: float = 0.0
    idle_user: float = 0.0
    idle_kernel: float = 0.0
    after_user: float = 0.0
    fault: str = ""
    """Why the row is not valid: connections, messages or repeats that do not add up."""


@dataclass
class _Costs:
    cpu: list[float] = field(default_factory=list)
    last: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)

    def medians(self) -> tuple[float, float, float]:
        """Of all messages but the first."""
        cpu, last, p99 = (statistics.median(values[1:]) for values in (self.cpu, self.last, self.p99))
        return cpu, last, p99


def run(
    *,
    subscribers: Sequence[int] = (10_000,),
    messages: int = 5,
    rounds: int = 3,
    peers: Sequence[str] = PEERS,
    filters: int = 100_000,
    loops: Sequence[str] = tuple(LOOPS),
) -> Row:
    """`{"bench", "machine", "rounds", "rows": [..]}`; with several counts of subscribers also how the
    cost of a delivery grows. `filters`: how many different ones a release is matched against, 0 for none.
    `loops`: our edge with these ways to send.

    Raises BadInput for a peer or loop that is not known and Unavailable when a server is not installed.
    """
    if not subscribers or min(subscribers) < 100:
        raise BadInput("at least 100 are needed", where="--subscribers")
    for peer in peers:
        if peer not in PEERS:
            raise BadInput(f"'{peer}' is none of {', '.join(PEERS)}", where="--peers")
    if not loops or not set(loops) <= set(LOOPS):
        raise BadInput(f"of {', '.join(LOOPS)} name one or more", where="--loops")
    ours = [LOOPS[loop] for loop in LOOPS if loop in loops and chosen(loop)[0] == loop]
    if not ours:
        raise BadInput("this machine has none of them", where="--loops")
    kinds = [*ours, *peers]
    figures: list[Row] = []
    cpu: dict[str, list[Figure]] = {}
    with tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True) as name:
        program = build(Path(name))
        for count in sorted(subscribers):
            found = _rounds(Path(name) / str(count), program, (count, messages, rounds), kinds)
            figures += rows(f"{count:,} subscribers", found)
            for kind in found.keys() & set(OURS):
                if not any(one.fault for one in found[kind]):
                    cpu.setdefault(kind, []).append(Figure("us", [one.cpu_us for one in found[kind]]))
    if len(subscribers) > 1:
        figures += _growth(sorted(subscribers), cpu)
    if filters:
        figures += fanout_filters.rows(filters, rounds)
    return {"bench": "fanout", "machine": machine(), "rounds": rounds, "rows": figures}


def _rounds(
    folder: Path, program: Path, size: tuple[int, int, int], kinds: Sequence[str]
) -> dict[str, list[Measured]]:
    """Every candidate in turn, and that as many times as there are rounds."""
    subscribers, messages, rounds = size
    found: dict[str, list[Measured]] = {}
    for number in range(rounds):
        for kind in kinds:
            if kind in PEERS[1:] and subscribers > MOST_PER_PROCESS:
                continue  # one process, which the limit of descriptors stops here
            own = folder / f"{number}-{kind.replace(' ', '-')}"
            own.mkdir(parents=True)
            found.setdefault(kind, []).append(measure(kind, own, program, subscribers, messages))
    return found


def _growth(subscribers: Sequence[int], cpu: dict[str, list[Figure]]) -> list[Row]:
    """CPU per delivery with the most subscribers beside that with the fewest."""
    few, many = f"{subscribers[0]:,} subscribers", f"{subscribers[-1]:,} subscribers"
    return [
        figures[-1].row(many, f"CPU per delivery beside {few}, {kind}", (few, figures[0]))
        for kind, figures in cpu.items()
        if len(figures) == len(subscribers)  # a size that failed is no growth
    ]


def measure(kind: str, folder: Path, program: Path, subscribers: int, messages: int) -> Measured:
    """Starts the candidate, lets everybody connect, and publishes one message after the other."""
    with _STARTERS[kind](folder, subscribers) as server:
        pids = family(server.pid)
        out = Measured(server.name)
        user, kernel, cpu = user_bytes(pids), kernel_bytes(), cpu_ns(pids)
        with crowd(
            program, server.port, subscribers, server.requests, server.ready, folder=folder
        ) as readers:
            if readers.ready != subscribers:
                out.fault = f"{readers.ready} of {subscribers} connected"
                return out
            time.sleep(1)
            out.connect_us = (cpu_ns(pids) - cpu) / 1e3 / subscribers
            out.idle_user = (user_bytes(pids) - user) / subscribers
            # Both ends of a loopback connection are in these slabs, and alike: the server's is one half.
            out.idle_kernel = (kernel_bytes() - kernel) / subscribers / 2
            costs = _Costs()
            # The first message pays for what is made once (a page, a connection, a path never run).
            for number in range(1, messages + 2):
                cpu = cpu_ns(pids)
                server.publish([event_json(number)])
                fault = _wait(readers, number, subscribers, costs)
                out.fault = out.fault or fault
                costs.cpu.append((cpu_ns(pids) - cpu) / 1e3 / subscribers)
                time.sleep(0.2)
            out.cpu_us, out.last_ms, out.p99_ms = costs.medians()
            out.after_user = (user_bytes(pids) - user) / subscribers
            if closed := readers.closed():
                out.fault = out.fault or f"{closed} connections were closed"
    return out


def _wait(readers: Crowd, number: int, subscribers: int, costs: _Costs) -> str:
    """Waits until everybody has the message; what is wrong, in words."""
    whole = readers.wait(number, subscribers, within_s=_WITHIN_S)
    told = readers.told(number)
    costs.last.append(told.last_ms)
    costs.p99.append(told.p99_ms)
    if whole and not told.twice:
        return ""
    return f"message {number}: {told.reached} of {subscribers} had it, {told.twice} twice"


def event_json(number: int, *, bytes_: int = 1000, headline: str = "") -> bytes:
    """A line of JSON in the shape of a wire event, `bytes_` long, with the receivers' mark."""
    event: dict[str, Any] = {
        "id": f"evt_{number}", "type": "released", "release": f"r{number:09d}", "version": 1,
        "language": "en", "languages": ["en", "ko"], "original_language": "en",
        "headline": headline or "Harbour museum opens its new hall", "summary": "", "dateline": "SEOUL",
        "issuer": {"slug": "bench", "name": "Bench", "level": 0}, "on_behalf_of": None, "origin": "issuer",
        "provider": None, "labels": [], "class": "normal", "release_type": "news", "sectors": ["04000000"],
        "countries": ["KR"], "tickers": ["KRX:000001"], "isins": ["KR7000000001"], "lei": None,
        "at": "2026-11-24T09:00:00.000000Z", "url": "https://wire.example/en/harbour-museum/",
        "sha256": "0" * 64, "translation": None, "supersedes": None, "reason": None, "restrict": [],
    }  # fmt: skip
    mark = f"~mark:{number}:{time.monotonic_ns()}~"
    short = len(json.dumps(event, separators=(",", ":"))) + len(mark)
    event["summary"] = mark + "x" * max(0, bytes_ - short)
    return json.dumps(event, separators=(",", ":")).encode()


# --- rows -------------------------------------------------------------------------------------------------


_FIGURES: Final[tuple[tuple[str, str, Callable[[Measured], float]], ...]] = (
    ("CPU per delivery", "us", lambda m: m.cpu_us),
    ("time to the last subscriber", "ms", lambda m: m.last_ms),
    ("p99", "ms", lambda m: m.p99_ms),
    ("memory per idle connection, process and kernel", "bytes", lambda m: m.idle_user + m.idle_kernel),
    ("memory per idle connection, process", "bytes", lambda m: m.idle_user),
    ("memory per connection after messages, process", "bytes", lambda m: m.after_user),
    ("CPU per connection opened", "us", lambda m: m.connect_us),
)


def rows(case: str, found: dict[str, list[Measured]]) -> list[Row]:
    """Every candidate's own figures, then ours beside each peer's. A row that is not valid says why."""
    out: list[Row] = []
    for kind, measured in found.items():
        faults = [one.fault for one in measured if one.fault]
        if faults:
            wrong = Figure("rounds", [float(len(faults))])
            out.append(wrong.row(case, f"{measured[0].name}: not valid: {faults[0]}"))
            continue
        for metric, unit, value in _FIGURES:
            figure = Figure(unit, [value(one) for one in measured])
            out.append(figure.row(case, f"{metric}, {measured[0].name}"))
            if kind in OURS:
                for name, peer in _peers(found, len(measured)):
                    beside = (name, Figure(unit, [value(one) for one in peer]))
                    out.append(figure.row(case, f"{metric}, {measured[0].name}", beside))
    return out


def _peers(found: dict[str, list[Measured]], count: int) -> list[tuple[str, list[Measured]]]:
    """The candidates that are not ours and whose figures are valid in every round."""
    return [
        (peer[0].name, peer)
        for kind, peer in found.items()
        if kind not in OURS and len(peer) == count and not any(one.fault for one in peer)
    ]
