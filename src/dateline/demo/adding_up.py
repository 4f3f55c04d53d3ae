"""Holds the report against what the receivers wrote in their own diaries: does every delivery add up?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from dateline.core.clock import Instant
from dateline.demo.receivers import Loopback
from dateline.desk import services as desk
from dateline.reports import services as reports


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that must be equal. `found` and `expected` are shown to people."""

    what: str
    found: str
    expected: str
    holds: bool


def lines(release: str, loopback: Loopback, crowd: dict[str, Any]) -> list[Line]:
    """Every check on a settled release. `crowd` is what the desktops counted."""
    report = reports.report(release)
    version = desk.latest_version(release)
    mail = loopback.mail()
    hooks = [entry for entry in loopback.hooks() if entry.status == 200]
    rows = len(desk.manifest(version.version_id).rows)
    total = sum(report.deliveries.values())
    return [
        _equal("ledger rows and the locked manifest", total, rows),
        _equal("mail accepted and in the mail server's diary", _accepted(report, "mail"), _ids(mail)),
        _equal("webhooks accepted and in the endpoints' diary", _accepted(report, "webhook"), _ids(hooks)),
        _equal("events read by desktops", crowd["received"], crowd["connected"]),
        _repeats(e.message_id for e in mail),
        _not_early(report.lift.at, [*(e.at for e in mail), *(e.at for e in loopback.hooks())]),
        Line("settled", str(report.settled), "True", report.settled),
    ]


def _accepted(report: reports.Report, channel: str) -> int:
    return report.by_channel.get(channel, {}).get("accepted", 0)


def _ids(entries: Iterable[Any]) -> int:
    return len({getattr(entry, "message_id", None) or entry.webhook_id for entry in entries})


def _equal(what: str, found: int, expected: int) -> Line:
    return Line(what, f"{found:,}", f"{expected:,}", found == expected)


def _repeats(message_ids: Iterable[str]) -> Line:
    again = sum(count - 1 for count in Counter(message_ids).values())
    return Line("mails that came twice", str(again), "0", again == 0)


def _not_early(lifted_at: Instant | None, seen: list[float]) -> Line:
    if lifted_at is None or not seen:
        return Line("nothing before T0", "nothing was received", "receipts after T0", False)
    first = min(seen) - lifted_at.timestamp()
    return Line("first receipt after T0", f"{first * 1000:,.0f} ms", ">= 0 ms", first >= 0)
