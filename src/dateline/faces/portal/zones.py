"""Time zones of issuers, and one instant on several clocks."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global

from dateline.core.clock import Instant, iso_z, parse_instant
from dateline.core.errors import BadInput
from dateline.faces.interface import spoken
from dateline.faces.newsroom.dates import short_time

# Countries with several zones: the one of the country's main exchange.
_MAIN: Final[dict[str, str]] = {
    "AR": "America/Argentina/Buenos_Aires",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
    "VN": "Asia/Ho_Chi_Minh",
}


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """IANA zones that people choose from: `Area/City` and UTC, sorted."""
    places = (
        name
        for name in available_timezones()
        if "/" in name and not name.startswith(("Etc/", "posix", "right"))
    )
    return ("UTC", *sorted(places))


def zone_of(country: str) -> str:
    """The zone of a country's main exchange; UTC for a country nobody knows."""
    if country in _MAIN:
        return _MAIN[country]
    zones: list[str] = get_global("territory_zones").get(country, [])
    return zones[0] if zones else "UTC"


def chosen_instant(text: str, zone: str, *, now: Instant) -> Instant:
    """The future instant a person typed: with its own offset or zone, else in `zone`.

    Raises BadInput for a time without zone, one that a zone skips or has twice, and one in the past.
    """
    typed, zone = text.strip(), zone.strip()
    try:
        found = parse_instant(typed, now=now)
    except BadInput:
        if not zone:
            raise
        found = parse_instant(f"{typed} {zone}")
    if found <= now:
        raise BadInput(f"{typed} is in the past; choose a later time, or release on approval")
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """One clock: whose it is, its zone, and what it shows."""

    whose: str
    zone: str
    text: str
    iso: str


def reading(at: Instant, zone: str, whose: str) -> Reading:
    """`at` in the zone, written as the interface's language does, always with the offset."""
    local = at.astimezone(ZoneInfo(zone))
    text = short_time(local, spoken(), weekday=True)
    offset = "UTC" if zone == "UTC" else f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:5]
    return Reading(whose, zone, f"{text} {offset}", iso_z(at))


def local_text(at: Instant, zone: str) -> str:
    """`2026-11-24 09:00:00` in the zone: the form that the time field takes."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"
