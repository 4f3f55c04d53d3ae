"""How many a notice about a release would reach: whoever may have received it."""

from dataclasses import dataclass

from dateline.core.errors import Conflict
from dateline.faces.portal.access import Viewer
from dateline.reports import services as reports

# Rows that were never sent to anybody: unsent ones are cancelled by the newer version, not told.
_NEVER_SENT = frozenset({"waiting", "suppressed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Reached:
    """Counts of deliveries by channel, and of the desktops that could have seen it."""

    total: int
    by_channel: tuple[tuple[str, int], ...]
    desktops: int


def reached(viewer: Viewer, release: str) -> Reached:
    """Counted from the ledger as it stands now; it may grow while deliveries run."""
    try:
        found = reports.report(release, failures=0, shown=viewer.shown)
    except Conflict:
        return Reached(0, (), 0)
    channels = tuple(
        (channel, sum(count for state, count in states.items() if state not in _NEVER_SENT))
        for channel, states in found.by_channel.items()
    )
    return Reached(sum(count for _, count in channels), channels, found.manifest_counts.get("desktops", 0))
