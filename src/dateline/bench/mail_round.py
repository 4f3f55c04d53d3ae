"""One release to all journalists of a home, with everything as in production: `python -m
dateline.bench.mail_round`.

`fill N` makes the recipients of a fresh home; `send N` puts a release on the wire and prints a JSON line of
what it took. Clock, work and dispatch run as processes of their own; the environment names home and relay.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from dateline.bench.lead_time import due_in
from dateline.bench.mail_text import BLOCKS, HEADLINE
from dateline.bench.process_costs import cpu_s, peak_mib
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Unavailable
from dateline.core.ids import VersionId
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Story
from dateline.plant.db.setup import migrate
from dateline.plant.supervisor import dateline_argv

_PATIENCE_S: Final = 1800.0
_LEAD_S: Final = 4.0
_PREPARED_A_S: Final = 2000
_CHUNK: Final = 20_000


@dataclass(frozen=True, slots=True)
class Sent:
    """What one release took: from the lift to the last receipt; CPU of dispatch, all its threads; its peak
    memory.
    """

    accepted: int
    seconds: float
    cpu_s: float
    peak_mib: float


def fill(recipients: int) -> None:
    """Journalists of one country and language, all with business as their beat."""
    migrate()
    from dateline.audience import services as audience
    from dateline.issuers import services as issuers

    issuers.add_issuer("bench", "Bench", "KR")
    issuers.add_person("bench")
    audience.add_circuit("all", countries=["KR"])
    for start in range(0, recipients, _CHUNK):
        rows = [_journalist(number) for number in range(start, min(start + _CHUNK, recipients))]
        if rejected := audience.import_rows(rows, "journalist").rejected:
            raise Unavailable(f"the bench's own rows were rejected: {rejected[0]}")


def _journalist(number: int) -> dict[str, str]:
    return {
        "email": f"j{number}@desk{number % 997}.example", "name": f"Journalist {number}", "country": "KR",
        "languages": "en", "sectors": "business", "outlet": "", "consent": "bench", "cap": "1000",
    }  # fmt: skip


def send(recipients: int) -> Sent:
    """One release at its T0, prepared before."""
    migrate()
    from dateline.dispatch import services as dispatch

    with _process("clock"), _process("work"), _process("dispatch") as sender:
        version, lifted = due_in(_LEAD_S + recipients / _PREPARED_A_S, _submitted)
        _until(lambda: dispatch.is_prepared(version), "the release to be prepared")
        before_s = cpu_s(sender.pid)
        _until(lambda: SystemClock().now() > lifted and dispatch.is_settled(version), "the release to settle")
        spent_s, peak = cpu_s(sender.pid) - before_s, peak_mib(sender.pid)
    accepted = sum(cell.count for cell in dispatch.breakdown(version) if cell.state == "accepted")
    _, last = max(dispatch.first_last(version).values(), key=lambda span: span[1])
    return Sent(accepted, (last - _lifted_at(version)).total_seconds(), spent_s, peak)


def _submitted(at: Instant) -> VersionId:
    """Raises NotAllowed when T0 has passed meanwhile."""
    from dateline.desk import services as desk
    from dateline.wire import services as wire

    story = Story(
        language=Language("en"), headline=HEADLINE, blocks=BLOCKS, sectors=(parse_sector("business"),)
    )
    release = desk.add_release([story], issuer="bench", circuit="all", at=at, by="bench")
    submitted = wire.submit(release, by="bench")
    if not submitted.approved:
        raise Unavailable(f"the bench's own release was not approved: {submitted.findings}")
    return submitted.version_id


def _lifted_at(version: VersionId) -> Instant:
    from dateline.wire import services as wire

    hold = wire.hold(version)
    if hold is None or hold.lifted_at is None:
        raise Unavailable(f"{version} was not lifted")
    return hold.lifted_at


def _until(check: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not check():
        if time.monotonic() > deadline:
            raise Unavailable(f"waited {_PATIENCE_S:.0f} s for {what}")
        time.sleep(0.25)


@contextmanager
def _process(name: str) -> Iterator[subprocess.Popen[bytes]]:
    log_path = Path(os.environ["DATELINE_HOME"]) / f"{name}.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(dateline_argv(name), stderr=log, stdout=log)
    try:
        yield process
        if process.poll() is not None:
            raise Unavailable(f"the {name} process ended by itself; see {log_path}")
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        print(json.dumps(asdict(send(int(sys.argv[2])))))
