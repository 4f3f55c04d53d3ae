"""The report as JSON, CSV and one sentence."""

import csv
import io
from typing import Any

from dateline.core.clock import iso_z
from dateline.core.rounding import PERSON, rounded
from dateline.dispatch.services import Paused
from dateline.reports.acknowledging import notice_document, pickup_document, redistribution_document
from dateline.reports.report import FAILED, Report

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝")


def send_document(report: Report) -> dict[str, Any]:
    """The JSON of `dateline send`."""
    return {
        "release": report.release,
        "version": report.version,
        "state": report.state,
        "url": report.url,
        "manifest": {"hash": report.manifest_hash, "counts": dict(report.manifest_counts)},
        "lift": {
            "due": iso_z(report.lift.due) if report.lift.due else None,
            "at": iso_z(report.lift.at) if report.lift.at else None,
            "late_ms": report.lift.late_ms,
        },
        "deliveries": dict(report.deliveries),
    }


def report_document(report: Report, *, addresses: bool = True) -> dict[str, Any]:
    """The JSON of `dateline report`: `send`'s plus breakdowns. Without `addresses` journalists are rounded
    counts (I15), as they should be in `report` too.
    """
    return send_document(report) | {
        "by_channel": {k: dict(v) for k, v in report.by_channel.items()},
        "by_country": {k: dict(v) for k, v in report.by_country.items()},
        "by_language": {k: dict(v) for k, v in report.by_language.items()},
        "skew_ms": dict(report.skew_ms),
        "returned": {"bounces": report.returned.bounces, "complaints": report.returned.complaints},
        "notices": [notice_document(notice) for notice in report.notices],
        "pickups": [pickup_document(pickup) for pickup in report.pickups],
        "redistributed": [redistribution_document(one) for one in report.redistributed],
        "paused": paused_document(report, names=addresses),
        "failures": failures_document(report, addresses=addresses),
    }


def paused_document(report: Report, *, names: bool) -> list[dict[str, Any]]:
    """What waits, by pause. Who paused it and why is for desk and operator, so only with `names`."""
    counts: dict[Paused, int] = {}
    for one in report.paused:
        counts[one.pause] = counts.get(one.pause, 0) + one.count
    return [
        {
            "kind": pause.kind,
            "name": pause.name,
            "by": pause.by if names else "",
            "reason": pause.reason if names else "",
            "at": iso_z(pause.at),
            "deliveries": count,
        }
        for pause, count in counts.items()
    ]


def failures_document(report: Report, *, addresses: bool) -> list[dict[str, Any]]:
    """Failed deliveries with the server's words; people folded into counts unless `addresses`."""
    rows: list[dict[str, Any]] = []
    folded: dict[tuple[str, str, int], int] = {}
    for failure in report.failures:
        if failure.kind == PERSON and not addresses:
            key = (failure.channel, failure.state, failure.code)
            folded[key] = folded.get(key, 0) + 1
            continue
        rows.append(
            {
                "recipient": failure.recipient,
                "name": failure.name,
                "channel": failure.channel,
                "state": failure.state,
                "code": failure.code,
                "text": failure.text,
            }
        )
    for (channel, state, code), count in folded.items():
        rows.append(
            {
                "recipient": None,
                "name": "",
                "channel": channel,
                "state": state,
                "code": code,
                "text": "",
                "count": rounded(count),
            }
        )
    return rows


def csv_text(report: Report) -> str:
    """Rows of `by,key,state,count`; text that a spreadsheet could take for a formula is quoted with an
    apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("by", "key", "state", "count"))
    for name, groups in (
        ("channel", report.by_channel),
        ("country", report.by_country),
        ("language", report.by_language),
        ("kind", report.by_kind),
    ):
        for key, states in groups.items():
            for state, count in states.items():
                writer.writerow((name, _safe(key), state, count))
    return out.getvalue()


def _safe(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def sentence(report: Report, *, about: bool = False) -> str:
    """What happened, in one sentence; `about` says that people are rounded in it."""
    total = sum(report.deliveries.values())
    accepted = report.deliveries.get("accepted", 0)
    failed = sum(report.deliveries.get(state, 0) for state in FAILED)
    if report.lift.at is None:
        return f"{report.release} version {report.version} is {report.state}; nothing has left yet."
    spans = [last for _, last in report.first_last.values()]
    took = f" in {(max(spans) - report.lift.at).total_seconds():.1f} s" if spans else ""
    late = report.lift.late_ms or 0.0
    waits = sum(one.count for one in report.paused)
    return (
        f"{report.release} version {report.version} is {report.state}: lifted {late:.0f} ms after T0, "
        f"{'about ' if about else ''}{accepted:,} of {total:,} deliveries accepted{took}, {failed:,} failed, "
        f"{_paused(report, about=about)}"
        f"{max(0, total - accepted - failed - waits):,} otherwise accounted for{_returned(report)}; "
        f"{_languages(len(report.languages))}."
    )


def _returned(report: Report) -> str:
    """What came back later of what was accepted; nothing where nothing did."""
    found = report.returned
    bounced = f", {found.bounces:,} of the accepted came back" if found.bounces else ""
    return bounced + (f", {found.complaints:,} complained" if found.complaints else "")


def _languages(count: int) -> str:
    return "1 language" if count == 1 else f"{count} languages"


def _paused(report: Report, *, about: bool) -> str:
    """`12 paused (circuit asia, by ana: reason), `; without names where people are rounded."""
    waits = sum(one.count for one in report.paused)
    if not waits:
        return ""
    names = report.paused_names
    what = {
        f"{pause.kind} {names.get(pause.name, pause.name)}, by {pause.by}: {pause.reason}"
        for pause in (one.pause for one in report.paused)
    }
    return f"{waits:,} paused, " if about else f"{waits:,} paused ({'; '.join(sorted(what))}), "
