"""Receivers that misbehave, as the command line tells it: each is named with its words, nobody else waits."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from dateline.cli.tests.wire_home import JOURNALIST_COLUMNS, OUTLET_COLUMNS, WireHome, wire_home
from dateline.testing.ports import DeadPort
from dateline.testing.smtp_sink import MailRule, SmtpSink
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver

pytestmark = [pytest.mark.wire, pytest.mark.once]

SOAK = bool(os.environ.get("DATELINE_SOAK"))
HOOKS = (
    HookRule("301", pattern="/moved", location="http://127.0.0.1:1/inner"),
    HookRule("410", pattern="/gone", body="We closed"),
    HookRule("429", pattern="/busy", retry_after="120"),
    HookRule("429", pattern="/brief", retry_after="1", times=1),
    HookRule("hang", pattern="/hang"),
    HookRule("huge", pattern="/huge"),
    HookRule("reset", pattern="/reset"),
)
MAILS = (
    MailRule("450", pattern="busy@*", times=1),
    MailRule("421", pattern="closing@*", times=1),
    MailRule("550", pattern="nobody@*"),
    MailRule("554", pattern="unwanted@*", stage="content"),
    MailRule("drop", pattern="cut@*", times=1),
    MailRule("lose", pattern="unanswered@*", times=1),
)

Home = Callable[..., AbstractContextManager[WireHome]]


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Iterator[Home]:
    """Opens a home with these rules at its receivers; words are settings."""

    @contextmanager
    def opened(**settings: str) -> Iterator[WireHome]:
        extra = {"DATELINE_DATABASE_URL": database_url} if database_url else {}
        hooks = WebhookReceiver(rules=HOOKS, store=True)
        sink = SmtpSink(tmp_path / "mail", rules=MAILS, store=True)
        with hooks, sink, wire_home(tmp_path, sink, hooks, **extra, **settings) as made:
            made.run("issuer", "add", "hanbit", "--name", "Hanbit Robotics", "--country", "KR")
            yield made

    return opened  # type: ignore[return-value]


def outlets(wire: WireHome, **endpoints: str) -> None:
    """Outlets by name, each with its webhook."""
    rows = [f"{name},GB,en,,site,webhook,{url},json" for name, url in endpoints.items()]
    wire.import_rows("outlet", OUTLET_COLUMNS, rows)


def journalists(wire: WireHome, *names: str) -> None:
    """Journalists `NAME@press.example`."""
    rows = [f"{name}@press.example,{name.title()},GB,en,13000000;04000000,,own form" for name in names]
    wire.import_rows("journalist", JOURNALIST_COLUMNS, rows)


def why(wire: WireHome, release: str, recipient: str) -> tuple[str, str, list[dict[str, Any]]]:
    """(state, sentence, attempts) of a delivery."""
    found = wire.json("ledger", "why", release, recipient, schema="why")
    return found["state"], found["sentence"], found["attempts"]


def test_each_fault_of_a_webhook_is_told_and_delays_nobody(home: Home) -> None:
    """301, 410, 429 with Retry-After, hang, huge reply, cut line, dead port, private address (I6, I14)."""
    with home() as wire, DeadPort() as dead, wire.up():
        paths = ("fine", "moved", "gone", "busy", "brief", "hang", "huge", "reset")
        outlets(
            wire,
            **{name: wire.hooks.url(f"/{name}") for name in paths},
            dead=f"http://127.0.0.1:{dead.port}/x",
            inner="https://10.0.0.1/x",
            metadata="http://169.254.169.254/latest/",
        )
        release = sent(wire)
        assert sum(counts(wire, release).values()) == 11
        for name, state, says in (
            ("fine", "accepted", "accepted"),
            ("moved", "deferred", "301 redirects are not followed"),
            ("gone", "refused", "410 We closed"),
            ("busy", "deferred", "429"),
            ("brief", "accepted", "accepted"),
            ("huge", "accepted", "accepted"),
            ("reset", "waiting", "Empty reply"),
            ("dead", "deferred", "connect"),
            ("inner", "refused", "10.0.0.1 is private"),
            ("metadata", "refused", "allow_private_endpoints"),
        ):
            sentence = told(wire, release, name, {state})
            assert says in sentence and len(sentence) < 400, sentence
        assert "timed out" in told(wire, release, "hang", {"waiting"})
        assert [a["code"] for a in why(wire, release, "brief")[2]] == [429, 200]
        paths_asked = [entry.path for entry in wire.hooks.diary()]
        assert paths_asked.count("/gone") == 1 and "/inner" not in paths_asked
        assert paths_asked.count("/busy") == 1, "Retry-After is kept"
        tries = {entry.webhook_id for entry in wire.hooks.diary() if entry.path == "/brief"}
        assert len(tries) == 1, "a repeat carries the same id (I5)"


def test_no_private_address_is_dialled_unless_the_operator_names_its_network(home: Home) -> None:
    with home(DATELINE_ALLOW_PRIVATE_ENDPOINTS="") as wire:
        outlets(wire, fine=wire.hooks.url("/fine"), named=f"http://localhost:{wire.hooks.port}/fine")
        document = wire.json("send", wire.release_file(), schema="send")
        assert document["deliveries"] == {"refused": 2}
        assert wire.hooks.diary() == []
        assert "127.0.0.1" in why(wire, document["release"], "fine")[1]


def test_each_fault_of_a_relay_is_told_and_spoils_no_other_mail(home: Home) -> None:
    """421, 450, 550, 554, dropped mid-DATA, taken and never answered (I3, I5)."""
    names = ("fine", "busy", "closing", "nobody", "unwanted", "cut", "unanswered")
    with home() as wire, wire.up():
        journalists(wire, *names)
        release = sent(wire)
        for name, states, says in (
            ("fine", {"accepted"}, "accepted"),
            ("busy", {"deferred"}, "450 4.2.1 Mailbox busy"),
            ("closing", {"deferred"}, "421 4.3.2 Closing"),
            ("nobody", {"refused"}, "550 5.1.1 No such mailbox"),
            ("unwanted", {"refused"}, "554 5.7.1 Not wanted"),
            # Whether a short mail had left when the line broke is chance; it is sent again either way.
            ("cut", {"waiting", "deferred"}, ""),
            ("unanswered", {"waiting"}, "sent and not answered; it is sent again, under the same id"),
        ):
            sentence = told(wire, release, f"{name}@press.example", states, attempts=1)
            assert says in sentence, sentence
        shown = wire.run("report", release)
        assert "550 5.1.1" in shown and "554 5.7.1" in shown
        if SOAK:  # the first repeat of a mail comes after a minute
            wire.wait_for(lambda: counts(wire, release) == {"accepted": 5, "refused": 2}, "repeats", 200)
            ids = {e.message_id for e in wire.sink.diary() if e.recipient.startswith("unanswered")}
            assert len(ids) == 1


def sent(wire: WireHome) -> str:
    """Sends a release and does not wait for its repeats; its id. The clock, not chance, says whether what is
    deferred counts as settled already.
    """
    done = wire.start("send", wire.release_file(), "--timeout", "1", "--json")
    assert done.returncode in {0, 4}, done.stderr
    return str(json.loads(done.stdout)["release"])


def told(wire: WireHome, release: str, recipient: str, states: set[str], *, attempts: int = 0) -> str:
    """The sentence about a delivery, once it has been tried and is in one of these states."""

    found: tuple[str, str, list[dict[str, Any]]] = ("", "", [])

    def there() -> bool:
        nonlocal found
        found = why(wire, release, recipient)
        return found[0] in states and len(found[2]) >= 1

    wire.wait_for(there, f"{recipient} to be one of {states}")
    _, sentence, tries = found
    assert not attempts or len(tries) == attempts
    return sentence


def counts(wire: WireHome, release: str) -> dict[str, int]:
    found: dict[str, int] = wire.json("report", release)["deliveries"]
    return found
