"""A folder of this machine into which a provider's files come."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from dateline.channels.fetching.files import MOST_LISTED, Listed, to_read
from dateline.intake.services.providers import Document, Fetched, Wanted


def fetch_folder(wanted: Wanted, stop: Callable[[], bool]) -> Fetched:
    """The new and changed files of the folder. Links are not followed: they may lead out of it."""
    folder = Path(wanted.address)
    try:
        listed = list(_listed(folder))
    except OSError as error:
        return Fetched("failed", words=f"the folder cannot be read: {error.strerror}")
    chosen, refused, left = to_read(listed, wanted.seen, most=wanted.most_files, most_bytes=wanted.most_bytes)
    documents: list[Document] = []
    for one in chosen:
        if stop():
            return Fetched("failed", words="the wire is stopping")
        try:
            data = _read(folder / one.name, wanted.most_bytes)
        except OSError as error:
            refused.append((one.name, f"cannot be read: {error.strerror}"))
            continue
        documents.append(Document(one.name, data, one.mark, folder))
    if not (documents or refused or left):
        return Fetched("unchanged")
    return Fetched("ok", documents=tuple(documents), refusals=tuple(refused), left=left)


def _listed(folder: Path) -> Iterator[Listed]:
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number >= MOST_LISTED:
                return
            about = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(about.st_mode):
                yield Listed(entry.name, about.st_size, about.st_mtime)


def _read(path: Path, most_bytes: int) -> bytes:
    """At most one byte more than allowed, so that a file that grew meanwhile is told by its size."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most_bytes + 1)
