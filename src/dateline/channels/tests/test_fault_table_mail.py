"""Mail: each fault at each stage of SMTP, a real client against a real server, diary against ledger (I3, I5).

Before the content has left in full, a mail is nowhere and is sent again. Between content and final reply its
fate is open: told as `lost`, sent again under the same Message-ID. A fault never looks like success.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from dateline.channels.mail.channel import MailChannel
from dateline.channels.mail.connection import Patience
from dateline.channels.tests.builders import mail_parcel, mail_task, settings
from dateline.channels.tests.fault_tables import Ledger
from dateline.testing.fault_proxy import Fault, FaultProxy
from dateline.testing.smtp_sink import SmtpSink

pytestmark = pytest.mark.wire

SOAK = bool(os.environ.get("DATELINE_SOAK"))
PARCEL = mail_parcel()
MAILS = 4
CUTS = ("drop", "reset", "half-close", "black-hole", "corrupt")
NUISANCES = ("split", "throttle", *(("delay", "slow") if SOAK else ()))
"""A byte a millisecond stands for the slow loris; amid the content it is the throttle that tells."""
STAGES = {
    "connect": {},
    "EHLO": {"after": b"220 sink.example ESMTP\r\n"},
    "MAIL": {"after": b"SIZE 52428800\r\n"},
    "RCPT": {"after": b"250 2.1.0 Ok\r\n"},
    "DATA": {"after": b"250 2.1.5 Ok\r\n"},
    "content": {"on": "requests", "after": b"\r\nSubject: ", "after_bytes": 40},
    "final reply": {"after": b"354 Go on\r\n"},
    "QUIT": {"seen_in": "requests", "after": b"QUIT\r\n"},
}
UNSENT = {"accepted", "deferred", "released"}


def fault(kind: str, stage: str, *, times: int = 1) -> Fault:
    return Fault(kind, seconds=0.001, rate=50_000, times=times, **STAGES[stage])  # type: ignore[arg-type]


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[SmtpSink]:
    with SmtpSink(tmp_path / "sink") as made:
        yield made


def ledger() -> Ledger:
    return Ledger([mail_task(number, PARCEL) for number in range(MAILS)])


def channel(proxy: FaultProxy, *, wait_s: float = 5.0) -> MailChannel:
    patience = Patience(connect_s=wait_s, reply_s=wait_s, last_reply_s=wait_s)
    chosen = settings(smtp_url=f"smtp://127.0.0.1:{proxy.port}", mail_connections=1)
    return MailChannel(chosen, patience=patience, pause=lambda _: 0.01)


def diary(sink: SmtpSink) -> list[tuple[str, int]]:
    return [(e.message_id, int(e.recipient.partition("@")[0][1:])) for e in sink.diary()]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", CUTS)
def test_a_cut_loses_nothing_and_repeats_only_what_was_lost(sink: SmtpSink, stage: str, kind: str) -> None:
    with FaultProxy(sink.port, fault=fault(kind, stage)) as proxy:
        book = ledger()
        book.run(lambda: channel(proxy, wait_s=0.4 if kind == "black-hole" else 5.0))
        assert proxy.acted == [kind], "the fault was met"
    book.compare(diary(sink), unanswered=frozenset({"lost"}))
    if stage == "final reply":
        assert "lost" in book.first()
    elif stage == "content" and kind == "corrupt":
        assert book.first() == {"accepted"}, "what only TLS can notice"
    elif stage == "QUIT":
        assert book.first() == {"accepted"}, "all is told before the farewell"
    elif stage == "content":  # out of our hands, as far as we can tell; a cut amid it is like one after it
        assert book.first() <= {*UNSENT, "lost"} and len(diary(sink)) == MAILS
    else:
        assert book.first() <= UNSENT, "nothing of it had left, so none is told as lost"
        assert len(diary(sink)) == MAILS


@pytest.mark.parametrize(
    ("kind", "stage"),
    [(kind, stage) for kind in NUISANCES for stage in STAGES if (kind == "throttle") == (stage == "content")],
)
def test_a_slow_relay_costs_time_and_nothing_else(sink: SmtpSink, kind: str, stage: str) -> None:
    with FaultProxy(sink.port, fault=fault(kind, stage, times=0)) as proxy:
        book = ledger()
        book.run(lambda: channel(proxy, wait_s=20.0))
    assert book.first() == {"accepted"}
    assert len(diary(sink)) == MAILS
    book.compare(diary(sink), unanswered=frozenset())


@pytest.mark.parametrize("stage", ["EHLO", "MAIL", "RCPT", "DATA", "final reply"])
def test_a_reply_that_comes_twice_is_never_taken_for_another_mails(sink: SmtpSink, stage: str) -> None:
    with FaultProxy(sink.port, fault=fault("duplicate", stage)) as proxy:
        book = ledger()
        book.run(lambda: channel(proxy))
        assert proxy.acted == ["duplicate"]
    book.compare(diary(sink), unanswered=frozenset({"lost"}))


def test_a_relay_that_restarts_amid_a_run_loses_nothing(sink: SmtpSink) -> None:
    """Down: nobody listens and all connections break, three times; up again: the rest goes out."""
    import threading
    import time

    count = 150
    book = Ledger([mail_task(number, PARCEL) for number in range(count)])
    with FaultProxy(sink.port) as proxy:

        def restarts() -> None:
            for taken in (10, 40, 80):
                while len(sink.diary()) < taken:
                    time.sleep(0.002)
                proxy.set(Fault("refuse"))
                proxy.cut()
                time.sleep(0.05)
                proxy.set(None)

        relay = threading.Thread(target=restarts)
        relay.start()
        book.run(lambda: channel(proxy))
        relay.join(30)
    book.compare(diary(sink), unanswered=frozenset({"lost"}))
    assert {e for e, _ in diary(sink)} == {task.message_id for task in book.tasks.values()}
