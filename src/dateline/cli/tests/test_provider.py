"""`dateline provider` as an operator uses it: a real feed over HTTP, by hand and by the work process."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from typer.testing import CliRunner

from dateline.cli.provider import app
from dateline.cli.tests.wire_home import SCHEMAS, WireHome
from dateline.core.errors import BadInput, DatelineError
from dateline.desk import services as desk
from dateline.intake.services import providers
from dateline.intake.services.providers import Fetched
from dateline.intake.tests import provider_documents as documents
from dateline.intake.tests.provider_feeds import added, polled
from dateline.issuers import services as issuers
from dateline.testing.feed_server import FeedServer


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    with FeedServer() as server:
        yield server


@pytest.mark.wire
def test_a_feed_is_added_polled_and_followed(wire: WireHome, feeds: FeedServer) -> None:
    items = (*documents.distinct(2), documents.item("bad", title=" "))
    feeds.serve("/feed.rss", documents.rss(*items), etag='"1"')
    card = wire.json(
        "provider", "add", "Kyoto Wire", "--feed", feeds.url("/feed.rss"), "--language", "en",
        "--sector", "economy", "--map", "Local=20000302", "--disclaimer", "Not ours.",
        "--disclaimer", "ja=当社の記事ではない。", schema="provider",
    )  # fmt: skip
    assert (card["name"], card["label"], card["state"]) == ("kyoto-wire", "Kyoto Wire", "ok")
    assert card["disclaimers"] == {"en": "Not ours.", "ja": "当社の記事ではない。"}
    found = wire.json("provider", "poll", "kyoto-wire", schema="provider_poll", code=1)
    assert (found["new"], found["refused"], found["code"]) == (2, 1, 200)
    assert found["refusals"] == [{"where": "feed item 3", "reason": "has no headline"}]
    assert {entry["state"] for entry in found["releases"]} == {"draft"}
    again = wire.json("provider", "poll", "kyoto-wire", schema="provider_poll")
    assert (again["status"], again["code"], again["releases"]) == ("unchanged", 304, [])


@pytest.mark.wire
def test_the_work_process_asks_by_itself_and_one_that_hangs_delays_nothing(
    wire: WireHome, feeds: FeedServer
) -> None:
    """I6"""
    feeds.serve("/hangs", b"<rss>", hang=True)
    feeds.serve("/feed.rss", documents.rss(documents.item("u1")))
    more = ("--language", "en", "--disclaimer", "Not ours.")
    wire.run_together(
        ("provider", "add", "slow", "--feed", feeds.url("/hangs"), *more),
        ("provider", "add", "quick", "--feed", feeds.url("/feed.rss"), *more),
    )
    work = subprocess.Popen([sys.executable, "-m", "dateline", "work"], env=wire.environment, cwd=wire.folder)
    try:
        wire.wait_for(lambda: {"/hangs", "/feed.rss"} <= {path for path, _ in feeds.asked}, "both polls")
        wire.wait_for(lambda: len(wire.json("release", "list")) == 1, "the draft")
    finally:
        work.send_signal(signal.SIGTERM)
        assert work.wait(60) == 0, "it ends although a feed hangs"


# --- the other verbs, in this process ----------------------------------------------------------------------

in_rooms = pytest.mark.django_db(databases=["default", "ledger"])


@pytest.fixture(autouse=True)
def _logs_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command in this process must not turn the log to the runner's standard error, which it closes."""
    monkeypatch.setattr("dateline.cli.home.configure_logs", lambda *_, **__: None)


def run(*words: str) -> str:
    """Standard output of `dateline provider WORDS`; an error of ours is raised."""
    result = CliRunner().invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def document(*words: str, schema: str) -> Any:
    """The document of `dateline provider WORDS --json`, valid by its schema."""
    found = json.loads(run(*words, "--json"))
    text = (SCHEMAS / f"{schema}.json").read_text(encoding="utf-8")
    faults = [fault.message for fault in jsonschema_rs.validator_for(json.loads(text)).iter_errors(found)]
    assert not faults, faults
    return found


@in_rooms
@pytest.mark.room
def test_providers_are_listed_shown_paused_and_removed() -> None:
    issuers.add_person("ops")
    added(auto_approve_by="ops", rights="Own use")
    polled("kyoto", documents.rss(documents.item("u1", category="Gossip"), documents.item("u2", title=" ")))
    polled("kyoto", Fetched("failed", code=503, words="answers 503"))
    (listed,) = document("list", schema="provider_list")
    assert (listed["state"], listed["fails"], listed["last"]["status"]) == ("failing", 1, "failed")
    shown = document("show", "Kyoto Wire", schema="provider_show")
    assert [poll["status"] for poll in shown["polls"]] == ["failed", "ok"]
    assert shown["polls"][1]["unmapped"] == {"Gossip": 1}
    assert "failed: answers 503" in run("list") + run("show", "kyoto")
    changed = document(
        "change", "kyoto", "--no-auto-approve", "--disclaimer", "de=Nicht von uns.", "--every", "1h",
        schema="provider",
    )  # fmt: skip
    assert (changed["auto_approve_by"], changed["every_s"], changed["language"]) == (None, 3600, "en")
    assert set(changed["disclaimers"]) == {"en", "ja", "de"}
    with pytest.raises(BadInput, match="nothing to change"):
        run("change", "kyoto")
    run("pause", "kyoto", "--reason", "court order")
    paused = document("list", schema="provider_list")[0]
    assert (paused["state"], paused["paused"]["by"], paused["next_at"]) == ("paused", "ops", None)
    assert "goes on" in run("resume", "kyoto")
    assert "was not paused" in run("resume", "kyoto")
    assert "drafts and releases stay" in run("remove", "kyoto")
    assert run("list", "--json").strip() == "[]"


@in_rooms
@pytest.mark.room
def test_who_pushes_gets_a_key_once_and_an_issuer_of_its_own() -> None:
    issuers.add_person("ops")
    said = run("add", "Pushy News", "--webhook", "--language", "ja")
    assert "issuer pushy-news (JP) was made" in said
    found = document("key", "pushy-news", schema="provider_key")
    assert found["url"].endswith("/api/v1/providers/pushy-news/items")
    card = providers.push("pushy-news", found["key"], documents.g2(1))
    assert card.new == 1
    approving = document(
        "add", "trusted", "--webhook", "--language", "en", "--issuer", "pushy-news", "--auto-approve",
        schema="provider",
    )  # fmt: skip
    assert approving["auto_approve_by"] == "ops"


@in_rooms
@pytest.mark.room
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "either --feed or --webhook"),
        (("--webhook", "--feed", "/srv"), "either --feed or --webhook"),
        (("--feed", "http://10.0.0.1/f"), "ALLOW_PRIVATE_ENDPOINTS"),
        (("--feed", "feed.rss"), "is no feed"),
        (("--feed", "/srv", "--sector", "gossip"), "is no sector"),
        (("--feed", "/srv", "--every", "5"), "write for example 5m"),
        (("--feed", "/srv", "--issuer", "nobody"), "no issuer 'nobody'"),
        (("--feed", "/srv", "--circuit", "nowhere"), "nowhere"),
    ],
)
def test_mistakes_say_what_to_do_and_leave_nothing(words: tuple[str, ...], says: str) -> None:
    issuers.add_person("ops")
    with pytest.raises(DatelineError) as caught:
        run("add", "x", "--language", "en", *words)
    assert says in str(caught.value)
    assert providers.providers() == []
    assert [one.slug for one in issuers.issuers()] == []
    with pytest.raises(BadInput, match="language"):
        run("add", "x", "--webhook", "--language", "klingon!")


@in_rooms
@pytest.mark.room
def test_what_waits_for_a_person_is_told_when_there_is_nothing() -> None:
    issuers.add_person("ops")
    for verb in ("take", "leave"):
        with pytest.raises(DatelineError, match="waits"):
            run(verb, "k7m2x9qd4w")
    assert desk.list_releases() == []
