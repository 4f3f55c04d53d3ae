"""Request heads that no client of ours would send are answered, not stumbled over."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dateline.edge.request import LIMIT_BYTES, BadRequest, Head, Request, parse_head

pytestmark = [pytest.mark.unit, pytest.mark.once]


def head(target: str = "/stream", *lines: str, version: str = "HTTP/1.1") -> bytes:
    return "\r\n".join([f"GET {target} {version}", "Host: wire.example", *lines, "", ""]).encode("latin-1")


def test_an_ordinary_head_is_read() -> None:
    request = parse_head(head("/stream?language=ko", "Last-Event-ID: abc"))
    assert (request.method, request.path, request.query) == ("GET", "/stream", "language=ko")
    assert request.headers["last-event-id"] == "abc"


@pytest.mark.parametrize(
    ("data", "path", "query"),
    [
        (head("http://wire.example:8081/stream?after=x"), "/stream", "after=x"),
        (head("HTTPS://[::1]/stream"), "/stream", ""),
        (head("http://wire.example?x=1"), "/", "x=1"),
        (head("/%73tream"), "/stream", ""),
        ("GET /stream?keyword=展示館 HTTP/1.1\r\nHost: x\r\n\r\n".encode(), "/stream", "keyword=展示館"),
        (head("/stream", version="HTTP/1.0"), "/stream", ""),
        (b"GET /stream HTTP/1.0\r\n\r\n", "/stream", ""),
        (head("/stream", "Content-Length: 0"), "/stream", ""),
        (head("/stream", "User-Agent: caf\xe9"), "/stream", ""),
    ],
)
def test_what_the_standard_allows_is_read(data: bytes, path: str, query: str) -> None:
    request = parse_head(data)
    assert (request.path, request.query) == (path, query)


def test_lists_are_joined_and_everything_else_comes_once() -> None:
    request = parse_head(
        head("/ws", "Connection: keep-alive", "connection: Upgrade", "Cookie: a=1", "Cookie: b=2")
    )
    assert request.headers["connection"] == "keep-alive, Upgrade"
    assert request.headers["cookie"] == "a=1; b=2"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (head("http://[::1/stream"), 400),
        (head("http://user@host/stream"), 400),
        (head("*"), 400),
        (head("wire.example:443"), 400),
        (head("/stream?x=%zz"), 400),
        (head("/stream%2"), 400),
        (head("/%00"), 400),
        (head("/%ff"), 400),
        (b"GET /stream?\xff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (head("/stream#top"), 400),
        (head("/" + "x" * 7000), 414),
        (head("/stream", "no colon"), 400),
        (head("/stream", " folded: x"), 400),
        (head("/stream", "X: y", "\tmore"), 400),
        (head("/stream", "X : y"), 400),
        (head("/stream", ": y"), 400),
        (head("/stream", "X: a\x00b"), 400),
        (head("/stream", "X: a\rb"), 400),
        (head("/stream", "X: a\nEvil: b"), 400),
        (head("/stream", "Host: other.example"), 400),
        (head("/stream", "Authorization: Bearer a", "Authorization: Bearer b"), 400),
        (head("/stream", "Last-Event-ID: a", "Last-Event-ID: b"), 400),
        (head("/stream", "Content-Length: 3"), 400),
        (head("/stream", "Content-Length: 0", "Content-Length: 0"), 400),
        (head("/stream", "Transfer-Encoding: chunked"), 400),
        (head("/stream", "Expect: 100-continue"), 417),
        (head("/stream", *[f"x-{n}: y" for n in range(70)]), 431),
        (head("/stream", "X: " + "y" * 5000), 431),
        (head("/stream", *[f"X{n}: " + "y" * 3000 for n in range(3)]), 431),
        (head(version="HTTP/3"), 505),
        (head(version="HTTP/2.0"), 505),
        (head(version="HTCPCP/1.0"), 400),
        (b"GET /stream HTTP/1.1\r\n\r\n", 400),
        (b"GET /stream HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"get /stream HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET  /stream HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"\xff\xfe\r\n\r\n", 400),
        (b"GET /stream\r\n\r\n", 400),
        (b"GET /stream HTTP/1.1\r\n", 400),
    ],
)
def test_what_cannot_be_served_has_a_status(data: bytes, status: int) -> None:
    with pytest.raises(BadRequest) as refused:
        parse_head(data)
    assert refused.value.status == status
    assert refused.value.message


def test_a_head_comes_in_pieces_of_any_size() -> None:
    data = head("/ws", "X: y")
    for size in (1, 2, 3, 7, 1000):
        collecting = Head()
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        answers = [collecting.feed(piece) for piece in pieces]
        assert answers[-1] == parse_head(data) and not any(answers[:-1])


def test_what_comes_behind_the_head_is_kept() -> None:
    collecting = Head()
    assert collecting.feed(b"\r\n" + head() + b"\x81\x80abcd")
    assert collecting.rest == b"\x81\x80abcd"


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"\x16\x03\x01\x02\x00", "not TLS"), (b"\x00", "HTTP"), (b"{", "HTTP"), (b"X" * 8200, "larger")],
)
def test_what_can_never_be_a_head_is_not_waited_for(data: bytes, words: str) -> None:
    with pytest.raises(BadRequest, match=words):
        Head().feed(data)


def test_a_head_of_one_byte_at_a_time_ends_at_the_limit() -> None:
    """Slow-loris by size; by time the edge closes after ten seconds."""
    collecting = Head()
    with pytest.raises(BadRequest) as refused:
        for _ in range(LIMIT_BYTES + 1):
            assert collecting.feed(b"G") is None
    assert refused.value.status == 431


_PIECES = st.sampled_from(
    [b"GET ", b"/stream", b"/ws", b"?after=", b"%zz", b" HTTP/1.1", b"\r\n", b"\r\n\r\n", b"Host: x", b":",
     b"\n", b" ", b"\x00", b"\xff", b"http://", b"[", b"Content-Length: ", b"0", b"Upgrade: websocket"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.binary(max_size=40)), max_size=30), st.integers(1, 50))
def test_no_bytes_do_anything_but_wait_answer_or_refuse(parts: list[bytes], size: int) -> None:
    data = b"".join(parts)
    collecting = Head()
    for at in range(0, len(data), size):
        try:
            found = collecting.feed(data[at : at + size])
        except BadRequest as error:
            assert 400 <= error.status < 506 and error.message.isprintable()
            return
        if found is not None:
            assert isinstance(found, Request)
            return
