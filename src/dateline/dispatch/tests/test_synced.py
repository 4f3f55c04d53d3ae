"""An accepted fan-out is on the disk before anybody is told so: the order of system calls is the witness."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from dateline.dispatch.tests.builders import states
from dateline.plant.db.databases import LEDGER

pytestmark = [pytest.mark.wire, pytest.mark.django_db(transaction=True, databases=["default", "ledger"])]

PEOPLE = 4500
"""Three chunks."""
_WAL = re.compile(r"^(?:pwrite64|write)\(\d+<[^>]*ledger[^>]*-wal>")
_SYNC = re.compile(r"^(?:fsync|fdatasync)\(\d+<[^>]*ledger[^>]*-wal>\)\s+= 0")
_TOLD = re.compile(r'^write\(1<[^>]*>, "(accepted|prepared)\\n"')


def watched(folder: Path, *words: str) -> list[str]:
    """The system calls of a fan-out in order: `wal` (written), `sync`, and what was told."""
    trace = folder / "trace"
    command = [sys.executable, "-m", "dateline.dispatch.tests.fan_out_child", str(PEOPLE), *words]
    calls = "trace=write,pwrite64,fsync,fdatasync"
    done = subprocess.run(
        ["strace", "-y", "-s", "16", "-e", calls, "-o", str(trace), *command],
        env=dict(os.environ),
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    found = []
    for line in trace.read_text("utf-8", "replace").splitlines():
        told = _TOLD.match(line)
        if told:
            found.append(told[1])
        elif _WAL.match(line):
            found.append("wal")
        elif _SYNC.match(line):
            found.append("sync")
    return found


def told_before_synced(calls: list[str]) -> list[int]:
    """Places where something was told although the ledger's last write was not on the disk."""
    dirty, early = False, []
    for place, call in enumerate(calls):
        if call == "wal":
            dirty = True
        elif call == "sync":
            dirty = False
        elif dirty:
            early.append(place)
    return early


@pytest.fixture
def strace() -> None:
    """Skips with one reason where the order of calls cannot be watched."""
    if connections[LEDGER].vendor != "sqlite":
        pytest.skip("PostgreSQL syncs in processes of its own: the SQLite run watches the fan-out")
    probe = shutil.which("strace") and subprocess.run(
        ["strace", "-o", os.devnull, "true"], capture_output=True, check=False
    )
    if not probe or probe.returncode:
        pytest.skip("strace is missing or may not attach here (scripts/setup_test.sh installs it)")


@pytest.mark.usefixtures("strace")
def test_an_accepted_fan_out_was_synced_before_it_was_acknowledged(tmp_path: Path) -> None:
    calls = watched(tmp_path)
    assert calls.count("accepted") >= 3 and calls.count("prepared") == 1
    first = calls.index("accepted")
    assert "wal" in calls[:first] and "sync" in calls[:first], "there was something to sync"
    assert told_before_synced(calls) == []
    assert states() == {"waiting": PEOPLE}


@pytest.mark.usefixtures("strace")
def test_a_ledger_that_does_not_sync_is_found_out(tmp_path: Path) -> None:
    """The same eyes on a build that is wrong on purpose."""
    assert told_before_synced(watched(tmp_path, "unsynced"))
