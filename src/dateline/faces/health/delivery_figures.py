"""Figures of delivery, read from the ledger: what is under way, what rests, what is paused.

| name | labels | meaning |
|---|---|---|
| dateline_wire_on_hold | | 1 while the whole wire is on hold |
| dateline_deliveries_open | channel, state | open ones of public versions: waiting, leased, deferred, held |
| dateline_deliveries_ended | channel, state | deliveries of the last day's versions that ended so |
| dateline_oldest_due_seconds | channel | how long the longest waiting delivery has been due |
| dateline_breakers | channel, state | endpoints that rest (open) or get nothing more (disabled) |
| dateline_leases | | deliveries that workers hold now |
| dateline_workers | | workers that hold any |
| dateline_paused | kind | things that somebody has paused |
"""

import time
from collections import Counter
from threading import Lock
from typing import Final

from prometheus_client.core import GaugeMetricFamily

from dateline.core.clock import SystemClock
from dateline.dispatch import services as dispatch
from dateline.wire import services as wire

DELIVERY_NAMES: Final = {
    "dateline_wire_on_hold": "1 while the whole wire is on hold.",
    "dateline_deliveries_open": "Open deliveries of public versions.",
    "dateline_deliveries_ended": "Deliveries of the last day's versions that ended so.",
    "dateline_oldest_due_seconds": "How long the longest waiting delivery has been due.",
    "dateline_breakers": "Endpoints that rest or get nothing more.",
    "dateline_leases": "Deliveries that workers hold now.",
    "dateline_workers": "Workers that hold any delivery.",
    "dateline_paused": "Things that somebody has paused.",
}
_KEEP_S: Final = 15.0
_ended: dict[str, tuple[float, list[dispatch.EndedCell]]] = {}
_ended_lock: Final = Lock()


def delivery_figures() -> list[GaugeMetricFamily]:
    """All of them, as of now; what ended is counted at most each 15 s."""
    return [
        _single("dateline_wire_on_hold", float(wire.wide_hold().on)),
        *_lanes(),
        _table("dateline_deliveries_ended", ["channel", "state"], Counter(_ended_cells())),
        _table(
            "dateline_breakers",
            ["channel", "state"],
            Counter({(channel, state): count for channel, state, count in dispatch.breaker_counts()}),
        ),
        *_workers(),
        _table("dateline_paused", ["kind"], Counter((one.kind,) for one in dispatch.paused())),
    ]


def _lanes() -> list[GaugeMetricFamily]:
    now = SystemClock().now()
    counts: Counter[tuple[str, ...]] = Counter()
    oldest: dict[str, float] = {}
    for lane in dispatch.lanes():
        counts[lane.channel, "waiting"] += lane.waiting
        counts[lane.channel, "leased"] += lane.leased
        counts[lane.channel, "deferred"] += lane.retrying
        counts[lane.channel, "held"] += lane.held
        due = (now - lane.oldest_due_at).total_seconds() if lane.oldest_due_at else 0.0
        oldest[lane.channel] = max(oldest.get(lane.channel, 0.0), due)
    age = _gauge("dateline_oldest_due_seconds", ["channel"])
    for channel, seconds in sorted(oldest.items()):
        age.add_metric([channel], seconds)
    return [_table("dateline_deliveries_open", ["channel", "state"], counts), age]


def _workers() -> list[GaugeMetricFamily]:
    leases = dispatch.leases()
    return [
        _single("dateline_leases", sum(one.rows for one in leases)),
        _single("dateline_workers", len(leases)),
    ]


def _ended_cells() -> dict[tuple[str, ...], int]:
    with _ended_lock:
        until, cells = _ended.get("all", (0.0, []))
        if time.monotonic() >= until:
            cells = dispatch.ended_today()
            _ended["all"] = (time.monotonic() + _KEEP_S, cells)
    return {(cell.channel, cell.state): cell.count for cell in cells}


def _table(name: str, labels: list[str], counts: Counter[tuple[str, ...]]) -> GaugeMetricFamily:
    family = _gauge(name, labels)
    for key, count in sorted(counts.items()):
        family.add_metric(list(key), count)
    return family


def _single(name: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, DELIVERY_NAMES[name], value=value)


def _gauge(name: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, DELIVERY_NAMES[name], labels=labels)
