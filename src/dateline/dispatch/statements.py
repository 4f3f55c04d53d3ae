"""Every set-based statement that moves a delivery: one text for SQLite and PostgreSQL.

A statement that could take a row from somebody compares what it knew (state, owner, fence) and changes nothing
otherwise; the count or the rows returned say what happened. Instants are microseconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from dateline.dispatch.rules import MOST_LOSSES, SECOND, SETTLED_BEYOND_S, State
from dateline.dispatch.sql import MOST_ROWS, change, for_update, markers, query, values

MOST_TEXT_BYTES: Final = 1024  # of a server's words in the attempt table

_OPEN_NOT_LEASED: Final = (
    "state IN ('waiting', 'leased', 'deferred') AND state <> 'leased'"  # lets the index on open rows serve
)
UNSETTLED: Final = """(state = 'leased'
    OR (NOT (state = 'waiting' AND held <> '') AND (due_at IS NULL OR due_at <= %s)))"""
_CLAIMED: Final = """id, fence, version_id, lock_id, language, recipient_id, channel, person_id, endpoint_id,
    format, held, expires_at, attempts, losses"""


class Claimed(NamedTuple):
    """A leased row as the claim returned it; `attempts` and `losses` cannot change while we hold it."""

    id: int
    fence: int
    version_id: str
    lock_id: str
    language: str
    recipient_id: str
    channel: str
    person_id: str | None
    endpoint_id: str
    format: str
    held: str
    expires_at: int | None
    attempts: int
    losses: int


class NewDelivery(NamedTuple):
    """A row of the fan-out. `state` is waiting, or suppressed with its `reason`."""

    language: str
    recipient_id: str
    channel: str
    person_id: str | None
    endpoint_id: str
    domain: str
    parcel: str
    kind: str
    country: str
    format: str
    state: State
    reason: str


class Outcome(NamedTuple):
    """What a claim came to: the new state for the row if we still hold it, and the attempt in either case."""

    id: int
    fence: int
    state: State
    reason: str
    due_at: int | None
    attempts: int
    losses: int
    code: int
    done_at: int | None
    kind: str
    at: int
    text: str
    ms: int
    too_late: bool = False
    """The claim is over already: only the attempt is written."""


@dataclass(frozen=True, slots=True)
class Orphan:
    """A row whose holder is gone. `begun` False: no channel ever saw it."""

    id: int
    fence: int
    owner: str
    losses: int
    begun: bool = True


def fan_out(version_id: str, lock_id: str, rows: Sequence[NewDelivery], *, now: int) -> int:
    """Inserts one chunk (<= 2,000) in the order given; rows that are there already stay. Returns how many were new."""
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


def claim_first(channel: str, lock_id: str, *, limit: int, owner: str, lease_until: int) -> list[Claimed]:
    """Leases up to `limit` rows that were never claimed, in the order of insertion, which is random (I12)."""
    rows = query(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery
            WHERE channel = %s AND lock_id = %s AND state = 'waiting' AND fence = 0 AND due_at IS NULL
            ORDER BY id LIMIT %s {for_update()})
        UPDATE dispatch_delivery SET state = 'leased', owner = %s, fence = fence + 1, lease_until = %s
        WHERE id IN (SELECT id FROM c) RETURNING {_CLAIMED}""",  # noqa: S608
        [channel, lock_id, limit, owner, lease_until],
    )
    return sorted(map(Claimed._make, rows))


def claim_due(channel: str, *, now: int, limit: int, owner: str, lease_until: int) -> list[Claimed]:
    """Leases up to `limit` rows whose time has come: retries, lost, parked, held. The longest due first."""
    rows = query(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery
            WHERE channel = %s AND due_at <= %s AND due_at IS NOT NULL AND state IN ('waiting', 'deferred')
            ORDER BY due_at LIMIT %s {for_update()})
        UPDATE dispatch_delivery SET state = 'leased', owner = %s, fence = fence + 1, lease_until = %s
        WHERE id IN (SELECT id FROM c) RETURNING {_CLAIMED}""",  # noqa: S608
        [channel, now, limit, owner, lease_until],
    )
    return sorted(map(Claimed._make, rows))


def next_due(channel: str) -> int | None:
    """When the next retry of this channel is due."""
    return query(
        """SELECT MIN(due_at) FROM dispatch_delivery
        WHERE channel = %s AND due_at IS NOT NULL AND state IN ('waiting', 'deferred')""",
        [channel],
    )[0][0]


def record(outcomes: Sequence[Outcome], *, owner: str) -> set[int]:
    """Writes attempts for all, and the new state for those still ours. Returns the ids that moved.

    An outcome that comes too late leaves its attempt and no other trace: the try did happen.
    """
    if not outcomes:
        return set()
    add_attempts([(o.id, o.fence, o.kind, o.at, o.code, o.text, o.ms) for o in outcomes])
    moving = [o[:9] for o in outcomes if not o.too_late]
    if not moving:
        return set()
    listed, params = values(
        moving, ["bigint", "bigint", "text", "text", "bigint", "bigint", "bigint", "bigint", "bigint"]
    )
    moved = query(
        f"""WITH v(row_id, claim, new_state, why, due, tries, lost, code, done) AS ({listed})
        UPDATE dispatch_delivery AS d SET state = v.new_state, reason = v.why,
            due_at = CASE WHEN d.expires_at < v.due THEN d.expires_at ELSE v.due END,
            attempts = v.tries, losses = v.lost, last_code = v.code, done_at = v.done, owner = '', lease_until = NULL
        FROM v WHERE d.id = v.row_id AND d.fence = v.claim AND d.owner = %s AND d.state = 'leased'
        RETURNING id""",  # noqa: S608
        [*params, owner],
    )
    return {row[0] for row in moved}


def add_attempts(rows: Sequence[tuple[int, int, str, int, int, str, int]]) -> None:
    """Appends to the history of claims; a line that is there already stays as it is."""
    listed, params = values(
        [(*row[:5], clipped(row[5]), row[6]) for row in rows],
        ["bigint", "bigint", "text", "bigint", "bigint", "text", "bigint"],
    )
    change(
        f"""WITH v(delivery_id, fence, kind, at, code, text, ms) AS ({listed})
        INSERT INTO dispatch_attempt (delivery_id, fence, kind, at, code, text, ms)
        SELECT delivery_id, fence, kind, at, code, text, ms FROM v WHERE true ON CONFLICT DO NOTHING""",  # noqa: S608
        params,
    )


def clipped(text: str) -> str:
    """At most 1 KB of UTF-8, without the NUL that PostgreSQL refuses."""
    data = text.replace("\x00", "").encode("utf-8", "replace")
    return data[:MOST_TEXT_BYTES].decode("utf-8", "ignore")


class HandBack(NamedTuple):
    """A claim no channel saw, taken back. `due_at` and `expires_at` None: as before the claim."""

    id: int
    fence: int
    state: State
    reason: str
    held: str
    due_at: int | None
    expires_at: int | None


def hand_back(rows: Sequence[HandBack], *, owner: str) -> set[int]:
    """Undoes claims that nobody but the claimer has seen, so that their fence was never used. Returns the ids.

    For held mail, parked endpoints, and what an orderly stop finds in the queue: none of these has been tried, and a
    correction must not go to somebody who was never sent the original.
    """
    if not rows:
        return set()
    listed, params = values(rows, ["bigint", "bigint", "text", "text", "text", "bigint", "bigint"])
    done = query(
        f"""WITH v(row_id, claim, new_state, why, keep, due, ends) AS ({listed})
        UPDATE dispatch_delivery AS d SET state = v.new_state, reason = v.why, held = v.keep,
            due_at = COALESCE(v.due, d.due_at), expires_at = COALESCE(v.ends, d.expires_at),
            fence = d.fence - 1, owner = '', lease_until = NULL
        FROM v WHERE d.id = v.row_id AND d.fence = v.claim AND d.owner = %s AND d.state = 'leased'
        RETURNING id""",  # noqa: S608
        [*params, owner],
    )
    return {row[0] for row in done}


def finish(ids: Sequence[int], state: State, reason: str, *, now: int) -> int:
    """Ends open rows that nobody holds, in a state that waiting and deferred ones may go to."""
    if not ids:
        return 0
    return change(
        f"""UPDATE dispatch_delivery SET state = %s, reason = %s, done_at = %s
        WHERE id IN ({markers(ids)}) AND state IN ('waiting', 'deferred')""",  # noqa: S608
        [state, reason, now, *ids],
    )


def renew(owner: str, *, lease_until: int) -> set[int]:
    """Prolongs every lease of ours; the ids we still hold."""
    rows = query(
        "UPDATE dispatch_delivery SET lease_until = %s WHERE owner = %s AND state = 'leased' RETURNING id",
        [lease_until, owner],
    )
    return {row[0] for row in rows}


def orphans(owner: str, *, now: int, dead_prefix: str = "", limit: int = MOST_ROWS) -> list[Orphan]:
    """Leased rows of others whose lease has ended, or whose owner's name shows that it is gone (`dead_prefix`).

    Never our own: while we live we renew them, and after a stall we still hold their answers.
    """
    rows = query(
        f"""SELECT id, fence, owner, losses FROM dispatch_delivery
        WHERE state = 'leased' AND owner <> %s AND (lease_until < %s OR owner LIKE %s)
        LIMIT %s {for_update()}""",  # noqa: S608
        [owner, now, f"{dead_prefix}%" if dead_prefix else "", limit],
    )
    return [Orphan(*row) for row in rows]


def reap(found: Sequence[Orphan], *, now: int) -> int:
    """Takes rows from holders that are gone, each with a `lost` attempt, or `released` where it was never begun.

    Three losses in a row end as uncertain: a row that kills its worker must not kill the next one for ever.
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
        [(o.id, o.fence, o.owner, o.losses + o.begun) for o in found], ["bigint", "bigint", "text", "bigint"]
    )
    return change(
        f"""WITH v(row_id, claim, holder, lost) AS ({listed})
        UPDATE dispatch_delivery AS d SET losses = v.lost, owner = '', lease_until = NULL,
            state = CASE WHEN v.lost >= {MOST_LOSSES} THEN 'uncertain' ELSE 'waiting' END,
            reason = CASE WHEN v.lost >= {MOST_LOSSES} THEN 'its worker ended {MOST_LOSSES} times before an answer'
                ELSE '' END,
            done_at = CASE WHEN v.lost >= {MOST_LOSSES} THEN CAST(%s AS bigint) ELSE NULL END,
            due_at = CAST(%s AS bigint)
        FROM v WHERE d.id = v.row_id AND d.fence = v.claim AND d.owner = v.holder AND d.state = 'leased'""",  # noqa: S608
        [*params, now, now],
    )


def expire_version(lock_id: str, channel: str, *, ends_at: int, now: int, limit: int = MOST_ROWS) -> int:
    """Ends rows of a version whose news is too old by now; lost ones as uncertain. Held rows have an end of their own."""
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


_EXPIRED: Final = """UPDATE dispatch_delivery SET done_at = %s,
    reason = CASE WHEN state = 'waiting' AND losses > 0 THEN 'sent and never answered; too old to repeat'
        WHEN reason = '' THEN 'too old to send' ELSE 'too old to try again; last: ' || SUBSTR(reason, 1, 300) END,
    state = CASE WHEN state = 'waiting' AND losses > 0 THEN 'uncertain' ELSE 'expired' END
    WHERE id IN (SELECT id FROM c) AND state IN ('waiting', 'deferred')"""

_CANCELLED: Final = """SET done_at = %s, reason = %s,
    state = CASE WHEN state = 'waiting' AND losses > 0 THEN 'uncertain' ELSE 'cancelled' END"""


def cancel_version(lock_id: str, reason: str, *, now: int, limit: int = MOST_ROWS) -> int:
    """Ends up to `limit` unsent rows of a version; those whose last try was never answered as uncertain (I7)."""
    return change(
        f"""WITH c AS MATERIALIZED (
            SELECT id FROM dispatch_delivery WHERE lock_id = %s AND {_OPEN_NOT_LEASED} LIMIT %s)
        UPDATE dispatch_delivery {_CANCELLED}
        WHERE id IN (SELECT id FROM c) AND state IN ('waiting', 'deferred')""",  # noqa: S608
        [lock_id, limit, now, reason],
    )


def cancel_superseded(ids: Sequence[int], *, now: int) -> int:
    """Of these rows, ends those whose version a newer one has replaced: a try under way finished, a next one is not due."""
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


def count_mails(counts: Sequence[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """Adds mails to (person, day, mails); returns the new sums."""
    listed, params = values(counts, ["text", "text", "bigint"])
    rows = query(
        f"""WITH v(person, day, mails) AS ({listed})
        INSERT INTO dispatch_mailday (person, day, mails) SELECT person, day, mails FROM v WHERE true
        ON CONFLICT (person, day) DO UPDATE SET mails = dispatch_mailday.mails + excluded.mails
        RETURNING person, day, mails""",  # noqa: S608
        params,
    )
    return {(person, day): mails for person, day, mails in rows}


def forget_mail_days(before: str) -> int:
    """Drops counts of days before `before` (ISO date)."""
    return change("DELETE FROM dispatch_mailday WHERE day < %s", [before])


def drop_rows(lock_id: str, *, limit: int = MOST_ROWS) -> int:
    """Deletes rows of a lock that will never be released; none of them was ever claimable."""
    return change(
        """WITH c AS MATERIALIZED (SELECT id FROM dispatch_delivery WHERE lock_id = %s AND fence = 0 LIMIT %s)
        DELETE FROM dispatch_delivery WHERE id IN (SELECT id FROM c)""",
        [lock_id, limit],
    )


def replay(ids: Sequence[int], by: str, *, now: int, expires_at: int) -> int:
    """Puts ended rows back in the queue on a person's word, which stands as an attempt. Returns how many moved."""
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


def unsent_of_lock(lock_id: str) -> bool:
    """Whether any row of the lock is still open."""
    return bool(
        query(
            """SELECT 1 FROM dispatch_delivery WHERE lock_id = %s AND state IN ('waiting', 'leased', 'deferred')
            LIMIT 1""",
            [lock_id],
        )
    )


def unsettled(lock_id: str, *, now: int) -> bool:
    """Whether any row of the lock is neither final, nor held, nor to be tried again only beyond 60 s."""
    return bool(
        query(
            f"""SELECT 1 FROM dispatch_delivery
            WHERE lock_id = %s AND state IN ('waiting', 'leased', 'deferred') AND {UNSETTLED} LIMIT 1""",  # noqa: S608
            [lock_id, now + SETTLED_BEYOND_S * SECOND],
        )
    )


def unaccounted() -> int:
    """Claims without an account: sum of fences, less the rows under way and each claim that has an attempt. Always 0."""
    rows = query(
        """SELECT (SELECT COALESCE(SUM(fence), 0) FROM dispatch_delivery)
            - (SELECT COUNT(*) FROM dispatch_delivery WHERE state = 'leased')
            - (SELECT COUNT(*) FROM (SELECT DISTINCT a.delivery_id, a.fence FROM dispatch_attempt a
                JOIN dispatch_delivery d ON d.id = a.delivery_id AND (d.state <> 'leased' OR d.fence <> a.fence)
                WHERE a.kind IN ('result', 'lost', 'released')) AS told)"""
    )
    return int(rows[0][0])
