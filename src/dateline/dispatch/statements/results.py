"""What claims came to: the attempt in any case, the new state for whoever still holds the row."""

from collections.abc import Sequence
from typing import Final

from dateline.dispatch.sql import change, change_each, cleaned, query, values
from dateline.dispatch.statements.rows import Outcome

MOST_TEXT_BYTES: Final = 1024  # of a server's words in the attempt table

_ADD_ATTEMPT: Final = """INSERT INTO dispatch_attempt (delivery_id, fence, kind, at, code, text, ms)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"""


def record(outcomes: Sequence[Outcome], *, owner: str) -> set[int]:
    """Writes attempts for all, and the new state for those still ours. Returns the ids that moved.

    Rows with an owner are leased, and no others have one: asking for the state too would send PostgreSQL
    through an index of leases full of rows that were answered a moment ago.

    An outcome that comes too late leaves its attempt and no other trace: the try did happen.
    """
    if not outcomes:
        return set()
    add_attempts([(o.id, o.fence, o.kind, o.at, o.code, o.text, o.ms) for o in outcomes])
    moving = [
        o[:9] if not o.reason else (*o[:3], cleaned(o.reason), *o[4:9]) for o in outcomes if not o.too_late
    ]
    if not moving:
        return set()
    listed, params = values(
        moving, ["bigint", "bigint", "text", "text", "bigint", "bigint", "bigint", "bigint", "bigint"]
    )
    moved = query(
        f"""WITH v(row_id, claim, new_state, why, due, tries, lost, code, done) AS ({listed})
        UPDATE dispatch_delivery AS d SET state = v.new_state, reason = v.why,
            due_at = CASE WHEN d.expires_at < v.due THEN d.expires_at ELSE v.due END,
            attempts = v.tries, losses = v.lost, last_code = v.code, done_at = v.done,
            owner = '', lease_until = NULL
        FROM v WHERE d.id = v.row_id AND d.fence = v.claim AND d.owner = %s
        RETURNING id""",  # noqa: S608
        [*params, owner],
    )
    return {row[0] for row in moved}


def add_attempts(rows: Sequence[tuple[int, int, str, int, int, str, int]]) -> None:
    """Appends to the history of claims; a line that is there already stays as it is."""
    lines = [(*row[:5], clipped(row[5]), row[6]) for row in rows]
    if change_each(_ADD_ATTEMPT, lines):
        return
    listed, params = values(lines, ["bigint", "bigint", "text", "bigint", "bigint", "text", "bigint"])
    change(
        f"""WITH v(delivery_id, fence, kind, at, code, text, ms) AS ({listed})
        INSERT INTO dispatch_attempt (delivery_id, fence, kind, at, code, text, ms)
        SELECT delivery_id, fence, kind, at, code, text, ms FROM v WHERE true ON CONFLICT DO NOTHING""",  # noqa: S608
        params,
    )


def clipped(text: str) -> str:
    """At most 1 KB of UTF-8."""
    if len(text) <= MOST_TEXT_BYTES and text.isascii() and "\x00" not in text:
        return text
    data = cleaned(text).encode()
    return data[:MOST_TEXT_BYTES].decode("utf-8", "ignore")
