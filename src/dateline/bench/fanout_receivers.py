"""The receivers of `dateline bench fanout`: one C program for every candidate, in as many processes as its
file descriptors ask for, pinned to a core of their own.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from dateline.core.errors import Unavailable

MOST_PER_PROCESS: Final = 16_500  # below the usual limit of 20,000 file descriptors
SERVER_CORE: Final = 0
RECEIVER_CORE: Final = 1
_SOURCE: Final = Path(__file__).with_name("fanout_receiver.c")


class Told(NamedTuple):
    """What all receivers noted of one message. Milliseconds since it was published."""

    reached: int
    median_ms: float
    p99_ms: float
    last_ms: float
    twice: int


@dataclass(frozen=True)
class Crowd:
    """Running receivers."""

    processes: Sequence["subprocess.Popen[str]"]
    ready: int

    def wait(self, number: int, count: int, *, within_s: float) -> bool:
        """Waits until `count` connections have message `number`."""
        deadline = time.monotonic() + within_s
        while sum(self._ask(f"count {number}", 0)) < count:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def told(self, number: int) -> Told:
        """Counts are sums, the last is the latest; median and p99 are those of the worst process."""
        rows = [[int(word) for word in self._line(one, f"told {number}")] for one in self.processes]
        return Told(
            sum(row[0] for row in rows),
            max(row[1] for row in rows) / 1e6,
            max(row[2] for row in rows) / 1e6,
            max(row[3] for row in rows) / 1e6,
            sum(row[4] for row in rows),
        )

    def tenths(self, number: int) -> list[float]:
        """Seconds after which the first, each further tenth and the last had message `number`; the latest of
        all processes each.
        """
        rows = [[int(word) / 1e9 for word in self._line(one, f"tenths {number}")] for one in self.processes]
        return [max(tenth) for tenth in zip(*rows, strict=True)]

    def closed(self) -> int:
        """How many connections have ended."""
        return sum(self._ask("count 0", 1))

    def _ask(self, words: str, column: int) -> list[int]:
        return [int(self._line(one, words)[column]) for one in self.processes]

    def _line(self, process: "subprocess.Popen[str]", words: str) -> list[str]:
        if process.stdin is None or process.stdout is None:
            raise Unavailable("a receiver has no pipes")
        process.stdin.write(words + "\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise Unavailable("a receiver ended; its error is above")
        return line.split()


def build(folder: Path) -> Path:
    """The receiver's program. Raises Unavailable without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise Unavailable("the receivers are written in C: apt-get install gcc libc6-dev")
    program = folder / "fanout-receiver"
    done = subprocess.run(
        [compiler, "-O2", "-o", str(program), str(_SOURCE)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Unavailable(f"the receivers could not be compiled: {done.stderr.strip()}")
    return program


@contextmanager
def crowd(
    program: Path,
    port: int,
    count: int,
    requests: Sequence[bytes],
    ready: str,
    *,
    folder: Path,
    stalled: int = 0,
    before: int | None = None,
) -> Iterator[Crowd]:
    """Opens `count` connections to 127.0.0.1:`port` and waits until all had an answer with `ready` in it.

    `stalled` of them never read again. With `before`, the events of our origin that came before number 1,
    those that are closed come back with their cursor.
    """
    file = folder / "requests.bin"
    file.write_bytes(b"".join(len(one).to_bytes(4, "little") + one for one in requests))
    shares = _shares(count)
    with ExitStack() as stack:
        processes = []
        for number, share in enumerate(shares):
            words = [str(program), "127.0.0.1", str(port), str(share), str(file), ready, str(50 + number)]
            words.append(str(0 if number else stalled))
            if before is not None:
                words.append(str(before))
            processes.append(stack.enter_context(_receiver(words)))
        found = sum(_ready(one) for one in processes)
        yield Crowd(processes, found)


def _shares(count: int) -> list[int]:
    processes = -(-count // MOST_PER_PROCESS)
    return [count // processes + (number < count % processes) for number in range(processes)]


@contextmanager
def _receiver(words: list[str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        pinned(words, RECEIVER_CORE),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _ready(process: "subprocess.Popen[str]") -> int:
    line = process.stdout.readline() if process.stdout else ""
    if not line.startswith("ready "):
        raise Unavailable("the receivers could not connect; their error is above")
    return int(line.split()[1])


def pinned(words: Sequence[str], core: int) -> list[str]:
    """The command on one core, where the machine has it and `taskset` is there."""
    if core not in os.sched_getaffinity(0) or shutil.which("taskset") is None:
        return list(words)
    return ["taskset", "-c", str(core), *words]
