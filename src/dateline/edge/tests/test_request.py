"""Request heads that no client of ours would send are answered, not stumbled over."""

import pytest

from dateline.edge.request import BadRequest, parse_head

pytestmark = pytest.mark.unit


def head(target: str = "/stream", *lines: str, version: str = "HTTP/1.1") -> bytes:
    return "\r\n".join([f"GET {target} {version}", "Host: wire.example", *lines, "", ""]).encode("latin-1")


def test_an_ordinary_head_is_read() -> None:
    request = parse_head(head("/stream?language=ko", "Last-Event-ID: abc"))
    assert (request.method, request.path, request.query) == ("GET", "/stream", "language=ko")
    assert request.headers["last-event-id"] == "abc"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head("http://[::1/stream"), 400),
        (head("/stream", "no colon"), 400),
        (head("/stream", " folded: x"), 400),
        (head("/stream", "Content-Length: 3"), 400),
        (head("/stream", "Transfer-Encoding: chunked"), 400),
        (head("/stream", *[f"x-{n}: y" for n in range(70)]), 431),
        (head(version="HTTP/3"), 505),
        (b"\xff\xfe\r\n\r\n", 400),
        (b"GET /stream\r\n\r\n", 400),
    ],
)
def test_what_cannot_be_served_has_a_status(data: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_head(data)
    assert refused.value.status == status
