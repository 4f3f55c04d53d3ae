"""Locks between processes: one holder, freed when it dies."""

import subprocess
import sys
from pathlib import Path

import pytest

from dateline.core.errors import Conflict
from dateline.plant.locks import FileLock, file_lock, is_locked

pytestmark = pytest.mark.unit

_HOLD = """
import sys, time
from pathlib import Path
from dateline.plant.locks import FileLock
lock = FileLock(Path(sys.argv[1]))
assert lock.try_acquire("child")
print("held", flush=True)
time.sleep(60)
"""


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    assert first.try_acquire() and first.try_acquire()
    assert not second.try_acquire()
    assert is_locked(tmp_path / "a.lock")
    first.release()
    assert not is_locked(tmp_path / "a.lock")
    assert second.try_acquire()
    second.release()


def test_nobody_holds_a_lock_that_was_never_made(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "none.lock")
    assert not (tmp_path / "none.lock").exists()


def test_waiting_in_vain_is_a_conflict(tmp_path: Path) -> None:
    again = file_lock(tmp_path / "b.lock", wait_s=0.1)
    with file_lock(tmp_path / "b.lock"), pytest.raises(Conflict, match=r"b\.lock"):
        again.__enter__()


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "c.lock"
    child = subprocess.Popen([sys.executable, "-c", _HOLD, str(path)], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline() == b"held\n"
    assert is_locked(path)
    child.kill()
    child.wait()
    child.stdout.close()
    assert not is_locked(path)
