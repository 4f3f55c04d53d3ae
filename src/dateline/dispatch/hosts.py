"""The second breaker, one per host: many endpoints of one dead service need not each be tried five times.

It holds back only endpoints that have failed since their own last success. One with a clean record is always
tried, so that a host where some endpoints are dead delays nobody healthy (I6). Kept in memory: after a
restart the breakers of the endpoints, which are in the table, go on by themselves.
"""

import random
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from dateline.core.words import Receipt
from dateline.dispatch.rules import LONGEST_WAIT_S, SECOND, jittered

_MOST_FAILS: Final = 10  # in a row, of the host as a whole
_LEAST_ENDPOINTS: Final = 3  # one endpoint that fails says nothing about its neighbours
_FIRST_REST_S: Final = 30.0
_BESIDE_PROBE_S: Final = 2.0
_RECOVERED: Final = 32  # this many at once: the host is as good as any other


@lru_cache(maxsize=16384)
def host_of(address: str) -> str:
    """`host:port` of a URL as written; "" for what has no host."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


@dataclass(slots=True)
class _Host:
    fails: int = 0
    endpoints: set[str] = field(default_factory=set)
    opened: int = 0
    rests_until: int = 0
    in_flight: int = 0
    ramp: int = 0
    """How many may be under way at once after a rest: 1, 2, 4 ...; 0 = no limit."""


class Hosts:
    """Every host of one channel that has failed lately, or has something under way. Instants in
    microseconds.
    """

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._known: dict[str, _Host] = {}

    def waits_until(self, address: str, *, clean: bool, now: int) -> int:
        """0 when a delivery may go; else when to look again. `clean`: its endpoint did not fail lately."""
        host = self._known.get(host_of(address))
        if host is None or clean or not host.opened:
            return 0
        if now < host.rests_until:
            return host.rests_until
        if host.in_flight < host.ramp:
            return 0
        return now + int(jittered(_BESIDE_PROBE_S, self._rng) * SECOND)

    def begun(self, address: str) -> None:
        """A delivery to this address is under way."""
        name = host_of(address)
        if name:
            self._known.setdefault(name, _Host()).in_flight += 1

    def ended(self, address: str, endpoint: str, receipt: Receipt | None, *, now: int) -> None:
        """It ended, `receipt` None or `released` saying nothing about the host."""
        name = host_of(address)
        host = self._known.get(name)
        if host is None:
            return
        host.in_flight = max(0, host.in_flight - 1)
        if receipt is not None and receipt.outcome == "accepted":
            self._succeeded(host)
        elif receipt is not None and receipt.outcome in {"deferred", "lost"} and _is_of_the_host(receipt):
            self._failed(host, endpoint, now)
        if not (host.in_flight or host.fails or host.opened):
            del self._known[name]

    def _succeeded(self, host: _Host) -> None:
        host.fails = 0
        host.endpoints.clear()
        host.ramp = host.ramp * 2 if host.opened else 0
        host.rests_until = 0
        if host.ramp >= _RECOVERED:
            host.ramp = host.opened = 0

    def _failed(self, host: _Host, endpoint: str, now: int) -> None:
        host.fails += 1
        if len(host.endpoints) < _LEAST_ENDPOINTS:
            host.endpoints.add(endpoint)
        many = host.fails >= _MOST_FAILS and len(host.endpoints) >= _LEAST_ENDPOINTS
        if (many or host.opened) and now >= host.rests_until:
            wait = jittered(min(_FIRST_REST_S * 2**host.opened, LONGEST_WAIT_S), self._rng)
            host.opened = min(host.opened + 1, 10)
            host.rests_until = now + int(wait * SECOND)
            host.ramp = 1


def _is_of_the_host(receipt: Receipt) -> bool:
    """No answer at all, or one of a gateway: the rest is between us and that one endpoint."""
    return receipt.code in {0, 502, 503, 504}
