"""One release to many webhooks, in the whole house: `python -m dateline.bench.webhooks_round FILE`.

FILE is JSON: {"healthy": [urls], "others": [urls]}. The environment names a fresh home. Clock, work and
dispatch run as processes of their own, as in production. Prints
{"lifted_at", "accepted", "dispatch_mib", "cpu_us" per post}.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from dateline.bench.lead_time import due_in
from dateline.bench.process_costs import cpu_s, peak_mib
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import Unavailable
from dateline.core.ids import VersionId
from dateline.core.languages import Language
from dateline.core.sectors import parse_sector
from dateline.core.words import Block, Run, Story
from dateline.plant.db.setup import migrate
from dateline.plant.supervisor import dateline_argv

_PATIENCE_S: Final = 600.0
_TEXT: Final = (
    "The harbour museum opens its new hall next week and expects many visitors from the whole region. "
    "The director said that the building was finished within the budget. "
)


def measure(healthy: list[str], others: list[str], paragraphs: int) -> dict[str, Any]:
    """Fills the home, releases, and waits until every healthy endpoint has taken it."""
    migrate()  # sets Django up, which the rooms need to be imported
    _fill([*healthy, *others])
    from dateline.dispatch import services as dispatch
    from dateline.wire import services as wire

    with _process("clock"), _process("work"), _process("dispatch") as pump:
        count = len(healthy) + len(others)
        version, due_at = due_in(15 + count / 500, lambda at: _release(paragraphs, at))
        _until(lambda: dispatch.is_prepared(version), "the release to be prepared")
        # Not from here on: until T0 the process only looks around, which is no cost of a post.
        time.sleep(max(0.0, (due_at - SystemClock().now()).total_seconds() - 0.2))
        before = cpu_s(pump.pid)

        def accepted() -> int:
            return sum(cell.count for cell in dispatch.breakdown(version) if cell.state == "accepted")

        _until(lambda: accepted() >= len(healthy), "every healthy endpoint to take it")
        hold = wire.hold(version)
        if hold is None or hold.lifted_at is None:
            raise Unavailable("the bench's own release was not lifted")
        return {
            "lifted_at": hold.lifted_at.timestamp(),
            "accepted": accepted(),
            "dispatch_mib": peak_mib(pump.pid),
            "cpu_us": (cpu_s(pump.pid) - before) * 1e6 / len(healthy),
        }


def _fill(urls: list[str]) -> None:
    from dateline.audience import services as audience
    from dateline.issuers import services as issuers

    issuers.add_issuer("bench", "Bench", "KR")
    issuers.add_person("bench")
    audience.add_circuit("all-of-it", countries=["KR"])
    rows = [
        {
            "name": f"Outlet {number}", "country": "KR", "languages": "en", "sectors": "", "kind": "site",
            "channel": "webhook", "endpoint": url, "format": "json",
        }
        for number, url in enumerate(urls)
    ]  # fmt: skip
    result = audience.import_rows(rows, "outlet")
    if result.rejected:
        raise Unavailable(f"the bench's own rows were rejected: {result.rejected[0]}")


def _until(check: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not check():
        if time.monotonic() > deadline:
            raise Unavailable(f"waited {_PATIENCE_S:.0f} s for {what}")
        time.sleep(0.5)


def _release(paragraphs: int, at: Instant) -> VersionId:
    from dateline.desk import services as desk
    from dateline.wire import services as wire

    story = Story(
        language=Language("en"),
        headline="Harbour museum opens its new hall",
        blocks=tuple(
            Block("paragraph", runs=(Run(f"Hall {number + 1}. {_TEXT * 4}"),)) for number in range(paragraphs)
        ),
        sectors=(parse_sector("business"),),
    )
    release = desk.add_release([story], issuer="bench", circuit="all-of-it", at=at, by="bench")
    submitted = wire.submit(release, by="bench")
    if not submitted.approved:
        raise Unavailable(f"the bench's own release was not approved: {submitted.findings}")
    return submitted.version_id


@contextmanager
def _process(name: str) -> Iterator["subprocess.Popen[bytes]"]:
    home = Path(os.environ["DATELINE_HOME"])
    with (home / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(dateline_argv(name), stderr=log, stdout=log)
    try:
        yield process
        if process.poll() is not None:
            raise Unavailable(f"the {name} process ended by itself; see {home / (name + '.log')}")
    finally:
        process.terminate()
        process.wait(30)


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    print(json.dumps(measure(told["healthy"], told["others"], told["paragraphs"])))
