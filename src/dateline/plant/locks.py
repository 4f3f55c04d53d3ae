"""Locks between processes of one home: a file each, freed by the kernel when its process dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from dateline.core.errors import Conflict


class FileLock:
    """An exclusive lock on `path`. The file's text names the holder for people; only the lock counts."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def try_acquire(self, note: str = "") -> bool:
        """True when the lock is ours now (or already was)."""
        if self._file is not None:
            return True
        self.path.parent.mkdir(parents=True, exist_ok=True)
        file = self.path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        file.truncate(0)
        # On a full disk the lock holds without its note, so that commands that only read go on.
        with suppress(OSError):
            os.write(file.fileno(), (note or str(os.getpid())).encode())
        self._file = file
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None

    @property
    def held(self) -> bool:
        return self._file is not None


def is_locked(path: Path) -> bool:
    """Whether some process holds the lock now. Leaves no trace."""
    if not path.exists():
        return False
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


@contextmanager
def file_lock(path: Path, *, wait_s: float = 60.0) -> Iterator[None]:
    """Holds the lock for the block. Raises Conflict when it is not free within `wait_s` seconds."""
    lock = FileLock(path)
    deadline = time.monotonic() + wait_s
    while not lock.try_acquire():
        if time.monotonic() > deadline:
            raise Conflict(f"{path} is held by another process; wait for it or stop it")
        time.sleep(0.05)
    try:
        yield
    finally:
        lock.release()
