"""Feeds over HTTP: conditional, bounded, every hop judged, logins for their own host alone."""

import gzip
import zlib
from ipaddress import ip_network
from typing import Any

import pytest

from dateline.channels.fetching.http import fetch_http
from dateline.channels.fetching.services import check_feed
from dateline.core.errors import BadInput
from dateline.intake.services.providers import Fetched, Wanted
from dateline.plant.settings import Settings
from dateline.testing.feed_server import FeedServer

pytestmark = pytest.mark.wire
LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def server() -> Any:
    with FeedServer() as running:
        yield running


def fetch(address: str, **more: Any) -> Fetched:
    return fetch_http(Wanted("http", address, **more), bool, allowed=LOOPBACK)


def test_an_unchanged_feed_is_asked_for_by_what_it_said_last_time(server: FeedServer) -> None:
    server.serve("/f.rss", b"<rss/>", etag='"7"', headers={"Last-Modified": "Tue, 24 Nov 2026 00:00:00 GMT"})
    first = fetch(server.url("/f.rss"))
    assert (first.status, first.code, first.etag) == ("ok", 200, '"7"')
    assert first.documents[0].data == b"<rss/>"
    assert first.documents[0].name == "f.rss"
    again = fetch(server.url("/f.rss"), etag=first.etag, last_modified=first.last_modified)
    assert (again.status, again.code, again.documents) == ("unchanged", 304, ())
    asked = server.asked[1][1]
    assert asked["if-modified-since"] == "Tue, 24 Nov 2026 00:00:00 GMT"
    assert asked["user-agent"].startswith("Dateline/")


def test_gzip_is_unpacked_and_a_bomb_ends_at_the_limit(server: FeedServer) -> None:
    packed = {"Content-Encoding": "gzip"}
    server.serve("/g", gzip.compress(b"<rss/>"), headers=packed)
    assert fetch(server.url("/g")).documents[0].data == b"<rss/>"
    bomb = zlib.compressobj(9, wbits=31)
    body = b"".join(bomb.compress(bytes(1 << 20)) for _ in range(64)) + bomb.flush()
    server.serve("/bomb", body, headers=packed)
    found = fetch(server.url("/bomb"), most_bytes=1 << 20)
    assert (found.status, found.documents) == ("failed", ())
    assert "larger than 1 MB" in found.words
    for name, data, coding in (
        ("short", gzip.compress(b"<rss/>" * 100)[:-12], "gzip"),
        ("torn", b"\x1f\x8b\x08\x00garbage-that-is-none", "gzip"),
        ("odd", b"x", "br"),
    ):
        server.serve(f"/{name}", data, headers={"Content-Encoding": coding})
        assert fetch(server.url(f"/{name}")).status == "failed", name


def test_a_body_beyond_the_limit_is_not_read_to_its_end(server: FeedServer) -> None:
    server.serve("/big", bytes(3 << 20))
    found = fetch(server.url("/big"), most_bytes=1 << 20)
    assert "larger than 1 MB" in found.words


@pytest.mark.parametrize(
    ("status", "words", "wait"),
    [
        (503, "answers 503", 120.0),
        (429, "answers 429", 120.0),
        (404, "answers 404", 120.0),
        (410, "gone", 120.0),
    ],
)
def test_a_refusal_keeps_its_status_and_the_wait_it_asks_for(
    server: FeedServer, status: int, words: str, wait: float
) -> None:
    server.serve("/f", status=status, headers={"Retry-After": "120"})
    found = fetch(server.url("/f"))
    assert (found.status, found.code, found.wait_s) == ("failed", status, wait)
    assert words in found.words


def test_redirects_are_followed_and_one_for_good_is_said(server: FeedServer) -> None:
    server.serve("/old", status=301, headers={"Location": "/new"})
    server.serve("/new", b"<rss/>")
    found = fetch(server.url("/old"), etag='"1"')
    assert found.status == "ok"
    assert "moved for good" in found.words
    assert "if-none-match" not in server.asked[1][1], "the mark was for another address"
    server.serve("/loop", status=302, headers={"Location": "/loop"})
    assert "more than 5 times" in fetch(server.url("/loop")).words
    server.serve("/nowhere", status=302, headers={"Location": "file:///etc/passwd"})
    assert "leads nowhere" in fetch(server.url("/nowhere")).words


@pytest.mark.parametrize(
    "target", ["http://10.1.2.3/", "http://169.254.169.254/latest/", "http://[::1]/", "http://0x7f.1.1.1:1/"]
)
def test_every_hop_is_judged(server: FeedServer, target: str) -> None:
    """SSRF: a public feed must not lead us to what only this machine sees."""
    server.serve("/out", status=302, headers={"Location": target})
    found = fetch_http(Wanted("http", server.url("/out")), bool, allowed=(ip_network("127.0.0.1/32"),))
    assert found.status == "failed"
    assert "is not asked" in found.words


def test_loopback_is_refused_where_the_operator_did_not_open_it(server: FeedServer) -> None:
    server.serve("/f", b"<rss/>")
    found = fetch_http(Wanted("http", server.url("/f")), bool)
    assert found.status == "failed"
    assert "is not asked: 127.0.0.1" in found.words
    assert server.asked == []
    with pytest.raises(BadInput, match="ALLOW_PRIVATE_ENDPOINTS"):
        check_feed("http://127.0.0.1/feed", Settings.model_validate({}))
    check_feed("https://wire.example/feed", Settings.model_validate({}))


def test_a_login_goes_to_its_own_host_alone_and_never_in_the_clear(server: FeedServer) -> None:
    with FeedServer() as other:
        server.serve("/f", status=302, headers={"Location": other.url("/f")})
        other.serve("/f", b"<rss/>")
        assert fetch(server.url("/f"), secret=b"ana:pw").status == "ok"
        assert server.asked[0][1]["authorization"] == "Basic YW5hOnB3"
        assert "authorization" not in other.asked[0][1]
    fetch(server.url("/f"), secret=b"Bearer tok")
    assert server.asked[-1][1]["authorization"] == "Bearer tok"
    found = fetch_http(Wanted("http", "http://192.0.2.1/f", secret=b"ana:pw"), bool, allowed=LOOPBACK)
    assert "is not asked" in found.words
    assert "pw" not in found.words


def test_a_feed_that_hangs_ends_by_time_and_at_once_when_the_wire_stops(server: FeedServer) -> None:
    """I6"""
    server.serve("/slow", b"<rss>", hang=True)
    assert fetch(server.url("/slow"), whole_s=0.3).status == "failed"
    server.serve("/stop", b"<rss>", hang=True)

    def stop() -> bool:
        return any(path == "/stop" for path, _ in server.asked)

    found = fetch_http(Wanted("http", server.url("/stop"), whole_s=120.0), stop, allowed=LOOPBACK)
    assert found.words.endswith("the wire is stopping")


def test_who_does_not_answer_is_a_failure_in_words() -> None:
    with FeedServer() as gone:
        address = gone.url("/f")
    found = fetch(address)
    assert found.status == "failed"
    assert found.words.startswith("127.0.0.1: ")
