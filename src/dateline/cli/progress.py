"""Progress of one release in the terminal: countdown, then a lane per channel."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from dateline.core.clock import SystemClock

if TYPE_CHECKING:  # reports need Django set up, and whoever shows progress has done that by then
    from dateline.reports.services import ReleaseProgress

_BAR = 30


class Progress:
    """A live table on standard error; silent when `quiet` or when nobody watches."""

    def __init__(self, *, quiet: bool) -> None:
        console = Console(stderr=True)
        self._live = Live(console=console, refresh_per_second=8, transient=True)
        self._on = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Self:
        if self._on:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._on:
            self._live.stop()

    def show(self, progress: "ReleaseProgress") -> None:
        if self._on:
            self._live.update(lanes(progress))


def lanes(progress: "ReleaseProgress") -> Table:
    """The lanes of a release as a table."""
    table = Table(title=_title(progress), title_justify="left", show_edge=False, header_style="bold")
    for column in ("lane", "", "done", "of", "accepted", "deferred", "refused"):
        table.add_column(column, justify="left" if column in {"lane", ""} else "right")
    for lane in progress.lanes:
        filled = round(_BAR * lane.done / lane.total) if lane.total else 0
        bar = "█" * filled + "░" * (_BAR - filled)
        table.add_row(
            lane.channel,
            bar,
            str(lane.done),
            str(lane.total),
            str(lane.accepted),
            str(lane.deferred),
            str(lane.refused),
        )
    return table


def _title(progress: "ReleaseProgress") -> str:
    if not progress.lifted and progress.due_at is not None:
        left = (progress.due_at - SystemClock().now()).total_seconds()
        due = f"{progress.due_at:%H:%M:%S} UTC"
        return f"{progress.release} {progress.state}: T0 in {max(0.0, left):.1f} s ({due})"
    return f"{progress.release} {progress.state}"
