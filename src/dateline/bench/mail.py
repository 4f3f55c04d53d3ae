"""`dateline bench mail`: a release to all journalists, from the lift to the last receipt, beside what others
do.

Everything talks to one smtp-sink of Debian's postfix. In each round first smtp-source, then our whole path
twice (the relay signs; RSA-2048 signed here), then our channel without ledger, then the libraries with a
smaller sample.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from dateline.bench.mail_peers import CONNECTIONS, PEERS, Took, named, sample
from dateline.bench.mail_round import Sent
from dateline.bench.process_costs import POLITE
from dateline.bench.wire import machine
from dateline.core.errors import BadInput, Unavailable
from dateline.testing.postfix import PostfixSink, postfix_version, run_source

Row = dict[str, Any]
SELECTOR: Final = "bench"
OURS: Final = {"whole path, relay signs": "", "whole path, RSA-2048 signed here": SELECTOR}
"""Case -> the setting dkim_selector."""
RATE: Final = ("rate", "mails/s")
CPU: Final = ("CPU per mail", "us")
CPU_OURS: Final = ("CPU of dispatch per mail", "us")
ALONE: Final = "channel alone, no ledger"
LIBRARIES: Final = tuple(name for name in PEERS if name != "channel")


@dataclass
class Round:
    """What one round found, by case or peer."""

    sent: dict[str, Sent] = field(default_factory=dict)
    took: dict[str, Took] = field(default_factory=dict)


def run(*, recipients: int = 86_000, rounds: int = 5, size: int = 2_000) -> dict[str, Any]:
    """`{"bench", "machine", "rounds", "rows": [..]}`; `size` is the sample that libraries send.

    Raises BadInput, or Unavailable when postfix is not installed or a process ends.
    """
    if recipients < 10:
        raise BadInput("at least 10 are needed", where="--recipients")
    if size < 10:
        raise BadInput("at least 10 are needed", where="--sample")
    with (
        tempfile.TemporaryDirectory(prefix="dateline-bench-", ignore_cleanup_errors=True) as folder,
        PostfixSink() as sink,
    ):
        bench = _Bench(Path(folder) / "home", sink, recipients, size)
        bench.prepare()
        measured = [bench.round() for _ in range(rounds)]
    return {"bench": "mail", "machine": machine(), "rounds": rounds, "rows": rows(measured, size)}


class _Bench:
    def __init__(self, home: Path, sink: PostfixSink, recipients: int, size: int) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
        self._environment = {
            **clean,
            "DATELINE_HOME": str(home),
            "DATELINE_SMTP_URL": sink.url,
            "DATELINE_MAIL_CONNECTIONS": str(CONNECTIONS),
            "DATELINE_LOG_FORMAT": "json",
        }
        self._port, self._recipients, self._size = sink.port, recipients, size
        self._bytes = len(sample())

    def prepare(self) -> None:
        """Recipients and key."""
        self._python("dateline.bench.mail_round", "fill", str(self._recipients))
        self._python("dateline", "dkim", "new", "--selector", SELECTOR)

    def round(self) -> Round:
        found = Round()
        source = run_source(
            self._port, messages=self._recipients, size=self._bytes, sessions=CONNECTIONS, nice=POLITE
        )
        found.took["smtp-source"] = Took(self._recipients, source.seconds, source.cpu_s)
        for case, selector in OURS.items():
            said = self._python(
                "dateline.bench.mail_round", "send", str(self._recipients), DATELINE_DKIM_SELECTOR=selector
            )
            found.sent[case] = Sent(**json.loads(said))
        for name in PEERS:
            count = self._recipients if name == "channel" else min(self._size, self._recipients)
            said = self._python("dateline.bench.mail_peers", name, str(self._port), str(count), nice=POLITE)
            found.took[name] = Took(**json.loads(said))
        return found

    def _python(self, module: str, *words: str, nice: int = 0, **settings: str) -> str:
        """The last line that a module prints."""
        done = subprocess.run(
            ["nice", "-n", str(nice), sys.executable, "-m", module, *words],
            env={**self._environment, **settings},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Unavailable(f"{module} {' '.join(words[:1])} failed; its error is above")
        return done.stdout.splitlines()[-1] if done.stdout else ""


# --- rows -------------------------------------------------------------------------------------------------


def rows(measured: Sequence[Round], size: int) -> list[Row]:
    """Rate and CPU of each case beside each peer; then the peers by themselves, and memory."""
    names = {"smtp-source": f"smtp-source {postfix_version()}, {CONNECTIONS} sessions".replace(" ,", ",")}
    names |= {name: f"{named(name)}, {size} mails" for name in LIBRARIES}
    out: list[Row] = []
    for case in OURS:
        rate = _of(case, lambda sent: sent.accepted / sent.seconds)
        cpu = _of(case, lambda sent: sent.cpu_s / sent.accepted * 1e6)
        for peer, shown in names.items():
            out.append(_row(measured, case, RATE, rate, peer=shown, against=_rate(peer)))
        for peer, shown in names.items():
            out.append(_row(measured, case, CPU_OURS, cpu, peer=shown, against=_cpu(peer)))
        out.append(_row(measured, case, ("accepted", "mails"), _of(case, lambda sent: sent.accepted)))
        peak = _of(case, lambda sent: sent.peak_mib)
        out.append(_row(measured, case, ("peak memory of dispatch", "MiB"), peak))
    source = names["smtp-source"]
    out.append(_row(measured, ALONE, RATE, _rate("channel"), peer=source, against=_rate("smtp-source")))
    out.append(_row(measured, ALONE, CPU, _cpu("channel"), peer=source, against=_cpu("smtp-source")))
    for peer, shown in names.items():
        out.append(_row(measured, shown, RATE, _rate(peer)))
        out.append(_row(measured, shown, CPU, _cpu(peer)))
    return out


Figure = Callable[[Round], float]


def _of(case: str, figure: Callable[[Sent], float]) -> Figure:
    return lambda r: figure(r.sent[case])


def _rate(peer: str) -> Figure:
    return lambda r: r.took[peer].messages / r.took[peer].seconds


def _cpu(peer: str) -> Figure:
    return lambda r: r.took[peer].cpu_s / r.took[peer].messages * 1e6


def _row(
    measured: Sequence[Round],
    case: str,
    metric: tuple[str, str],
    figure: Figure,
    *,
    peer: str | None = None,
    against: Figure | None = None,
) -> Row:
    """The ratio is taken within each round, then the median of those."""
    values = [figure(one) for one in measured]
    ratios = [figure(one) / max(against(one), 1e-9) for one in measured] if against else []
    return {
        "case": case,
        "metric": metric[0],
        "unit": metric[1],
        "median": round(statistics.median(values), 1),
        "min": round(min(values), 1),
        "max": round(max(values), 1),
        "peer": peer,
        "ratio": round(statistics.median(ratios), 2) if ratios else None,
    }
