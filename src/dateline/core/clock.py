"""Instants and the only clock: UTC inside, zones at the faces."""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NewType, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateline.core.errors import BadInput

Instant = NewType("Instant", datetime)
"""An aware `datetime` in UTC."""

_RELATIVE = re.compile(r"^\+(\d{1,7})(s|m|h|d)?$")
_ZONED = re.compile(
    r"^(?P<local>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)"
    r"\s*\[?(?P<zone>[A-Za-z][/_+\-A-Za-z0-9]*)\]?$"
)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Clock(Protocol):
    """What tells the time. Code that needs the time takes one of these."""

    def now(self) -> Instant:
        """The instant, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, also while the machine sleeps where the system can tell."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> Instant:
        return Instant(datetime.now(UTC))

    def micros(self) -> int:
        """`now` in microseconds since 1970, for who asks thousands of times a second."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


@dataclass
class FixedClock:
    """A clock for tests that moves only when told to."""

    at: Instant
    ticks: float = field(default=0.0)

    def now(self) -> Instant:
        return self.at

    def monotonic(self) -> float:
        return self.ticks

    def advance(self, seconds: float) -> None:
        self.at = Instant(self.at + timedelta(seconds=seconds))
        self.ticks += seconds


def instant(value: datetime) -> Instant:
    """`value` as an Instant. Raises BadInput when it has no zone."""
    if value.tzinfo is None:
        raise BadInput(f"{value.isoformat()} has no zone; add an offset such as +09:00 or Z")
    return Instant(value.astimezone(UTC))


def parse_instant(text: str, *, now: Instant | None = None) -> Instant:
    """An instant written by a person: RFC 3339 with offset, local time with an IANA zone, or `+20s`.

    `2026-11-24T09:00+09:00`, `2026-11-24 09:00 Asia/Seoul`, `+90s`, `+5m` (only with `now`).
    Local times that a zone skips or has twice are refused. Raises BadInput with the remedy.
    """
    text = text.strip()
    try:
        return _parsed(text, now)
    except (ValueError, OverflowError):  # a 13th month, a 25th hour, the year 10000
        raise BadInput(
            f"'{text}' is not a time; write 2026-11-24T09:00+09:00 or '2026-11-24 09:00 Asia/Seoul'"
        ) from None


def _parsed(text: str, now: Instant | None) -> Instant:
    """Raises BadInput, or ValueError or OverflowError for what is in no calendar."""
    if (relative := _RELATIVE.match(text)) and now is not None:
        return Instant(now + timedelta(seconds=int(relative[1]) * _UNITS[relative[2] or "s"]))
    if (zoned := _ZONED.match(text)) and zoned["zone"].upper() != "Z":
        return _in_zone(zoned["local"], zoned["zone"])
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise BadInput(f"'{text}' has no zone; add an offset (+09:00, Z) or an IANA zone (Asia/Seoul)")
    return Instant(value.astimezone(UTC))


def _in_zone(local_text: str, zone_name: str) -> Instant:
    try:
        zone = ZoneInfo(zone_name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"'{zone_name}' is not an IANA zone; write for example Asia/Seoul") from None
    local = datetime.fromisoformat(local_text).replace(tzinfo=zone)
    readings = {local.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    real = [r for r in readings if r.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)]
    if not real:
        raise BadInput(
            f"{local_text} does not exist in {zone_name}: the clocks skip it; "
            "choose another time or an offset"
        )
    if len(real) > 1:
        raise BadInput(
            f"{local_text} happens twice in {zone_name}; give the offset, for example {local.isoformat()}"
        )
    return Instant(real[0])


def iso_z(at: Instant) -> str:
    """RFC 3339 in UTC with milliseconds: `2026-11-24T00:00:00.012Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_iso(text: str) -> Instant:
    """Reads what `iso_z` wrote, or any RFC 3339 text with an offset."""
    return instant(datetime.fromisoformat(text))


def to_micros(at: Instant) -> int:
    """Microseconds since 1970, the form instants have in the ledger."""
    delta = at - Instant(datetime(1970, 1, 1, tzinfo=UTC))
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def from_micros(value: int) -> Instant:
    """The instant `value` microseconds after 1970."""
    return Instant(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=value))
