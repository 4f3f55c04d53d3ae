"""CPU and memory of a process and everything below it, and the kernel's share of memory."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

POLITE: Final = 5
"""The niceness that dispatch gives itself; its peers get the same, so that a busy machine favours nobody."""


def family(pid: int) -> set[int]:
    """The process and all its descendants that run now."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    found = {pid}
    while grown := {child for child, parent in parents.items() if parent in found} - found:
        found |= grown
    return found


def cpu_ns(pids: Iterable[int]) -> int:
    """Nanoseconds on a core so far, of all threads (field 1 of schedstat)."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("*"):
            try:
                total += int((task / "schedstat").read_text().split()[0])
            except OSError:
                continue
    return total


def cpu_s(pid: int) -> float:
    """Seconds on a core so far, of a process and those below it."""
    return cpu_ns(family(pid)) / 1e9


def peak_mib(pid: int) -> float:
    """Peak resident memory so far, of a process and those below it."""
    total = 0
    for member in family(pid):
        try:
            lines = Path(f"/proc/{member}/status").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    return total / 1024


def user_bytes(pids: Iterable[int]) -> int:
    """Proportional set size: shared pages are counted once."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def kernel_bytes() -> int:
    """The kernel's slabs, of the whole machine: sockets and their tables are most of what grows here."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("Slab:"):
            return int(line.split()[1]) * 1024
    return 0
