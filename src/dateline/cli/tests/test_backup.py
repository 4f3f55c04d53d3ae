"""A backup of a running wire comes back on hold, and nothing is sent twice."""

import json
import os
import sqlite3
import tarfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pyrage
import pytest

from dateline.cli.tests.wire_home import WireHome
from dateline.plant.db import backup
from dateline.testing.postgres import create_database

pytestmark = pytest.mark.wire


def asked(url: str) -> tuple[int, dict[str, object]]:
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, {}


def got(wire: WireHome) -> Counter[str]:
    """How often each webhook id arrived."""
    return Counter(entry.webhook_id for entry in wire.hooks.diary())


def release_now(wire: WireHome, name: str, headline: str) -> str:
    """Put on the wire without waiting for its deliveries."""
    wire.start("send", wire.release_file(name, headline=headline), "--timeout", "0")
    found = wire.json("release", "list")
    return str(
        next(row["release"] for row in found if row["slug"].startswith(headline.split(maxsplit=1)[0].lower()))
    )


@pytest.fixture
def restored_home(tmp_path: Path, database_url: str) -> dict[str, str]:
    """Where the backup goes: another home, and on PostgreSQL another database."""
    found = {"DATELINE_HOME": str(tmp_path / "restored")}
    if database_url:
        url = create_database(os.environ["DATELINE_DATABASE_URL"], f"r{abs(hash(tmp_path)) % 10**12}")
        found["DATELINE_DATABASE_URL"] = url
    return found


def test_nobody_is_signed_in_by_a_backup(tmp_path: Path) -> None:
    """What browsers show is in the rows of sessions: not one byte of them is in the file."""
    with closing(sqlite3.connect(tmp_path / "live")) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE django_session (session_key TEXT, session_data TEXT)")
        live.execute("CREATE TABLE kept (name TEXT)")
        live.executemany("INSERT INTO django_session VALUES (?, ?)", [("cookie-of-ana", "x" * 9000)] * 20)
        live.execute("INSERT INTO kept VALUES ('ana')")
        live.commit()
        backup._copy_sqlite(tmp_path / "live", tmp_path / "copy")
        assert live.execute("SELECT COUNT(*) FROM django_session").fetchone() == (20,)

    assert b"cookie-of-ana" not in (tmp_path / "copy").read_bytes()
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT name FROM kept").fetchall() == [("ana",)]


def test_what_went_out_after_the_backup_is_not_sent_again(
    populated: WireHome, tmp_path: Path, restored_home: dict[str, str]
) -> None:
    """The wire is lost after the backup; its deliveries were made meanwhile."""
    wire, file = populated, tmp_path / "wire.backup"
    with wire.up() as up:
        release = release_now(wire, "one.md", "First workshop opens for school robots")
        wire.wait_settled(release)
        cursor = str(asked(f"{up.url}api/v1/wire")[1]["next"])
        wire.run("pause", "wire", "--reason", "so that something is open")
        second = release_now(wire, "two.md", "Second workshop opens for school robots")
        wire.wait_state(second, "released")
        told = wire.json("backup", str(file), "--with-keys", schema="backup")
        assert (told["keys"], told["encrypted"]) == (True, False)
        assert file.stat().st_mode & 0o077 == 0
        wire.run("resume", "wire")
        wire.wait_settled(second)
    sent = got(wire)
    assert sent and set(sent.values()) == {1}
    wire.run("restore", str(file), **restored_home)  # type: ignore[arg-type]
    assert "not empty" in wire.start("restore", str(file), **restored_home).stderr
    wire.environment |= restored_home
    assert wire.json("hold", "show", schema="hold")["needs"] == "reconcile"
    with wire.up() as up:
        assert asked(f"{up.url}api/v1/wire?after={cursor}")[0] == 410, "desktops begin anew"
        assert "hold reconcile" in wire.start("hold", "off").stderr
        doubt = wire.json("hold", "reconcile", schema="reconciliation")
        assert {row["release"] for row in doubt["deliveries"]} == {second}
        wire.json("hold", "reconcile", "--decide", "uncertain", schema="reconciliation")
        wire.run("resume", "wire")
        wire.run("hold", "off")
        third = release_now(wire, "three.md", "Third workshop opens for school robots")
        wire.wait_settled(third)
    after = got(wire)
    assert {key: after[key] for key in sent} == sent, "nothing of the lost time is sent twice"
    assert set(after.values()) == {1}, "and no id is used for something else"
    assert wire.json("report", second)["deliveries"].keys() >= {"uncertain"}


def test_a_backup_without_keys_opens_nothing_and_asks_for_them(wire: WireHome, tmp_path: Path) -> None:
    """S2"""
    file, keys = tmp_path / "bare.backup", Path(wire.environment["DATELINE_HOME"]) / "keys"
    wire.run("issuer", "add", "hanbit", "--name", "Hanbit", "--country", "KR")
    wire.run("backup", str(file))
    assert "no keys are in it" in wire.last_error
    with tarfile.open(file) as tar:
        assert not [name for name in tar.getnames() if name.startswith(("keys", "secrets", "dateline.toml"))]
    assert "there is a file already" in wire.start("backup", str(file)).stderr
    nowhere = wire.start("backup", str(tmp_path / "no" / "bare.backup"))
    assert nowhere.returncode == 2 and "make the folder" in nowhere.stderr
    if "DATELINE_DATABASE_URL" in wire.environment:
        return  # the rest is the same, and needs a second database
    there = {"DATELINE_HOME": str(tmp_path / "again")}
    assert "--keys" in wire.start("restore", str(file), **there).stderr
    assert not (tmp_path / "again").exists(), "a home is there as a whole or not at all"
    wire.run("restore", str(file), "--keys", str(keys), DATELINE_HOME=there["DATELINE_HOME"])
    assert "hanbit" in wire.run("issuer", "list", DATELINE_HOME=there["DATELINE_HOME"])


def test_an_encrypted_backup_opens_with_its_identity_alone(wire: WireHome, tmp_path: Path) -> None:
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    file = tmp_path / "sealed.backup"
    wire.run("issuer", "list")  # makes the home
    wire.run("backup", str(file), "--encrypt-to", str(mine.to_public()))
    assert file.read_bytes().startswith(b"age-encryption.org/v1\n")
    if "DATELINE_DATABASE_URL" in wire.environment:
        return
    there = {"DATELINE_HOME": str(tmp_path / "opened")}
    assert "--identity" in wire.start("restore", str(file), **there).stderr
    wrong = wire.write("wrong.txt", f"# created: today\n{other}\n")
    assert "does not open" in wire.start("restore", str(file), "--identity", wrong, **there).stderr
    right = wire.write("right.txt", f"{mine}\n")
    wire.run("restore", str(file), "--identity", right, DATELINE_HOME=there["DATELINE_HOME"])
    assert (tmp_path / "opened" / "keys" / "web").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: b"no backup at all", "no backup of Dateline"),
        (lambda data: data[: len(data) // 2], "damaged"),
    ],
)
def test_a_damaged_file_is_refused_and_leaves_no_home(
    wire: WireHome, tmp_path: Path, spoil: Callable[[bytes], bytes], said: str
) -> None:
    """I14"""
    file = tmp_path / "wire.backup"
    wire.run("issuer", "list")  # makes the home
    wire.run("backup", str(file), "--with-keys")
    file.write_bytes(spoil(file.read_bytes()))
    done = wire.start("restore", str(file), DATELINE_HOME=str(tmp_path / "no"))
    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "no").exists()
