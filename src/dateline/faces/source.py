"""Which address of the network a request comes from, behind as many proxies as the operator named."""

import re
from ipaddress import ip_address
from typing import Final

from django.http import HttpRequest

from dateline.plant.settings import get_settings

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "::ffff:127.0.0.1"})
FORWARDED: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
_WITH_PORT: Final = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::\d+)?|([\d.]+):\d+")
"""Some proxies write the port too, which would make each connection a source of its own."""


def source_of(request: HttpRequest) -> str:
    """The IP address; empty when nobody can know it, as behind a proxy of our own network that no setting
    names: its readers must not all be one source.

    Each trusted proxy appends the address it was asked from, so that the outermost one's word stands
    `trusted_proxies` places from the end; what stands before it is the client's own word.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    trusted = get_settings().trusted_proxies
    if trusted:
        told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        return _bare(told[-trusted]) if len(told) >= trusted and told[-trusted] else peer
    is_handed_on = any(name in request.META for name in FORWARDED)
    return "" if is_handed_on and _is_inside(peer) else peer


def _is_inside(peer: str) -> bool:
    try:
        return ip_address(peer).is_private
    except ValueError:
        return True


def _bare(address: str) -> str:
    found = _WITH_PORT.fullmatch(address)
    return (found[1] or found[2]) if found else address
