"""What may become of a delivery: states and moves, retries, when mail is held, who overtakes whom."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateline.core.clock import from_micros, instant, to_micros
from dateline.core.errors import Conflict
from dateline.core.words import Receipt, ReleaseClass, VersionKind

State = Literal[
    "waiting",
    "leased",
    "deferred",
    "accepted",
    "refused",
    "expired",
    "suppressed",
    "cancelled",
    "uncertain",
]
AttemptKind = Literal["result", "lost", "released", "dsn", "complaint", "replay"]

OPEN: Final = frozenset[State]({"waiting", "leased", "deferred"})
FINAL: Final = frozenset[State]({"accepted", "refused", "expired", "suppressed", "cancelled", "uncertain"})

# The only moves there are (delivery.md, section 1). The three out of a final state are the operator's replay.
# The same table stands as a trigger in both databases, so that a wrong statement fails instead of losing
# somebody's news.
MOVES: Final[Mapping[State, frozenset[State]]] = {
    "waiting": frozenset({"leased", "uncertain", "expired", "cancelled", "suppressed"}),
    "deferred": frozenset({"leased", "expired", "cancelled", "suppressed"}),
    "leased": frozenset({"accepted", "deferred", "waiting", "refused", "uncertain"}),
    "refused": frozenset({"waiting"}),
    "expired": frozenset({"waiting"}),
    "uncertain": frozenset({"waiting"}),
    "accepted": frozenset(),
    "suppressed": frozenset(),
    "cancelled": frozenset(),
}

SECOND: Final = 1_000_000  # instants in the ledger are microseconds
SETTLED_BEYOND_S: Final = 60
MOST_LOSSES: Final = 3
_UNFOLDED: Final = "mail"
"""The channel of which a repeat is a second copy in somebody's hands."""
LONGEST_WAIT_S: Final = 3600.0
_JITTER: Final = 0.2
_MORNING: Final = time(7, 0)

_MAIL_WAITS: Final = (60.0, 300.0, 900.0, 3600.0, 7200.0)
_WEBHOOK_WAITS: Final = (5.0, 30.0, 120.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 18000.0, 36000.0)
_FILE_WAITS: Final = (60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3840.0, 7200.0)
_RELEASED_WAIT_S: Final = 1.0
_REAPED_WAITS: Final = (0.0, 5.0, 60.0, 300.0, 900.0, 3600.0, 7200.0)

# Answers that say our request is wrong: a slip at the other end may be mended, so three tries, no more.
_SHORT_PATIENCE: Final = frozenset({400, 401, 403, 404, 422})
_SHORT_TRIES: Final = 3

_RANK_OF_KIND: Final[Mapping[str, int]] = {"kill": 0, "withdrawal": 1, "correction": 1}
_RANK_OF_CLASS: Final[Mapping[str, int]] = {"regulated": 2, "priority": 3, "normal": 4}
REGULATED: Final = _RANK_OF_CLASS["regulated"]
_PATIENCE_WITH_REGULATED: Final = 3
EXPANDED_KINDS: Final = frozenset(_RANK_OF_KIND)
"""Versions whose recipients are everyone who received an earlier one."""


def moved(old: State, new: State) -> State:
    """The new state. Raises Conflict for a move that is not in the table."""
    if new not in MOVES[old]:
        raise Conflict(f"a delivery cannot go from {old} to {new}")
    return new


def rank(kind: VersionKind, release_class: ReleaseClass) -> int:
    """0 kill, 1 correction or withdrawal, then the class: 2 regulated, 3 priority, 4 normal. Lower
    overtakes.
    """
    return _RANK_OF_KIND.get(kind, _RANK_OF_CLASS[release_class])


def horizon_s(channels: int, rank_: int) -> int:
    """Seconds after the lift until news is too old to send: what the law demands is tried three times as long
    (72 h where others have 24).
    """
    return channels * _PATIENCE_WITH_REGULATED if rank_ == REGULATED else channels


def retry_wait_s(channel: str, failures: int, rng: random.Random) -> float:
    """Seconds until the next try after `failures` tries without success (1 = the first), ±20 %."""
    waits = {"mail": _MAIL_WAITS, "webhook": _WEBHOOK_WAITS}.get(channel, _FILE_WAITS)
    return jittered(waits[min(failures, len(waits)) - 1], rng)


def jittered(seconds: float, rng: random.Random) -> float:
    """`seconds` ± 20 %, so that what failed together does not return together."""
    return seconds * (1 + rng.uniform(-_JITTER, _JITTER))


@dataclass(frozen=True, slots=True)
class Tried:
    """What the ledger knew of a leased row when it was claimed."""

    channel: str
    attempts: int
    losses: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a receipt makes of a row. `due_at` in microseconds, None in a final state."""

    state: State
    kind: AttemptKind
    reason: str
    attempts: int
    losses: int
    due_at: int | None


def verdict(receipt: Receipt, tried: Tried, *, now: int, rng: random.Random, stopping: bool) -> Verdict:
    """The next state of a leased row.

    `attempts` counts tries with an outcome, `losses` those since the last answer that may have arrived
    unheard. `now` in microseconds.
    """
    attempts, losses = tried.attempts, tried.losses
    said = _words(receipt)
    if receipt.outcome == "released":
        pause = 0.0 if stopping else receipt.wait_s or jittered(_RELEASED_WAIT_S, rng)
        return Verdict("waiting", "released", "not begun", attempts, losses, _after(now, pause))
    if receipt.outcome == "lost":
        return _lost(receipt, tried, now, rng) if not receipt.ended_with else _ended(receipt, tried, now, rng)
    attempts += 1
    if receipt.outcome == "accepted":
        return Verdict(moved("leased", "accepted"), "result", "", attempts, 0, None)
    if receipt.outcome == "refused":
        return Verdict(moved("leased", "refused"), "result", said, attempts, 0, None)
    if receipt.code in _SHORT_PATIENCE and attempts >= _SHORT_TRIES:
        return Verdict("refused", "result", f"{said}; {attempts} tries used up", attempts, 0, None)
    wait = min(receipt.wait_s, LONGEST_WAIT_S) if receipt.wait_s is not None else None
    due = _after(now, retry_wait_s(tried.channel, attempts + losses, rng) if wait is None else wait)
    # An earlier try may have arrived. One that got no answer at all does not say that it has not.
    unheard = losses if not receipt.code else 0
    state = moved("leased", "waiting" if unheard else "deferred")
    return Verdict(state, "result", said, attempts, unheard, due)


def _lost(receipt: Receipt, tried: Tried, now: int, rng: random.Random) -> Verdict:
    """A mail is not sent a fourth time. What its receiver folds or overwrites (a webhook has its id, a drop
    its name) is tried until it is too old; only then it is uncertain.
    """
    losses = tried.losses + 1
    if losses >= MOST_LOSSES and tried.channel == _UNFOLDED:
        reason = f"sent and never answered, {losses} times in a row"
        return Verdict(moved("leased", "uncertain"), "lost", reason, tried.attempts, losses, None)
    wait = retry_wait_s(tried.channel, tried.attempts + losses, rng)
    reason = receipt.text or "sent and never answered"
    return Verdict(moved("leased", "waiting"), "lost", reason, tried.attempts, losses, _after(now, wait))


def _ended(receipt: Receipt, tried: Tried, now: int, rng: random.Random) -> Verdict:
    """What sent it is gone, as a worker may be: the same holds, so that one mail that ends its sender again
    and again makes nobody else's uncertain.
    """
    alone = receipt.ended_with == 1
    then = reaped(losses=tried.losses, begun=True, alone=alone, now=now, rng=rng)
    due = then.due_at if then.state in OPEN else None
    reason = receipt.text if due is not None else then.reason
    return Verdict(then.state, "lost", reason, tried.attempts, tried.losses + 1, due)


class Reaped(NamedTuple):
    """What becomes of a row whose worker is gone."""

    state: State
    due_at: int
    reason: str


def reaped(*, losses: int, begun: bool, alone: bool, now: int, rng: random.Random) -> Reaped:
    """The next state of a row whose worker ended; `losses` is how many times in a row that happened before.

    Lost once, it is repeated at once; again and again, later and later: so it comes when little else is under
    way. Whoever is lost three times in a row and was `alone` with the worker at its last end may be what
    kills workers, and ends as uncertain. One among many is not to blame: a machine that is killed over and
    over loses nobody.
    """
    if not begun:
        return Reaped("waiting", now + 1, "")  # the lost come first
    count = losses + 1
    if count >= MOST_LOSSES and alone:
        return Reaped(
            "uncertain", now, f"its worker ended {count} times before an answer, the last time with it alone"
        )
    wait = jittered(_REAPED_WAITS[min(count, len(_REAPED_WAITS)) - 1], rng)
    return Reaped("waiting", _after(now, wait), "the worker ended before an answer")


def _words(receipt: Receipt) -> str:
    """The server's words with the code in front unless they start with it; at most 300 characters."""
    text = receipt.text.strip()
    if receipt.code and not text.startswith(str(receipt.code)):
        text = f"{receipt.code} {text}".strip()
    return text[:300]


def _after(now: int, seconds: float) -> int:
    return now + int(seconds * SECOND)


def local_day(now: int, timezone: str) -> str:
    """The calendar day in the person's zone, `2026-11-24`; UTC where the zone is unknown."""
    return from_micros(now).astimezone(_zone(timezone)).date().isoformat()


def next_morning(now: int, timezone: str, at: str = "") -> int:
    """The next `at` (07:00 unless told) in the person's zone, in microseconds: when held mail goes out."""
    return _next(now, timezone, time.fromisoformat(at) if at else _MORNING)


def opens_at(now: int, timezone: str, hours: str) -> int | None:
    """When the person's hours (`08:00-18:00`, over midnight too) begin again, in microseconds; None within
    them.
    """
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    local = from_micros(now).astimezone(_zone(timezone)).time()
    within = start <= local < end if start < end else local >= start or local < end
    return None if within else _next(now, timezone, start)


def _next(now: int, timezone: str, at: time) -> int:
    zone = _zone(timezone)
    local = from_micros(now).astimezone(zone)
    day = local.date() if local.time() < at else local.date() + timedelta(days=1)
    return to_micros(instant(datetime.combine(day, at, tzinfo=zone)))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
