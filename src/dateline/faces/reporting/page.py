"""What a delivery report shows, gathered before the template runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dateline.core.clock import Instant
from dateline.core.errors import Conflict
from dateline.faces.portal.access import Viewer
from dateline.faces.reporting.sentence import sentences
from dateline.reports import services as reports

STATES = (
    "accepted", "waiting", "leased", "deferred", "refused", "expired", "uncertain", "suppressed", "cancelled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a breakdown: counts in the order of the table's columns."""

    key: str
    counts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Table:
    """A breakdown with only the states that occur as columns."""

    states: tuple[str, ...]
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Skew:
    """One channel between its first and its last accepted delivery."""

    channel: str
    first: Instant
    last: Instant
    ms: float
    accepted: int


@dataclass(frozen=True, slots=True)
class FailureLine:
    """A failed delivery, or for people a count of alike ones (I15)."""

    name: str
    channel: str
    state: str
    code: int
    text: str
    count: int


def table(by: Mapping[str, Mapping[str, int]]) -> Table:
    """Rows with the most deliveries first."""
    present = {state for states in by.values() for state, count in states.items() if count}
    columns = (*(s for s in STATES if s in present), *sorted(present - set(STATES)))
    groups = [
        Group(key, tuple(states.get(column, 0) for column in columns), sum(states.values()))
        for key, states in by.items()
    ]
    return Table(columns, tuple(sorted(groups, key=lambda group: (-group.total, group.key))))


def report_context(viewer: Viewer, release: str) -> dict[str, Any]:
    """Context of `reporting/_report.html`; `report` is None before the first lock."""
    try:
        found = reports.report(release, shown=viewer.shown)
    except Conflict:
        return {"report": None}
    document = reports.report_document(found, addresses=viewer.is_desk)
    return {
        "report": found,
        "rounded": not viewer.is_desk,
        "sentence": sentences(found, about=not viewer.is_desk),
        "states": [(state, found.deliveries[state]) for state in STATES if found.deliveries.get(state)],
        "total": sum(found.deliveries.values()),
        "tables": [
            ("channel", table(found.by_channel)),
            ("country", table(found.by_country)),
            ("language", table(found.by_language)),
            ("kind", table(found.by_kind)),
        ],
        "skews": skews(found),
        "failures": failures(document["failures"], viewer),
        "curve": found.curve,
    }


def skews(found: reports.Report) -> list[Skew]:
    """Per channel, the widest first."""
    rows = [
        Skew(channel, first, last, found.skew_ms[channel], found.by_channel[channel].get("accepted", 0))
        for channel, (first, last) in found.first_last.items()
    ]
    return sorted(rows, key=lambda row: -row.ms)


def failures(rows: list[dict[str, Any]], viewer: Viewer) -> list[FailureLine]:
    """As the report's document has them: it alone decides who may see what."""
    return [
        FailureLine(
            row["name"] or (row["recipient"] or "" if viewer.is_desk else ""),
            row["channel"],
            row["state"],
            row["code"],
            row["text"],
            row.get("count", 1),
        )
        for row in rows
    ]
