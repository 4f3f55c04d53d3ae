"""Whether an endpoint gets work: opens after failures in a row, lets one probe through, closes on success
(I6).

One delivery is in flight per endpoint and worker at a time, so a probe is alone by itself, and what waited
behind it follows one by one. Several workers share an endpoint's health: each adds what it heard to the
row (`statements.health`), none writes what it believes over it. So the rule stands twice, here for the
decision of this moment and there for the row; a test holds the two together.
"""

import hashlib
import random
import re
from dataclasses import dataclass, field, replace
from typing import Final, Literal, NamedTuple

from dateline.core.words import Receipt
from dateline.dispatch.rules import LONGEST_WAIT_S, SECOND, jittered

BreakerState = Literal["closed", "open"]
"""An open one whose time is up is what others call half-open: its next delivery is the probe."""

MOST_FAILS: Final = 5
MOST_TIMEOUTS: Final = 3
LEAST_FAILS: Final = 10
"""Before an endpoint is given up: days alone prove nothing about one that is written to once a week."""
FIRST_OPEN_S: Final = 30
MOST_DOUBLED: Final = 7
"""Openings in a row after which a rest is no longer doubled: 30 s times 2 to the 7th is over an hour."""
_DAY: Final = 86_400 * SECOND
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
    ok_at: int = field(default=0, compare=False)
    failed_at: int = field(default=0, compare=False)
    """The last success and failure: what workers heard reaches the row in any order."""


class Heard(NamedTuple):
    """What one try says about its endpoint, at `at` (microseconds): it `failed` or was `good`, or neither.

    `rest_until`: the endpoint asked for patience. `second`: microseconds that a second of rest is to last,
    ±20 %. `reason`: why it is to get nothing more, at the word of `address`; or, where `give_up_before` is
    set, the last words of one that is given up if it has failed since before then.
    """

    endpoint: str
    channel: str
    at: int
    failed: int
    good: int
    timeout: int
    rest_until: int
    second: int
    gone: int
    give_up_before: int
    reason: str
    address: str


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
    """The breaker after one of our own sends; `heard` and `then` in one."""
    return then(breaker, heard(breaker, receipt, address=address, now=now, rng=rng, give_up_s=give_up_s))


def heard(
    breaker: Breaker,
    receipt: Receipt,
    *,
    address: str,
    now: int,
    rng: random.Random,
    give_up_s: float = 0.0,
) -> Heard:
    """What a receipt says about the endpoint. `released` says nothing about it.

    With `give_up_s`, an endpoint that has failed for so long without one success is disabled.
    """
    failed = receipt.outcome not in {"released", "accepted"}
    words = receipt.disable_endpoint or receipt.text.strip()[:200] or f"code {receipt.code}"
    rest_s = min(receipt.wait_s, LONGEST_WAIT_S) if receipt.throttle and receipt.wait_s is not None else None
    return Heard(
        endpoint=breaker.endpoint,
        channel=breaker.channel,
        at=now,
        failed=int(failed),
        good=int(receipt.outcome == "accepted"),
        timeout=int(failed and is_timeout(receipt)),
        rest_until=0 if rest_s is None else now + int(rest_s * SECOND),
        second=int(jittered(1.0, rng) * SECOND),
        gone=int(bool(receipt.disable_endpoint)),
        give_up_before=max(1, now - int(give_up_s * SECOND)) if give_up_s else 0,
        reason=words.replace("\x00", ""),
        address=address_hash(address),
    )


def then(breaker: Breaker, news: Heard) -> Breaker:
    """The breaker after what was heard. What is older than the last word to the contrary changes nothing."""
    if news.gone and not news.good:
        breaker = replace(breaker, disabled_reason=news.reason[:300], disabled_address=news.address)
    if news.good:
        closed = Breaker(breaker.endpoint, breaker.channel, failed_at=breaker.failed_at)
        found = closed if news.at >= breaker.failed_at else breaker
        return replace(found, ok_at=max(news.at, breaker.ok_at))
    if not news.failed or news.at <= breaker.ok_at:
        return breaker
    return _failed(breaker, news)


def _failed(old: Breaker, news: Heard) -> Breaker:
    since = old.failing_since or news.at
    breaker = replace(
        old,
        fails=old.fails + 1,
        timeouts=old.timeouts + 1 if news.timeout else 0,
        failing_since=since,
        failed_at=max(news.at, old.failed_at),
    )
    if news.give_up_before and breaker.fails >= LEAST_FAILS and since <= news.give_up_before:
        reason = f"no success for {(news.at - since) // _DAY} days; last: {news.reason}"[:300]
        return replace(breaker, disabled_reason=reason, disabled_address=news.address)
    if news.rest_until:
        return replace(breaker, state="open", open_until=max(news.rest_until, old.open_until))
    probed = old.state == "open" and news.at >= old.open_until
    many = old.state != "open" and (breaker.fails >= MOST_FAILS or breaker.timeouts >= MOST_TIMEOUTS)
    if not (probed or many):
        return breaker  # one that rests goes on resting: it was a kill, or another worker's probe
    seconds = int(LONGEST_WAIT_S) if old.opened >= MOST_DOUBLED else FIRST_OPEN_S << old.opened
    return replace(breaker, state="open", opened=old.opened + 1, open_until=news.at + seconds * news.second)


def is_timeout(receipt: Receipt) -> bool:
    """Whether the endpoint kept us waiting: three of those weigh as much as five quick failures."""
    if receipt.code in _TIMEOUT_CODES or (receipt.outcome == "lost" and not receipt.text):
        return True
    return receipt.code == 0 and bool(_TIMEOUT_WORDS.search(receipt.text))
