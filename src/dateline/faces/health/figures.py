"""Figures of the web process and of what it can see, in Prometheus' text form.

| name | labels | meaning |
|---|---|---|
| dateline_info | version | always 1 |
| dateline_ready | | 1 while /readyz says ready |
| dateline_clock_leading | | 1 while a clock leads: of this home, on PostgreSQL on any machine |
| dateline_wire_log_position | | number of the newest public event |
| dateline_outbox_depth | consumer | events a consumer has not handled yet |
| dateline_api_waiting | | askers of /api/v1/wire that wait for news now |
| dateline_api_pages_total | status | answers of /api/v1/wire since this process began |
| dateline_mail_returns | kind | what came back about mails within 30 days |

Those of delivery stand in `delivery_figures.py`. The edge has its own at its own port:
dateline_edge_connected, _accepted_total, _events_total, _written_total, _dropped_slow_total,
_origin_reachable.
"""

from collections.abc import Iterator
from typing import Final

from django.db import DatabaseError
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dateline import __version__
from dateline.faces.api.counts import COUNTS
from dateline.faces.health.checks import checks
from dateline.faces.health.delivery_figures import DELIVERY_NAMES, delivery_figures
from dateline.faces.health.returns_figures import RETURNS_NAMES, returns_figures
from dateline.plant.db.outbox import depths
from dateline.wire import services as wire

NAMES: Final = {
    "dateline_info": "Version of the house; always 1.",
    "dateline_ready": "1 while every part that pages need answers.",
    "dateline_clock_leading": "1 while a clock leads: of this home, on PostgreSQL on any machine.",
    "dateline_wire_log_position": "Number of the newest public event.",
    "dateline_outbox_depth": "Events a consumer has not handled yet.",
    "dateline_api_waiting": "Askers of /api/v1/wire that wait for news now.",
    "dateline_api_pages": "Answers of /api/v1/wire since this process began.",
    **DELIVERY_NAMES,
    **RETURNS_NAMES,
}


def exposition() -> bytes:
    """Everything, read now. A database that does not answer leaves its figures out; dateline_ready says
    why.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House())
    return generate_latest(registry)


class _House:
    """Collects on each scrape: figures belong to the home, not to this process."""

    def collect(self) -> Iterator[Metric]:
        found = checks()
        info = _gauge("dateline_info", ["version"])
        info.add_metric([__version__], 1)
        yield info
        yield _gauge("dateline_ready", value=all(c.state == "ok" for c in found if c.needed))
        yield _gauge(
            "dateline_clock_leading", value=any(c.name == "clock" and c.state == "ok" for c in found)
        )
        yield _gauge("dateline_api_waiting", value=COUNTS.waiting)
        pages = CounterMetricFamily("dateline_api_pages", NAMES["dateline_api_pages"], labels=["status"])
        for status, count in sorted(COUNTS.pages.items()):
            pages.add_metric([str(status)], count)
        yield pages
        try:
            yield from _from_database()
        except DatabaseError:
            return


def _from_database() -> list[Metric]:
    outbox = _gauge("dateline_outbox_depth", ["consumer"])
    for consumer, depth in depths().items():
        outbox.add_metric([consumer], depth)
    position = _gauge("dateline_wire_log_position", value=wire.log_position())
    return [position, outbox, *delivery_figures(), *returns_figures()]


def _gauge(name: str, labels: list[str] | None = None, *, value: float | None = None) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, NAMES[name], labels=labels, value=None if value is None else float(value))
