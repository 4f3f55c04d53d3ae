"""Who has acknowledged corrections and kills, and who says that they published: for report, page and CSV."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dateline.audience import services as audience
from dateline.core.clock import Instant, iso_z
from dateline.dispatch import services as dispatch
from dateline.wire import services as wire


@dataclass(frozen=True, slots=True)
class Pickup:
    """Where an outlet says that it has published an edition."""

    recipient: str
    name: str
    version: int
    language: str
    url: str
    at: Instant


@dataclass(frozen=True, slots=True)
class Redistribution:
    """What a terminal vendor says of one edition: passed on to so many desktops, by `at`."""

    recipient: str
    name: str
    version: int
    language: str
    desktops: int
    at: Instant


def redistributions(release: str) -> tuple[Redistribution, ...]:
    """What vendors said, with their names, by version, language and name."""
    found = wire.redistributed(release)
    names = audience.names([row.recipient for row in found])
    made = [
        Redistribution(r.recipient, names.get(r.recipient, ""), r.version, r.language, r.desktops, r.at)
        for r in found
    ]
    return tuple(sorted(made, key=lambda r: (r.version, r.language, r.name)))


def redistribution_document(one: Redistribution) -> dict[str, Any]:
    """One vendor's word; `stated_by` says whose count it is."""
    return {
        "recipient": one.recipient,
        "name": one.name,
        "version": one.version,
        "language": one.language,
        "desktops": one.desktops,
        "stated_by": "vendor",
        "at": iso_z(one.at),
    }


def pickups(release: str) -> tuple[Pickup, ...]:
    """What receivers said, oldest first, with their names."""
    found = dispatch.pickups(release)
    names = audience.names([row.recipient for row in found])
    return tuple(
        Pickup(p.recipient, names.get(p.recipient, ""), p.version, p.language, p.url, p.at) for p in found
    )


def notice_document(notice: dispatch.Notice) -> dict[str, Any]:
    """One correction, kill or withdrawal; `share_60s` is null where no endpoint was to have it."""
    share = round(notice.within / notice.endpoints, 4) if notice.endpoints else None
    return {
        "version": notice.version,
        "kind": notice.kind,
        "at": iso_z(notice.lifted_at),
        "endpoints": notice.endpoints,
        "acknowledged": notice.acknowledged,
        "within_60s": notice.within,
        "share_60s": share,
    }


def pickup_document(pickup: Pickup) -> dict[str, Any]:
    """One published address, as the receiver gave it."""
    return {
        "recipient": pickup.recipient,
        "name": pickup.name,
        "version": pickup.version,
        "language": pickup.language,
        "url": pickup.url,
        "at": iso_z(pickup.at),
    }


def acknowledgements_csv(release: str) -> str:
    """One line for each endpoint and notice: who had it, when, after how many milliseconds."""
    rows = dispatch.acknowledgements(release)
    names = audience.names([row.recipient for row in rows])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("version", "kind", "recipient", "name", "channel", "language", "state", "code", "at", "after_ms",
         "within_60s", "tries")
    )  # fmt: skip
    writer.writerows(_line(row, names) for row in rows)
    return out.getvalue()


def _line(row: dispatch.Acknowledgement, names: Mapping[str, str]) -> tuple[object, ...]:
    soon = row.after_ms is not None and row.after_ms <= dispatch.ACKNOWLEDGED_WITHIN_S * 1000
    return (
        row.version,
        row.kind,
        row.recipient,
        _safe(names.get(row.recipient, "")),
        row.channel,
        row.language,
        row.state,
        row.code or "",
        iso_z(row.at) if row.at else "",
        "" if row.after_ms is None else row.after_ms,
        "yes" if soon else "no",
        row.attempts,
    )


def _safe(text: str) -> str:
    """A name that a spreadsheet could take for a formula is quoted with an apostrophe."""
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r", "＝")) else text
