"""The test kit's servers do what they are told, and their diaries never miss what was answered."""

import base64
import http.client
import smtplib
import socket
from pathlib import Path

import pytest

from dateline.testing.ports import DeadPort
from dateline.testing.smtp_sink import MailRule, SmtpSink, read_mail_diary
from dateline.testing.webhook_receiver import (
    HookRule,
    WebhookReceiver,
    read_hook_diary,
    signature,
)

pytestmark = pytest.mark.wire
MAIL = b"Message-ID: <m1@wire.example>\r\nSubject: x\r\n\r\n.dot\r\nbody\r\n"


def send(sink: SmtpSink, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", sink.port) as client:
        for who in recipients:
            client.sendmail("news@wire.example", [who], MAIL)


def post(
    receiver: WebhookReceiver, path: str, body: bytes = b"{}", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    client = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=10)
    client.request("POST", path, body, headers or {})
    answer = client.getresponse()
    found = answer.status, answer.read()
    client.close()
    return found


@pytest.mark.parametrize("process", [False, True])
def test_the_sink_takes_mail_and_writes_it_down(tmp_path: Path, process: bool) -> None:
    with SmtpSink(tmp_path, store=True, process=process) as sink:
        send(sink, "a@b.example", "c@d.example")
        entries = sink.diary()
        assert [(e.message_id, e.recipient) for e in entries] == [
            ("<m1@wire.example>", "a@b.example"),
            ("<m1@wire.example>", "c@d.example"),
        ]
        assert sink.message(entries[0]) == MAIL  # the dot was stuffed on the way and is single again
        assert {entry.size_bytes for entry in entries} == {len(MAIL)}


@pytest.mark.parametrize("code", [421, 450, 451, 454, 550])
def test_the_sink_answers_as_told(code: int) -> None:
    with SmtpSink(rules=[MailRule(str(code), pattern="bad@*")]) as sink:
        with pytest.raises((smtplib.SMTPRecipientsRefused, smtplib.SMTPServerDisconnected)) as caught:
            send(sink, "bad@b.example")
        if isinstance(caught.value, smtplib.SMTPRecipientsRefused):
            assert caught.value.recipients["bad@b.example"][0] == code
        send(sink, "good@b.example")
        assert [entry.recipient for entry in sink.diary()] == ["good@b.example"]


def test_a_rule_may_hold_for_the_first_tries_only() -> None:
    """Greylisting: each address is put off once."""
    with SmtpSink(rules=[MailRule("450", times=1)]) as sink:
        for who in ("a@b.example", "c@b.example"):
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                send(sink, who)
            send(sink, who)
        assert [entry.recipient for entry in sink.diary()] == ["a@b.example", "c@b.example"]


def test_a_rule_may_hold_for_a_share_of_the_addresses_always_the_same() -> None:
    rule = MailRule("550", percent=20)
    hit = {n for n in range(2000) if rule.fits(f"p{n}@readers.example")}
    assert 300 < len(hit) < 500
    assert hit == {n for n in range(2000) if MailRule("450", percent=20).fits(f"p{n}@readers.example")}


@pytest.mark.parametrize(("kind", "written"), [("drop", 0), ("lose", 1)])
def test_dropping_comes_before_the_diary_and_losing_after_it(kind: str, written: int) -> None:
    with SmtpSink(rules=[MailRule(kind)]) as sink:
        with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionError)):
            send(sink, "a@b.example")
        assert len(sink.diary()) == written


def test_what_was_answered_is_in_the_diary_at_once(tmp_path: Path) -> None:
    """The kill loop relies on it: the other order would raise false losses."""
    with SmtpSink(tmp_path) as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        for number in range(50):
            client.sendmail("a@b.example", [f"p{number}@x.example"], MAIL)
            assert len(sink.diary()) == number + 1


def test_pipelined_commands_are_answered_in_order() -> None:
    """RFC 2920."""
    with (
        SmtpSink(rules=[MailRule("550", pattern="no@*")]) as sink,
        socket.create_connection(("127.0.0.1", sink.port)) as raw,
        raw.makefile("rb") as replies,
    ):
        raw.sendall(b"EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<no@d>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        lines = [replies.readline()[:4] for _ in range(10)]
        raw.sendall(b"x\r\n.\r\nMAIL FROM:<a@b>\r\nRSET\r\nQUIT\r\n")
        lines += [replies.readline()[:4] for _ in range(4)]
    assert lines == [
        b"220 ", b"250-", b"250-", b"250-", b"250-", b"250 ", b"250 ", b"550 ", b"250 ", b"354 ",
        b"250 ", b"250 ", b"250 ", b"221 ",
    ]  # fmt: skip


def test_a_cut_line_of_a_diary_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "d").write_text("1.0\t<a@b>\tx@y\t5\t\n2.0\t<c@", "utf-8")
    assert [entry.message_id for entry in read_mail_diary(tmp_path / "d")] == ["<a@b>"]
    assert read_mail_diary(tmp_path / "none") == [] and read_hook_diary(tmp_path / "none") == []


@pytest.mark.parametrize("process", [False, True])
def test_the_receiver_answers_by_path_and_checks_signatures(tmp_path: Path, process: bool) -> None:
    key = b"k" * 32
    rules = [HookRule("503", "/down/*", retry_after="7"), HookRule("429", "/once", times=1)]
    with WebhookReceiver(tmp_path, rules=rules, secrets={"/a": key}, store=True, process=process) as receiver:
        right = signature(key, "msg_1", "17", b"{}")
        signed = {"webhook-id": "msg_1", "webhook-timestamp": "17", "webhook-signature": f"v1,other {right}"}
        assert post(receiver, "/a", b"{}", signed)[0] == 200
        assert post(receiver, "/a", b"{ }", signed)[0] == 200
        assert post(receiver, "/down/x")[0] == 503
        assert [post(receiver, "/once")[0] for _ in range(2)] == [429, 200]
        diary = receiver.diary()
        assert [(e.path, e.status, e.verified) for e in diary] == [
            ("/a", 200, "yes"), ("/a", 200, "no"), ("/down/x", 503, "-"), ("/once", 429, "-"),
            ("/once", 200, "-"),
        ]  # fmt: skip
        headers, body = receiver.request(diary[0])
        assert (headers["webhook-id"], body) == ("msg_1", b"{}")


def test_the_signature_is_that_of_the_specification() -> None:
    """The example that the Standard Webhooks libraries share."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_dead_port_refuses() -> None:
    with DeadPort() as dead, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", dead.port))


def test_a_server_in_a_process_ends_with_its_starter(tmp_path: Path) -> None:
    sink = SmtpSink(tmp_path, process=True)
    sink.stop()
    sink.stop()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", sink.port))
