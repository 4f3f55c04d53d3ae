"""`dateline bench webhooks`: when the last healthy endpoint has it, with and without tarpits and dead ones,
and how fast that is beside a bare libcurl loop, aiohttp and httpx.

Receivers run in processes of their own on many addresses of 127.0.0.0/8; they note when each request is there
in full, and every figure is taken from their notes. All posts go over TLS, as webhooks do.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from dateline.bench.wire import machine
from dateline.core.errors import BadInput, Unavailable
from dateline.testing.certificates import make_certificate
from dateline.testing.ports import free_port

Row = dict[str, Any]
RECEIVERS: Final = 2
_ADDRESSES: Final = 50  # of each receiver
_BODY_BYTES: Final = 6000  # about what the bench's own release weighs in JSON
_SOCKETS: Final = 1000
_AT_ONCE: Final = 100
"""Of the peers: libcurl's plain loop asks every open transfer at each turn, so that more make it slower."""
_PARAGRAPHS: Final = 4


@dataclass(frozen=True)
class Farm:
    """A set of running receivers and their endpoints."""

    healthy: tuple[str, ...]
    tarpits: tuple[str, ...]
    dead: tuple[str, ...]
    ca_file: str
    folder: Path
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def requests(self) -> list[tuple[str, float]]:
        """(path, instant) of every request. Ends the receivers."""
        for process in self.processes:
            process.communicate(timeout=60)
        files = [self.folder / f"diary-{number}" for number in range(len(self.processes))]
        return [(path, at) for file in files for path, at in json.loads(file.read_text(encoding="ascii"))]

    def diary(self) -> dict[str, float]:
        """Path -> the instant of its first request. Ends the receivers."""
        first: dict[str, float] = {}
        for path, at in self.requests():
            first[path] = min(at, first.get(path, at))
        return first


class Peer(NamedTuple):
    """A client beside ours."""

    name: str
    rate: float
    cpu_us: float


@dataclass
class Measured:
    """One round. Seconds and posts a second."""

    clean_s: float = 0.0
    clean_rate: float = 0.0
    hard_s: float = 0.0
    hard_rate: float = 0.0
    dispatch_mib: float = 0.0
    cpu_us: float = 0.0
    """Of the dispatch process, for each post."""
    peers: dict[str, Peer] = field(default_factory=dict)


def run(
    *, endpoints: int = 6500, tarpits: float = 0.05, dead: float = 0.05, sample: int = 650, rounds: int = 1
) -> Row:
    """`{"bench", "machine", "rounds", "rows": [..]}`, each figure the median over the rounds.

    `sample` is how many posts aiohttp and httpx make. Raises BadInput for shares that leave nobody healthy,
    Unavailable when a process fails.
    """
    if endpoints < 20:
        raise BadInput("at least 20 are needed", where="--endpoints")
    if min(tarpits, dead) < 0 or tarpits + dead > 0.9:
        raise BadInput("are shares from 0 that leave a tenth healthy", where="--tarpits, --dead")
    found = [_round(endpoints, tarpits, dead, min(sample, endpoints)) for _ in range(rounds)]
    figures = rows(endpoints, tarpits, dead, min(sample, endpoints), found)
    return {"bench": "webhooks", "machine": machine(), "rounds": rounds, "rows": figures}


def _round(endpoints: int, tarpits: float, dead: float, sample: int) -> Measured:
    out = Measured()
    healthy = endpoints - int(endpoints * tarpits) - int(endpoints * dead)
    with tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        tls = make_certificate(folder / "tls", *receiver_addresses())
        for kind, count in (("pycurl", healthy), ("aiohttp", sample), ("httpx", sample)):
            with farm(folder / kind, tls, count, 0, 0) as running:
                told = _peer(kind, running, count)
                rate = count / (max(running.diary().values()) - told["began"])
                out.peers[kind] = Peer(told["name"], rate, told["cpu_us"])
        with farm(folder / "clean", tls, healthy, 0, 0) as running:
            told = _house(running)
            arrivals = running.diary()
            out.clean_s = max(arrivals.values()) - told["lifted_at"]
            out.clean_rate = healthy / out.clean_s
            out.dispatch_mib, out.cpu_us = told["dispatch_mib"], told["cpu_us"]
        slow, gone = int(endpoints * tarpits), int(endpoints * dead)
        with farm(folder / "hard", tls, healthy, slow, gone) as running:
            told = _house(running)
            kept = [at for path, at in running.diary().items() if path.startswith("/h/")]
            out.hard_s = max(kept) - told["lifted_at"]
            out.hard_rate = healthy / out.hard_s
    return out


# --- receivers --------------------------------------------------------------------------------------------


def receiver_addresses() -> list[str]:
    return [f"127.7.{number}.{host}" for number in range(RECEIVERS) for host in range(1, _ADDRESSES + 1)]


@contextmanager
def farm(folder: Path, tls: tuple[Path, Path], healthy: int, slow: int, gone: int) -> Iterator[Farm]:
    """Starts the receivers. Dead endpoints are addresses where nobody listens."""
    folder.mkdir()
    port, closed = free_port(), free_port()
    urls = [_url(number, port, f"/h/{number}") for number in range(healthy)]
    tarpits = [_url(number, port, f"/t/{number}") for number in range(slow)]
    dead = [_url(number, closed, f"/d/{number}") for number in range(gone)]
    farm = Farm(tuple(urls), tuple(tarpits), tuple(dead), str(tls[0]), folder)
    with ExitStack() as stack:
        for number in range(RECEIVERS):
            farm.processes.append(stack.enter_context(_receiver(folder, number, port, tls, slow)))
        yield farm


def _url(number: int, port: int, path: str) -> str:
    """Endpoints go round the addresses of both receivers."""
    which, host = number % RECEIVERS, (number // RECEIVERS) % _ADDRESSES + 1
    return f"https://127.7.{which}.{host}:{port}{path}"


@contextmanager
def _receiver(
    folder: Path, number: int, port: int, tls: tuple[Path, Path], slow: int
) -> Iterator["subprocess.Popen[bytes]"]:
    told = {
        "addresses": [f"127.7.{number}.{host}" for host in range(1, _ADDRESSES + 1)],
        "port": port,
        "slow": [f"/t/{n}" for n in range(slow)],
        "tls": [str(path) for path in tls],
        "diary": str(folder / f"diary-{number}"),
    }
    file = folder / f"receiver-{number}.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "dateline.bench.webhooks_receiver", str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        if process.stdout is None or not process.stdout.readline().startswith(b"ready"):
            raise Unavailable("a receiver did not start; its error is above")
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


# --- senders ----------------------------------------------------------------------------------------------


def _peer(kind: str, farm: Farm, count: int) -> dict[str, Any]:
    """The client's name with its version, and when it began to send."""
    job = {
        "urls": farm.healthy[:count],
        "body_bytes": _BODY_BYTES,
        "sockets": _AT_ONCE,
        "ca_file": farm.ca_file,
    }
    file = farm.folder / "job.json"
    file.write_text(json.dumps(job), encoding="utf-8")
    told: dict[str, Any] = json.loads(
        _run("dateline.bench.webhooks_peers", [kind, str(file)], os.environ).splitlines()[-1]
    )
    return told


def _house(farm: Farm) -> dict[str, Any]:
    """Our whole way: ledger, pump and channel."""
    file = farm.folder / "endpoints.json"
    told = {"healthy": farm.healthy, "others": [*farm.tarpits, *farm.dead], "paragraphs": _PARAGRAPHS}
    file.write_text(json.dumps(told), encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    environment = {
        **clean,
        "DATELINE_HOME": str(farm.folder / "home"),
        "DATELINE_LOG_FORMAT": "json",
        "DATELINE_ALLOW_PRIVATE_ENDPOINTS": "127.7.0.0/16",
        "DATELINE_CA_FILE": farm.ca_file,
        "DATELINE_WEBHOOK_SOCKETS": str(_SOCKETS),
    }
    answer = _run("dateline.bench.webhooks_round", [str(file)], environment)
    found: dict[str, Any] = json.loads(answer.splitlines()[-1])
    return found


def _run(module: str, words: Sequence[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"{module} failed; its error is above")
    return done.stdout


# --- rows -------------------------------------------------------------------------------------------------


def rows(endpoints: int, tarpits: float, dead: float, sample: int, found: Sequence[Measured]) -> list[Row]:
    """One row per figure; the promises are the `ratio` of the last healthy endpoint (at most 1.2) and that of
    the rate beside pycurl (at least 0.8).
    """
    hard, clean = f"{endpoints} endpoints, {tarpits:.0%} tarpits, {dead:.0%} dead", "the healthy ones alone"
    last, whole = "last healthy endpoint after the lift", "whole way with ledger"
    few = f"{sample} of them"
    clean_s = _Figure("s", [one.clean_s for one in found])
    hard_s = _Figure("s", [one.hard_s for one in found])
    ours = _Figure("posts/s", [one.clean_rate for one in found])
    peers = {
        kind: (peer.name, _Figure("posts/s", [one.peers[kind].rate for one in found]))
        for kind, peer in found[0].peers.items()
    }
    curl, curl_rate = peers["pycurl"]
    bare = f"bare multi loop ({curl})"
    cpu = _Figure("us", [one.cpu_us for one in found])
    curl_cpu = _Figure("us", [one.peers["pycurl"].cpu_us for one in found])
    return [
        clean_s.row(clean, last),
        hard_s.row(hard, last, (clean, clean_s)),
        _Figure("posts/s", [one.hard_rate for one in found]).row(hard, "healthy endpoints served"),
        ours.row(clean, whole, (bare, curl_rate)),
        cpu.row(clean, f"CPU per post, {whole}", (bare, curl_cpu)),
        curl_rate.row(clean, bare),
        curl_cpu.row(clean, f"CPU per post, {bare}"),
        ours.row(few, whole, peers["aiohttp"]),
        ours.row(few, whole, peers["httpx"]),
        _Figure("MiB", [one.dispatch_mib for one in found]).row(clean, "peak memory of dispatch"),
    ]


@dataclass(frozen=True)
class _Figure:
    """One value per round."""

    unit: str
    values: Sequence[float]

    def row(self, case: str, metric: str, peer: "tuple[str, _Figure] | None" = None) -> Row:
        """Median and range; `ratio` is the median of ours divided by the peer's of the same round."""
        ratios = [a / b for a, b in zip(self.values, peer[1].values, strict=True)] if peer else []
        return {
            "case": case,
            "metric": metric,
            "unit": self.unit,
            "median": round(statistics.median(self.values), 2),
            "min": round(min(self.values), 2),
            "max": round(max(self.values), 2),
            "peer": peer[0] if peer else None,
            "ratio": round(statistics.median(ratios), 2) if ratios else None,
        }
