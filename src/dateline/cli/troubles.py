"""Faults of disk and database as one sentence with the next step; whatever else is wrong is our own."""

import errno
from collections.abc import Mapping

_DISK: Mapping[int, str] = {
    errno.ENOSPC: "free disk space and try again",
    errno.EDQUOT: "free disk space of this user and try again",
    errno.EFBIG: "files of this size are not allowed here; see: ulimit -f",
    errno.EIO: "the disk fails; see the system's log",
    errno.EACCES: "make it usable for this user (chmod, chown)",
    errno.EPERM: "make it usable for this user (chmod, chown)",
    errno.EROFS: "the file system is read-only; use a --home that can be written",
    errno.ENOTDIR: "a part of the path is no folder; name another one",
    errno.EISDIR: "it is a folder; name a file",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
}
_DATABASE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("full", "disk i/o", "no space", "could not extend"), "free disk space and try again"),
    (
        ("readonly", "read-only", "unable to open"),
        "make the database files of the home writable for this user",
    ),
    (("not a database", "malformed"), "the file is damaged; restore it from the backup"),
    (("locked", "busy"), "another process holds it; try again, and stop what hangs"),
    (
        ("password", "authentication", "role ", "permission denied"),
        "correct user and password in DATELINE_DATABASE_URL",
    ),
    (("does not exist",), "make the database (createdb), or correct DATELINE_DATABASE_URL"),
    (
        ("connection", "resolve", "server", "terminat"),
        "start PostgreSQL, or correct DATELINE_DATABASE_URL",
    ),
)
"""Words of SQLite and PostgreSQL -> what to do. The first that fits holds."""


def in_words(error: BaseException) -> str | None:
    """What to print for a fault of disk or database; None for anything else.

    Database errors are told by the name of their class, so that commands without a database need not import
    Django.
    """
    if isinstance(error, OSError) and error.errno is not None and error.errno in _DISK:
        where = error.filename or "a file of the home or a temporary one"
        return f"{where}: {error.strerror}; {_DISK[error.errno]}"
    if type(error).__name__ in {"OperationalError", "DatabaseError", "InterfaceError"}:
        return f"the database cannot be used ({' '.join(str(error).split())[:300]}); {remedy(error)}"
    return None


def remedy(error: BaseException) -> str:
    """What to do about an error of the database."""
    said = str(error).lower()
    return next(
        (advice for words, advice in _DATABASE if any(w in said for w in words)), "see: dateline doctor"
    )
