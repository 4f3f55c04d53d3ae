"""Which claims were looked at, and which a channel has seen, on a file that outlives `kill -9`: what was
never begun was not lost, and what was never looked at has not been counted against anybody's day.

Without it every row claimed ahead would count as lost when its worker dies, and three crashes in a row would
end hundreds of deliveries as uncertain although nobody had touched them. The file is not synced: after a
power failure its page cache is gone, so it counts only within the boot that wrote it, and otherwise every row
is taken for begun.
"""

import mmap
import os
import struct
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

_RECORD: Final = struct.Struct("<qq")
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_HEAD_BYTES: Final = 36
_COMPACT_BYTES: Final = 4_000_000
_GROWS_BYTES: Final = 1 << 20
FOLDER: Final = "begun"


class Journal:
    """Appends (delivery, fence) before a channel gets the task. One per process start."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._path = folder / owner
        self._map: mmap.mmap | None = None
        self._bytes = 0

    def open(self) -> None:
        """Starts the file."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._start(self._path, _boot())

    def mark(self, delivery: int, fence: int) -> None:
        """One store into the page cache, without a system call: that would give the interpreter's lock away,
        for each mail. On a full disk the file goes: all count as begun then.
        """
        if self._map is not None and self._has_room(_RECORD.size):
            _RECORD.pack_into(self._map, self._bytes, delivery, fence)
            self._bytes += _RECORD.size

    def looked_at(self, claims: Iterable[tuple[int, int]]) -> None:
        """Sorted and counted, and in line for the channel."""
        data = _looked_at(claims)
        if self._map is not None and self._has_room(len(data)):
            self._map[self._bytes : self._bytes + len(data)] = data
            self._bytes += len(data)

    def compact(self, begun: Iterable[tuple[int, int]], queued: Iterable[tuple[int, int]] = ()) -> None:
        """Once the file is long, keeps only what is still under way or in line."""
        if self._map is None or self._bytes < _COMPACT_BYTES:
            return
        fresh = self._path.with_suffix(".new")
        data = _boot() + _looked_at(queued) + b"".join([_RECORD.pack(*pair) for pair in begun])
        self._start(fresh, data)
        fresh.replace(self._path)

    def close(self) -> None:
        """Removes the file: nothing of ours is leased any more, or nobody can tell."""
        if self._map is not None:
            self._map.close()
            self._map = None
        self._path.unlink(missing_ok=True)

    def _start(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        path.chmod(0o600)
        self._remap(path, _up(len(data) + 1))
        self._bytes = len(data)

    def _has_room(self, size: int) -> bool:
        """Makes the file longer where need be. False on a full disk, where the file goes."""
        needed = self._bytes + size
        if self._map is not None and needed <= len(self._map):
            return True
        try:
            self._remap(self._path, _up(needed))
        except OSError:
            self.close()
            return False
        return True

    def _remap(self, path: Path, size: int) -> None:
        """Its room is set aside first: a store into a page that finds no place would end the process."""
        file = os.open(path, os.O_RDWR)
        try:
            os.posix_fallocate(file, 0, size)
            fresh = mmap.mmap(file, size)
        finally:
            os.close(file)
        if self._map is not None:
            self._map.close()
        self._map = fresh


def _up(size: int) -> int:
    return -(-size // _GROWS_BYTES) * _GROWS_BYTES


def begun(folder: Path, owner: str) -> set[tuple[int, int]] | None:
    """What that owner had begun; owners of other workers of this home have folders beside ours. None when
    nobody can tell: no file, or another boot.
    """
    found = read(folder, owner)
    return None if found is None else found.begun


class Known(NamedTuple):
    """What a journal says of (delivery, fence)."""

    begun: set[tuple[int, int]]
    looked_at: set[tuple[int, int]]


def read(folder: Path, owner: str) -> Known | None:
    """The whole journal, in the same way."""
    data = b""
    for place in (folder, *folder.parent.glob(f"{FOLDER}*")):
        with suppress(OSError):
            data = (place / owner).read_bytes()
            break
    if not data or data[:_HEAD_BYTES] != _boot():
        return None
    body = data[_HEAD_BYTES:]
    whole = len(body) - len(body) % _RECORD.size
    # What the kill cut short has no fence yet, like the room behind it, and was not handed out.
    records = {one for one in _RECORD.iter_unpack(body[:whole]) if one[1]}
    looked_at = {(delivery, -fence) for delivery, fence in records if fence < 0}
    return Known({one for one in records if one[1] > 0}, looked_at)


def forget(folder: Path, *, except_owner: str) -> None:
    """Removes files of owners whose rows are all reaped."""
    if folder.is_dir():
        for path in folder.iterdir():
            if path.name != except_owner:
                path.unlink(missing_ok=True)


def _looked_at(claims: Iterable[tuple[int, int]]) -> bytes:
    """Records of their own kind: the fence is negative."""
    return b"".join([_RECORD.pack(delivery, -fence) for delivery, fence in claims])


def _boot() -> bytes:
    try:
        return _BOOT.read_bytes().strip()[:_HEAD_BYTES].ljust(_HEAD_BYTES)
    except OSError:
        return b"".ljust(_HEAD_BYTES, b"?")
