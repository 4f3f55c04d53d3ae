"""The limits of one try, and of one machine."""

import asyncio
import resource
import socket
from collections.abc import Iterator

import pytest

from dateline.channels.tests.builders import Feed, Receipts, hook_parcel, hook_task, settings
from dateline.channels.webhook.channel import WebhookChannel, raise_file_limit
from dateline.channels.webhook.transfers import Limits
from dateline.core.errors import Unavailable
from dateline.core.words import Receipt

pytestmark = pytest.mark.wire


@pytest.fixture
def full() -> Iterator[str]:
    """An address whose queue of connections is full: a further one is neither taken nor refused."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    waiting = []
    for _ in range(8):
        one = socket.socket()
        one.setblocking(False)
        one.connect_ex(server.getsockname())
        waiting.append(one)
    yield f"127.0.0.1:{server.getsockname()[1]}"
    for one in (*waiting, server):
        one.close()


@pytest.fixture
def silent() -> Iterator[str]:
    """A server that takes connections and says nothing, not even in TLS."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(8)
    yield f"127.0.0.1:{server.getsockname()[1]}"
    server.close()


def one(url: str, limits: Limits) -> Receipt:
    async def run() -> Receipt:
        made = WebhookChannel(
            settings(allow_private_endpoints="127.0.0.0/8", webhook_sockets=5), limits=limits
        )
        receipts = Receipts()
        try:
            await made.send(aiter(Feed([hook_task(1, hook_parcel(), url)])), receipts)
        finally:
            await made.aclose()
        return receipts.of(1)

    return asyncio.run(run())


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_connection_that_does_not_come_ends_by_its_own_limit(full: str, scheme: str) -> None:
    """Also over TLS, where libcurl would wait for the limit of both together."""
    receipt = one(f"{scheme}://{full}/x", Limits(connect_s=0.2, tls_s=60, whole_s=60))
    assert (receipt.outcome, receipt.code) == ("deferred", 0)
    assert "timed out" in receipt.text.lower()


def test_a_handshake_that_does_not_end_ends_by_its_own_limit(silent: str) -> None:
    receipt = one(f"https://{silent}/x", Limits(connect_s=0.1, tls_s=0.2, whole_s=60))
    assert (receipt.outcome, receipt.code) == ("deferred", 0)


def test_an_answer_that_does_not_come_is_not_cut_by_the_limit_of_connecting(silent: str) -> None:
    receipt = one(f"http://{silent}/x", Limits(connect_s=0.05, whole_s=0.4))
    assert receipt.outcome == "lost" and receipt.ms >= 300


def test_the_values_are_those_of_the_reference() -> None:
    assert (Limits().connect_s, Limits().tls_s, Limits().whole_s) == (3.0, 5.0, 15.0)


def test_the_limit_of_open_files_is_raised_to_sockets_and_two_hundred(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 5000))
    monkeypatch.setattr(resource, "setrlimit", lambda kind, limits: asked.append((kind, limits)))
    raise_file_limit(1200)
    assert asked == [(resource.RLIMIT_NOFILE, (1200, 5000))]
    raise_file_limit(50)
    assert len(asked) == 1, "a limit that is high enough stays"


def test_too_few_open_files_stop_the_channel_before_anything_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 1000))

    async def run() -> None:
        made = WebhookChannel(settings(webhook_sockets=1000))
        feed = Feed([hook_task(1, hook_parcel(), "https://a.example/")])
        with pytest.raises(Unavailable, match=r"ulimit -n.*DATELINE_WEBHOOK_SOCKETS"):
            await made.send(aiter(feed), Receipts())
        assert feed.drawn == 0

    asyncio.run(run())
