"""The journal of what channels have seen: survives a kill, not a reboot, and stays short."""

import errno
import os
from pathlib import Path

import pytest

from dateline.dispatch import begun
from dateline.dispatch.begun import Journal

pytestmark = pytest.mark.unit


def test_marks_can_be_read_while_the_writer_is_alive_or_killed(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "begun", "home.a")
    journal.open()
    assert begun.begun(tmp_path / "begun", "home.a") == set()
    journal.mark(7, 1)
    journal.mark(2**40, 3)
    assert begun.begun(tmp_path / "begun", "home.a") == {(7, 1), (2**40, 3)}


def test_a_record_cut_short_was_not_handed_out(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "home.a")
    journal.open()
    journal.mark(7, 1)
    file = tmp_path / "home.a"
    data = bytearray(file.read_bytes())
    data[52:56] = b"\x08\x00\x00\x01"  # a delivery, and no fence behind it
    file.write_bytes(data)
    assert begun.begun(tmp_path, "home.a") == {(7, 1)}
    file.write_bytes(data[:60])
    assert begun.begun(tmp_path, "home.a") == {(7, 1)}


def test_what_was_looked_at_is_told_from_what_was_begun(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "home.a")
    journal.open()
    journal.looked_at([(7, 1), (8, 2)])
    journal.looked_at([])
    journal.mark(7, 1)
    assert begun.read(tmp_path, "home.a") == ({(7, 1)}, {(7, 1), (8, 2)})
    assert begun.read(tmp_path, "home.b") is None


def test_it_grows_as_far_as_need_be(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "home.a")
    journal.open()
    for number in range(1, 70_001):
        journal.mark(number, 1)
    journal.looked_at([(number, 1) for number in range(1, 70_001)])
    known = begun.read(tmp_path, "home.a")
    assert known is not None and len(known.begun) == len(known.looked_at) == 70_000


def test_on_a_full_disk_nobody_can_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = Journal(tmp_path, "home.a")
    journal.open()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    for number in range(1, 70_001):
        journal.mark(number, 1)
    journal.looked_at([(1, 1)])
    journal.compact([])
    assert begun.begun(tmp_path, "home.a") is None


def test_nobody_can_tell_after_a_reboot_or_without_the_file(tmp_path: Path) -> None:
    """Then everything counts as begun: a repeat must have its trace."""
    assert begun.begun(tmp_path, "home.a") is None
    (tmp_path / "home.a").write_bytes(b"another-boot".ljust(36) + b"\x00" * 16)
    assert begun.begun(tmp_path, "home.a") is None


def test_a_long_journal_keeps_only_what_is_under_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(begun, "_COMPACT_BYTES", 200)
    journal = Journal(tmp_path, "home.a")
    journal.open()
    for number in range(50):
        journal.mark(number, 1)
    journal.compact([(49, 1)], [(60, 2)])
    journal.mark(50, 1)
    assert begun.read(tmp_path, "home.a") == ({(49, 1), (50, 1)}, {(60, 2)})


def test_an_orderly_end_removes_it_and_so_does_the_next_start(tmp_path: Path) -> None:
    for owner in ("home.a", "home.b"):
        journal = Journal(tmp_path, owner)
        journal.open()
    journal.close()
    assert [path.name for path in tmp_path.iterdir()] == ["home.a"]
    begun.forget(tmp_path, except_owner="home.c")
    assert list(tmp_path.iterdir()) == []
    journal.mark(1, 1)
