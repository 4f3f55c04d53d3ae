"""Whether an endpoint gets work: opens after failures in a row, lets one probe through, closes on success
(I6).

One delivery is in flight per endpoint at a time, so a probe is alone by itself, and what waited behind it
follows one by one.
"""

import hashlib
import random
import re
from dataclasses import dataclass, replace
from typing import Final, Literal

from dateline.core.words import Receipt
from dateline.dispatch.rules import LONGEST_WAIT_S, SECOND, jittered

BreakerState = Literal["closed", "open"]
"""An open one whose time is up is what others call half-open: its next delivery is the probe."""

_MOST_FAILS: Final = 5
_MOST_TIMEOUTS: Final = 3
_LEAST_FAILS: Final = 10
"""Before an endpoint is given up: days alone prove nothing about one that is written to once a week."""
_FIRST_OPEN_S: Final = 30.0
_TIMEOUT_CODES: Final = frozenset({408, 504})
_TIMEOUT_WORDS: Final = re.compile(r"time[ds]?[ -]?out", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Breaker:
    """One endpoint's health. `opened` counts openings since the last success; `open_until` in
    microseconds.
    """

    endpoint: str
    channel: str
    state: BreakerState = "closed"
    fails: int = 0
    timeouts: int = 0
    opened: int = 0
    open_until: int = 0
    disabled_reason: str = ""
    disabled_address: str = ""
    """Hash of the address that said it is gone: another address of the same endpoint starts anew."""
    failing_since: int = 0
    """The first failure since the last success, in microseconds."""


def watched(channel: str) -> bool:
    """Whether this channel's endpoints have breakers and take one delivery at a time.

    Not mail: there an endpoint is a destination's domain behind our relay, and one full mailbox says nothing
    about the next one.
    """
    return channel != "mail"


def admits(breaker: Breaker, *, now: int, rank: int) -> bool:
    """Whether a delivery may go out now: a closed breaker, one whose time is up (the probe), or a kill
    probing early.
    """
    return breaker.state != "open" or now >= breaker.open_until or rank == 0


def is_disabled(breaker: Breaker, address: str) -> bool:
    """Whether this very address has said that it is gone for good."""
    return bool(breaker.disabled_reason) and breaker.disabled_address == address_hash(address)


def address_hash(address: str) -> str:
    """The table need not know addresses."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def after(
    breaker: Breaker,
    receipt: Receipt,
    *,
    address: str,
    now: int,
    rng: random.Random,
    give_up_s: float = 0.0,
) -> Breaker:
    """The breaker after one of our own sends. `released` says nothing about the endpoint.

    With `give_up_s`, an endpoint that has failed for so long without one success is disabled.
    """
    if receipt.disable_endpoint:
        breaker = _disabled(breaker, receipt.disable_endpoint, address)
    if receipt.outcome == "released":
        return breaker
    if receipt.outcome == "accepted":
        return Breaker(breaker.endpoint, breaker.channel)
    fails = breaker.fails + 1
    timeouts = breaker.timeouts + 1 if is_timeout(receipt) else 0
    since = breaker.failing_since or now
    breaker = replace(breaker, fails=fails, timeouts=timeouts, failing_since=since)
    if give_up_s and fails >= _LEAST_FAILS and now - since >= give_up_s * SECOND:
        days = (now - since) // (86_400 * SECOND)
        words = receipt.text.strip()[:200] or f"code {receipt.code}"
        return _disabled(breaker, f"no success for {days} days; last: {words}", address)
    if receipt.throttle and receipt.wait_s is not None:
        until = now + int(min(receipt.wait_s, LONGEST_WAIT_S) * SECOND)
        return replace(breaker, state="open", open_until=max(until, breaker.open_until))
    if breaker.state != "closed" or fails >= _MOST_FAILS or timeouts >= _MOST_TIMEOUTS:
        wait = jittered(min(_FIRST_OPEN_S * 2**breaker.opened, LONGEST_WAIT_S), rng)
        return replace(breaker, state="open", opened=breaker.opened + 1, open_until=now + int(wait * SECOND))
    return breaker


def _disabled(breaker: Breaker, reason: str, address: str) -> Breaker:
    reason = reason.replace("\x00", "")[:300]
    return replace(breaker, disabled_reason=reason, disabled_address=address_hash(address))


def is_timeout(receipt: Receipt) -> bool:
    """Whether the endpoint kept us waiting: three of those weigh as much as five quick failures."""
    if receipt.outcome == "lost" or receipt.code in _TIMEOUT_CODES:
        return True
    return receipt.code == 0 and bool(_TIMEOUT_WORDS.search(receipt.text))
