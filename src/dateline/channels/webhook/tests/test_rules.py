"""What answers mean, row by row of the table."""

from datetime import UTC, datetime

import pytest

from dateline.channels.retry_after import wait_s
from dateline.channels.webhook.channel import is_usual
from dateline.channels.webhook.rules import Answer, published_url, verdict
from dateline.core.clock import Instant

pytestmark = pytest.mark.unit
NOW = Instant(datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_two_hundreds_accept(status: int) -> None:
    assert verdict(Answer(status, body=b"thanks"), NOW).outcome == "accepted"


def test_gone_refuses_and_disables() -> None:
    found = verdict(Answer(410, body=b"We moved"), NOW)
    assert (found.outcome, found.text) == ("refused", "We moved")
    assert found.disable


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_busy_defers_throttles_and_says_how_long(status: int) -> None:
    found = verdict(Answer(status, retry_after="120"), NOW)
    assert (found.outcome, found.wait_s, found.throttle) == ("deferred", 120.0, True)


@pytest.mark.parametrize(
    "status", [300, 301, 302, 307, 308, 400, 401, 403, 404, 408, 422, 425, 500, 501, 599]
)
def test_everything_else_defers_with_its_code_and_no_throttle(status: int) -> None:
    """4xx are refused at the third try: by dispatch, which counts them."""
    found = verdict(Answer(status, retry_after="120"), NOW)
    assert (found.outcome, found.wait_s, found.throttle, found.disable) == ("deferred", None, False, "")
    assert found.text


def test_a_fault_of_the_network_defers_in_words() -> None:
    found = verdict(Answer(fault="Connection refused"), NOW)
    assert (found.outcome, found.text) == ("deferred", "Connection refused")


def test_an_address_the_guard_refused_is_refused_by_name() -> None:
    found = verdict(Answer(fault="x", refused="10.0.0.1 is private"), NOW)
    assert (found.outcome, found.text) == ("refused", "10.0.0.1 is private")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("86400", 3600.0),
        ("999999999", 3600.0),
        ("Tue, 24 Nov 2026 12:01:30 GMT", 90.0),
        ("Tue, 24 Nov 2026 12:01:30 -0000", 90.0),
        ("Tuesday, 24-Nov-26 12:01:30 GMT", 90.0),
        ("Wed, 25 Nov 2026 12:00:00 GMT", 3600.0),
        ("Mon, 23 Nov 2026 12:00:00 GMT", 0.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Tue, 99 Nov 2026 12:00:00 GMT", None),
        ("9" * 400, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date_up_to_an_hour(header: str, seconds: float | None) -> None:
    assert wait_s(header, NOW) == seconds


@pytest.mark.parametrize(
    ("body", "url"),
    [
        (b'{"published_url": "https://paper.example/a"}', "https://paper.example/a"),
        (b'{"published_url": "javascript:alert(1)"}', ""),
        (b'{"published_url": "mailto:a@b.example"}', ""),
        (b'{"published_url": 7}', ""),
        (b'["published_url"]', ""),
        (b"ok", ""),
        (b"\xff", ""),
        (b"[" * 60_000, ""),
    ],
)
def test_a_published_address_is_taken_only_if_it_is_one(body: bytes, url: str) -> None:
    assert published_url(body) == url
    assert verdict(Answer(200, body=body), NOW).published_url == url


def test_the_servers_words_are_kept_clean_and_short() -> None:
    text = verdict(Answer(500, body=b"Oh\r\n\x00no \xff" + b"x" * 5000), NOW).text
    assert text.startswith("Oh no") and len(text.encode()) <= 1000


@pytest.mark.parametrize(
    ("url", "usual"),
    [
        ("https://a.example/x", True),
        ("https://a.example:443/x", True),
        ("https://a.example:8443/x", True),
        ("https://a.example:9443/x", False),
        ("http://a.example/x", False),
        ("http://a.example:443/x", False),
    ],
)
def test_which_addresses_may_go_anywhere(url: str, usual: bool) -> None:
    assert is_usual(url) == usual
