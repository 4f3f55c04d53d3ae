"""Which claims a channel has seen, on a file that outlives `kill -9`: what was never begun was not lost.

Without it every row claimed ahead would count as lost when its worker dies, and three crashes in a row would
end hundreds of deliveries as uncertain although nobody had touched them. The file is not synced: after a
power failure its page cache is gone, so it counts only within the boot that wrote it, and otherwise every row
is taken for begun.
"""

import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

_RECORD: Final = struct.Struct("<qq")
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_HEAD_BYTES: Final = 36
_COMPACT_BYTES: Final = 4_000_000
FOLDER: Final = "begun"


class Journal:
    """Appends (delivery, fence) before a channel gets the task. One per process start."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._path = folder / owner
        self._file: int | None = None
        self._bytes = 0

    def open(self) -> None:
        """Starts the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        os.write(self._file, _boot())
        self._bytes = _HEAD_BYTES

    def mark(self, delivery: int, fence: int) -> None:
        """One write to the page cache, about 2 microseconds. On a full disk the file goes: all count as begun
        then.
        """
        if self._file is None:
            return
        try:
            os.write(self._file, _RECORD.pack(delivery, fence))
        except OSError:
            self.close()
            return
        self._bytes += _RECORD.size

    def compact(self, in_flight: Iterable[tuple[int, int]]) -> None:
        """Once the file is long, keeps only what is still under way."""
        if self._file is None or self._bytes < _COMPACT_BYTES:
            return
        fresh = self._path.with_suffix(".new")
        data = _boot() + b"".join(_RECORD.pack(*pair) for pair in in_flight)
        fresh.write_bytes(data)
        fresh.replace(self._path)
        os.close(self._file)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        self._bytes = len(data)

    def close(self) -> None:
        """Removes the file: nothing of ours is leased any more, or nobody can tell."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        self._path.unlink(missing_ok=True)


def begun(folder: Path, owner: str) -> set[tuple[int, int]] | None:
    """What that owner had begun; owners of other workers of this home have folders beside ours. None when
    nobody can tell: no file, or another boot.
    """
    data = b""
    for place in (folder, *folder.parent.glob(f"{FOLDER}*")):
        with suppress(OSError):
            data = (place / owner).read_bytes()
            break
    if not data or data[:_HEAD_BYTES] != _boot():
        return None
    body = data[_HEAD_BYTES:]
    whole = len(body) - len(body) % _RECORD.size  # a record cut short by the kill was not handed out
    return set(_RECORD.iter_unpack(body[:whole]))


def forget(folder: Path, *, except_owner: str) -> None:
    """Removes files of owners whose rows are all reaped."""
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name != except_owner:
                path.unlink(missing_ok=True)


def _boot() -> bytes:
    try:
        return _BOOT.read_bytes().strip()[:_HEAD_BYTES].ljust(_HEAD_BYTES)
    except OSError:
        return b"".ljust(_HEAD_BYTES, b"?")
