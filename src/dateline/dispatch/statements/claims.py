"""Rows into the ledger, and out of it to whoever sends them.

A statement that could take a row from somebody compares what it knew (state, owner, fence) and changes
nothing otherwise; the rows returned say what happened.
"""

from collections.abc import Collection, Sequence
from typing import Final

from dateline.dispatch.sql import ColumnType, all_but, change, for_update, query, values
from dateline.dispatch.statements.rows import Claimed, HandBack, NewDelivery

_CLAIMED: Final = ", ".join(Claimed._fields)


def fan_out(version_id: str, lock_id: str, rows: Sequence[NewDelivery], *, now: int) -> int:
    """Inserts one chunk (<= 2,000) in the order given; rows that are there already stay. Returns how many
    were new.
    """
    listed, params = values(rows, ["text"] * len(NewDelivery._fields))
    names = ", ".join(NewDelivery._fields)
    return change(
        f"""WITH v({names}) AS ({listed})
        INSERT INTO dispatch_delivery (version_id, lock_id, {names}, done_at)
        SELECT CAST(%s AS text), CAST(%s AS text), {names},
               CASE WHEN state = 'waiting' THEN NULL ELSE CAST(%s AS bigint) END
        FROM v WHERE true ON CONFLICT DO NOTHING""",  # noqa: S608
        [*params, version_id, lock_id, now],
    )


def claim_first(
    channel: str,
    lock_id: str,
    *,
    limit: int,
    owner: str,
    lease_until: int,
    after: int = 0,
    but: Collection[str] = (),
) -> list[Claimed]:
    """Leases up to `limit` rows that were never claimed, in the order of insertion, which is random (I12).
    Not those of the recipients in `but`, who are paused.

    Rows up to the id `after` are passed over: where old index entries stay until a vacuum, walking over all
    that was claimed before would make each claim slower than the last. Written as a range of (lock, id), for
    only the lane's own index has this order: asked for one lock by id, PostgreSQL may walk the primary key,
    through every older version.
    """
    passed, names = all_but("recipient_id", but)
    rows = query(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery
            WHERE channel = %s AND (lock_id, id) > (%s, %s) AND lock_id <= %s
                AND state = 'waiting' AND fence = 0 AND due_at IS NULL{passed}
            ORDER BY lock_id, id LIMIT %s {for_update()})
        UPDATE dispatch_delivery SET state = 'leased', owner = %s, fence = fence + 1, lease_until = %s
        WHERE id IN (SELECT id FROM c) RETURNING {_CLAIMED}""",  # noqa: S608
        [channel, lock_id, after, lock_id, *names, limit, owner, lease_until],
    )
    return sorted(map(Claimed._make, rows))


def claim_due(
    channel: str,
    *,
    now: int,
    limit: int,
    owner: str,
    lease_until: int,
    but: Collection[str] = (),
    but_locks: Collection[str] = (),
) -> list[Claimed]:
    """Leases up to `limit` rows whose time has come: retries, lost, parked, held. The longest due first. Not
    those of recipients and versions that are paused.
    """
    passed, names = all_but("recipient_id", but)
    passed_locks, locks = all_but("lock_id", but_locks)
    rows = query(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery
            WHERE channel = %s AND due_at <= %s AND due_at IS NOT NULL AND digest = 0
                AND state IN ('waiting', 'deferred'){passed}{passed_locks}
            ORDER BY due_at LIMIT %s {for_update()})
        UPDATE dispatch_delivery SET state = 'leased', owner = %s, fence = fence + 1, lease_until = %s
        WHERE id IN (SELECT id FROM c) RETURNING {_CLAIMED}""",  # noqa: S608
        [channel, now, *names, *locks, limit, owner, lease_until],
    )
    return sorted(map(Claimed._make, rows))


def next_due(channel: str, *, but: Collection[str] = (), but_locks: Collection[str] = ()) -> int | None:
    """When the next retry of this channel is due, of what is not paused."""
    passed, names = all_but("recipient_id", but)
    passed_locks, locks = all_but("lock_id", but_locks)
    found: int | None = query(
        f"""SELECT MIN(due_at) FROM dispatch_delivery WHERE channel = %s AND due_at IS NOT NULL AND digest = 0
            AND state IN ('waiting', 'deferred'){passed}{passed_locks}""",  # noqa: S608
        [channel, *names, *locks],
    )[0][0]
    return found


def hand_back(rows: Sequence[HandBack], *, owner: str) -> set[int]:
    """Undoes claims that nobody but the claimer has seen, so that their fence was never used. Returns the
    ids.

    For held mail, parked endpoints, and what an orderly stop finds in the queue: none of these has been
    tried, and a correction must not go to somebody who was never sent the original.
    """
    if not rows:
        return set()
    kinds: list[ColumnType] = ["bigint", "bigint", "text", "text", "text", "bigint", "bigint", "bigint"]
    listed, params = values([row[: len(kinds)] for row in rows], kinds)
    done = query(
        f"""WITH v(row_id, claim, new_state, why, keep, due, ends, gather) AS ({listed})
        UPDATE dispatch_delivery AS d SET state = v.new_state, held = v.keep,
            reason = CASE WHEN v.why = '' THEN d.reason ELSE v.why END,
            due_at = COALESCE(v.due, d.due_at), expires_at = COALESCE(v.ends, d.expires_at),
            digest = CASE WHEN v.gather = 0 THEN d.digest ELSE -1 END,
            fence = d.fence - 1, owner = '', lease_until = NULL
        FROM v WHERE d.id = v.row_id AND d.fence = v.claim AND d.owner = %s
        RETURNING id""",  # noqa: S608
        [*params, owner],
    )
    return {row[0] for row in done}


def renew(owner: str, *, lease_until: int) -> dict[int, int]:
    """Prolongs every lease of ours; id -> fence of what we hold."""
    rows = query(
        """UPDATE dispatch_delivery SET lease_until = %s WHERE owner = %s AND state = 'leased'
        RETURNING id, fence""",
        [lease_until, owner],
    )
    return dict(rows)
