"""`dateline bench minute`: one release in fifteen languages to endpoints, journalists and desktops at once.

All receivers run on the same machine. Shown is when the last of each had it, and whether any was lost or had
it twice.

Endpoints are judged by the receivers' diaries, mails by smtp-sink's own count, desktops by what each
connection read; the ledger is asked for the curves and for what it says that happened.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dateline.bench import fanout_edge, fanout_servers
from dateline.bench.fanout_receivers import build, crowd
from dateline.bench.figures import Figure, Row
from dateline.bench.minute_plot import Curve, svg
from dateline.bench.minute_round import MARK
from dateline.bench.process_costs import peak_mib
from dateline.bench.webhooks import farm, receiver_addresses
from dateline.bench.wire import machine
from dateline.core.errors import BadInput, Unavailable
from dateline.plant.supervisor import dateline_argv
from dateline.testing.certificates import make_certificate
from dateline.testing.ports import free_port
from dateline.testing.postfix import PostfixSink

_ROOMS: Final = ("web", "clock", "work", "dispatch", "edge")
_ROWS_A_S: Final = 1500
"""What work and dispatch prepare in a second on a busy machine, with a margin: when to begin."""


@dataclass
class Minute:
    """One round. Seconds after T0."""

    late_ms: float = 0.0
    desktop_s: float = 0.0
    endpoint_s: float = 0.0
    mail_s: float = 0.0
    lost: int = 0
    twice: int = 0
    prepared: bool = True
    """Whether every delivery was in the ledger at T0."""
    memory_mib: dict[str, float] = field(default_factory=dict)
    curves: dict[str, Curve] = field(default_factory=dict)


@dataclass(frozen=True)
class Size:
    """How many receivers of each kind."""

    endpoints: int = 6500
    recipients: int = 86_000
    desktops: int = 20_000
    tarpits: float = 0.05
    dead: float = 0.05


def run(size: Size, *, rounds: int = 1, plot: Path | None = None) -> Row:
    """`{"bench", "machine", "rounds", "rows": [..]}`; the curves of the last round go into the file `plot`.

    Raises BadInput for sizes too small, Unavailable when something is not installed or a process ends.
    """
    if size.endpoints < 20 or size.recipients < 20 or size.desktops < 100:
        raise BadInput("at least 20, 20 and 100 are needed", where="--endpoints, --recipients, --desktops")
    found = [_round(size) for _ in range(rounds)]
    if plot is not None:
        plot.write_text(svg("Share that has the release, after T0", found[-1].curves), encoding="utf-8")
    return {"bench": "minute", "machine": machine(), "rounds": rounds, "rows": rows(size, found)}


def _round(size: Size) -> Minute:
    slow, gone = int(size.endpoints * size.tarpits), int(size.endpoints * size.dead)
    healthy = size.endpoints - slow - gone
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(
                tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True)
            )
        )
        program = build(folder)
        tls = make_certificate(folder / "tls", *receiver_addresses())
        outlets = stack.enter_context(farm(folder / "farm", tls, healthy, slow, gone))
        sink = stack.enter_context(PostfixSink("-c"))
        environment = _environment(folder, sink, outlets.ca_file, size.desktops)
        _child(
            environment, folder, "fill",
            {
                "recipients": size.recipients, "endpoints": outlets.healthy,
                "others": [*outlets.tarpits, *outlets.dead],
            },
        )  # fmt: skip
        house = stack.enter_context(_house(environment, folder))
        port = int(environment["DATELINE_EDGE_PORT"])
        asked = fanout_edge.requests(port)
        desktops = stack.enter_context(crowd(program, port, size.desktops, asked, "\r\n\r\n", folder=folder))
        if desktops.ready != size.desktops:
            raise Unavailable(f"{desktops.ready} of {size.desktops} desktops could connect")
        lead_s = 10 + (size.endpoints + size.recipients) / _ROWS_A_S
        told = _child(environment, folder, "release", {"lead_s": lead_s})
        desktops.wait(MARK, size.desktops, within_s=60)
        seen = desktops.told(MARK)
        out = Minute(late_ms=told["late_ms"], desktop_s=seen.last_ms / 1000, twice=seen.twice)
        out.memory_mib = {name: peak_mib(process.pid) for name, process in house.items()}
        out.mail_s = told["last_s"].get("mail", 0.0)
        out.curves = _curves(size, told["curves"], desktops.tenths(MARK))
        mails = sink.counted()
        out.twice += max(0, mails - size.recipients)
        # The sink counts all mails together: what the ledger does not call accepted is lost as well.
        accepted = told["states"].get("mail", {}).get("accepted", 0)
        out.lost += size.desktops - seen.reached + size.recipients - min(mails, accepted)
        out.prepared = told["prepared"]
        requests = [(path, at) for path, at in outlets.requests() if path.startswith("/h/")]
        arrivals = {path for path, _ in requests}
        out.lost += healthy - len(arrivals)
        out.twice += len(requests) - len(arrivals)
        out.endpoint_s = max(at for _, at in requests) - told["t0"]
        return out


def _environment(folder: Path, sink: PostfixSink, ca_file: str, desktops: int) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
    return {
        **clean,
        "DATELINE_HOME": str(folder / "home"),
        "DATELINE_LOG_FORMAT": "json",
        "DATELINE_SMTP_URL": sink.url,
        "DATELINE_ALLOW_PRIVATE_ENDPOINTS": "127.7.0.0/16",
        "DATELINE_CA_FILE": ca_file,
        "DATELINE_WEBHOOK_SOCKETS": "1000",
        "DATELINE_PORT": str(free_port()),
        "DATELINE_EDGE_PORT": str(free_port()),
        "DATELINE_EDGE_PROCESSES": str(fanout_servers.workers(desktops)),
    }


def _child(environment: Mapping[str, str], folder: Path, act: str, told: dict[str, Any]) -> dict[str, Any]:
    file = folder / f"{act}.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "dateline.bench.minute_round", act, str(file)],
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unavailable(f"minute_round {act} failed; its error is above")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if act == "release" else {}
    return found


@contextmanager
def _house(environment: Mapping[str, str], folder: Path) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    """All processes of the wire, as `dateline up` has them; they end with the block."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as stack:
        for room in _ROOMS:
            log = stack.enter_context((folder / f"{room}.log").open("ab"))
            running[room] = subprocess.Popen(
                dateline_argv(room), stdout=log, stderr=log, env=dict(environment)
            )
        try:
            for name in ("DATELINE_PORT", "DATELINE_EDGE_PORT"):
                _until_open(int(environment[name]), running, folder)
            yield running
            for room, process in running.items():
                if process.poll() is not None:
                    raise Unavailable(f"{room} ended by itself: {_said(folder, room)}")
        finally:
            for process in running.values():
                process.terminate()
            for process in running.values():
                process.wait(60)


def _until_open(port: int, running: Mapping[str, "subprocess.Popen[bytes]"], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5):
                return
        except OSError:
            ended = [room for room, process in running.items() if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise Unavailable(f"the wire did not start: {_said(folder, *ended)}") from None
            time.sleep(0.1)


def _said(folder: Path, *rooms: str) -> str:
    return " ".join((folder / f"{room}.log").read_text(encoding="utf-8")[-1000:] for room in rooms)


def _curves(size: Size, ledger: dict[str, list[list[float]]], tenths: Sequence[float]) -> dict[str, Curve]:
    desktops = [(seconds, number / 10) for number, seconds in enumerate(tenths)]
    return {
        f"{size.desktops:,} desktops": desktops,
        f"{size.endpoints:,} endpoints": _shares(ledger.get("webhook", []), size.endpoints),
        f"{size.recipients:,} mails": _shares(ledger.get("mail", []), size.recipients),
    }


def _shares(samples: Sequence[Sequence[float]], of: int) -> Curve:
    return [(seconds, count / of) for seconds, count in samples if seconds > 0]


def rows(size: Size, found: Sequence[Minute]) -> list[Row]:
    """Promised: the last desktop within 2 s, the last mail within 120 s, nothing lost, nothing twice."""
    case = f"{size.desktops:,} desktops, {size.recipients:,} mails, {size.endpoints:,} endpoints"
    figures = [
        ("lift after T0", "ms", [one.late_ms for one in found]),
        ("last desktop after T0", "s", [one.desktop_s for one in found]),
        ("last healthy endpoint after T0", "s", [one.endpoint_s for one in found]),
        ("last mail after T0", "s", [one.mail_s for one in found]),
        ("lost", "deliveries", [float(one.lost) for one in found]),
        ("twice", "deliveries", [float(one.twice) for one in found]),
        ("rounds prepared before T0", "rounds", [float(sum(one.prepared for one in found))]),
    ]
    figures += [
        (f"peak memory of {room}", "MiB", [one.memory_mib[room] for one in found])
        for room in found[0].memory_mib
    ]
    return [Figure(unit, values).row(case, metric) for metric, unit, values in figures]
