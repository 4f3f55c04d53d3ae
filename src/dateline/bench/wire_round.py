"""One round of the wire bench on one database: `python -m dateline.bench.wire_round DELIVERIES LIFTS` prints
JSON.

The environment names a fresh home (and a database). Clock, work and dispatch run as processes of their own,
as in production; only the channels answer by themselves.
"""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from dateline.bench.process_costs import peak_mib
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Unavailable
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Block, Run, Story
from dateline.plant.db.setup import migrate
from dateline.plant.supervisor import dateline_argv

_OUTLETS_SHARE: Final = 0.07  # 6,500 of 92,500
_SMALL: Final = 5  # outlets that the small releases go to
_LEAST_GAP_S: Final = 0.06
"""Between two instants with lifts: the clock opens a version in between; what must be tighter shares an
instant.
"""
_SHARE_OF_PUMP: Final = 0.6
"""Of the time that the pump should take, so that the last lifts find it busy too."""
_PATIENCE_S: Final = 1800.0
_TEXT: Final = (
    "The harbour museum opens its new hall next week and expects many visitors from the whole region. "
    "The director said that the building was finished within the budget."
)


@dataclass
class Measured:
    """What one round found. Times in ms, rates per second, memory in MiB."""

    late_ms: list[float] = field(default_factory=list)
    """Of the lifts that came while the pump was busy."""
    idle_lifts: int = 0
    early: int = 0
    delivered: int = 0
    prepare_rate: float = 0.0
    first_ms: float = 0.0
    pump_rate: float = 0.0
    batch_rate: float = 0.0
    row_rate: float = 0.0
    dispatch_mib: float = 0.0
    clock_mib: float = 0.0
    server: str = ""


def measure(deliveries: int, lifts: int) -> Measured:
    """The whole round."""
    out = Measured(server=_server())
    _fill(deliveries)
    with _process("clock") as clock, _process("work"), _process("dispatch") as dispatch:
        rate = _rehearse(out)
        _perform(out, lifts, _SHARE_OF_PUMP * deliveries / rate)
        out.dispatch_mib, out.clock_mib = peak_mib(dispatch.pid), peak_mib(clock.pid)
    _compare(out)
    return out


# --- the world --------------------------------------------------------------------------------------


def _fill(deliveries: int) -> None:
    """Recipients: outlets by webhook, journalists by mail, in a made-up world of one language."""
    from dateline.audience import services as audience
    from dateline.issuers import services as issuers

    migrate()
    issuers.add_issuer("bench", "Bench", "KR")
    issuers.add_person("bench")
    audience.add_circuit("small", countries=["IS"])
    audience.add_circuit("rehearsal", countries=["FI"])
    audience.add_circuit("large", countries=["KR", "FI"])
    outlets = int(deliveries * _OUTLETS_SHARE)
    _check(audience.import_rows([_outlet(n, "IS") for n in range(_SMALL)], "outlet"))
    _check(audience.import_rows([_outlet(n + _SMALL, _country(n)) for n in range(outlets)], "outlet"))
    _check(audience.import_rows([_journalist(n) for n in range(deliveries - outlets)], "journalist"))


def _country(number: int) -> str:
    """A tenth takes part in the rehearsal."""
    return "FI" if number % 10 == 0 else "KR"


def _outlet(number: int, country: str) -> dict[str, str]:
    return {
        "name": f"Outlet {number}", "country": country, "languages": "en", "sectors": "", "kind": "site",
        "channel": "webhook", "endpoint": f"https://o{number}.example/hook", "format": "json",
    }  # fmt: skip


def _journalist(number: int) -> dict[str, str]:
    return {
        "email": f"j{number}@desk{number % 997}.example", "name": f"Journalist {number}",
        "country": _country(number), "languages": "en", "sectors": "business", "outlet": "",
        "consent": "bench", "cap": "1000",
    }  # fmt: skip


def _check(result: object) -> None:
    if rejected := getattr(result, "rejected", ()):
        raise Unavailable(f"the bench's own rows were rejected: {rejected[0]}")


def _release(circuit: str, at: Instant | None = None) -> VersionId:
    """A release held until `at`, or released on approval."""
    from dateline.desk import services as desk
    from dateline.wire import services as wire

    story = Story(
        language=Language("en"),
        headline="Harbour museum opens its new hall",
        blocks=(Block("paragraph", runs=(Run(_TEXT),)),),
        sectors=(parse_sector("business"),),
    )
    release: ReleaseId = desk.add_release([story], issuer="bench", circuit=circuit, at=at, by="bench")
    submitted = wire.submit(release, by="bench")
    if not submitted.approved:
        raise Unavailable(f"the bench's own release was not approved: {submitted.findings}")
    return submitted.version_id


# --- the run ----------------------------------------------------------------------------------------


def _rehearse(out: Measured) -> float:
    """A tenth of the deliveries first: warms up, and tells how far apart lifts must be. Returns deliveries a
    second.
    """
    from dateline.dispatch import services as dispatch

    version = _release("rehearsal")
    _until(lambda: dispatch.is_settled(version), "the rehearsal to settle")
    return max(_pumped(version)[1], 500.0)


def _perform(out: Measured, lifts: int, during_s: float) -> None:
    """The large release, and the small lifts in the first `during_s` of it."""
    from dateline.dispatch import services as dispatch
    from dateline.wire import services as wire

    began = time.monotonic()
    _release("small", _after(SystemClock().now(), 3600))
    lead_s = 10 + 2 * (lifts + 5) * (time.monotonic() - began)  # to submit them all, with room
    t0 = _after(SystemClock().now(), lead_s)
    began = time.monotonic()
    large = _release("large", t0)
    _until(lambda: dispatch.is_prepared(large), "the large release to be prepared")
    rows = sum(cell.count for cell in dispatch.breakdown(large))
    out.prepare_rate = rows / (time.monotonic() - began)
    small = [_release("small", _after(t0, 0.3 + offset)) for offset in offsets(lifts, during_s)]
    _until(lambda: dispatch.is_settled(large), "the large release to settle")
    _until(lambda: all(_lifted(version) for version in small), "the small lifts")
    out.delivered, out.pump_rate, out.first_ms, ended = _pumped_whole(large)
    for version in (large, *small):
        hold = wire.hold(version)
        if hold is None or hold.lifted_at is None:
            raise Unavailable(f"{version} was not lifted")
        late_ms = (hold.lifted_at - hold.due_at).total_seconds() * 1000
        out.early += late_ms < 0
        if hold.due_at <= ended:
            out.late_ms.append(late_ms)
        else:
            out.idle_lifts += 1


def offsets(lifts: int, during_s: float) -> list[float]:
    """Seconds at which lifts fall due: evenly, several at one instant where they would be too close."""
    together = max(1, math.ceil(_LEAST_GAP_S * lifts / during_s))
    return [(number // together) * together * during_s / lifts for number in range(lifts)]


def _lifted(version: VersionId) -> bool:
    from dateline.wire import services as wire

    hold = wire.hold(version)
    return hold is not None and hold.lifted_at is not None


def _after(at: Instant, seconds: float) -> Instant:
    return Instant(at + timedelta(seconds=seconds))


def _pumped(version: VersionId) -> tuple[int, float]:
    return _pumped_whole(version)[:2]


def _pumped_whole(version: VersionId) -> tuple[int, float, float, Instant]:
    """Accepted, per second from the lift to the last one, ms to the first one, and when the last one was."""
    from dateline.dispatch import services as dispatch
    from dateline.wire import services as wire

    hold = wire.hold(version)
    spans = dispatch.first_last(version).values()
    accepted = sum(cell.count for cell in dispatch.breakdown(version) if cell.state == "accepted")
    if hold is None or hold.lifted_at is None or not spans:
        raise Unavailable(f"{version} reached nobody")
    first, last = min(first for first, _ in spans), max(last for _, last in spans)
    took = (last - hold.lifted_at).total_seconds()
    return accepted, accepted / took, (first - hold.lifted_at).total_seconds() * 1000, last


def _until(check: object, what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not check():  # type: ignore[operator]
        if time.monotonic() > deadline:
            raise Unavailable(f"waited {_PATIENCE_S:.0f} s for {what}")
        time.sleep(0.25)


# --- processes and machine ------------------------------------------------------------------------


@contextmanager
def _process(name: str) -> Iterator[subprocess.Popen[bytes]]:
    """`clock` and `work` as the command line starts them; dispatch with channels of the bench."""
    argv = (
        [sys.executable, "-m", "dateline.bench.wire_dispatch"] if name == "dispatch" else dateline_argv(name)
    )
    home = Path(os.environ["DATELINE_HOME"])
    with (home / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(argv, stderr=log, stdout=log)
    try:
        yield process
        if process.poll() is not None:
            raise Unavailable(f"the {name} process ended by itself; see {home / (name + '.log')}")
    finally:
        process.terminate()
        process.wait(30)


def _server() -> str:
    from django.db import connections

    migrate()
    with connections["ledger"].cursor() as cursor:
        if connections["ledger"].vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {str(cursor.fetchone()[0]).split()[0]}"


def _compare(out: Measured) -> None:
    """Batches as the pump writes them beside one commit per row, on the same connection of the same
    ledger.
    """
    from dateline.dispatch.services import ledger_speed

    out.batch_rate = ledger_speed(rows=20_000, claim=500, result=256)
    out.row_rate = ledger_speed(rows=1_000, claim=1, result=1)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2])).__dict__))
