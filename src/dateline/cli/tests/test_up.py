"""`dateline up`: pages, stream, schedule, correction, kill, withdrawal, on one running wire."""

import json
import socket
import threading
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dateline.cli.tests.wire_home import KOREAN, WireHome, in_seconds
from dateline.client.stream import Message, follow

pytestmark = pytest.mark.wire


def get(address: str) -> tuple[int, str]:
    """(status, text) of a page; statuses of errors too."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Listener(threading.Thread):
    """A desktop on the stream."""

    def __init__(self, url: str, language: str) -> None:
        super().__init__(daemon=True)
        self.url, self.language = url, language
        self.messages: list[Message] = []
        self.start()

    def run(self) -> None:
        for message in follow(self.url, filters={"language": [self.language]}):
            self.messages.append(message)

    def types(self) -> list[Any]:
        return [m.event["type"] for m in self.messages]


def test_the_first_page_of_an_empty_home(wire: WireHome) -> None:
    with wire.up() as up:
        status, page = get(f"{up.url}en/")
        assert status == 200 and '<html lang="en"' in page
        assert get(f"{up.url}ar/")[1].count('dir="rtl"') >= 1
        assert get(f"{up.url}healthz")[0] == 200 and get(f"{up.url}readyz")[0] == 200
        assert get(up.sign_in)[0] == 200
        assert set(up.children()) == {"web", "clock", "work", "dispatch", "edge"}
        children = up.children().values()
    assert up.process.returncode == 0, "SIGTERM drains and ends well"
    assert not [pid for pid in children if _alive(pid)]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_second_wire_on_the_same_home_and_a_taken_port_are_refused(wire: WireHome) -> None:
    with wire.up():
        wire.run("up", "--port", "0", code=1)
        assert "already runs" in wire.last_error
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        wire.run("up", "--port", str(port), code=1)
        assert str(port) in wire.last_error


def test_doctor_asks_the_ports_that_up_was_given(wire: WireHome) -> None:
    with wire.up() as up:
        found = {row["check"]: row for row in json.loads(wire.start("doctor", "--json").stdout)}
    assert (found["web port"]["state"], found["edge port"]["state"]) == ("ok", "ok")
    assert found["web port"]["found"].split()[0] in up.url


def test_nothing_is_public_before_t0_and_everything_after(populated: WireHome) -> None:
    """I1, T3, T4: pages, feeds, API and stream know nothing of a held release; at T0 all of them do."""
    korean = populated.write("release.ko.md", KOREAN)
    with populated.up() as up:
        listener = Listener(up.url, "ko")
        release = populated.run(
            "release", "add", populated.release_file(), "--edition", f"ko={korean}", "--at", in_seconds(3600)
        ).strip()
        populated.run("release", "lock", release)
        populated.run("release", "approve", release)
        populated.wait_state(release, "held")
        shown = populated.json("release", "show", release)
        page = f"{up.url}en/{shown['slug']}-{release}/"
        for address in (
            page,
            f"{up.url}en/",
            f"{up.url}en/feed.atom",
            f"{up.url}api/v1/wire",
            f"{up.url}sitemap.xml",
            f"{up.url}en/issuer/hanbit/",
            f"{up.url}en/search/?q=workshop",
        ):
            text = get(address)[1]
            assert release not in text and "workshop for school" not in text, address
        absent = get(f"{up.url}en/nothing-2222222222/")
        assert get(page) == absent, "what is held answers like what never was"

        populated.approve_for_soon(release, left_s=0)
        populated.wait_state(release, "released")
        assert get(page)[0] == 200
        for address in (
            f"{up.url}en/",
            f"{up.url}en/feed.atom",
            f"{up.url}api/v1/wire",
            f"{up.url}sitemap.xml",
        ):
            assert release in get(address)[1], address
        populated.wait_for(lambda: listener.types() == ["released"], "the stream")
        assert listener.messages[0].event["language"] == "ko"
        assert get(f"{up.url}ja/{shown['slug']}-{release}/")[0] == 404, "no Japanese edition"
        populated.wait_settled(release)


def test_late_edition_correction_and_kill(populated: WireHome) -> None:
    with populated.up() as up:
        english, korean = Listener(up.url, "en"), Listener(up.url, "ko")
        sent = populated.json("send", populated.release_file())
        release, page = sent["release"], sent["url"]

        populated.run("release", "add", populated.write("late.ko.md", KOREAN), "--to", release)
        korean_page = page.replace("/en/", "/ko/")
        populated.wait_for(lambda: get(korean_page)[0] == 200, "the Korean page")
        populated.wait_for(lambda: korean.types() == ["edition-added"], "edition-added")
        populated.wait_for(lambda: len(populated.sink.diary()) == 3, "the Korean mail outlet")
        people = [e.recipient for e in populated.sink.diary()]
        assert people.count("haneul@courier.example") == 1, "who had it in English gets no second one (I4)"

        reason = "The opening hours were wrong."
        corrected = populated.release_file("corrected.md", body="Opening hours have been corrected.")
        populated.run("release", "correct", release, corrected, "--reason", reason)
        populated.wait_for(lambda: "Opening hours have been corrected" in get(page)[1], "the corrected page")
        assert reason in get(page)[1]
        old = get(f"{page}v1/")
        assert old[0] == 200 and "Opening hours have been corrected" not in old[1]

        populated.run("release", "kill", release, "--reason", "Sent in error.")
        populated.wait_for(lambda: get(page)[0] == 410, "the kill")
        for address in (page, korean_page, f"{page}v1/"):
            status, text = get(address)
            assert status == 410 and "Sent in error." in text
            assert "repair their robots" not in text and "공방은 평일" not in text, address
        assert "repair their robots" not in get(f"{up.url}en/feed.atom")[1]
        populated.wait_for(
            lambda: english.types() == ["released", "corrected", "killed"], "the stream's order"
        )
        log = json.loads(get(f"{up.url}api/v1/wire")[1])["events"]
        assert [row["event"]["type"] for row in log][:3] == ["released", "edition-added", "corrected"]
        populated.wait_state(release, "killed")


def test_withdrawal_before_and_after_t0(populated: WireHome) -> None:
    with populated.up() as up:
        held = populated.run("release", "add", populated.release_file(), "--at", in_seconds(3600)).strip()
        populated.run("release", "lock", held)
        populated.run("release", "approve", held)
        populated.run("release", "withdraw", held)
        populated.wait_state(held, "withdrawn")
        assert json.loads(get(f"{up.url}api/v1/wire")[1])["events"] == []

        sent = populated.json("send", populated.release_file())
        populated.run("release", "withdraw", sent["release"], "--reason", "Postponed.")
        populated.wait_for(lambda: "Postponed." in get(sent["url"])[1], "the mark on the page")
        status, text = get(sent["url"])
        assert status == 200 and "repair" in text


def test_one_click_stops_for_good(populated: WireHome) -> None:
    """RFC 8058, I13: the POST of a mail program stops the address; an import does not revive it."""
    from email import message_from_bytes, policy

    with populated.up():
        populated.json("send", populated.release_file())
        (entry,) = [e for e in populated.sink.diary() if e.recipient == "ada@ledger.example"]
        mail = message_from_bytes(populated.sink.message(entry), policy=policy.default)
        link = str(mail["list-unsubscribe"]).strip("<>")
        assert get(link)[0] == 200, "looking at it changes nothing"
        request = urllib.request.Request(link, data=b"List-Unsubscribe=One-Click", method="POST")
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == 200 and answer.url == link
        populated.import_rows(
            "journalist",
            "email,name,country,languages,sectors,outlet,consent",
            ["Ada@Ledger.example,Ada Ashdown,GB,en,13000000;04000000,,again 2026"],
        )
        second = populated.json("send", populated.release_file(headline="Hanbit opens a second workshop"))
        populated.wait_settled(second["release"])
        assert [e.recipient for e in populated.sink.diary()].count("ada@ledger.example") == 1
        why = populated.json("ledger", "why", second["release"], "ada@ledger.example")
        assert why["state"] == "suppressed"
