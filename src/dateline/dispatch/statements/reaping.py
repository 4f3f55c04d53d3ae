"""Rows whose holder is gone go back into the queue, each with its trace."""

from collections.abc import Sequence

from dateline.dispatch.rules import MOST_LOSSES
from dateline.dispatch.sql import MOST_ROWS, change, for_update, query, values
from dateline.dispatch.statements.results import add_attempts
from dateline.dispatch.statements.rows import Orphan


def orphans(owner: str, *, now: int, dead_prefix: str = "", limit: int = MOST_ROWS) -> list[Orphan]:
    """Leased rows of others whose lease has ended, or whose owner's name shows that it is gone
    (`dead_prefix`).

    Never our own: while we live we renew them, and after a stall we still hold their answers.
    """
    gone = "(lease_until < %s OR owner LIKE %s)" if dead_prefix else "lease_until < %s"
    params = [owner, now, f"{dead_prefix}%", limit] if dead_prefix else [owner, now, limit]
    rows = query(
        f"""SELECT id, fence, owner FROM dispatch_delivery
        WHERE state = 'leased' AND owner <> %s AND {gone} LIMIT %s {for_update()}""",  # noqa: S608
        params,
    )
    return [Orphan(*row) for row in rows]


def reap(found: Sequence[Orphan], *, now: int) -> int:
    """Takes rows from holders that are gone, each with a `lost` attempt, or `released` where it was never
    begun.

    The lost come due before those that were never begun. Three losses in a row end as uncertain: a row that
    kills its worker must not kill the next one for ever.
    """
    if not found:
        return 0
    add_attempts(
        [
            (o.id, o.fence, "lost", now, 0, "the worker ended before an answer", 0)
            if o.begun
            else (o.id, o.fence, "released", now, 0, "the worker ended before this was begun", 0)
            for o in found
        ]
    )
    listed, params = values(
        [(o.id, o.fence, o.owner, int(o.begun)) for o in found], ["bigint", "bigint", "text", "bigint"]
    )
    return change(
        f"""WITH v(row_id, claim, holder, lost) AS ({listed})
        UPDATE dispatch_delivery AS d SET losses = d.losses + v.lost, owner = '', lease_until = NULL,
            state = CASE WHEN d.losses + v.lost >= {MOST_LOSSES} THEN 'uncertain' ELSE 'waiting' END,
            reason = CASE WHEN d.losses + v.lost >= {MOST_LOSSES}
                THEN 'its worker ended {MOST_LOSSES} times before an answer' ELSE '' END,
            done_at = CASE WHEN d.losses + v.lost >= {MOST_LOSSES} THEN CAST(%s AS bigint) ELSE NULL END,
            due_at = CAST(%s AS bigint) + 1 - v.lost
        FROM v WHERE d.id = v.row_id AND d.fence = v.claim AND d.owner = v.holder""",  # noqa: S608
        [*params, now, now],
    )
