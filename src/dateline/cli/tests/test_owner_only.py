"""What the command line keeps to its owner and to the person it acts as."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dateline.cli.tests.wire_home import WireHome

pytestmark = [pytest.mark.wire, pytest.mark.once]


def test_files_of_the_home_are_the_owners_alone(wire: WireHome) -> None:
    """Addresses of journalists lie readable in the database: also in a folder that others may enter."""
    home = Path(wire.environment["DATELINE_HOME"])
    home.mkdir(mode=0o755)
    os.chmod(home, 0o755)  # noqa: PTH101 - mkdir's mode is narrowed by the umask of this run
    before = os.umask(0o022)
    try:
        wire.populate()
    finally:
        os.umask(before)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 2
    assert [str(path.relative_to(home)) for path in files if path.stat().st_mode & 0o077] == []


def test_a_process_that_crashes_leaves_no_core(wire: WireHome) -> None:
    """S1: it would hold the key of the house and texts before T0."""
    with wire.up() as up:
        pids = [up.process.pid, *up.children().values()]
        assert len(pids) == 6
        for pid in pids:
            limits = Path(f"/proc/{pid}/limits").read_text()
            (core,) = [line for line in limits.splitlines() if line.startswith("Max core file size")]
            assert core.split()[4:6] == ["0", "0"]


def test_people_of_an_issuer_act_for_that_issuer_alone(populated: WireHome) -> None:
    """T5: the same rule as in the portal, whatever `--as` says."""
    populated.run("issuer", "add", "rival", "--name", "Rival Corp", "--country", "US")
    populated.run("user", "add", "Rita", "--role", "issuer", "--issuer", "rival")
    file = populated.release_file()
    for words in (["send", file], ["release", "add", file]):
        populated.run(*words, "--as", "Rita", code=1)
        assert "Rita" in populated.last_error and "hanbit" in populated.last_error
    release = populated.run("release", "add", file).strip()
    for words in (
        ["lock", release],
        ["approve", release],
        ["schedule", release, "--at", "2030-01-01T00:00Z"],
        ["withdraw", release],
        ["overdue", release],
        ["correct", release, file, "--reason", "None."],
        ["kill", release, "--reason", "None."],
        ["add", file, "--to", release],
    ):
        populated.run("release", *words, "--as", "Rita", code=1)
        assert "Rita" in populated.last_error, words
        assert populated.json("release", "show", release)["state"] == "draft"


def test_an_approval_may_name_the_hash_that_was_read(populated: WireHome) -> None:
    """S5: whoever locks it anew in between gets no approval by it."""
    release = populated.run("release", "add", populated.release_file(), "--at", "2030-01-01T00:00Z").strip()
    first = populated.run("release", "lock", release).split()[-1]
    second = populated.run("release", "lock", release).split()[-1]
    assert first != second
    populated.run("release", "approve", release, "--hash", first[:12], code=1)
    assert "locked anew" in populated.last_error
    assert populated.json("release", "show", release)["state"] == "locked"
    populated.run("release", "approve", release, "--hash", second[:12])


def test_a_reason_need_not_stand_in_the_process_list(populated: WireHome) -> None:
    """A reason tells what was wrong before it is public, and everybody on the machine may read `ps`."""
    sent = populated.json("send", populated.release_file())
    corrected = populated.release_file("corrected.md", body="It has new hours.")
    reason = populated.folder / "reason.txt"
    reason.write_text("The hours were wrong.\n", encoding="utf-8")
    with reason.open() as words:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "dateline",
                "release",
                "correct",
                sent["release"],
                corrected,
                "--reason",
                "-",
            ],
            env=populated.environment,
            stdin=words,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert "corrected" in done.stdout and "hours were wrong" not in done.stdout
