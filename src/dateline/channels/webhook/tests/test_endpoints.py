"""Webhooks against real HTTP receivers: answers, limits, signatures, and the guard on real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pycurl
import pytest
import uvloop

from dateline.channels.tests.builders import (
    SECRET,
    Feed,
    Receipts,
    edition,
    hook_parcel,
    hook_task,
    settings,
)
from dateline.channels.webhook.channel import WebhookChannel
from dateline.channels.webhook.rules import Answer
from dateline.channels.webhook.transfers import Limits, Post, Transfers
from dateline.core.clock import FixedClock, Instant
from dateline.core.words import Receipt, Task
from dateline.testing.certificates import make_certificate
from dateline.testing.ports import DeadPort
from dateline.testing.webhook_receiver import HookRule, WebhookReceiver

pytestmark = pytest.mark.wire
PARCEL = hook_parcel()
LOOPBACK = "127.0.0.0/8,::1/128"
SLOW_S = 0.5
RULES = (
    HookRule("301", "/moved*", location="/elsewhere"),
    HookRule("410", "/gone*", body="We closed"),
    HookRule("429", "/busy*", retry_after="120"),
    HookRule("503", "/down*", retry_after="Tue, 24 Nov 2026 00:01:30 GMT"),
    HookRule("404", "/lost*", body="No such thing"),
    HookRule("hang", "/hang*"),
    HookRule("reset", "/reset*"),
    HookRule("huge", "/huge*"),
    HookRule("drip", "/drip*"),
    HookRule("slow", "/slow*", seconds=SLOW_S),
    HookRule("200", "/paper*", body='{"published_url": "https://paper.example/a"}'),
)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[WebhookReceiver]:
    with WebhookReceiver(tmp_path / "hooks", rules=RULES, secrets={"/a": SECRET}, store=True) as found:
        yield found


@asynccontextmanager
async def channel(allowed: str = LOOPBACK, **options: Any) -> AsyncIterator[WebhookChannel]:
    values = {name: options.pop(name) for name in ("webhook_sockets", "ca_file") if name in options}
    made = WebhookChannel(
        settings(allow_private_endpoints=allowed, **{"webhook_sockets": 50} | values), **options
    )
    try:
        yield made
    finally:
        await made.aclose()


def sent(
    tasks: Iterable[Task], allowed: str = LOOPBACK, *, on_uvloop: bool = False, **options: Any
) -> Receipts:
    async def run() -> Receipts:
        receipts = Receipts()
        async with channel(allowed, **options) as made:
            await made.send(aiter(Feed(tasks)), receipts)
        return receipts

    return uvloop.run(run()) if on_uvloop else asyncio.run(run())


def one(url: str, allowed: str = LOOPBACK, **options: Any) -> Receipt:
    return sent([hook_task(1, PARCEL, url)], allowed, **options).of(1)


@pytest.mark.parametrize("on_uvloop", [False, True])
def test_many_endpoints_each_get_their_own_signed_request(receiver: WebhookReceiver, on_uvloop: bool) -> None:
    tasks = [hook_task(n, PARCEL, receiver.url("/a")) for n in range(150)]
    receipts = sent(tasks, on_uvloop=on_uvloop)
    assert {(r.outcome, r.code) for r in receipts.all} == {("accepted", 200)}
    diary = receiver.diary()
    assert sorted(entry.webhook_id for entry in diary) == sorted(task.message_id for task in tasks)
    assert {entry.verified for entry in diary} == {"yes"}
    # The receiver counts a connection until it has read its end: a few more than were ever open at once.
    assert 1 < receiver.open_most <= 55


def test_the_request_is_what_standard_webhooks_and_we_promise(receiver: WebhookReceiver) -> None:
    made = edition("ar")
    parcel = hook_parcel(made, "html")
    clock = FixedClock(Instant(datetime(2026, 11, 24, 0, 0, 7, tzinfo=UTC)))
    sent([hook_task(1, parcel, receiver.url("/a"))], clock=clock)
    (entry,) = receiver.diary()
    headers, body = receiver.request(entry)
    assert body == parcel.body
    assert json.loads(body)["body_type"] == "html"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] == "msg_d1"
    assert headers["webhook-timestamp"] == str(int(clock.now().timestamp()))
    assert headers["user-agent"].startswith("Dateline/") and "https://wire.example" in headers["user-agent"]
    assert "expect" not in headers and "accept-encoding" not in headers and "authorization" not in headers


def test_a_repeat_has_the_same_id_and_body_and_a_new_timestamp(receiver: WebhookReceiver) -> None:
    """I5."""
    clock = FixedClock(Instant(datetime(2026, 11, 24, tzinfo=UTC)))
    for _ in range(2):
        sent([hook_task(1, PARCEL, receiver.url("/a"))], clock=clock)
        clock.advance(30)
    (first, one_body), (second, two_body) = map(receiver.request, receiver.diary())
    assert first["webhook-id"] == second["webhook-id"] and one_body == two_body
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 30
    assert [entry.verified for entry in receiver.diary()] == ["yes", "yes"]


def test_another_key_makes_another_signature(receiver: WebhookReceiver) -> None:
    sent([hook_task(1, PARCEL, receiver.url("/a"), secret=b"x" * 32)])
    assert [entry.verified for entry in receiver.diary()] == ["no"]


def test_an_endpoint_without_a_key_gets_nothing_unsigned(receiver: WebhookReceiver) -> None:
    receipt = sent([hook_task(1, PARCEL, receiver.url("/a"), secret=b"")]).of(1)
    assert receipt.outcome == "refused" and "secret" in receipt.text
    assert receiver.diary() == []


@pytest.mark.parametrize(
    ("path", "outcome", "code", "throttle", "wait_s"),
    [
        ("/a", "accepted", 200, False, None),
        ("/moved", "deferred", 301, False, None),
        ("/gone", "refused", 410, False, None),
        ("/busy", "deferred", 429, True, 120.0),
        ("/lost", "deferred", 404, False, None),
        ("/reset", "lost", 0, False, None),
        ("/huge", "accepted", 200, False, None),
    ],
)
def test_answers(
    receiver: WebhookReceiver, path: str, outcome: str, code: int, throttle: bool, wait_s: float | None
) -> None:
    receipt = one(receiver.url(path))
    assert (receipt.outcome, receipt.code, receipt.throttle, receipt.wait_s) == (
        outcome, code, throttle, wait_s,
    )  # fmt: skip
    assert receipt.text and len(receipt.text.encode()) <= 1000
    assert bool(receipt.disable_endpoint) == (path == "/gone")
    assert len(receiver.diary()) == 1  # a redirect was not followed


def test_retry_after_as_a_date_counts_from_now(receiver: WebhookReceiver) -> None:
    clock = FixedClock(Instant(datetime(2026, 11, 24, tzinfo=UTC)))
    receipt = one(receiver.url("/down"), clock=clock)
    assert (receipt.outcome, receipt.code, receipt.wait_s) == ("deferred", 503, 90.0)


def test_a_published_address_enters_the_receipt(receiver: WebhookReceiver) -> None:
    assert one(receiver.url("/paper")).published_url == "https://paper.example/a"


def test_the_servers_words_are_kept(receiver: WebhookReceiver) -> None:
    assert one(receiver.url("/gone")).text == "We closed"


@pytest.mark.parametrize("path", ["/hang", "/drip"])
def test_a_whole_try_ends_in_time(receiver: WebhookReceiver, path: str) -> None:
    """A hang is lost, for it had the whole request; where a 2xx had come, the endpoint has taken it."""
    receipt = one(receiver.url(path), limits=Limits(whole_s=1.5))
    assert receipt.outcome == ("lost" if path == "/hang" else "accepted")
    assert receipt.text


def test_connection_refused_defers() -> None:
    with DeadPort() as dead:
        receipt = one(f"http://127.0.0.1:{dead.port}/x")
    assert (receipt.outcome, receipt.code) == ("deferred", 0) and receipt.text


def test_a_name_that_does_not_resolve_defers() -> None:
    receipt = one("https://no-such-host.invalid/x")
    assert (receipt.outcome, receipt.code) == ("deferred", 0) and receipt.text


@pytest.mark.parametrize(
    "url", ["", "nonsense", "ftp://127.0.0.1/x", "file:///etc/passwd", "gopher://127.0.0.1/"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    """I14."""
    assert one(url).outcome == "refused"


def test_a_dead_slow_endpoint_delays_nobody_else(receiver: WebhookReceiver) -> None:
    """I6: twenty tarpits that never answer, and everybody else is served meanwhile."""

    async def run() -> None:
        tarpits = [hook_task(n, PARCEL, receiver.url(f"/hang/{n}")) for n in range(20)]
        others = [hook_task(100 + n, PARCEL, receiver.url("/a")) for n in range(60)]
        feed, receipts = Feed([*tarpits, *others]), Receipts()
        async with channel() as made:
            sending = asyncio.ensure_future(made.send(aiter(feed), receipts))
            await receipts.reach(60)
            assert {(r.delivery >= 100, r.outcome) for r in receipts.all} == {(True, "accepted")}
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
        assert len(receipts.all) == 80

    asyncio.run(run())


def test_whoever_is_stopped_while_the_answer_comes_in_is_lost_not_released(
    receiver: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """I5: the endpoint has it, so it must not count as never sent."""
    settle = Transfers._settle
    running: list[asyncio.Future[Answer]] = []
    told: list[str] = []

    def stopped(transfers: Transfers, curl: pycurl.Curl, fault: str) -> None:
        settle(transfers, curl, fault)
        running[0].cancel()

    monkeypatch.setattr(Transfers, "_settle", stopped)

    async def run() -> None:
        async with channel() as made:
            post = Post(
                receiver.url("/a"), {}, b"{}", judge=lambda _: "", on_sent=lambda: told.append("sent")
            )
            running.append(asyncio.ensure_future(made._running_transfers().send(post)))
            await asyncio.gather(*running, return_exceptions=True)

    asyncio.run(run())
    assert running[0].cancelled() and told == ["sent"]
    assert len(receiver.diary()) == 1


def test_one_in_flight_per_endpoint_in_order(receiver: WebhookReceiver) -> None:
    """Keeps versions in order; another endpoint does not wait behind them."""
    tasks = [hook_task(n, PARCEL, receiver.url("/slow"), endpoint="o_same") for n in range(3)]
    receipts = sent([*tasks, hook_task(9, PARCEL, receiver.url("/a"))])
    order = [receipt.delivery for receipt in receipts.all]
    assert [n for n in order if n != 9] == [0, 1, 2] and order[-1] == 2
    assert [e.webhook_id for e in receiver.diary() if e.path == "/slow"] == ["msg_d0", "msg_d1", "msg_d2"]


def test_no_more_sockets_than_allowed(receiver: WebhookReceiver) -> None:
    tasks = [hook_task(n, PARCEL, receiver.url(f"/slow/{n}")) for n in range(12)]
    sent(tasks, webhook_sockets=4)
    arrived = sorted(e.at for e in receiver.diary() if e.path.startswith("/slow/"))
    assert len(arrived) == 12
    # Each holds its socket until it is answered, so the fifth cannot come before the first was.
    assert all(later - earlier >= SLOW_S * 0.9 for earlier, later in zip(arrived, arrived[4:], strict=False))


def test_https_with_an_authority_of_the_house(tmp_path: Path) -> None:
    files = make_certificate(tmp_path / "tls")
    with WebhookReceiver(tmp_path / "hooks", tls=files, secrets={"/a": SECRET}) as receiver:
        trusted = one(receiver.url("/a"), ca_file=str(files[0]))
        unknown = one(receiver.url("/a"))
        diary = receiver.diary()
    assert trusted.outcome == "accepted"
    assert (unknown.outcome, unknown.code) == ("deferred", 0) and "certificate" in unknown.text.lower()
    assert [entry.verified for entry in diary] == ["yes"]


# --- the guard --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
     "[::ffff:7f00:1]", "0.0.0.0", "0"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_of_our_own_machine_is_dialled(receiver: WebhookReceiver, host: str, scheme: str) -> None:
    """Server-side request forgery: refused at once, the address really dialled named in the receipt."""
    receipt = one(f"{scheme}://{host}:{receiver.port}/a", allowed="")
    assert (receipt.outcome, receipt.code) == ("refused", 0), receipt
    assert "127.0.0.1" in receipt.text or "::" in receipt.text or "0.0.0.0" in receipt.text
    assert receiver.diary() == []


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "[64:ff9b::a9fe:a9fe]", "[fec0::1]", "100.64.0.1"]
)
def test_inner_networks_are_refused_on_the_usual_port(address: str) -> None:
    receipt = one(f"https://{address}/latest/meta-data/", allowed="")
    assert receipt.outcome == "refused" and address.strip("[]") in receipt.text


def test_a_name_is_judged_by_what_it_resolves_to_each_time(receiver: WebhookReceiver) -> None:
    """DNS rebinding: the same name, public when it was imported, leads home when it is dialled."""
    url = f"https://rebind.example:{8443}/a"
    receipt = one(url, allowed="", resolve=["rebind.example:8443:127.0.0.1"])
    assert receipt.outcome == "refused" and "127.0.0.1 is loopback" in receipt.text
    # A name with a public and an inner address: the inner one is passed over, the public one is tried.
    both = one(
        url,
        allowed="",
        resolve=["rebind.example:8443:127.0.0.1,192.88.99.1"],
        limits=Limits(connect_s=0.2, tls_s=0.2),
    )
    assert both.outcome == "refused"
    assert receiver.diary() == []


def test_an_allowed_address_beside_a_refused_one_is_used(receiver: WebhookReceiver) -> None:
    url = f"http://two.example:{receiver.port}/a"
    receipt = one(url, "127.0.0.1/32", resolve=[f"two.example:{receiver.port}:127.0.0.2,127.0.0.1"])
    assert receipt.outcome == "accepted"


def test_a_network_that_is_named_opens_only_itself(receiver: WebhookReceiver) -> None:
    assert ip_network("127.0.0.0/31")  # 127.0.0.0 and 127.0.0.1
    assert one(receiver.url("/a"), "127.0.0.0/31").outcome == "accepted"
    assert one(receiver.url("/a"), "127.0.0.2/32").outcome == "refused"


def test_a_redirect_is_not_followed_into_the_house(tmp_path: Path, receiver: WebhookReceiver) -> None:
    rule = HookRule("307", location=receiver.url("/a"))
    with WebhookReceiver(tmp_path / "outside", rules=[rule]) as outside:
        receipt = one(outside.url("/x"))
    assert (receipt.outcome, receipt.code) == ("deferred", 307)
    assert receiver.diary() == []


def test_proxies_of_the_environment_are_ignored(
    receiver: WebhookReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through a proxy the guard would only ever see the proxy."""
    with WebhookReceiver(tmp_path / "proxy") as proxy:
        for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        assert one(receiver.url("/a")).outcome == "accepted"
        assert one("http://10.0.0.1/x", allowed="").outcome == "refused"
        assert proxy.diary() == []
