"""Homes made by earlier versions open with this one; migrations run once, under a lock."""

import subprocess
import sys
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from dateline.cli.tests.test_up import get
from dateline.cli.tests.wire_home import WireHome

pytestmark = pytest.mark.wire

HOMES = sorted((Path(__file__).parent / "homes").glob("*.tar.gz"))


@pytest.mark.parametrize("archive", HOMES, ids=lambda path: path.name.removesuffix(".tar.gz"))
def test_a_home_of_an_earlier_version_opens_with_everything_in_it(wire: WireHome, archive: Path) -> None:
    """Made by `scripts/make_test_home.py` at each tagged version: a release out, one held, two receipts."""
    if wire.environment.get("DATELINE_DATABASE_URL"):
        pytest.skip("these homes hold SQLite files")
    home = Path(wire.environment["DATELINE_HOME"])
    home.mkdir(mode=0o700)
    with tarfile.open(archive) as packed:
        packed.extractall(home, filter="data")
    listed = wire.json("release", "list", schema="release_list")
    assert sorted(row["state"] for row in listed) == ["held", "released"]
    (out,) = [row for row in listed if row["state"] == "released"]
    report = wire.json("report", out["release"], schema="report")
    assert report["deliveries"] == {"accepted": 2}
    assert wire.json("ledger", "why", out["release"], "ada@ledger.example")["state"] == "accepted"
    with wire.up() as up:
        status, page = get(up.url.rstrip("/") + urlsplit(report["url"]).path)
        assert status == 200 and "repair their robots" in page
        assert get(f"{up.url}en/feed.atom")[0] == 200
        again = wire.json("send", wire.release_file(headline="Hanbit opens a second workshop"))
        assert again["state"] == "released"


def test_there_is_a_home_of_the_first_version() -> None:
    assert [path.name for path in HOMES][:1] == ["0.1.0.tar.gz"]


def test_several_processes_on_an_empty_home_migrate_it_once(wire: WireHome) -> None:
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "dateline", "issuer", "list", "--json"],
            env=wire.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(4)
    ]
    for command in commands:
        out, error = command.communicate(timeout=120)
        assert command.returncode == 0, error.decode()
        assert out.strip() == b"[]"
