"""The same channel against a server others wrote and many run: Debian postfix's smtp-sink, in its moods."""

from pathlib import Path

import pytest

from dateline.channels.mail.headers import mailbox
from dateline.channels.mail.template import Writer
from dateline.channels.mail.tests.test_replies import sent
from dateline.channels.tests.builders import mail_parcel, mail_task
from dateline.testing.postfix import PostfixSink, has_postfix, run_source
from dateline.testing.smtp_sink import SmtpSink

pytestmark = [
    pytest.mark.wire,
    pytest.mark.skipif(not has_postfix(), reason="postfix is not installed; scripts/setup_test.sh does it"),
]
PARCEL = mail_parcel()


@pytest.mark.parametrize("options", [(), ("-p",), ("-e",), ("-8",), ("-a",), ("-p", "-8")])
def test_every_mail_arrives_as_written_whatever_the_server_offers(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """With and without PIPELINING, 8BITMIME, even without EHLO: the same code, the same mails."""
    tasks = [mail_task(n, PARCEL) for n in range(40)]
    with PostfixSink(*options, folder=tmp_path / "mails") as sink:
        receipts = sent(sink.url, tasks, connections=4)
        kept = sink.messages()
    assert [(r.outcome, r.code) for r in receipts.all] == [("accepted", 250)] * 40
    writer = Writer(mailbox("news@wire.example"))
    written = sorted(writer.message(task).content.replace(b"\r\n", b"\n").strip() for task in tasks)
    assert sorted(one[one.index(b"Date: ") :].strip() for one in kept) == written


@pytest.mark.parametrize(
    ("options", "outcome", "code"),
    [
        (("-f", "MAIL"), "refused", 500),
        (("-f", "RCPT"), "refused", 500),
        (("-f", "DATA"), "refused", 500),
        (("-f", "."), "refused", 500),
        (("-r", "MAIL"), "deferred", 450),
        (("-r", "RCPT"), "deferred", 450),
        (("-r", "DATA"), "deferred", 450),
        (("-r", "."), "deferred", 450),
        (("-Q", "RCPT"), "deferred", 421),
        (("-Q", "."), "deferred", 421),
        (("-q", "RCPT"), "deferred", 0),
        (("-q", "DATA"), "deferred", 0),
        (("-q", "."), "lost", 0),
        (("-p", "-f", "RCPT"), "refused", 500),
        (("-p", "-q", "."), "lost", 0),
    ],
)
def test_each_command_refused_deferred_or_cut_off(options: tuple[str, ...], outcome: str, code: int) -> None:
    """Exact at every stage: a receipt says what happened to this mail and to no other."""
    with PostfixSink(*options) as sink:
        receipts = sent(sink.url, [mail_task(n, PARCEL) for n in range(6)], connections=2)
    assert {(r.outcome, r.code) for r in receipts.all} == {(outcome, code)}
    assert len(receipts.all) == 6


def test_our_sink_serves_postfix_s_own_client(tmp_path: Path) -> None:
    """The yardstick of `dateline bench mail` runs, and our sink is a server to it."""
    with SmtpSink(tmp_path) as sink:
        took = run_source(sink.port, messages=20, size=2000, sessions=2)
        assert len(sink.diary()) == 20 and took.seconds > 0 and took.cpu_s >= 0
