"""Small counts: mails of a day, whether a version has work left, whether every claim is accounted for."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from dateline.dispatch.rules import SECOND, SETTLED_BEYOND_S
from dateline.dispatch.sql import change, change_each, markers, query, values

# Deferred by more than a minute at its last try counts as settled until that next try, however near it comes:
# otherwise endpoints that fail in turn would keep a version from ever being settled.
_UNSETTLED: Final = f"""(state = 'leased'
    OR (state = 'waiting' AND held = '' AND (due_at IS NULL OR due_at <= %s))
    OR (state = 'deferred' AND due_at <= %s AND due_at - COALESCE((SELECT MAX(a.at) FROM dispatch_attempt a
        WHERE a.delivery_id = dispatch_delivery.id), due_at) <= {SETTLED_BEYOND_S * SECOND}))"""  # noqa: S608  only our own number
"""Needs the instant a minute from now, twice."""

_COUNT_MAILS: Final = """INSERT INTO dispatch_mailday (person, day, mails) VALUES (%s, %s, %s)
    ON CONFLICT (person, day) DO UPDATE SET mails = dispatch_mailday.mails + excluded.mails"""


def count_mails(counts: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """Adds mails to (person, day, mails); returns the new sums of these people."""
    if change_each(_COUNT_MAILS, counts):
        people = [person for person, _, _ in counts]
        rows = query(
            f"SELECT person, day, mails FROM dispatch_mailday WHERE person IN ({markers(people)})",  # noqa: S608
            people,
        )
        return {(person, day): mails for person, day, mails in rows}
    listed, params = values(counts, ["text", "text", "bigint"])
    rows = query(
        f"""WITH v(person, day, mails) AS ({listed})
        INSERT INTO dispatch_mailday (person, day, mails) SELECT person, day, mails FROM v WHERE true
        ON CONFLICT (person, day) DO UPDATE SET mails = dispatch_mailday.mails + excluded.mails
        RETURNING person, day, mails""",  # noqa: S608
        params,
    )
    return {(person, day): mails for person, day, mails in rows}


def uncount_mails(mails: Sequence[tuple[str, str]]) -> None:
    """Takes back what was counted for (person, day): those claims were undone, and count when they go."""
    if mails:
        count_mails([(*key, -count) for key, count in sorted(Counter(mails).items())])


def forget_mail_days(before: str) -> int:
    """Drops counts of days before `before` (ISO date)."""
    return change("DELETE FROM dispatch_mailday WHERE day < %s", [before])


def unsettled(lock_id: str, *, now: int, but: tuple[str, Sequence[str]] = ("", ())) -> bool:
    """Whether any row of the lock is neither final, nor held, nor deferred beyond 60 s. `but`: a condition
    (with its parameters) for rows that are held because something is paused.
    """
    paused, params = but
    held = f" AND NOT {paused}" if paused else ""
    return bool(
        query(
            f"""SELECT 1 FROM dispatch_delivery
            WHERE lock_id = %s AND done_at IS NULL AND {_UNSETTLED}{held} LIMIT 1""",  # noqa: S608
            [lock_id, *[now + SETTLED_BEYOND_S * SECOND] * 2, *params],
        )
    )


def unsent_of_lock(lock_id: str) -> bool:
    """Whether any row of the lock is still open."""
    return bool(
        query(
            "SELECT 1 FROM dispatch_delivery WHERE lock_id = %s AND done_at IS NULL LIMIT 1",
            [lock_id],
        )
    )


def unaccounted() -> int:
    """Claims without an account: sum of fences, less the rows under way and each claim that has an attempt.
    Always 0.
    """
    rows = query(
        """SELECT (SELECT COALESCE(SUM(fence), 0) FROM dispatch_delivery)
            - (SELECT COUNT(*) FROM dispatch_delivery WHERE state = 'leased')
            - (SELECT COUNT(*) FROM (SELECT DISTINCT a.delivery_id, a.fence FROM dispatch_attempt a
                JOIN dispatch_delivery d
                ON d.id = a.delivery_id AND (d.state <> 'leased' OR d.fence <> a.fence)
                WHERE a.kind IN ('result', 'lost', 'released')) AS told)"""
    )
    return int(rows[0][0])
