"""Times that people write: with an offset or a zone, or refused with the remedy (DESIGN, time)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dateline.core.clock import (
    FixedClock,
    Instant,
    SystemClock,
    from_iso,
    from_micros,
    instant,
    iso_z,
    parse_instant,
    to_micros,
)
from dateline.core.errors import BadInput

pytestmark = pytest.mark.unit

NOON = Instant(datetime(2026, 11, 24, 12, tzinfo=UTC))
instants = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(Instant)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24T09:00+09:00", "2026-11-24T00:00:00.000Z"),
        ("2026-11-24 09:00 Asia/Seoul", "2026-11-24T00:00:00.000Z"),
        ("2026-11-24T09:00:30.5 [Asia/Seoul]", "2026-11-24T00:00:30.500Z"),
        ("2026-11-24T09:00Z", "2026-11-24T09:00:00.000Z"),
        ("2026-07-01 09:00 Europe/Berlin", "2026-07-01T07:00:00.000Z"),
        ("2026-12-01 09:00 Europe/Berlin", "2026-12-01T08:00:00.000Z"),
        ("+90s", "2026-11-24T12:01:30.000Z"),
        ("+5m", "2026-11-24T12:05:00.000Z"),
        ("+2d", "2026-11-26T12:00:00.000Z"),
    ],
)
def test_times_are_read(text: str, utc: str) -> None:
    assert iso_z(parse_instant(text, now=NOON)) == utc


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-11-24 09:00", "zone"),
        ("2027-03-28 02:30 Europe/Berlin", "skip"),
        ("2027-10-31 02:30 Europe/Berlin", "twice"),
        ("2026-11-24 09:00 Asia/Soul", "IANA"),
        ("tomorrow", "not a time"),
        ("2026-13-01T00:00Z", "not a time"),
        ("2026-13-01 09:00 Asia/Seoul", "not a time"),
        ("2026-11-24 25:00 Asia/Seoul", "not a time"),
        ("9999-12-31T23:59-12:00", "not a time"),
        ("9999-12-31 23:59 America/New_York", "not a time"),
        ("0001-01-01 00:00 Asia/Seoul", "not a time"),
        ("+9999999d", "not a time"),
        ("", "not a time"),
    ],
)
def test_times_that_cannot_be_meant_are_refused(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        parse_instant(text, now=NOON)


def test_relative_times_need_a_now() -> None:
    with pytest.raises(BadInput):
        parse_instant("+5m")


@given(instants)
def test_an_instant_survives_its_forms(at: Instant) -> None:
    assert from_micros(to_micros(at)) == at
    assert abs(from_iso(iso_z(at)) - at) < timedelta(milliseconds=1)
    assert from_iso(at.isoformat()) == at


@given(st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1)), st.integers(-14 * 60, 14 * 60))
def test_any_offset_becomes_utc(naive: datetime, minutes: int) -> None:
    local = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert instant(local) == local and instant(local).tzinfo is UTC


def test_a_naive_time_is_no_instant() -> None:
    with pytest.raises(BadInput, match="no zone"):
        instant(datetime(2026, 1, 1))


def test_the_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(NOON)
    assert clock.now() == NOON and clock.monotonic() == 0.0
    clock.advance(1.5)
    assert clock.now() == NOON + timedelta(seconds=1.5) and clock.monotonic() == 1.5


def test_the_system_clock_is_utc_and_only_grows() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
