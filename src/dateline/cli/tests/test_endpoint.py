"""`dateline endpoint` as an operator uses it, with a real receiver and a real wire."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from dateline.cli.tests.wire_home import WireHome
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver, signature

pytestmark = [pytest.mark.wire, pytest.mark.once]


@pytest.fixture
def others(tmp_path: Path) -> Iterator[WebhookReceiver]:
    """`/gone` is gone; `/public` says where it has published."""
    told = '{"published_url": "https://public.example/story"}'
    rules = [HookRule("410", "/gone"), HookRule("200", "/public", body=told, times=1)]
    with WebhookReceiver(tmp_path / "others", rules=rules) as found:
        yield found


def added(wire: WireHome, path: str = "/post", *more: str) -> str:
    document = wire.json(
        "endpoint", "add", "Seoul Post", "--endpoint", wire.hooks.url(path), "--country", "KR",
        "--language", "ko,en", "--contact", "Desk <desk@post.example>", *more, schema="endpoint",
    )  # fmt: skip
    return str(document["recipient"])


def test_an_endpoint_is_added_tried_paused_and_resumed(wire: WireHome) -> None:
    recipient = added(wire)
    (listed,) = wire.json("endpoint", "list", schema="endpoint_list")
    assert (listed["recipient"], listed["state"], listed["format"]) == (recipient, "ok", "json")
    tried = wire.json("endpoint", "test", "Seoul Post", schema="endpoint_test")
    assert tried["arrived"] == 6
    wire.run("endpoint", "pause", "Seoul Post", "--reason", "their wish")
    (listed,) = wire.json("endpoint", "list", schema="endpoint_list")
    assert listed["state"] == "paused" and "their wish" in listed["because"]
    wire.run("endpoint", "resume", "Seoul Post")
    assert wire.json("endpoint", "list")[0]["state"] == "ok"
    assert "Seoul Post" in wire.run("endpoint", "list")


def test_the_secret_shown_signs_what_arrives_and_so_does_the_next_one(wire: WireHome) -> None:
    added(wire)
    first = wire.json("endpoint", "secret", "Seoul Post", schema="endpoint_secret")
    second = wire.json("endpoint", "secret", "Seoul Post", "--rotate", schema="endpoint_secret")
    assert first["secret"] != second["secret"] and second["previous_until"] > second["rotated_at"]
    wire.run("endpoint", "test", "Seoul Post")
    entry = wire.hooks.diary()[-1]
    headers, body = wire.hooks.request(entry)
    for shown in (first, second):
        key = base64.b64decode(shown["secret"].removeprefix("whsec_"))
        made = signature(key, entry.webhook_id, entry.timestamp, body)
        assert made in headers["webhook-signature"].split(" ")


def test_a_test_that_does_not_arrive_says_so_and_exits_1(wire: WireHome) -> None:
    added(wire, "/failing")
    tried = wire.json("endpoint", "test", "Seoul Post", schema="endpoint_test", code=1)
    assert tried["arrived"] == 0 and {a["code"] for a in tried["answers"]} == {503}
    shown = wire.run("endpoint", "test", "Seoul Post", code=1)
    assert "0 of 6 arrived" in shown


def test_nothing_of_a_test_enters_log_ledger_or_report(wire: WireHome) -> None:
    added(wire)
    wire.run("endpoint", "test", "Seoul Post")
    assert wire.json("release", "list") == []
    assert wire.run("report", "testpack22", code=1) == "" and "testpack22" in wire.last_error
    assert wire.run("ledger", "why", "testpack22", "Seoul Post", code=1) == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("test", "Nobody"), 1, "endpoint list"),
        (("secret", "Nobody"), 1, "endpoint list"),
        (
            ("add", "X", "--country", "KR", "--language", "ko", "--endpoint", "https://10.0.0.1/"),
            2,
            "private",
        ),
        (("add", "X", "--country", "KR", "--language", "ko", "--endpoint", "http://192.0.2.1/"), 2, "443"),
        (("add", "X", "--country", "KR", "--language", "ko", "--channel", "mail"), 2, "endpoint"),
        (("add", "X", "--country", "Korea", "--language", "ko", "--channel", "feed"), 2, "country"),
        (("pause", "Nobody"), 2, "--reason"),
    ],
)
def test_what_cannot_be_done_names_the_place_and_the_remedy(
    standing: WireHome, words: tuple[str, ...], code: int, said: str
) -> None:
    """I14."""
    standing.run("endpoint", *words, code=code)
    assert said in standing.last_error


def test_a_paused_endpoint_waits_and_has_its_news_after_resuming(
    populated: WireHome, others: WebhookReceiver
) -> None:
    """A pause spends no tries; one that is gone is disabled and its contact told; the report shows what a
    receiver published, and who had the kill.
    """
    for name in ("Gone Gazette", "Public Post"):
        populated.run(
            "endpoint", "add", name, "--endpoint", others.url(f"/{name.split()[0].lower()}"),
            "--country", "GB", "--language", "en", "--contact", "desk@gazette.example",
        )  # fmt: skip
    populated.run("endpoint", "pause", "Seoul Courier", "--reason", "their wish")
    with populated.up():
        release = populated.json("send", populated.release_file(), schema="send")["release"]
        before = populated.json("ledger", "why", release, "Seoul Courier")
        assert before["state"] in {"waiting", "deferred"} and before["attempts"] == []
        populated.run("endpoint", "resume", "Seoul Courier")
        populated.wait_for(
            lambda: populated.json("ledger", "why", release, "Seoul Courier")["state"] == "accepted",
            "the paused delivery",
        )
        populated.wait_for(
            lambda: any(mail.recipient == "desk@gazette.example" for mail in populated.sink.diary()),
            "the mail to the contact of the endpoint that is gone",
        )
        states = {o["name"]: o["state"] for o in populated.json("endpoint", "list")}
        assert states["Gone Gazette"] == "disabled" and states["Public Post"] == "ok"
        (pickup,) = populated.json("report", release, schema="report")["pickups"]
        assert (pickup["name"], pickup["url"]) == ("Public Post", "https://public.example/story")
        populated.run("release", "kill", release, "--reason", "a mistake of ours")
        populated.wait_for(
            lambda: any(
                n["kind"] == "kill" and n["acknowledged"] == n["endpoints"] - 1
                for n in populated.json("report", release, schema="report")["notices"]
            ),
            "the kill at every endpoint",
        )
    report = populated.json("report", release, schema="report")
    (kill,) = report["notices"]
    assert kill["within_60s"] == kill["endpoints"] - 1 >= 3 and kill["share_60s"] < 1
    lines = populated.run("report", release, "--acknowledgements").splitlines()
    assert lines[0].startswith("version,kind,recipient,name") and len(lines) == 1 + kill["endpoints"]
    assert any("Seoul Courier" in line and ",yes," in line for line in lines)
