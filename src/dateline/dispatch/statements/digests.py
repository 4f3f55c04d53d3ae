"""Digests in the ledger: a carrier is a delivery row of its own, which the rows it lists are tied to.

`digest` of a row: 0 = it goes by itself, -1 = it waits for its person's digest, else the carrier's id. Of a
carrier: 0, and -2 once it has ended and its rows have been told.
Carriers are claimed, leased, reaped and retried like all mail; what becomes of one becomes of its rows.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from dateline.dispatch.rules import State
from dateline.dispatch.sql import MOST_ROWS, all_but, change, for_update, markers, query, values
from dateline.dispatch.statements.endings import finish
from dateline.dispatch.statements.results import add_attempts

WAITS: Final = -1
_WERE_TOLD: Final = -2
LOCK: Final = "digest"
"""The lock id of carriers: no version has it."""
_TOLD: Final = ("accepted", "refused", "uncertain")
_CARRIERS_AT_ONCE: Final = 100


class Waiting(NamedTuple):
    """A row that waits for a digest."""

    id: int
    person_id: str
    recipient_id: str
    language: str
    endpoint_id: str
    domain: str
    country: str
    due_at: int


class Carrier(NamedTuple):
    """A digest to be written into the ledger."""

    version_id: str
    lock_id: str
    language: str
    recipient_id: str
    channel: str
    person_id: str | None
    endpoint_id: str
    domain: str
    country: str
    kind: str
    format: str
    due_at: int
    expires_at: int


class Item(NamedTuple):
    """A row in a digest. `superseded`: a newer version has taken its place."""

    carrier: int
    id: int
    lock_id: str
    language: str
    superseded: bool


def any_due(*, now: int, after: int) -> bool:
    """Whether a row became due for its digest in (after, now]: one look at an index."""
    return bool(
        query(
            "SELECT 1 FROM dispatch_delivery WHERE digest = -1 AND due_at > %s AND due_at <= %s LIMIT 1",
            [after, now],
        )
    )


def people_due(*, now: int, limit: int, but_locks: Collection[str] = ()) -> list[str]:
    """People whose digest is due, with something in it that is not of these versions, which are paused."""
    passed, locks = all_but("lock_id", but_locks)
    rows = query(
        f"""SELECT DISTINCT person_id FROM (
            SELECT person_id FROM dispatch_delivery
            WHERE digest = -1 AND due_at <= %s AND state = 'waiting'{passed}
            ORDER BY due_at LIMIT %s) AS due""",  # noqa: S608
        [now, *locks, limit],
    )
    return [row[0] for row in rows]


def waiting_of(people: Sequence[str], *, but_locks: Collection[str] = ()) -> list[Waiting]:
    """All that waits for the digests of these people, due or not: what is there goes in one mail. Not what is
    of paused versions.

    On PostgreSQL other workers wait here, so that no two gather one person.
    """
    lock = "FOR UPDATE" if for_update() else ""
    passed, locks = all_but("lock_id", but_locks)
    rows = query(
        f"""SELECT {", ".join(Waiting._fields)} FROM dispatch_delivery
        WHERE digest = -1 AND state = 'waiting' AND person_id IN ({markers(people)}){passed}
        ORDER BY id {lock}""",  # noqa: S608
        [*people, *locks],
    )
    return [Waiting(*row) for row in rows]


def add_carriers(carriers: Sequence[Carrier]) -> dict[str, int]:
    """Writes carriers; one that is there already stays and is not returned. Recipient -> id."""
    if not carriers:
        return {}
    kinds = ["text"] * 11 + ["bigint"] * 2
    listed, params = values(carriers, kinds)  # type: ignore[arg-type]
    names = ", ".join(Carrier._fields)
    rows = query(
        f"""WITH v({names}) AS ({listed})
        INSERT INTO dispatch_delivery ({names}, parcel)
        SELECT {names}, '' FROM v WHERE true ON CONFLICT DO NOTHING RETURNING recipient_id, id""",  # noqa: S608
        params,
    )
    return dict(rows)


def tie(rows: Sequence[tuple[int, int]], *, expires_at: int) -> int:
    """Ties waiting rows (id, carrier) to their carriers, for as long as these may be tried."""
    listed, params = values(rows, ["bigint", "bigint"])
    return change(
        f"""WITH v(row_id, carrier) AS ({listed})
        UPDATE dispatch_delivery AS d SET digest = v.carrier, expires_at = CAST(%s AS bigint)
        FROM v WHERE d.id = v.row_id AND d.digest = -1 AND d.state = 'waiting'""",  # noqa: S608
        [*params, expires_at],
    )


def items(carriers: Sequence[int]) -> list[Item]:
    """The open rows of these digests, in the order of their releases."""
    rows = query(
        f"""SELECT d.digest, d.id, d.lock_id, d.language, v.superseded_at IS NOT NULL
        FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
        WHERE d.digest > 0 AND d.done_at IS NULL AND d.state = 'waiting'
            AND d.digest IN ({markers(carriers)})
        ORDER BY d.digest, v.lifted_at, d.id""",  # noqa: S608
        carriers,
    )
    return [Item(carrier, id_, lock, language, bool(old)) for carrier, id_, lock, language, old in rows]


def close(*, limit: int = _CARRIERS_AT_ONCE) -> int:
    """Ends rows of digests that have ended, each with the digest's outcome and its trace. Returns how many
    digests that were: as many as `limit` means that there may be more.

    Begins with the digests that ended and were not looked at since: as a rule none, and then no row is read,
    however many wait for theirs.
    """
    carriers = [
        row[0]
        for row in query(
            """SELECT id FROM dispatch_delivery
            WHERE lock_id = 'digest' AND digest = 0 AND done_at IS NOT NULL ORDER BY done_at LIMIT %s""",
            [limit],
        )
    ]
    if not carriers:
        return 0
    ended = [
        _Ended(*row)
        for row in query(
            f"""SELECT i.id, c.id, c.state, c.reason, c.last_code, c.done_at
            FROM dispatch_delivery i JOIN dispatch_delivery c ON c.id = i.digest
            WHERE i.digest > 0 AND i.done_at IS NULL AND i.state = 'waiting'
                AND i.digest IN ({markers(carriers)})""",  # noqa: S608
            carriers,
        )
    ]
    for start in range(0, len(ended), MOST_ROWS):
        _tell([row for row in ended[start : start + MOST_ROWS] if row.state in _TOLD])
    by_end: dict[tuple[State, str, int], list[int]] = defaultdict(list)
    for row in ended:
        if row.state not in _TOLD:
            by_end[row.state, row.reason, row.done_at].append(row.id)
    for (state, reason, done_at), ids in by_end.items():
        finish(ids, state, reason, now=done_at)
    change(
        f"UPDATE dispatch_delivery SET digest = {_WERE_TOLD} WHERE id IN ({markers(carriers)})",  # noqa: S608
        carriers,
    )
    return len(carriers)


class _Ended(NamedTuple):
    """A row whose digest has ended, with what came of that."""

    id: int
    carrier: int
    state: State
    reason: str
    code: int
    done_at: int


def _tell(ended: Sequence[_Ended]) -> None:
    """The claim of a digest is a claim of each row in it: taken and ended in this transaction."""
    if not ended:
        return
    ids = [row.id for row in ended]
    fences: dict[int, int] = dict(
        query(
            f"""UPDATE dispatch_delivery SET state = 'leased', owner = 'digest', fence = fence + 1
            WHERE id IN ({markers(ids)}) AND state = 'waiting' RETURNING id, fence""",  # noqa: S608
            ids,
        )
    )
    taken = [row for row in ended if row.id in fences]
    if not taken:
        return
    said = _last_words(sorted({row.carrier for row in taken}))
    add_attempts(
        [
            (
                row.id,
                fences[row.id],
                "lost" if row.state == "uncertain" else "result",
                row.done_at,
                row.code,
                f"in a digest: {said.get(row.carrier, ('', 0))[0]}",
                said.get(row.carrier, ("", 0))[1],
            )
            for row in taken
        ]
    )
    listed, params = values(
        [(row.id, row.state, row.reason, row.code, row.done_at) for row in taken],
        ["bigint", "text", "text", "bigint", "bigint"],
    )
    change(
        f"""WITH v(row_id, new_state, why, code, done) AS ({listed})
        UPDATE dispatch_delivery AS d SET state = v.new_state, reason = v.why, last_code = v.code,
            done_at = v.done, attempts = d.attempts + 1, owner = ''
        FROM v WHERE d.id = v.row_id AND d.state = 'leased'""",  # noqa: S608
        params,
    )


def _last_words(carriers: Sequence[int]) -> dict[int, tuple[str, int]]:
    """What the relay said to each digest, and how long that took."""
    rows = query(
        f"""SELECT delivery_id, text, ms FROM dispatch_attempt
        WHERE delivery_id IN ({markers(carriers)}) AND kind IN ('result', 'lost')
        ORDER BY delivery_id, fence""",  # noqa: S608
        carriers,
    )
    return {delivery: (text, ms) for delivery, text, ms in rows}


def forget_carriers(*, before: int, limit: int = 2000) -> int:
    """Drops digests and letters that ended before then, with their attempts; the rows they carried tell what
    came of them.

    Found by what their version ids begin with (an instant, or hexadecimal digits), in an index that is there:
    looking through the whole ledger would keep the writer from its results.
    """
    ids = [
        row[0]
        for row in query(
            """SELECT id FROM dispatch_delivery
            WHERE (version_id BETWEEN 'digest:0' AND %s OR version_id BETWEEN 'letter:0' AND 'letter:g')
                AND lock_id IN ('digest', 'letter') AND done_at < %s LIMIT %s""",
            [f"digest:{before}", before, limit],
        )
    ]
    if ids:
        change(f"DELETE FROM dispatch_attempt WHERE delivery_id IN ({markers(ids)})", ids)  # noqa: S608
        change(f"DELETE FROM dispatch_delivery WHERE id IN ({markers(ids)})", ids)  # noqa: S608
    return len(ids)
