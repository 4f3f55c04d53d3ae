"""The read-only server for outlets that fetch."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncssh
import pytest

from dateline.channels.sftp.serving import PickUps, forget_old, host_key

pytestmark = pytest.mark.wire
KEY = asyncssh.generate_private_key("ssh-ed25519")
TEXT = b"a text of the wire"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "sftp_keys").mkdir()
    (tmp_path / "sftp_keys" / "harbour").write_bytes(b"# theirs\n" + KEY.export_public_key())
    for name in ("harbour", "other"):
        (tmp_path / "drops" / name / "2026").mkdir(parents=True)
        (tmp_path / "drops" / name / "2026" / "a-en-v1.txt").write_bytes(TEXT)
    (tmp_path / "drops" / "harbour" / ".b-en-v1.txt.part").write_bytes(b"half")
    (tmp_path / "drops" / "harbour" / "way-out").symlink_to(tmp_path / "drops" / "other")
    return tmp_path


def serve(
    home: Path,
    work: Callable[[asyncssh.SFTPClient], Awaitable[None]],
    *,
    user: str = "harbour",
    **words: object,
) -> None:
    async def inside() -> None:
        server = PickUps(home, keep_days=30)
        port = await server.start("127.0.0.1", 0)
        known = f"[127.0.0.1]:{port} {host_key(home).export_public_key().decode()}".encode()
        given = {"client_keys": [KEY], "known_hosts": known, "config": None, "agent_path": None} | words
        try:
            async with (
                asyncssh.connect("127.0.0.1", port, username=user, **given) as line,
                line.start_sftp_client() as sftp,
            ):
                await work(sftp)
        finally:
            await server.stop()

    asyncio.run(inside())


def test_an_outlet_reads_its_own_folder_and_sees_no_half_file(home: Path) -> None:
    async def work(sftp: asyncssh.SFTPClient) -> None:
        assert {"2026"} <= set(await sftp.listdir(".")) <= {".", "..", "2026", "way-out"}
        async with sftp.open("2026/a-en-v1.txt") as file:
            assert await file.read() == TEXT.decode()

    serve(home, work)


@pytest.mark.parametrize(
    "path",
    [
        ".b-en-v1.txt.part",
        "way-out/2026/a-en-v1.txt",
        "../other/2026/a-en-v1.txt",
        "/../../sftp_keys/harbour",
    ],
)
def test_nothing_else_is_there(home: Path, path: str) -> None:
    async def work(sftp: asyncssh.SFTPClient) -> None:
        with pytest.raises(asyncssh.SFTPError):
            await sftp.open(path, "rb")

    serve(home, work)


def test_nothing_can_be_changed(home: Path) -> None:
    name = "2026/a-en-v1.txt"

    async def work(sftp: asyncssh.SFTPClient) -> None:
        for act in (
            lambda: sftp.open(name, "wb"),
            lambda: sftp.open("new", "xb"),
            lambda: sftp.open(name, "ab"),
            lambda: sftp.remove(name),
            lambda: sftp.rename(name, "x"),
            lambda: sftp.posix_rename(name, "x"),
            lambda: sftp.mkdir("x"),
            lambda: sftp.rmdir("2026"),
            lambda: sftp.chmod(name, 0o777),
            lambda: sftp.truncate(name, 0),
            lambda: sftp.symlink("/etc", "x"),
            lambda: sftp.link(name, "x"),
        ):
            with pytest.raises(asyncssh.SFTPPermissionDenied):
                await act()

    serve(home, work)
    assert (home / "drops" / "harbour" / name).read_bytes() == TEXT


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ("other", {}),
        ("../sftp_keys/harbour", {}),
        ("harbour", {"client_keys": [asyncssh.generate_private_key("ssh-ed25519")]}),
        ("harbour", {"client_keys": None, "password": "guess"}),
    ],
)
def test_without_a_listed_key_nobody_gets_in(home: Path, user: str, words: dict[str, object]) -> None:
    async def work(_: asyncssh.SFTPClient) -> None:
        raise AssertionError("got in")

    with pytest.raises(asyncssh.PermissionDenied):
        serve(home, work, user=user, **words)


def test_there_is_no_shell(home: Path) -> None:
    async def inside() -> None:
        server = PickUps(home, keep_days=30)
        port = await server.start("127.0.0.1", 0)
        try:
            async with asyncssh.connect(
                "127.0.0.1", port, username="harbour", client_keys=[KEY], known_hosts=None, config=None
            ) as line:
                with pytest.raises(asyncssh.ChannelOpenError):
                    await line.run("id")
        finally:
            await server.stop()

    asyncio.run(inside())


def test_files_go_after_their_days(home: Path) -> None:
    old = home / "drops" / "harbour" / "2026" / "old.txt"
    old.write_bytes(TEXT)
    os.utime(old, (1_000_000, 1_000_000))
    assert forget_old(home / "drops", days=30, now=1_000_000 + 31 * 86_400) == 1
    assert not old.exists() and (home / "drops" / "harbour" / "2026" / "a-en-v1.txt").exists()
    assert (home / "drops" / "harbour" / "way-out").is_symlink()


def test_a_file_that_goes_while_the_old_ones_are_sought_stops_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The channel renames files meanwhile; an error here would end the tidying for good."""
    gone = home / "drops" / "harbour" / ".gone.part"
    found = [gone, *(home / "drops").rglob("*")]
    monkeypatch.setattr(Path, "rglob", lambda *_: iter(found))
    later = (home / "drops" / "harbour" / "2026" / "a-en-v1.txt").stat().st_mtime + 31 * 86_400

    assert forget_old(home / "drops", days=30, now=later) == 3


def test_the_host_key_is_made_once_and_private(home: Path) -> None:
    assert host_key(home).get_fingerprint() == host_key(home).get_fingerprint()
    assert (home / "keys" / "sftp_host").stat().st_mode & 0o077 == 0
