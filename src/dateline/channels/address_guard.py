"""Decides whether a channel may dial an address: one rule for all, asked with the address really dialled.

Names and odd spellings (`0x7f.1`, a name that resolves to loopback, DNS rebinding) are void, because what is
judged is the number the socket would connect to. `ip.is_global` alone is no guard: it lets NAT64 forms of
loopback and the metadata address, `fec0::1` and multicast pass.
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import Final

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

_NAT64: Final = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL: Final = IPv6Network("64:ff9b:1::/48")
_MAPPED_STATELESS: Final = IPv6Network("::ffff:0:0:0/96")  # SIIT, RFC 2765
_MORE: Final[Networks] = (  # judged differently by the versions of Python, or not known to them
    IPv4Network("192.0.0.0/24"),  # IETF protocol assignments
    IPv4Network("192.88.99.0/24"),  # anycast of 6to4 relays, given back in RFC 7526
    IPv6Network("100::/64"),  # discard
    IPv6Network("5f00::/16"),  # segment routing inside one domain
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


def refusal(
    address: str,
    allowed: Networks = (),
    *,
    only_allowed: bool = False,
    is_ours: Callable[[Address], bool] | None = None,
) -> str:
    """Why `address` must not be dialled, in words that name it; "" when it may be.

    `allowed` are the networks an operator opened (`allow_private_endpoints`); `only_allowed` refuses all
    others (plain HTTP, odd ports). `is_ours` tells this machine's own addresses; None asks the system.
    """
    try:
        dialled = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address!r} is not an IP address"
    inner = tuple(_unwrapped(dialled))
    if _inside(dialled, allowed) or all(_inside(reached, allowed) for reached in inner):
        return ""
    if only_allowed:
        return f"{address} is not in a network that allow_private_endpoints names"
    for reached in inner:
        if _inside(reached, allowed):
            continue
        if kind := _kind(reached):
            also = "" if reached == dialled else f" (it leads to {reached})"
            return f"{address} is {kind}{also}"
        if (is_ours or _is_ours)(reached):
            return f"{address} belongs to this machine"
    return ""


def _inside(address: Address, networks: Networks) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def _unwrapped(address: Address) -> Iterator[Address]:
    """Every IPv4 address that an IPv6 form stands for; the address itself when it stands for none."""
    found = _embedded(address) if isinstance(address, IPv6Address) else ()
    yield from found or (address,)


def _embedded(address: IPv6Address) -> tuple[IPv4Address, ...]:
    number = int(address)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64 or address in _MAPPED_STATELESS:
        return (IPv4Address(number & 0xFFFFFFFF),)
    if address in _NAT64_LOCAL:
        return _local_nat64(number)
    return ()


def _local_nat64(number: int) -> tuple[IPv4Address, ...]:
    """RFC 8215 leaves the length of the operator's prefix open, so each reading of RFC 6052 must be harmless:
    /96, and /48, /56, /64 with the octet of bits 64 to 71 left out.
    """
    readings = {number & 0xFFFFFFFF}
    without_u = (number >> 64) << 56 | number & ((1 << 56) - 1)  # 120 bits
    readings |= {without_u >> (120 - length - 32) & 0xFFFFFFFF for length in (48, 56, 64)}
    real = {value for value in readings if value >> 24} or {0}  # 0.0.0.0/8 is what a wrong length reads
    return tuple(IPv4Address(value) for value in sorted(real))


def _kind(address: Address) -> str:  # noqa: PLR0911
    """What makes an address not public; "" for a public one."""
    if address.is_unspecified:
        return "unspecified"
    if address.is_loopback:
        return "loopback"
    if address.is_multicast:
        return "multicast"
    if address.is_link_local:
        return "link-local"
    if isinstance(address, IPv6Address) and address.is_site_local:
        return "site-local"
    if _inside(address, _MORE):
        return "reserved"
    if address.is_private:
        return "private"
    if address.is_reserved:
        return "reserved"
    return "" if address.is_global else "not public"


def _is_ours(address: Address) -> bool:
    """Whether an interface of this machine has the address: only then can a socket be bound to it."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(address), 0))
    except OSError:
        return False
    return True
