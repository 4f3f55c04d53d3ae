"""How fast this ledger takes claims and results: what benches compare and an operator may ask."""

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from django.db import transaction

from dateline.core.clock import SystemClock, to_micros
from dateline.core.ids import new_version_id
from dateline.dispatch import statements
from dateline.dispatch.rules import SECOND
from dateline.dispatch.sql import MOST_ROWS, change, query
from dateline.dispatch.statements import Claimed, NewDelivery, Outcome
from dateline.plant.db.databases import LEDGER

T = TypeVar("T")
_CHANNEL = "speed"
_OWNER = "speed.measure"


def ledger_speed(*, rows: int, claim: int, result: int) -> float:
    """Deliveries claimed and recorded per second, `claim` rows a claim and `result` results a commit.

    On rows of its own, which are gone afterwards. Each transaction is one commit of this thread's connection.
    """
    lock_id = new_version_id()
    for chunk in _chunks(range(rows), MOST_ROWS):
        with transaction.atomic(using=LEDGER):
            statements.fan_out(lock_id, lock_id, [_row(number) for number in chunk], now=_now())
    try:
        began = time.perf_counter()
        done = 0
        while got := _claimed(lock_id, claim):
            for part in _chunks(got, result):
                with transaction.atomic(using=LEDGER):
                    done += len(statements.record([_accepted(row) for row in part], owner=_OWNER))
        return done / (time.perf_counter() - began)
    finally:
        _forget(lock_id)


def _claimed(lock_id: str, limit: int, after: int = 0) -> list[Claimed]:
    with transaction.atomic(using=LEDGER):
        return statements.claim_first(
            _CHANNEL, lock_id, limit=limit, owner=_OWNER, lease_until=_now() + 90 * SECOND, after=after
        )


def _row(number: int) -> NewDelivery:
    return NewDelivery(
        language="en",
        recipient_id=f"s_{number}",
        channel=_CHANNEL,
        person_id=f"s{number}",
        endpoint_id="speed",
        domain="speed.invalid",
        parcel="0" * 64,
        kind="site",
        country="KR",
        format="text",
        state="waiting",
        reason="",
    )


def _accepted(row: Claimed) -> Outcome:
    now = _now()
    return Outcome(
        row.id, row.fence, "accepted", "", None, 1, 0, 250, now, "result", now, "2.0.0 Ok: queued", 1
    )


def _forget(lock_id: str) -> None:
    """By ranges of ids: to look for the next 2,000 of a million would take longer than to delete them."""
    lowest, highest = query(
        "SELECT MIN(id), MAX(id) FROM dispatch_delivery WHERE version_id = %s", [lock_id]
    )[0]
    for low in range(lowest or 0, (highest or -1) + 1, MOST_ROWS):
        own = "SELECT id FROM dispatch_delivery WHERE id >= %s AND id < %s AND version_id = %s"
        params = [low, low + MOST_ROWS, lock_id]
        with transaction.atomic(using=LEDGER):
            change(f"DELETE FROM dispatch_attempt WHERE delivery_id IN ({own})", params)  # noqa: S608
            change(f"DELETE FROM dispatch_delivery WHERE id IN ({own})", params)  # noqa: S608


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _now() -> int:
    return to_micros(SystemClock().now())


def ledger_growth(*, rows: int, sample: int) -> tuple[float, float]:
    """(microseconds per row to fan out a version of `rows` rows, the same to claim and record the first
    `sample` of them), on rows of its own, gone afterwards.
    """
    lock_id = new_version_id()
    fan_out_s = 0.0
    try:
        for chunk in _chunks(range(rows), MOST_ROWS):
            began = time.perf_counter()
            with transaction.atomic(using=LEDGER):
                statements.fan_out(lock_id, lock_id, [_row(number) for number in chunk], now=_now())
            fan_out_s += time.perf_counter() - began
        began, done = time.perf_counter(), 0
        after = 0
        while done < sample and (got := _claimed(lock_id, 500, after)):
            after = got[-1].id
            with transaction.atomic(using=LEDGER):
                done += len(statements.record([_accepted(row) for row in got], owner=_OWNER))
        return fan_out_s / rows * 1e6, (time.perf_counter() - began) / max(done, 1) * 1e6
    finally:
        _forget(lock_id)
