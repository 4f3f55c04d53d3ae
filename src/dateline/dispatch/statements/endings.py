"""How open rows end without a send: too old, replaced, stopped, void; and how a person calls ended
ones back.
"""

from collections.abc import Sequence
from typing import Final

from dateline.dispatch.rules import State
from dateline.dispatch.sql import MOST_ROWS, change, markers, query
from dateline.dispatch.statements.results import add_attempts

_OPEN_NOT_LEASED: Final = "done_at IS NULL AND state <> 'leased'"
_EXPIRED: Final = """UPDATE dispatch_delivery SET done_at = %s,
    reason = CASE WHEN state = 'waiting' AND losses > 0 THEN 'sent and never answered; too old to repeat'
        WHEN reason = '' THEN 'too old to send'
        ELSE 'too old to try again; last: ' || SUBSTR(reason, 1, 300) END,
    state = CASE WHEN state = 'waiting' AND losses > 0 THEN 'uncertain' ELSE 'expired' END
    WHERE id IN (SELECT id FROM c) AND state IN ('waiting', 'deferred')"""


_CANCELLED: Final = """SET done_at = %s, reason = %s,
    state = CASE WHEN state = 'waiting' AND losses > 0 THEN 'uncertain' ELSE 'cancelled' END"""


def finish(ids: Sequence[int], state: State, reason: str, *, now: int) -> int:
    """Ends open rows that nobody holds, in a state that waiting and deferred ones may go to."""
    if not ids:
        return 0
    return change(
        f"""UPDATE dispatch_delivery SET state = %s, reason = %s, done_at = %s
        WHERE id IN ({markers(ids)}) AND state IN ('waiting', 'deferred')""",  # noqa: S608
        [state, reason, now, *ids],
    )


def expire_version(lock_id: str, channel: str, *, ends_at: int, now: int, limit: int = MOST_ROWS) -> int:
    """Ends rows of a version whose news is too old by now; lost ones as uncertain. Held rows have an end of
    their own.
    """
    return change(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery WHERE lock_id = %s AND channel = %s AND {_OPEN_NOT_LEASED}
                AND COALESCE(expires_at, %s) <= %s LIMIT %s)
        {_EXPIRED}""",  # noqa: S608
        [lock_id, channel, ends_at, now, limit, now],
    )


def expire_due(channel: str, *, now: int, limit: int = MOST_ROWS) -> int:
    """Ends held and resent rows whose own end has come; run before due rows are claimed."""
    return change(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery
            WHERE channel = %s AND due_at <= %s AND due_at IS NOT NULL AND state IN ('waiting', 'deferred')
                AND expires_at <= %s LIMIT %s)
        {_EXPIRED}""",  # noqa: S608
        [channel, now, now, limit, now],
    )


def cancel_version(lock_id: str, reason: str, *, now: int, limit: int = MOST_ROWS) -> int:
    """Ends up to `limit` unsent rows of a version; those whose last try was never answered as
    uncertain (I7).
    """
    return change(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery WHERE lock_id = %s AND {_OPEN_NOT_LEASED} LIMIT %s)
        UPDATE dispatch_delivery {_CANCELLED}
        WHERE id IN (SELECT id FROM c) AND state IN ('waiting', 'deferred')""",  # noqa: S608
        [lock_id, limit, now, reason],
    )


def cancel_superseded(ids: Sequence[int], *, now: int) -> int:
    """Of these rows, ends those whose version a newer one has replaced: a try under way finished, a next one
    is not due.
    """
    if not ids:
        return 0
    return change(
        f"""UPDATE dispatch_delivery {_CANCELLED}
        WHERE id IN ({markers(ids)}) AND state IN ('waiting', 'deferred')
            AND lock_id IN (SELECT lock_id FROM dispatch_version WHERE superseded_at IS NOT NULL)""",  # noqa: S608
        [now, "a newer version replaced this one", *ids],
    )


def suppress(person: str, reason: str, *, now: int) -> int:
    """Ends every open row of a person (or outlet) who must not be written to any more (I13)."""
    return change(
        """UPDATE dispatch_delivery SET state = 'suppressed', reason = %s, done_at = %s
        WHERE (person_id = %s OR recipient_id = %s) AND state IN ('waiting', 'deferred')
            AND version_id IN (SELECT version_id FROM dispatch_version WHERE drained_at IS NULL)""",
        [reason, now, person, person],
    )


def drop_rows(lock_id: str, *, limit: int = MOST_ROWS) -> int:
    """Deletes rows of a lock that will never be released; none of them was ever claimable."""
    return change(
        """WITH c AS MATERIALIZED (SELECT id FROM dispatch_delivery WHERE lock_id = %s AND fence = 0 LIMIT %s)
        DELETE FROM dispatch_delivery WHERE id IN (SELECT id FROM c)""",
        [lock_id, limit],
    )


def replay(ids: Sequence[int], by: str, *, now: int, expires_at: int) -> int:
    """Puts ended rows back in the queue on a person's word, which stands as an attempt. Returns how many
    moved.
    """
    if not ids:
        return 0
    rows: list[tuple[int, int]] = [
        (row[0], row[1])
        for row in query(
            f"""UPDATE dispatch_delivery SET state = 'waiting', reason = '', done_at = NULL, losses = 0,
                due_at = %s, expires_at = %s
            WHERE id IN ({markers(ids)}) AND state IN ('refused', 'expired', 'uncertain')
            RETURNING id, fence""",  # noqa: S608
            [now, expires_at, *ids],
        )
    ]
    if rows:
        add_attempts([(id_, fence, "replay", now, 0, f"resent by {by}", 0) for id_, fence in rows])
    return len(rows)
