"""A webhook that left whole and got no answer is lost, not deferred; what never left whole is deferred."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from dateline.channels.tests.builders import Feed, Receipts, hook_parcel, hook_task, settings
from dateline.channels.webhook.channel import WebhookChannel
from dateline.channels.webhook.transfers import Limits
from dateline.core.words import Receipt

pytestmark = pytest.mark.wire

HEAD = b"\r\n\r\n"


class Server:
    """Takes one connection. `reads`: as much of the request as it wants to see before it acts."""

    def __init__(self, *, reads: str, answers: bytes = b"", hangs: bool = False) -> None:
        self._reads, self._answers, self._hangs = reads, answers, hangs
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return
        with connection:
            got = b""
            while self._reads == "all" and not self._is_whole(got):
                got += connection.recv(65536)
            connection.sendall(self._answers)
            if self._hangs:
                self._over.wait(30)

    @staticmethod
    def _is_whole(got: bytes) -> bool:
        head, found, body = got.partition(HEAD)
        if not found:
            return False
        length = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return len(body) >= int(length.partition(b":")[2])

    def close(self) -> None:
        self._over.set()
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def serve() -> Iterator[list[Server]]:
    made: list[Server] = []
    yield made
    for one in made:
        one.close()


def post(port: int) -> Receipt:
    async def run() -> Receipt:
        channel = WebhookChannel(
            settings(allow_private_endpoints="127.0.0.0/8", webhook_sockets=4),
            limits=Limits(connect_s=5, tls_s=5, whole_s=1),
        )
        receipts = Receipts()
        try:
            task = hook_task(1, hook_parcel(), f"http://127.0.0.1:{port}/", endpoint="o_1")
            await channel.send(aiter(Feed([task])), receipts)
        finally:
            await channel.aclose()
        return receipts.all[0]

    return asyncio.run(run())


@pytest.mark.parametrize("hangs", [True, False], ids=["silent", "cut"])
def test_what_was_read_to_its_end_and_not_answered_is_lost(serve: list[Server], hangs: bool) -> None:
    serve.append(Server(reads="all", hangs=hangs))
    found = post(serve[0].port)
    assert found.outcome == "lost" and found.code == 0 and found.text


def test_an_interim_answer_is_none(serve: list[Server]) -> None:
    serve.append(Server(reads="all", answers=b"HTTP/1.1 102 Processing\r\n\r\n"))
    assert post(serve[0].port).outcome == "lost"


def test_a_status_is_an_answer_however_it_ends(serve: list[Server]) -> None:
    cut = b"HTTP/1.1 503 Busy\r\nContent-Length: 50\r\n\r\nso"
    serve.append(Server(reads="all", answers=cut))
    assert (post(serve[0].port).outcome, serve[0].port > 0) == ("deferred", True)


def test_nobody_there_is_deferred() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert post(port).outcome == "deferred"
