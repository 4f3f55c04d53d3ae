"""Webhooks: each fault at each stage of a request, a real client against a real server, diary against ledger
(I3, I5).

A webhook is taken once its status line says 2xx, however its words end. Without one the try is told as
deferred (nothing was heard) and sent again under the same id, on which a receiver folds.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dateline.channels.tests.builders import hook_parcel, hook_task, settings
from dateline.channels.tests.fault_tables import Ledger
from dateline.channels.webhook.channel import WebhookChannel
from dateline.channels.webhook.transfers import Limits
from dateline.core.words import Outcome
from dateline.testing.certificates import make_certificate
from dateline.testing.fault_proxy import Fault, FaultProxy
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver

pytestmark = pytest.mark.wire

PARCEL = hook_parcel()
HOOKS = 3
UNHEARD: frozenset[Outcome] = frozenset({"deferred", "lost"})
CUTS = ("drop", "reset", "half-close", "black-hole", "corrupt")
STAGES = {
    "connect": {"on": "requests"},
    "request": {"on": "requests", "after_bytes": 60},
    "request body": {"on": "requests", "after": b"\r\n\r\n", "after_bytes": 200},
    "before the answer": {"seen_in": "requests", "after": b"\r\n\r\n"},
    "answer head": {"after": b"HTTP/1.1 20"},
    "answer body": {"after": b"\r\n\r\n", "after_bytes": 5},
}


def fault(kind: str, stage: str, *, times: int = 1) -> Fault:
    return Fault(kind, seconds=0.001, times=times, **STAGES[stage])  # type: ignore[arg-type]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(tmp_path / "hooks", rules=[HookRule("accept", body='{"ok": true}')]) as made:
        yield made


def ledger(proxy: FaultProxy, scheme: str = "http") -> Ledger:
    tasks = [
        hook_task(n, PARCEL, f"{scheme}://127.0.0.1:{proxy.port}/{n}", endpoint="o_1") for n in range(HOOKS)
    ]
    return Ledger([replace(task, message_id=f"msg_{task.delivery}") for task in tasks])


def channel(*, wait_s: float = 5.0, ca_file: str = "") -> WebhookChannel:
    chosen = settings(allow_private_endpoints="127.0.0.0/8", webhook_sockets=4, ca_file=ca_file)
    return WebhookChannel(chosen, limits=Limits(connect_s=wait_s, tls_s=wait_s, whole_s=wait_s))


def diary(receiver: WebhookReceiver) -> list[tuple[str, int]]:
    return [(entry.webhook_id, int(entry.path[1:])) for entry in receiver.diary()]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", CUTS)
def test_a_cut_loses_nothing_and_repeats_under_the_same_id(
    receiver: WebhookReceiver, stage: str, kind: str
) -> None:
    wait_s = 0.4 if kind in {"black-hole", "corrupt", "half-close"} else 5.0
    with FaultProxy(receiver.port, fault=fault(kind, stage)) as proxy:
        book = ledger(proxy)
        book.run(lambda: channel(wait_s=wait_s))
        assert proxy.acted == [kind], "the fault was met"
    book.compare([entry for entry in diary(receiver) if entry[0].startswith("msg_")], unanswered=UNHEARD)
    if stage == "answer body":
        assert book.first() == {"accepted"}, "its status line had come"
        assert len(diary(receiver)) == HOOKS
    elif stage in {"connect", "request", "request body"} and kind != "corrupt":
        assert len(diary(receiver)) == HOOKS, "the first try never reached the receiver"


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("kind", ["delay", "split"])
def test_a_slow_endpoint_costs_time_and_nothing_else(
    receiver: WebhookReceiver, stage: str, kind: str
) -> None:
    with FaultProxy(receiver.port, fault=fault(kind, stage, times=0)) as proxy:
        book = ledger(proxy)
        book.run(lambda: channel(wait_s=20.0))
    assert book.first() == {"accepted"} and len(diary(receiver)) == HOOKS


@pytest.mark.parametrize(
    "spoilt",
    [
        Fault("reset", on="replies", times=1, seen_in="requests", after_bytes=20),
        Fault("drop", on="replies", times=1, after_bytes=30),
        Fault("corrupt", on="replies", times=1),
        Fault("corrupt", on="requests", times=1, after_bytes=700),
        Fault("black-hole", on="replies", times=1),
    ],
    ids=["reset in the handshake", "cut in the handshake", "spoilt handshake", "spoilt record", "silent"],
)
def test_under_tls_a_fault_is_noticed_and_the_repeat_goes_through(tmp_path: Path, spoilt: Fault) -> None:
    tls = make_certificate(tmp_path / "tls")
    with (
        WebhookReceiver(tmp_path / "hooks", tls=tls) as receiver,
        FaultProxy(receiver.port, fault=spoilt) as proxy,
    ):
        book = ledger(proxy, "https")
        book.run(lambda: channel(wait_s=0.7, ca_file=str(tls[0])))
        book.compare(diary(receiver), unanswered=UNHEARD)
        assert "deferred" in book.first() and proxy.acted == [spoilt.kind]


def test_an_endpoint_that_restarts_amid_a_run_loses_nothing(receiver: WebhookReceiver) -> None:
    with FaultProxy(receiver.port, fault=Fault("refuse")) as proxy:
        book = ledger(proxy)
        book.run(channel, between=lambda: proxy.set(None))
    assert book.first() == {"deferred"}
    book.compare(diary(receiver), unanswered=frozenset())
