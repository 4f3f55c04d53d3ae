"""What comes back, from the command line: a bounce through a mail system's pipe, lists, complaints."""

import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from dateline.cli.tests.wire_home import WireHome
from dateline.formats.tests.returned_corpus import returned

pytestmark = [pytest.mark.wire, pytest.mark.once]
ADA = "ada@ledger.example"


def bounce(home: WireHome, data: bytes, *words: str, code: int = 0, **extra: str) -> str:
    """Standard output of `dateline bounce -` fed as a mail system feeds it."""
    done = subprocess.run(
        [sys.executable, "-m", "dateline", "bounce", "-", *words],
        input=data,
        env=home.environment | extra,
        cwd=home.folder,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    return (done.stdout if code == 0 else done.stderr).decode()


def test_a_bounce_stops_the_address_and_every_face_tells_of_it(populated: WireHome) -> None:
    """I13, from the pipe to the next release."""
    release = populated.json("send", populated.release_file())["release"]
    refused = populated.json("suppress", "list", "gone@ledger.example", schema="suppression")
    assert refused["reason"] == "no such address (5.1.1)", "said by the relay while we sent"
    mails = {entry.recipient: populated.sink.message(entry) for entry in populated.sink.diary()}
    message_id = str(message_from_bytes(mails[ADA], policy=policy.default)["message-id"])
    data = returned("gmail-no-such-user", envelope="news@wire.example", message_id=message_id)
    data = data.replace(b"ana@daily.example", ADA.encode()).replace(b"k7m2x9qd4w", release.encode())

    said = bounce(populated, data)
    assert said == f"{release}: no such address; the address is not mailed any more\n"

    one = populated.json("suppress", "list", ADA, schema="suppression")
    assert one["suppressed"] and one["reason"] == "no such address (5.1.1)" and one["source"] == "bounce"
    why = populated.json("ledger", "why", release, ADA, schema="why")
    assert why["state"] == "accepted"
    assert "and something came back at" in why["sentence"] and "no such address 5.1.1" in why["sentence"]
    assert [attempt["kind"] for attempt in why["attempts"]] == ["result", "dsn"]
    report = populated.json("report", release, schema="report")
    assert report["returned"] == {"bounces": 1, "complaints": 0}

    # A re-import does not revive, and the next release says why it did not go.
    populated.import_rows(
        "journalist",
        "email,name,country,languages,sectors,outlet,consent",
        [f"{ADA},Ada Ashdown-Lee,GB,en,13000000;04000000,,new form 2026"],
    )
    second = populated.json(
        "send", populated.release_file("second.md", headline="Hanbit opens a second workshop")
    )
    again = populated.json("ledger", "why", second["release"], ADA)
    assert again["state"] == "suppressed" and "no such address (5.1.1)" in again["sentence"]

    removed = populated.json(
        "suppress", "remove", ADA, "--as", "operator", "--reason", "mended", schema="suppression"
    )
    assert removed["removed"] and removed["source"] == "bounce"


def test_what_is_no_bounce_of_ours_ends_well_and_changes_nothing(wire: WireHome) -> None:
    """Nobody could act on a bounce of a bounce."""
    file = wire.write("away.eml", returned("out-of-office").decode())
    wire.run("issuer", "list")  # makes the home
    assert wire.json("bounce", file, schema="bounce")["known"] is False
    for data in (returned("postfix-user-unknown"), b"\xff" * 2_000_000):
        assert "nothing is changed" in bounce(wire, data)


def test_while_the_house_is_away_the_mail_comes_again(wire: WireHome, tmp_path: Path) -> None:
    """EX_TEMPFAIL (75), so that a mail system keeps the bounce."""
    data = returned("postfix-user-unknown")
    assert "name the home" in bounce(wire, data, code=75, DATELINE_HOME=str(tmp_path / "nowhere"))
    away = "postgresql://nobody:secret-word@127.0.0.1:1/none"
    (tmp_path / "empty").mkdir(mode=0o700)
    said = bounce(wire, data, code=75, DATELINE_HOME=str(tmp_path / "empty"), DATELINE_DATABASE_URL=away)
    assert "start PostgreSQL" in said and "secret-word" not in said
    wire.run("bounce", str(tmp_path / "missing.eml"), code=66)
    assert "missing.eml" in wire.last_error


def test_addresses_are_added_imported_asked_for_and_taken_back(wire: WireHome) -> None:
    wire.run("issuer", "list")  # makes the home
    first = wire.json("suppress", "add", "eve@daily.example", "--reason", "by phone", schema="suppression")
    assert first["new"] and first["reason"] == "by phone"
    file = wire.write("stopped.csv", "\ufeffemail;reason\nana@daily.example;complained\nnobody;x\n")
    done = wire.json("suppress", "import", file, schema="import_result", code=1)
    assert done["created"] == 1 and [row["line"] for row in done["rejected"]] == [3]
    assert "0 suppressed, 1 were, 1 rows rejected" in wire.run("suppress", "import", file, code=1)
    listed = wire.json("suppress", "list", schema="suppress_list")
    assert listed["count"] == 2 and "daily" not in str(listed["suppressions"])
    removing = ("suppress", "remove", "ana@daily.example", "--as", "operator", "--reason", "asked for it")
    assert wire.json(*removing, schema="suppression")["reason"] == "complained"
    wire.run(*removing, code=1)
    assert "not suppressed" in wire.last_error
    wire.run("suppress", "add", "eve@daily.example", "--reason", "x", "--scope", "mondays", code=2)
    assert "--scope" in wire.last_error


def test_complaints_are_shown_and_lifted_by_a_named_person(wire: WireHome) -> None:
    wire.run("issuer", "list")  # makes the home
    wire.run("pause", "mail-normal", "--reason", "a trial")
    found = wire.json("suppress", "complaints", schema="complaints")
    assert (found["complaints"], found["limit_percent"], found["paused"]["reason"]) == (0, 0.3, "a trial")
    lifting = ("suppress", "lift", "--as", "operator", "--reason", "list cleaned")
    assert "goes on" in wire.run(*lifting) and "does not rest" in wire.run(*lifting)
