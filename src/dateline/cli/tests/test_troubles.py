"""Faults of disk and database in words, whatever the driver; what is a fault of ours stays one."""

import errno

import pytest

from dateline.cli.troubles import in_words

pytestmark = pytest.mark.unit


class OperationalError(Exception):
    """Named as every driver names it."""


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        ("database or disk is full", "free disk space"),
        ("disk I/O error", "free disk space"),
        ('could not extend file "base/1": No space left on device', "free disk space"),
        ("attempt to write a readonly database", "writable"),
        ("unable to open database file", "writable"),
        ("file is not a database", "backup"),
        ("database disk image is malformed", "backup"),
        ("database is locked", "try again"),
        ('FATAL: password authentication failed for user "x"', "user and password"),
        ('FATAL: role "x" does not exist', "user and password"),
        ('FATAL: database "x" does not exist', "createdb"),
        ("connection failed: Connection refused\n\tIs the server running?", "start PostgreSQL"),
        ("failed to resolve host 'db.invalid'", "start PostgreSQL"),
        ("terminating connection due to administrator command", "start PostgreSQL"),
        ("something new", "dateline doctor"),
    ],
)
def test_an_error_of_the_database_ends_with_its_remedy(said: str, remedy: str) -> None:
    words = in_words(OperationalError(said))
    assert words is not None and "\n" not in words
    assert words.split("); ")[-1].count(remedy) == 1 and said.split("\n", maxsplit=1)[0] in words


def test_an_error_of_the_disk_names_the_file() -> None:
    words = in_words(PermissionError(errno.EACCES, "Permission denied", "/wire/up.lock"))
    assert words == "/wire/up.lock: Permission denied; make it usable for this user (chmod, chown)"
    assert "free disk space" in str(in_words(OSError(errno.ENOSPC, "No space left on device")))


@pytest.mark.parametrize(
    "error", [ValueError("x"), OSError("x"), KeyError("x"), FileNotFoundError(2, "x", "y")]
)
def test_a_fault_of_ours_is_not_dressed_up(error: Exception) -> None:
    assert in_words(error) is None
