"""The guard against requests to our own network: every spelling that has fooled somebody."""

from ipaddress import ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.channels.address_guard import refusal

pytestmark = pytest.mark.unit
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def nobody(_: object) -> bool:
    return False


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("127.255.255.254", "loopback"),
        ("::1", "loopback"),
        ("0.0.0.0", "unspecified"),
        ("::", "unspecified"),
        ("0.1.2.3", "private"),
        ("10.1.2.3", "private"),
        ("172.16.0.1", "private"),
        ("192.168.1.1", "private"),
        ("fd00::1", "private"),
        ("fc00::1", "private"),
        ("169.254.169.254", "link-local"),
        ("fe80::1", "link-local"),
        ("fe80::1%eth0", "link-local"),
        ("fec0::1", "site-local"),
        ("feff::1", "site-local"),
        ("100.64.0.1", "not public"),
        ("100.127.255.255", "not public"),
        ("224.0.0.1", "multicast"),
        ("239.255.255.250", "multicast"),
        ("ff02::1", "multicast"),
        ("ff0e::1", "multicast"),
        ("240.0.0.1", "private"),
        ("255.255.255.255", "private"),
        ("192.0.0.8", "reserved"),
        ("192.0.2.1", "private"),
        ("198.18.0.1", "private"),
        ("198.51.100.7", "private"),
        ("203.0.113.9", "private"),
        ("192.88.99.1", "reserved"),
        ("2001:db8::1", "private"),
        ("3fff::1", "reserved"),
        ("100::1", "reserved"),
        ("::ffff:127.0.0.1", "loopback"),
        ("::ffff:7f00:1", "loopback"),
        ("::ffff:10.0.0.1", "private"),
        ("::ffff:0:127.0.0.1", "loopback"),
        ("::127.0.0.1", "reserved"),
        ("::7f00:1", "reserved"),
        ("64:ff9b::7f00:1", "loopback"),
        ("64:ff9b::127.0.0.1", "loopback"),
        ("64:ff9b::a9fe:a9fe", "link-local"),
        ("64:ff9b::10.0.0.1", "private"),
        ("64:ff9b:1::7f00:1", "loopback"),
        ("64:ff9b:1::a9fe:a9fe", "link-local"),
        ("64:ff9b:1:7f00:0:100::", "loopback"),
        ("64:ff9b:1:7f00:0:100:808:808", "loopback"),
        ("64:ff9b:1:0:7f:0:100:0", "loopback"),
        ("2002:7f00:1::", "loopback"),
        ("2002:a00:1::1", "private"),
        ("2001:0:808:808:0:0:80ff:fffe", "loopback"),
        ("2001:0:7f00:1:0:0:f7f7:f7f7", "loopback"),
    ],
)
def test_what_is_not_public_is_refused_by_name(address: str, kind: str) -> None:
    words = refusal(address, is_ours=nobody)
    assert words.startswith(f"{address} is {kind}"), words


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "1.1.1.1",
        "193.0.6.139",
        "2606:4700::1111",
        "2a00:1450:4001:82a::200e",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "64:ff9b:1::8.8.8.8",
        "2002:808:808::1",
        "2001:0:808:808:0:0:f7f7:f7f7",
    ],
)
def test_what_is_public_may_be_dialled(address: str) -> None:
    assert refusal(address, is_ours=nobody) == ""


@pytest.mark.parametrize("address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"])
def test_a_network_the_operator_names_is_open(address: str) -> None:
    assert refusal(address, LOOPBACK) == ""
    assert refusal(address, LOOPBACK, only_allowed=True) == ""


def test_a_named_network_opens_nothing_else() -> None:
    assert refusal("10.0.0.1", LOOPBACK)
    assert refusal("::ffff:10.0.0.1", LOOPBACK)
    # One of the two addresses inside a Teredo form is open, the other is not.
    assert "loopback" not in refusal("2001:0:a00:1:0:0:80ff:fffe", LOOPBACK)
    assert "private" in refusal("2001:0:a00:1:0:0:80ff:fffe", LOOPBACK)


def test_plain_http_and_odd_ports_reach_named_networks_only() -> None:
    assert "allow_private_endpoints" in refusal("8.8.8.8", LOOPBACK, only_allowed=True)


def test_the_addresses_of_this_machine_are_refused_though_public() -> None:
    assert refusal("8.8.8.8", is_ours=lambda _: True) == "8.8.8.8 belongs to this machine"
    assert refusal("8.8.8.8", [ip_network("8.8.8.0/24")], is_ours=lambda _: True) == ""


@pytest.mark.parametrize("text", ["", "localhost", "0x7f.1", "2130706433", "127.1", "256.1.1.1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    """The guard sees what the socket dials; a name or a short form never gets that far."""
    assert "not an IP address" in refusal(text)


@given(st.ip_addresses(v=4))
def test_every_wrapping_of_an_address_is_judged_as_the_address(address: object) -> None:
    bare = bool(refusal(str(address), is_ours=nobody))
    number = int(address)  # type: ignore[call-overload]
    high, low = number >> 16, number & 0xFFFF
    for form in (f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{high:x}:{low:x}::1"):
        assert bool(refusal(form, is_ours=nobody)) == bare, form
