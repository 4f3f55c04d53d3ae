"""Figures of what came back, read from the ledger.

| name | labels | meaning |
|---|---|---|
| dateline_mail_returns | kind | reports of the last 30 days, each kind from the start |
"""

from typing import Final

from prometheus_client.core import GaugeMetricFamily

from dateline.dispatch import services as dispatch

RETURNS_NAMES: Final = {
    "dateline_mail_returns": "What came back about mails within 30 days; `ours`: refused because of us.",
}
_KINDS: Final = ("gone", "full", "ours", "other", "delayed", "automatic", "complaint")


def returns_figures() -> list[GaugeMetricFamily]:
    """All of them, as of now; every kind is there from the start, so that a rise can be seen."""
    counts = dispatch.returns_by_kind()
    name = "dateline_mail_returns"
    kinds = GaugeMetricFamily(name, RETURNS_NAMES[name], labels=["kind"])
    for kind in _KINDS:
        kinds.add_metric([kind], counts.get(kind, 0))
    return [kinds]
