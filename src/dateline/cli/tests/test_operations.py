"""The operator's commands: hold, pause, resend; their documents are stable."""

import json
from pathlib import Path

import pytest

from dateline.cli.tests.wire_home import WireHome
from dateline.plant.locks import FileLock

pytestmark = pytest.mark.wire


def test_the_whole_wire_is_held_and_goes_on(populated: WireHome) -> None:
    """Nothing becomes public meanwhile; afterwards what was due a moment ago lifts by itself."""
    wire = populated
    assert not wire.json("hold", "show", schema="hold")["on"]
    wire.run("hold", "on", "--reason", "fire drill")
    shown = wire.json("hold", "show", schema="hold")
    assert (shown["on"], shown["reason"], len(shown["history"])) == (True, "fire drill", 1)
    checks = {row["check"]: row for row in json.loads(wire.start("doctor", "--json").stdout)}
    assert (checks["hold"]["state"], checks["hold"]["fix"]) == ("warn", "dateline hold off")
    file = wire.release_file()
    wire.run("send", file, "--timeout", "1", code=4)
    release = wire.json("release", "list", schema="release_list")[0]
    assert release["state"] in {"approved", "held"}
    assert wire.hooks.diary() == [] and wire.sink.diary() == []
    wire.run("hold", "off", "--reason", "drill is over")
    with wire.up():
        wire.wait_settled(release["release"])
    assert len(wire.hooks.diary()) > 0


def test_pauses_are_listed_with_the_names_people_know(populated: WireHome) -> None:
    wire = populated
    wire.run("pause", "endpoint", "Seoul Courier", "--reason", "their server moves")
    wire.run("pause", "circuit", "all", "--reason", "wrong lists")
    rows = {row["kind"]: row for row in wire.json("pauses", schema="pauses")}
    assert rows["endpoint"]["shown"] == "Seoul Courier"
    assert rows["endpoint"]["name"].startswith("o_")
    assert rows["circuit"]["reason"] == "wrong lists"
    checks = {row["check"]: row for row in json.loads(wire.start("doctor", "--json").stdout)}
    assert checks["paused"]["found"] == "circuit all, endpoint Seoul Courier"
    wire.run("resume", "endpoint", "Seoul Courier")
    assert [row["kind"] for row in wire.json("pauses", schema="pauses")] == ["circuit"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pause", "moon", "x", "--reason", "x"), "choose one of"),
        (("pause", "endpoint", "Nobody", "--reason", "x"), "there is no outlet 'Nobody'"),
        (("hold", "reconcile", "--decide", "perhaps"), "nothing-went-out"),
        (("resend", "k7m2x9qd4w", "--missing"), "k7m2x9qd4w"),
        (("suppress", "remove", "ana@daily.example", "--as", "", "--reason", "x"), "--as: is empty"),
        (("release", "approve", "k7m2x9qd4w", "--as", " "), "--as: is empty"),
    ],
)
def test_what_cannot_be_done_says_what_can(standing: WireHome, words: tuple[str, ...], said: str) -> None:
    """I14"""
    done = standing.start(*words)
    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.once
@pytest.mark.parametrize(
    "words",
    [
        ("hold", "on", "--reason", "hoax"),
        ("pause", "wire", "--reason", "hoax"),
        ("suppress", "add", "ana@daily.example", "--reason", "by phone"),
        ("endpoint", "list"),
        ("release", "kill", "k7m2x9qd4w", "--reason", "hoax"),
        ("backup", "wire.backup"),
    ],
)
def test_a_mistyped_home_does_not_become_a_wire_that_is_held_instead(
    standing: WireHome, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """I14"""
    typo = tmp_path / "typo"
    done = standing.start(*words, DATELINE_HOME=str(typo))
    assert (done.returncode, "there is no wire at" in done.stderr) == (1, True), done.stderr
    assert not typo.exists()


def test_people_of_an_issuer_may_not_stop_the_wire(populated: WireHome) -> None:
    """T5"""
    populated.run("user", "add", "carl", "--role", "issuer", "--issuer", "hanbit")
    done = populated.start("hold", "on", "--reason", "x", "--as", "carl")
    assert done.returncode == 1
    assert "desk and operator" in done.stderr
    assert not populated.json("hold", "show")["on"]


def test_what_is_missing_is_sent_again_on_somebodys_word(populated: WireHome) -> None:
    """The refused mail is tried again; its row says who asked."""
    wire = populated
    release = wire.json("send", wire.release_file(), schema="send")["release"]
    found = wire.json("resend", release, "--missing", schema="resend")
    assert (found["release"], found["resent"]) == (release, 1)
    why = wire.json("ledger", "why", release, "gone@ledger.example", schema="why")
    assert (why["state"], why["attempts"][-1]["kind"]) == ("waiting", "replay")
    wire.run("release", "kill", release, "--reason", "it was a drill")
    no_clock = "nothing goes out before one does" in wire.last_error
    assert no_clock or wire.environment.get("DATELINE_DATABASE_URL"), "killed is not done while nothing runs"
    assert found["by"] in why["attempts"][-1]["text"]


def test_a_second_dispatch_process_on_sqlite_is_refused_in_words(wire: WireHome, database_url: str) -> None:
    if database_url:
        pytest.skip("PostgreSQL has room for many")
    done = wire.start("dispatch", "--workers", "2")
    assert done.returncode == 1
    assert "SQLite has room for one dispatch process" in done.stderr
    lock = FileLock(Path(wire.environment["DATELINE_HOME"]) / "dispatch.lock")
    assert lock.try_acquire()
    done = wire.start("dispatch")
    lock.release()
    assert done.returncode == 1
    assert "already runs" in done.stderr
