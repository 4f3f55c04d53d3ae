"""What replies mean, at every stage."""

import pytest

from dateline.channels.in_hand import said
from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.relay import Relay, relay_of
from dateline.channels.mail.rules import Reply, Stage, verdict, words
from dateline.channels.tests.builders import settings
from dateline.core.errors import BadInput

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "content"])
@pytest.mark.parametrize(
    ("code", "outcome", "throttle", "close"),
    [
        (421, "deferred", True, True),
        (450, "deferred", True, False),
        (451, "deferred", True, False),
        (454, "deferred", True, False),
        (452, "deferred", False, False),
        (499, "deferred", False, False),
        (500, "refused", False, False),
        (550, "refused", False, False),
        (554, "refused", False, False),
        (530, "deferred", False, False),
        (535, "deferred", False, False),
    ],
)
def test_four_hundreds_defer_and_five_hundreds_refuse_at_every_stage(
    stage: Stage, code: int, outcome: str, throttle: bool, close: bool
) -> None:
    found = verdict(Reply(code, "x", stage), sent=stage == "content")
    assert (found.outcome, found.throttle, found.close) == (outcome, throttle, close)


def test_only_a_yes_to_the_content_accepts() -> None:
    assert verdict(Reply(250, "ok", "content"), sent=True).outcome == "accepted"
    stages: tuple[Stage, ...] = ("mail", "rcpt", "data")
    for stage in stages:
        found = verdict(Reply(250, "ok", stage), sent=False)
        assert (found.outcome, found.close) == ("deferred", True)


@pytest.mark.parametrize("code", [0, 101, 354, 700])
def test_silence_and_nonsense_are_lost_once_sent_and_deferred_before(code: int) -> None:
    assert verdict(Reply(code, "x", "content"), sent=True).outcome == "lost"
    assert verdict(Reply(code, "x", "content"), sent=False).outcome == "deferred"
    assert verdict(Reply(code, "x", "content"), sent=True).close


def test_the_servers_words_are_kept_clean_and_short() -> None:
    assert words(Reply(550, "5.1.1 No\r\nsuch\x00 box\u202e", "rcpt")) == "550 5.1.1 No such box"
    assert len(words(Reply(550, "é" * 5000, "rcpt")).encode()) <= 1000
    assert words(Reply(0, "Connection lost", "content")) == "Connection lost"
    assert said("a\ud800b") == "a?b" and said(b"\xff\xfe") == "\ufffd\ufffd"


def test_a_bad_sender_names_the_setting() -> None:
    with pytest.raises(BadInput, match="DATELINE_MAIL_FROM"):
        MailChannel(settings(mail_from="nobody"))


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        ("smtp://127.0.0.1:2525", Relay("127.0.0.1", 2525, "none")),
        ("smtp://relay.example", Relay("relay.example", 25, "none")),
        ("smtp+starttls://u%40x:p%3Aw@relay.example", Relay("relay.example", 587, "starttls", "u@x", "p:w")),
        ("smtps://u:p@relay.example:4650", Relay("relay.example", 4650, "tls", "u", "p")),
        ("smtp://[::1]:25", Relay("::1", 25, "none")),
        ("smtp://u:p@127.0.0.1:25", Relay("127.0.0.1", 25, "none", "u", "p")),
    ],
)
def test_relay_addresses(url: str, relay: Relay) -> None:
    assert relay_of(url) == relay


@pytest.mark.parametrize(
    ("url", "words_"),
    [
        ("relay.example:25", "starts with one of"),
        ("http://relay.example", "starts with one of"),
        ("smtp://", "should be"),
        ("smtp://relay.example:99999", "port"),
        ("smtp://relay.example/x", "should be"),
        ("smtp://u:p@relay.example", "in the clear"),
    ],
)
def test_bad_relay_addresses_name_the_setting_and_hide_the_password(url: str, words_: str) -> None:
    """I14."""
    with pytest.raises(BadInput, match=words_) as caught:
        relay_of(url)
    assert "DATELINE_SMTP_URL" in str(caught.value) and "u:p" not in str(caught.value)
