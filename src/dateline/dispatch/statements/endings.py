"""How open rows end without a send: too old, replaced, stopped, void; and how a person calls ended
ones back.
"""

from collections.abc import Sequence
from typing import Final

from dateline.dispatch.rules import State
from dateline.dispatch.sql import MOST_ROWS, change, markers, query
from dateline.dispatch.statements.results import add_attempts

# A row in a digest is as leased as the digest is; and once that has ended, the digest says what became of
# the row.
_NOT_UNDER_WAY: Final = """(digest <= 0 OR NOT EXISTS (
    SELECT 1 FROM dispatch_delivery c WHERE c.id = dispatch_delivery.digest
        AND (c.state = 'leased' OR c.done_at IS NOT NULL)))"""
_OPEN_NOT_LEASED: Final = f"done_at IS NULL AND state <> 'leased' AND {_NOT_UNDER_WAY}"
_EXPIRED: Final = """UPDATE dispatch_delivery SET done_at = %s,
    reason = CASE WHEN state = 'waiting' AND losses > 0 THEN 'sent and never answered; too old to repeat'
        WHEN reason = '' THEN 'too old to send'
        ELSE 'too old to try again; last: ' || SUBSTR(reason, 1, 300) END,
    state = CASE WHEN state = 'waiting' AND losses > 0 THEN 'uncertain' ELSE 'expired' END
    WHERE id IN (SELECT id FROM c) AND state IN ('waiting', 'deferred')"""


_CANCELLED: Final = """SET done_at = %s, reason = %s,
    state = CASE WHEN state = 'waiting' AND (losses > 0 OR EXISTS (SELECT 1 FROM dispatch_delivery c
        WHERE c.id = dispatch_delivery.digest AND c.losses > 0)) THEN 'uncertain' ELSE 'cancelled' END"""


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
            WHERE channel = %s AND due_at <= %s AND due_at IS NOT NULL AND digest = 0
                AND state IN ('waiting', 'deferred') AND expires_at <= %s LIMIT %s)
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
        f"""UPDATE dispatch_delivery SET state = 'suppressed', reason = %s, done_at = %s
        WHERE (person_id = %s OR recipient_id = %s) AND state IN ('waiting', 'deferred')
            AND {_NOT_UNDER_WAY}
            AND version_id IN (SELECT version_id FROM dispatch_version WHERE drained_at IS NULL)""",  # noqa: S608
        [reason, now, person, person],
    )


def suppress_many(persons: Sequence[str], reason: str, *, now: int) -> int:
    """`suppress` for up to a thousand people, or outlets by recipient id. People are found through their
    index, outlets (few have their mail stopped) by reading the versions that are still going out.
    """
    outlets = [name for name in persons if name.startswith("o_")]
    people = [name for name in persons if not name.startswith("o_")]
    return sum(
        change(
            f"""UPDATE dispatch_delivery SET state = 'suppressed', reason = %s, done_at = %s
            WHERE version_id IN (SELECT version_id FROM dispatch_version WHERE drained_at IS NULL)
                AND {column} IN ({markers(names)}) AND state IN ('waiting', 'deferred')
                AND {_NOT_UNDER_WAY}""",  # noqa: S608
            [reason, now, *names],
        )
        for column, names in (("person_id", people), ("recipient_id", outlets))
        if names
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
                digest = 0, due_at = %s, expires_at = %s
            WHERE id IN ({markers(ids)}) AND state IN ('refused', 'expired', 'uncertain')
            RETURNING id, fence""",  # noqa: S608
            [now, expires_at, *ids],
        )
    ]
    if rows:
        add_attempts([(id_, fence, "replay", now, 0, f"resent by {by}", 0) for id_, fence in rows])
    return len(rows)
