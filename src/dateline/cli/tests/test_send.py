"""One release, end to end, from the command line without `dateline up`: every delivery is accounted for."""

import csv
import io
from email import message_from_bytes, policy

import pytest

from dateline.cli.tests.wire_home import KOREAN, WireHome

pytestmark = pytest.mark.wire


def test_a_release_in_two_languages_reaches_everybody_once(populated: WireHome) -> None:
    english = populated.release_file()
    korean = populated.write("release.ko.md", KOREAN)
    sent = populated.json("send", english, "--edition", f"ko={korean}", schema="send")
    release = sent["release"]
    assert sent["state"] == "released" and sent["version"] == 1
    assert sent["lift"]["late_ms"] >= 0
    assert sent["manifest"]["counts"]["outlets"] == 3, "Berlin takes German, which there is none of"

    # Outlets get each edition in their languages; people the first of their own that is there, once (I4).
    report = populated.json("report", release, schema="report")
    assert report["by_channel"] == {"mail": {"accepted": 3, "refused": 1}, "webhook": {"accepted": 3}}
    assert report["by_language"]["ko"] == {"accepted": 3}
    assert sum(report["deliveries"].values()) == 7
    assert [f["code"] for f in report["failures"]] == [550]

    # The receivers' own diaries agree.
    assert sorted(e.path for e in populated.hooks.diary()) == ["/courier", "/courier", "/ledger"]
    mails = {e.recipient: populated.sink.message(e) for e in populated.sink.diary()}
    assert set(mails) == {"ada@ledger.example", "haneul@courier.example", "desk@busan.example"}
    korean_mail = message_from_bytes(mails["haneul@courier.example"], policy=policy.default)
    assert korean_mail["subject"] == "한빛로보틱스, 학교용 로봇 수리 공방 열어"
    assert korean_mail["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"

    rows = list(csv.DictReader(io.StringIO(populated.run("report", release, "--csv"))))
    assert sum(int(r["count"]) for r in rows if r["by"] == "channel") == 7
    listed = populated.json("release", "list", schema="release_list")
    assert [row["release"] for row in listed] == [release]
    assert set(listed[0]["languages"]) == {"en", "ko"}


def test_the_ledger_explains_everybody(populated: WireHome) -> None:
    sent = populated.json("send", populated.release_file())
    release = sent["release"]

    def why(recipient: str) -> dict[str, object]:
        found = populated.json("ledger", "why", release, recipient, schema="why")
        assert isinstance(found, dict)
        return found

    assert why("ada@ledger.example")["state"] == "accepted"
    gone = why("gone@ledger.example")
    assert gone["state"] == "refused" and "550" in str(gone["sentence"])
    assert why("nobody@courier.example")["rule"] == "consent"
    assert why("Berlin Bote")["rule"] in {"language", "language-not-there"}
    assert "accepted" in populated.run("ledger", "why", release, "Seoul Courier")
    populated.run("ledger", "why", release, "stranger@nowhere.example", code=1)
    assert "stranger@nowhere.example" in populated.last_error


def test_restricted_countries_get_nothing(populated: WireHome) -> None:
    file = populated.release_file(more="restrict: [GB]\n")
    sent = populated.json("send", file)
    found = populated.json("ledger", "why", sent["release"], "London Ledger")
    assert found["rule"] == "restricted"
    assert [e.path for e in populated.hooks.diary()] == ["/courier"]


@pytest.mark.once
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--at", "2020-01-01T00:00Z"], 2, "past"),
        (["--at", "2030-01-01 09:00"], 2, "zone"),
        (["--at", "2027-03-28 02:30 Europe/Berlin"], 2, "skip"),
        (["--at", "2027-10-31 02:30 Europe/Berlin"], 2, "twice"),
        (["--circuit", "moon"], 1, "moon"),
        (["--issuer", "hanbitt"], 1, "hanbit"),
        (["--edition", "xx-nonsense=release.md"], 2, "xx-nonsense"),
        (["--edition", "ko"], 2, "TAG=FILE"),
        (["--until", "never"], 2, "until"),
        (["--as", "stranger"], 1, "stranger"),
    ],
)
def test_what_cannot_be_sent_is_refused_in_plain_words(
    standing: WireHome, words: list[str], code: int, says: str
) -> None:
    standing.run("send", standing.release_file(), *words, code=code)
    assert says in standing.last_error
    assert "Traceback" not in standing.last_error
    assert standing.hooks.diary() == [] and standing.sink.diary() == []


def test_a_blocking_finding_stops_the_release(populated: WireHome) -> None:
    file = populated.release_file(more='subhead: "```json"\n')
    populated.run("send", file, code=1)
    assert "block" in populated.last_error
    assert populated.json("release", "list")[0]["state"] == "locked"
    assert populated.hooks.diary() == []


@pytest.mark.once
@pytest.mark.parametrize("name", ["absent.md", "empty.md", "latin.md", "binary.md"])
def test_an_unusable_file_is_named(standing: WireHome, name: str) -> None:
    path = standing.folder / name
    contents = {
        "empty.md": b"",
        "latin.md": "Caf\xe9 opens in S\xe3o".encode("latin-1"),
        "binary.md": bytes(900),
    }
    if name in contents:
        path.write_bytes(contents[name])
    standing.run("send", str(path), code=2)
    assert name in standing.last_error


def test_two_people_are_needed_once_a_second_person_is_there(populated: WireHome) -> None:
    populated.run("issuer", "list")  # the first operator exists once anybody acted
    populated.run("user", "add", "operator")
    populated.run("user", "add", "Bea Editor", "--role", "editor")
    sent = populated.json("send", populated.release_file(), code=3)
    assert sent["state"] == "locked"
    release = sent["release"]
    populated.run("release", "approve", release, "--as", "operator", code=3)
    with populated.up():
        populated.run("release", "approve", release, "--as", "Bea Editor")
        populated.wait_state(release, "released")
        populated.wait_settled(release)
    assert len(populated.hooks.diary()) == 2


def test_a_regulated_item_needs_two_even_alone(populated: WireHome) -> None:
    file = populated.release_file(more="class: regulated\n")
    populated.run("send", file, code=3)
    assert populated.hooks.diary() == []


def test_a_relay_that_is_down_delays_and_loses_nothing(populated: WireHome) -> None:
    populated.sink.stop()
    sent = populated.json("send", populated.release_file(), "--timeout", "4", code=4)
    assert sent["deliveries"].get("accepted") == 2, "webhooks do not wait for the relay"
    with populated.relay_again() as sink, populated.up():
        populated.wait_settled(sent["release"])
        reached = {e.recipient for e in sink.diary()}
        assert reached == {"ada@ledger.example", "haneul@courier.example", "gone@ledger.example"}


def test_a_full_disk_is_said_plainly_and_loses_nothing(populated: WireHome) -> None:
    if populated.environment.get("DATELINE_DATABASE_URL"):
        pytest.skip("the disk of a database server is not ours to fill")
    before = populated.json("audience", "reach")
    rows = [f"j{n}@mass.example,Jo {n},GB,en,04000000,,own form" for n in range(20_000)]
    file = populated.write(
        "many.csv", "\n".join(["email,name,country,languages,sectors,outlet,consent", *rows])
    )
    done = populated.with_file_limit(2_000_000, "audience", "import", file, "--kind", "journalist")
    assert done.returncode == 1
    assert "disk" in done.stderr and "Traceback" not in done.stderr
    after = populated.json("audience", "reach")
    assert after["outlets"] == before["outlets"]
    populated.run("audience", "import", file, "--kind", "journalist")
    assert populated.json("audience", "reach")["journalists"] > 20_000
