"""The web process gives up on clients that are slow or send too much, before our code sees a byte of it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import uvicorn

from dateline.cli.web_limits import LimitedProtocol
from dateline.testing.ports import free_port

pytestmark = pytest.mark.wire


class Small(LimitedProtocol):
    """Limits that a test can reach."""

    body_bytes = 1000
    head_bytes = 500
    head_s = 0.5
    body_s = 0.5
    linger_s = 0.5


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Says how many bytes it got."""
    got = 0
    while True:
        message = await receive()
        got += len(message.get("body", b""))
        if message["type"] == "http.disconnect":
            return
        if not message.get("more_body"):
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"%4d" % got})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    number = free_port()
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=number,
        http=Small,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()))
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield number
    server.should_exit = True
    thread.join()


def said(port: int, *parts: bytes) -> bytes:
    """Everything the server answers to these bytes until it closes."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        for part in parts:
            line.sendall(part)
        answer = b""
        try:
            while data := line.recv(65536):
                answer += data
        except ConnectionResetError:
            pass
    return answer


def test_ordinary_requests_pass_one_after_another(port: int) -> None:
    one = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + b"a" * 1000
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = said(port, one, one, last)
    assert answer.count(b"200 OK") == 3 and answer.count(b"1000") == 2


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ],
)
def test_who_does_not_go_on_is_given_up(port: int, request_: bytes) -> None:
    """Slow requests, each holding a connection for ever, were all that was needed to stop the site."""
    assert said(port, request_).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /" + b"a" * 600 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nAccept-Language: " + b"a-" * 300 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 400 + b"\r\n",
    ],
)
def test_a_head_that_is_too_large_is_refused(port: int, request_: bytes) -> None:
    assert said(port, request_).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "request_",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"
        + b"a" * 1001
        + b"\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"a\r\n0123456789\r\n" * 200,
    ],
)
def test_a_body_that_is_too_large_is_refused(port: int, request_: bytes) -> None:
    """Before Django keeps it in a temporary file: it may be an unreleased text (I1)."""
    assert said(port, request_).startswith(b"HTTP/1.1 413 ")


def test_the_api_refuses_in_problem_documents(port: int) -> None:
    answer = said(port, b"POST /api/v1/releases HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ") and b"application/problem+json" in answer
    assert b"urn:dateline:problem:too-large" in answer


def test_who_sends_on_still_reads_the_answer(port: int) -> None:
    """A browser in the middle of its upload would see a broken line and no reason."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n"
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as line:
        line.sendall(head + b"a" * 5_000_000)
        assert line.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_what_is_no_request_is_refused(port: int) -> None:
    assert said(port, b"\x16\x03\x01 hello\r\n\r\n").startswith(b"HTTP/1.1 400 ")
