"""Folders and SFTP folders of providers: new and changed files, nothing hidden, nothing outside."""

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from dateline.channels.fetching.folder import fetch_folder
from dateline.channels.fetching.sftp import fetch_sftp
from dateline.intake.services.providers import Fetched, Wanted, file_key
from dateline.testing.openssh import OpenSsh
from dateline.testing.sftp_server import SftpServer

pytestmark = pytest.mark.wire
LOOPBACK = (ip_network("127.0.0.0/8"),)


def fill(folder: Path) -> None:
    for name, data in (
        ("b.xml", b"<b/>"),
        ("a.md", b"text"),
        (".hidden.xml", b"x"),
        ("half.xml.part", b"x"),
        ("hall.jpg", b"x"),
    ):
        (folder / name).write_bytes(data)
    (folder / "below").mkdir()
    os.utime(folder / "a.md", (2_000_000_000, 2_000_000_000))


def seen(found: Fetched) -> dict[str, str]:
    return {file_key(document.name): document.mark for document in found.documents}


def test_new_and_changed_files_of_a_folder_are_read_the_oldest_first(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "link.xml").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe.xml")
    found = fetch_folder(Wanted("folder", str(tmp_path)), bool)
    assert [document.name for document in found.documents] == ["b.xml", "a.md"]
    assert found.documents[0].folder == tmp_path
    assert fetch_folder(Wanted("folder", str(tmp_path), seen=seen(found)), bool).status == "unchanged"
    (tmp_path / "b.xml").write_bytes(b"<b>changed</b>")
    again = fetch_folder(Wanted("folder", str(tmp_path), seen=seen(found)), bool)
    assert [document.data for document in again.documents] == [b"<b>changed</b>"]


def test_limits_of_a_folder_are_kept(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.xml").write_bytes(b"x" * (10 if number else 100))
    found = fetch_folder(Wanted("folder", str(tmp_path), most_files=3, most_bytes=50), bool)
    assert (len(found.documents), found.left) == (3, 1)
    assert [name for name, _ in found.refusals] == ["0.xml"]
    missing = fetch_folder(Wanted("folder", str(tmp_path / "none")), bool)
    assert (missing.status, missing.words) == (
        "failed",
        "the folder cannot be read: No such file or directory",
    )


def test_an_sftp_folder_is_read_with_a_pinned_host_key_alone(tmp_path: Path) -> None:
    with SftpServer(tmp_path / "files") as server:
        (server.folder / "out").mkdir()
        fill(server.folder / "out")
        wanted = Wanted("sftp", server.url("out"), secret=server.password)
        strange = fetch_sftp(wanted, bool, home=tmp_path, allowed=LOOPBACK)
        assert strange.status == "failed"
        assert "not pinned" in strange.words
        (tmp_path / "known_hosts").write_text(server.known_hosts)
        found = fetch_sftp(wanted, bool, home=tmp_path, allowed=LOOPBACK)
        assert [(d.name, d.data) for d in found.documents] == [("b.xml", b"<b/>"), ("a.md", b"text")]
        known = Wanted("sftp", server.url("out"), secret=server.password, seen=seen(found))
        assert fetch_sftp(known, bool, home=tmp_path, allowed=LOOPBACK).status == "unchanged"
        wrong = Wanted("sftp", server.url("out"), secret=b"wrong")
        assert "does not let 'ana' in" in fetch_sftp(wrong, bool, home=tmp_path, allowed=LOOPBACK).words
        assert "loopback" in fetch_sftp(wanted, bool, home=tmp_path).words
        stopped = fetch_sftp(wanted, lambda: True, home=tmp_path, allowed=LOOPBACK)
        assert stopped.status in {"failed", "ok"}


def test_openssh_is_read_with_a_key(tmp_path: Path) -> None:
    with OpenSsh() as server:
        folder = server.folder / "out"
        folder.mkdir()
        (folder / "a.md").write_bytes(b"text")
        (tmp_path / "known_hosts").write_text(server.known_hosts)
        found = fetch_sftp(
            Wanted("sftp", server.url("out"), secret=server.key), bool, home=tmp_path, allowed=LOOPBACK
        )
    assert [(d.name, d.data) for d in found.documents] == [("a.md", b"text")], found.words
