"""The journal of what channels have seen: survives a kill, not a reboot, and stays short."""

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
    file.write_bytes(file.read_bytes() + b"\x08\x00\x00")
    assert begun.begun(tmp_path, "home.a") == {(7, 1)}


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
    journal.compact([(49, 1)])
    journal.mark(50, 1)
    assert begun.begun(tmp_path, "home.a") == {(49, 1), (50, 1)}


def test_an_orderly_end_removes_it_and_so_does_the_next_start(tmp_path: Path) -> None:
    for owner in ("home.a", "home.b"):
        journal = Journal(tmp_path, owner)
        journal.open()
    journal.close()
    assert [path.name for path in tmp_path.iterdir()] == ["home.a"]
    begun.forget(tmp_path, except_owner="home.c")
    assert list(tmp_path.iterdir()) == []
    journal.mark(1, 1)
