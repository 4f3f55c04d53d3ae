"""The mail to an outlet's contact when its endpoint gets nothing more, at a real SMTP server."""

import email
import email.policy
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from dateline.audience import services as audience
from dateline.channels import notices
from dateline.channels.services import NOTICES, contact_address
from dateline.core.clock import Instant
from dateline.core.events import EndpointDisabled
from dateline.plant.settings import get_settings
from dateline.testing.ports import DeadPort
from dateline.testing.smtp_sink import MailRule, SmtpSink

pytestmark = [pytest.mark.wire, pytest.mark.django_db]
AT = Instant(datetime(2026, 11, 24, 9, 0, 5, tzinfo=UTC))
ENGLISH, ARABIC = "en", "ar"
(HANDLERS,) = NOTICES.values()


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpSink]:
    rules = [MailRule("550", pattern="gone@*"), MailRule("450", pattern="later@*")]
    with SmtpSink(tmp_path / "mail", rules=rules, store=True) as found:
        monkeypatch.setenv("DATELINE_SMTP_URL", found.url)
        get_settings.cache_clear()
        yield found
    get_settings.cache_clear()


def outlet(contact: str, language: str = ENGLISH) -> str:
    card = audience.add_outlet(
        {
            "name": "Harbour Post", "country": "KR", "languages": language, "kind": "site",
            "channel": "webhook", "endpoint": "https://post.example/hook?token=geheim", "contact": contact,
        }
    )  # fmt: skip
    return card.recipient


def tell(endpoint: str, reason: str = "the endpoint answered 410 Gone") -> None:
    HANDLERS[EndpointDisabled](EndpointDisabled(endpoint, "webhook", reason, AT))


def mails(sink: SmtpSink) -> list[EmailMessage]:
    files = sorted(sink.folder.glob("*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]


def test_the_contact_is_told_why_when_and_what_to_do(sink: SmtpSink) -> None:
    tell(outlet("Desk <desk@post.example>, +82 2 555 0100"))
    (mail,) = mails(sink)
    text = mail.get_content()
    assert mail["To"] == "desk@post.example" and "Harbour Post" in mail["Subject"]
    assert "410 Gone" in text and "2026-11-24T09:00:05" in text and "https://post.example/hook" in text
    assert "geheim" not in text, "what stands in a query may be a secret"
    assert mail["Auto-Submitted"] == "auto-generated" and mail["Content-Language"] == ENGLISH


def test_it_is_written_in_the_outlets_language(sink: SmtpSink) -> None:
    tell(outlet("desk@post.example", ARABIC))
    (mail,) = mails(sink)
    assert "توقف الإرسال" in mail.get_content() and mail["Content-Language"] == ARABIC


def test_a_repeat_of_the_event_carries_the_same_message_id(sink: SmtpSink) -> None:
    """I5: events come at least once."""
    endpoint = outlet("desk@post.example")
    tell(endpoint)
    tell(endpoint)
    first, second = mails(sink)
    assert first["Message-ID"] == second["Message-ID"] and first["Date"] == second["Date"]


@pytest.mark.parametrize("contact", ["", "phone +82 2 555 0100", "gone@post.example"])
def test_without_somebody_to_tell_the_event_is_over(sink: SmtpSink, contact: str) -> None:
    tell(outlet(contact))
    assert mails(sink) == []


def test_an_address_that_the_relay_cannot_write_holds_up_no_other_notice(
    sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relay without SMTPUTF8 will not learn it: the event again and again would block all that follow."""

    def without_utf8(*_: object) -> None:
        raise smtplib.SMTPNotSupportedError("SMTPUTF8 not supported by server")

    monkeypatch.setattr(notices, "_send", without_utf8)
    tell(outlet("редакция@post.example"))  # it does not raise, so the event does not come again
    assert mails(sink) == []


def test_a_stopped_address_is_not_mailed(sink: SmtpSink) -> None:
    """I13."""
    endpoint = outlet("desk@post.example")
    audience.suppress("desk@post.example", reason="asked by phone", source="desk")
    tell(endpoint)
    assert mails(sink) == []


def test_an_outlet_that_is_gone_is_no_fault(sink: SmtpSink) -> None:
    tell("o_nobody")
    assert mails(sink) == []


@pytest.mark.parametrize("trouble", ["refused for now", "relay away"])
def test_a_relay_that_cannot_take_it_now_brings_the_event_again(
    sink: SmtpSink, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    endpoint = outlet("later@post.example" if trouble == "refused for now" else "desk@post.example")
    with DeadPort() as dead:
        if trouble == "relay away":
            monkeypatch.setenv("DATELINE_SMTP_URL", f"smtp://127.0.0.1:{dead.port}")
            get_settings.cache_clear()
        with pytest.raises(OSError):
            tell(endpoint)


def test_the_second_relay_is_used_while_the_first_is_away(
    sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DeadPort() as dead:
        monkeypatch.setenv("DATELINE_SMTP_URL", f"smtp://127.0.0.1:{dead.port} {sink.url}")
        get_settings.cache_clear()
        tell(outlet("desk@post.example"))
    assert len(mails(sink)) == 1


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("desk@post.example", "desk@post.example"),
        ("Ana <Ana@Post.Example>; phone 5", "Ana@post.example"),
        ("call 555", ""),
        ("@post", ""),
        ("", ""),
    ],
)
def test_the_address_in_a_contact(contact: str, address: str) -> None:
    assert contact_address(contact) == address
    assert notices.CONSUMER in NOTICES
