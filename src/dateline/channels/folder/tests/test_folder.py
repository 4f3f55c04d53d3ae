"""Folders of this machine: whole files below allowed roots, and nowhere else."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dateline.channels.folder import writing
from dateline.channels.folder.channel import FolderChannel
from dateline.channels.tests.builders import settings
from dateline.channels.tests.drop_builders import PICTURE, drop_parcel, drop_task, name_of, outcomes, send_all
from dateline.core.words import Receipt, Task

pytestmark = pytest.mark.wire


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    found = tmp_path / "root"
    found.mkdir()
    yield found


def drop(root: Path, *tasks: Task) -> list[Receipt]:
    return send_all(FolderChannel(settings(home=root.parent / "home", folder_roots=(root,))), *tasks)


def to(number: int, address: str) -> Task:
    return drop_task(number, address, channel="folder")


def files(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_file_arrives_whole_below_the_root(root: Path) -> None:
    absolute, relative = to(1, f"{root}/desk"), to(2, "desk/in")
    assert outcomes(drop(root, absolute, relative)) == ["accepted", "accepted"]
    assert files(root) == {
        f"desk/{name_of(1)}": absolute.parcel.body,
        f"desk/in/{name_of(2)}": relative.parcel.body,
    }


def test_collectors_of_other_users_can_read_whatever_the_umask(root: Path) -> None:
    before = os.umask(0o077)
    try:
        assert outcomes(drop(root, to(1, "desk"))) == ["accepted"]
    finally:
        os.umask(before)
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (root / "desk", root / "desk" / name_of(1))]
    assert modes == [0o755, 0o644]


def test_the_home_has_a_root_of_its_own_when_none_is_named(tmp_path: Path) -> None:
    channel = FolderChannel(settings(home=tmp_path / "home"))
    assert outcomes(send_all(channel, to(1, "desk"))) == ["accepted"]
    assert (tmp_path / "home" / "drops" / "desk" / name_of(1)).is_file()


def test_a_repeat_overwrites_the_same_name_and_leftovers_of_a_killed_try_go(root: Path) -> None:
    """I5."""
    (root / name_of(1)).write_bytes(b"half")
    (root / f".{name_of(1)}.part").write_bytes(b"killed")
    assert outcomes(drop(root, to(1, str(root)))) == ["accepted"]
    assert set(files(root)) == {name_of(1)} and (root / name_of(1)).read_bytes() != b"half"


def test_pictures_come_before_the_text(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order = []
    real = os.rename

    def rename(old: str, new: str, **words: int) -> None:
        order.append(new)
        real(old, new, **words)

    monkeypatch.setattr(os, "rename", rename)
    task = drop_task(1, str(root), channel="folder", parcel=drop_parcel(pictures=True))
    assert outcomes(drop(root, task)) == ["accepted"]
    assert [name.rpartition(".")[2] for name in order] == ["jpg", "txt"]
    assert PICTURE in files(root).values()


@pytest.mark.parametrize("address", ["/etc", "{root}/../elsewhere", "../elsewhere", "{root}evil/x"])
def test_paths_outside_the_roots_are_refused(root: Path, address: str) -> None:
    (receipt,) = drop(root, to(1, address.replace("{root}", str(root))))
    assert receipt.outcome == "refused" and receipt.text


@pytest.mark.parametrize("where", ["folder", "deep", "part"])
def test_links_are_never_followed_out(root: Path, where: str) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"precious")
    if where == "folder":
        (root / "desk").symlink_to(outside)
    elif where == "deep":
        (root / "desk").mkdir()
        (root / "desk" / "in").symlink_to(outside)
    else:
        (root / "desk" / "in").mkdir(parents=True)
        (root / "desk" / "in" / f".{name_of(1)}.part").symlink_to(outside / "file")
        (root / "desk" / "in" / name_of(1)).symlink_to(outside / "file")
    (receipt,) = drop(root, to(1, f"{root}/desk/in"))
    assert set(files(outside)) == {"file"} and (outside / "file").read_bytes() == b"precious"
    if where == "part":
        assert receipt.outcome == "accepted" and not (root / "desk" / "in" / name_of(1)).is_symlink()
    else:
        assert receipt.outcome == "refused" and "link" in receipt.text


def test_a_full_disk_leaves_nothing_behind(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sync is where a full disk often speaks first."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    (receipt,) = drop(root, to(1, str(root)))
    assert (receipt.outcome, receipt.code) == ("deferred", 507) and files(root) == {}


def test_missing_root_and_missing_permission_carry_codes_that_end_after_three_tries(root: Path) -> None:
    (missing,) = send_all(
        FolderChannel(settings(home=root.parent / "home", folder_roots=(root / "gone",))),
        to(1, f"{root}/gone/desk"),
    )
    assert (missing.outcome, missing.code) == ("deferred", 404)
    (root / name_of(2)).mkdir()  # a folder bears the file's name
    (taken,) = drop(root, to(2, str(root)))
    assert (taken.outcome, taken.code) == ("deferred", 404) and files(root) == {}


@pytest.mark.parametrize("number", [errno.EACCES, errno.EPERM, errno.EROFS])
def test_permission_refused(root: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Raised by hand: root, who runs tests in containers, may write everywhere."""

    def no(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(writing, "_write", no)
    (receipt,) = drop(root, to(1, str(root)))
    assert (receipt.outcome, receipt.code) == ("deferred", 403)


def test_it_is_synced_before_it_counts(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    real_sync, real_rename = os.fsync, os.rename

    def sync(descriptor: int) -> None:
        steps.append("sync")
        real_sync(descriptor)

    def rename(old: str, new: str, **words: int) -> None:
        steps.append("rename")
        real_rename(old, new, **words)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "rename", rename)
    task = to(1, str(root))
    assert outcomes(drop(root, replace(task))) == ["accepted"]
    assert steps == ["sync", "rename", "sync"], "the file, its name, the folder"
