"""How far a release is right now: what the terminal and the live page poll."""

from collections.abc import Mapping
from dataclasses import dataclass

from dateline.core.clock import Instant
from dateline.core.rounding import Shown, exact
from dateline.desk import services as desk
from dateline.dispatch import services as dispatch
from dateline.reports.current import current_version
from dateline.reports.report import tallies
from dateline.reports.state import state_of
from dateline.wire import services as wire

FINAL = frozenset({"accepted", "refused", "expired", "suppressed", "cancelled", "uncertain"})


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel's share. `done` counts rows in a final state."""

    channel: str
    total: int
    done: int
    accepted: int
    deferred: int
    refused: int


@dataclass(frozen=True, slots=True)
class ReleaseProgress:
    """State, T0 and lanes of the newest version."""

    release: str
    state: str
    due_at: Instant | None
    lifted: bool
    settled: bool
    final: bool
    lanes: tuple[Lane, ...]


def progress(release: str, *, shown: Shown = exact) -> ReleaseProgress:
    """Two small queries on each database; people counted as `shown`. Raises NotFound."""
    version = current_version(release)
    hold = wire.hold(version.version_id)
    by_channel = tallies(dispatch.breakdown(version.version_id), lambda cell: cell.channel, shown)
    lifted = hold is not None and hold.state == "lifted"
    everything_final = all(state in FINAL for states in by_channel.values() for state in states)
    settled = lifted and dispatch.is_settled(version.version_id)
    return ReleaseProgress(
        release=release,
        state=state_of(desk.show(release), version, hold),
        due_at=hold.due_at if hold else version.due_at,
        lifted=lifted,
        settled=settled,
        final=settled and everything_final,
        lanes=tuple(_lane(channel, states) for channel, states in sorted(by_channel.items())),
    )


def _lane(channel: str, states: Mapping[str, int]) -> Lane:
    return Lane(
        channel=channel,
        total=sum(states.values()),
        done=sum(count for state, count in states.items() if state in FINAL),
        accepted=states.get("accepted", 0),
        deferred=states.get("deferred", 0),
        refused=states.get("refused", 0),
    )
