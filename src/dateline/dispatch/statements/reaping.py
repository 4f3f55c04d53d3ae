"""Rows whose holder is gone go back into the queue, each with its trace."""

from collections.abc import Sequence
from typing import Final

from dateline.dispatch.rules import Reaped
from dateline.dispatch.sql import MOST_ROWS, change, for_update, markers, query, values
from dateline.dispatch.statements.results import add_attempts
from dateline.dispatch.statements.rows import Orphan

_NOT_BEGUN: Final = "the worker ended before this was begun"
_NOT_LOOKED_AT: Final = "the worker ended before it had looked at this"


def orphans(owner: str, *, now: int, dead_prefix: str = "", limit: int = MOST_ROWS) -> list[Orphan]:
    """Leased rows of others whose lease has ended, or whose owner's name shows that it is gone
    (`dead_prefix`).

    Never our own: while we live we renew them, and after a stall we still hold their answers. None at all
    while a restored backup waits to be reconciled: what its workers held may have gone out since, and once
    back in the queue it would be due after the restoring, so that nobody would be asked about it.
    """
    gone = "(lease_until < %s OR owner LIKE %s)" if dead_prefix else "lease_until < %s"
    params = [owner, now, f"{dead_prefix}%", limit] if dead_prefix else [owner, now, limit]
    rows = query(
        f"""SELECT id, fence, owner, losses FROM dispatch_delivery
        WHERE state = 'leased' AND owner <> %s AND {gone}
            AND NOT EXISTS (SELECT 1 FROM dispatch_restored WHERE reconciled_at IS NULL)
        LIMIT %s {for_update()}""",  # noqa: S608
        params,
    )
    return [Orphan(*row) for row in rows]


def reap(found: Sequence[tuple[Orphan, Reaped]], *, now: int) -> int:
    """Takes rows from holders that are gone, each with a `lost` attempt, or `released` where it was never
    begun.
    """
    if not found:
        return 0
    add_attempts(
        [
            (o.id, o.fence, "lost", now, 0, "the worker ended before an answer", 0)
            if o.begun
            else (o.id, o.fence, "released", now, 0, _NOT_BEGUN if o.looked_at else _NOT_LOOKED_AT, 0)
            for o, _ in found
        ]
    )
    listed, params = values(
        [(o.id, o.fence, o.owner, int(o.begun), *then) for o, then in found],
        ["bigint", "bigint", "text", "bigint", "text", "bigint", "text"],
    )
    return change(
        f"""WITH v(row_id, claim, holder, lost, new_state, due, why) AS ({listed})
        UPDATE dispatch_delivery AS d SET losses = d.losses + v.lost, owner = '', lease_until = NULL,
            state = v.new_state, due_at = v.due, reason = CASE WHEN v.why = '' THEN d.reason ELSE v.why END,
            done_at = CASE WHEN v.new_state = 'waiting' THEN NULL ELSE CAST(%s AS bigint) END
        FROM v WHERE d.id = v.row_id AND d.fence = v.claim AND d.owner = v.holder""",  # noqa: S608
        [*params, now],
    )


def never_looked_at(ids: Sequence[int]) -> set[int]:
    """Those of these that were claimed before, by workers that ended before they had looked at them."""
    if not ids:
        return set()
    rows = query(
        f"""SELECT delivery_id FROM dispatch_attempt WHERE delivery_id IN ({markers(ids)})
        GROUP BY delivery_id
        HAVING COUNT(*) = SUM(CASE WHEN kind = 'released' AND text = %s THEN 1 ELSE 0 END)""",  # noqa: S608
        [*ids, _NOT_LOOKED_AT],
    )
    return {row[0] for row in rows}
