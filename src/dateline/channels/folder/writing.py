"""Writes files below a root without ever following a link out of it, and syncs them before they count."""

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from dateline.channels.filedrop.drop import Drop, DropFile
from dateline.channels.filedrop.outcome import FULL, PATH, PERMISSION, DropFault

_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755
"""Whatever the umask of the wire, whose own files are private: collectors run as other users."""

_LINKS: Final = frozenset({errno.ELOOP, errno.ENOTDIR})
_CODES: Final = {
    errno.EACCES: PERMISSION,
    errno.EPERM: PERMISSION,
    errno.EROFS: PERMISSION,
    errno.ENOENT: PATH,
    errno.EISDIR: PATH,
    errno.ENAMETOOLONG: PATH,
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
}


def put(root: Path, folder: Sequence[str], drop: Drop) -> None:
    """Puts the files, text last; each appears whole or not at all. Raises DropFault.

    Folders are opened one by one from `root` down and links are not followed, so what is written lies below
    it whatever somebody does to the tree meanwhile.
    """
    for file in drop.files:
        with _opened(root, (*folder, *file.folder)) as place:
            _write(place, file)


@contextmanager
def _opened(root: Path, parts: Sequence[str]) -> Iterator[int]:
    """A descriptor of the folder, made where it is missing below the root; the root itself must be there."""
    place = -1
    try:
        place = _folder(str(root), None)
        for part in parts:
            made = _make(part, place)
            below = _folder(part, place)
            if made:
                os.fchmod(below, _FOLDER_MODE)
            os.close(place)
            place = below
        yield place
    except OSError as error:
        raise _fault(error) from None
    finally:
        if place >= 0:
            os.close(place)


def _make(name: str, inside: int) -> bool:
    """False where it is there already."""
    try:
        os.mkdir(name, _FOLDER_MODE, dir_fd=inside)
    except FileExistsError:
        return False
    return True


def _folder(name: str, inside: int | None) -> int:
    # The operator's root may be a link; what an outlet names below it may not.
    follow = 0 if inside is None else os.O_NOFOLLOW
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | follow, dir_fd=inside)


def _write(place: int, file: DropFile) -> None:
    with suppress(FileNotFoundError):
        os.unlink(file.part, dir_fd=place)  # of a try that ended amid it
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(file.part, flags, _FILE_MODE, dir_fd=place)
    try:
        os.fchmod(descriptor, _FILE_MODE)
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.data)
            out.flush()
            os.fsync(out.fileno())
        os.rename(file.part, file.name, src_dir_fd=place, dst_dir_fd=place)
        os.fsync(place)
    except OSError:
        with suppress(OSError):
            os.unlink(file.part, dir_fd=place)
        raise


def _fault(error: OSError) -> DropFault:
    words = error.strerror or "cannot be written"
    if error.errno in _LINKS:
        words = "a part of its path is a link or a file; only real folders below the root are written to"
        return DropFault(words, refused=True)
    return DropFault(words, code=_CODES.get(error.errno or 0, 0))
