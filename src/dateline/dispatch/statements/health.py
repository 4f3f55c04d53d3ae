"""What workers heard of endpoints, added to the rows they share: counts add up, and whoever is late takes
nothing back.

The rule of `breaker.then` once more, so that it holds whoever else has written meanwhile: PostgreSQL
evaluates it against the row as it stands when its lock is ours.
"""

from collections.abc import Sequence
from typing import Final

from dateline.dispatch.breaker import (
    FIRST_OPEN_S,
    LEAST_FAILS,
    MOST_DOUBLED,
    MOST_FAILS,
    MOST_TIMEOUTS,
    Heard,
)
from dateline.dispatch.rules import LONGEST_WAIT_S, SECOND
from dateline.dispatch.sql import ColumnType, change, markers, query, values

_KINDS: Final[list[ColumnType]] = ["text", "text", *["bigint"] * 8, "text", "text"]  # type: ignore[list-item]
_NAMES: Final = ", ".join(Heard._fields)

_CLOSES: Final = "(v.good = 1 AND v.at >= h.failed_at)"
_COUNTS: Final = "(v.failed = 1 AND v.at > h.ok_at)"
_FAILS: Final = "(h.fails + 1)"
_TIMEOUTS: Final = "(CASE WHEN v.timeout = 1 THEN h.timeouts + 1 ELSE 0 END)"
_SINCE: Final = "(CASE WHEN h.failing_since = 0 THEN v.at ELSE h.failing_since END)"
_GIVEN_UP: Final = f"""({_COUNTS} AND v.give_up_before > 0 AND {_FAILS} >= {LEAST_FAILS}
    AND {_SINCE} <= v.give_up_before)"""
_ASKED: Final = f"({_COUNTS} AND v.rest_until > 0 AND NOT {_GIVEN_UP})"
_OPENS: Final = f"""({_COUNTS} AND v.rest_until = 0 AND NOT {_GIVEN_UP} AND (
    (h.breaker = 'open' AND v.at >= h.open_until)
    OR (h.breaker <> 'open' AND ({_FAILS} >= {MOST_FAILS} OR {_TIMEOUTS} >= {MOST_TIMEOUTS}))))"""
_REST: Final = f"""(CASE WHEN h.opened >= {MOST_DOUBLED} THEN {int(LONGEST_WAIT_S)}
    ELSE {FIRST_OPEN_S} * (1 << h.opened) END)"""
_GONE: Final = "(v.gone = 1 AND v.good = 0)"
_DAYS: Final = f"CAST((v.at - {_SINCE}) / {86_400 * SECOND} AS text)"

_MERGE: Final = f"""UPDATE dispatch_endpointhealth AS h SET
    breaker = CASE WHEN {_CLOSES} THEN 'closed' WHEN {_ASKED} OR {_OPENS} THEN 'open' ELSE h.breaker END,
    open_until = CASE WHEN {_CLOSES} THEN 0
        WHEN {_ASKED} THEN (CASE WHEN v.rest_until > h.open_until THEN v.rest_until ELSE h.open_until END)
        WHEN {_OPENS} THEN v.at + {_REST} * v.second ELSE h.open_until END,
    opened = CASE WHEN {_CLOSES} THEN 0 WHEN {_OPENS} THEN h.opened + 1 ELSE h.opened END,
    fails = CASE WHEN {_CLOSES} THEN 0 WHEN {_COUNTS} THEN {_FAILS} ELSE h.fails END,
    timeouts = CASE WHEN {_CLOSES} THEN 0 WHEN {_COUNTS} THEN {_TIMEOUTS} ELSE h.timeouts END,
    failing_since = CASE WHEN {_CLOSES} THEN 0 WHEN {_COUNTS} THEN {_SINCE} ELSE h.failing_since END,
    disabled_reason = CASE WHEN {_CLOSES} THEN ''
        WHEN {_GIVEN_UP} THEN SUBSTR('no success for ' || {_DAYS} || ' days; last: ' || v.reason, 1, 300)
        WHEN {_GONE} THEN SUBSTR(v.reason, 1, 300) ELSE h.disabled_reason END,
    disabled_address = CASE WHEN {_CLOSES} THEN '' WHEN {_GIVEN_UP} OR {_GONE} THEN v.address
        ELSE h.disabled_address END,
    ok_at = CASE WHEN v.good = 1 AND v.at > h.ok_at THEN v.at ELSE h.ok_at END,
    failed_at = CASE WHEN {_COUNTS} AND v.at > h.failed_at THEN v.at ELSE h.failed_at END
FROM v WHERE h.endpoint = v.endpoint"""  # noqa: S608  only our own names and numbers


def add_heard(news: Sequence[Heard]) -> list[str]:
    """Adds what was heard, each endpoint's in order. Returns the endpoints that are disabled since, or anew
    at another address. In one transaction with the results that it comes from.
    """
    names = sorted({one.endpoint for one in news})
    if not names:
        return []
    channels = {one.endpoint: one.channel for one in news}
    listed, params = values([(name, channels[name]) for name in names], ["text", "text"])
    # Rows are locked in one order by all workers, so that two of them never wait for each other.
    change(
        f"""WITH v(endpoint, channel) AS ({listed})
        INSERT INTO dispatch_endpointhealth (endpoint, channel, breaker, open_until, fails, timeouts, opened,
            disabled_reason, disabled_address, failing_since, ok_at, failed_at)
        SELECT endpoint, channel, 'closed', 0, 0, 0, 0, '', '', 0, 0, 0 FROM v WHERE true ORDER BY endpoint
        ON CONFLICT (endpoint) DO UPDATE SET channel = excluded.channel""",  # noqa: S608
        params,
    )
    before = _disabled(names)
    left = list(news)
    while left:
        first = {one.endpoint: one for one in reversed(left)}
        left = [one for one in left if first[one.endpoint] is not one]
        listed, params = values(list(first.values()), _KINDS)
        change(f"WITH v({_NAMES}) AS ({listed}) {_MERGE}", params)
    return sorted(dict(_disabled(names).items() - before.items()))


def _disabled(names: Sequence[str]) -> dict[str, str]:
    """Endpoint -> hash of the address at which it is disabled, of those that are."""
    return dict(
        query(
            f"""SELECT endpoint, disabled_address FROM dispatch_endpointhealth
            WHERE disabled_reason <> '' AND endpoint IN ({markers(names)})""",  # noqa: S608
            names,
        )
    )
