"""What came back, in the ledger: facts kept once each, and the few questions that are asked of them."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from dateline.dispatch.sql import change, markers, query, values

_BOUNCES: Final = "('gone', 'full', 'ours', 'other')"


class NewFeedback(NamedTuple):
    """One fact. `applied_at` None: the audience has still to hear of it."""

    key: str
    delivery_id: int | None
    recipient_id: str
    kind: str
    code: str
    source: str
    at: int
    applied_at: int | None


class OpenFeedback(NamedTuple):
    """One fact the audience has still to hear of."""

    key: str
    recipient_id: str
    kind: str
    code: str


class Returning(NamedTuple):
    """A delivery that something came back for. `release` is empty where it is no release's alone: a digest,
    a letter.
    """

    id: int
    recipient_id: str
    channel: str
    fence: int
    release: str


def add_feedback(rows: Sequence[NewFeedback]) -> set[str]:
    """Keeps what was not known; returns its keys."""
    if not rows:
        return set()
    listed, params = values(rows, ["text", "bigint", "text", "text", "text", "text", "bigint", "bigint"])
    names = ", ".join(NewFeedback._fields)
    new = query(
        f"""WITH v({names}) AS ({listed})
        INSERT INTO dispatch_feedback ({names}) SELECT {names} FROM v WHERE true
        ON CONFLICT (key) DO NOTHING RETURNING key""",  # noqa: S608
        params,
    )
    return {row[0] for row in new}


def known_feedback(keys: Sequence[str]) -> set[str]:
    """Those of these that were heard before."""
    if not keys:
        return set()
    rows = query(f"SELECT key FROM dispatch_feedback WHERE key IN ({markers(keys)})", list(keys))  # noqa: S608
    return {row[0] for row in rows}


def open_feedback(limit: int) -> list[OpenFeedback]:
    """What the audience has still to hear of."""
    rows = query(
        f"""SELECT {", ".join(OpenFeedback._fields)} FROM dispatch_feedback
        WHERE applied_at IS NULL ORDER BY key LIMIT %s""",  # noqa: S608
        [limit],
    )
    return list(map(OpenFeedback._make, rows))


def close_feedback(keys: Sequence[str], *, now: int) -> int:
    """The audience has heard."""
    if not keys:
        return 0
    return change(
        f"UPDATE dispatch_feedback SET applied_at = %s WHERE key IN ({markers(keys)})",  # noqa: S608
        [now, *keys],
    )


def returning(ids: Collection[int]) -> dict[int, Returning]:
    """These deliveries, as far as the ledger still has them."""
    if not ids:
        return {}
    rows = query(
        f"""SELECT d.id, d.recipient_id, d.channel, d.fence, COALESCE(v.release, '')
        FROM dispatch_delivery d LEFT JOIN dispatch_version v ON v.lock_id = d.lock_id
        WHERE d.id IN ({markers(list(ids))})""",  # noqa: S608
        list(ids),
    )
    return {row[0]: Returning._make(row) for row in rows}


def reports_so_far(ids: Collection[int]) -> dict[int, int]:
    """delivery -> the highest number that a `dsn` line of its history has."""
    if not ids:
        return {}
    rows = query(
        f"""SELECT delivery_id, MAX(fence) FROM dispatch_attempt
        WHERE kind = 'dsn' AND delivery_id IN ({markers(list(ids))}) GROUP BY delivery_id""",  # noqa: S608
        list(ids),
    )
    return dict(rows)


def full_since(recipients: Collection[str], since: int) -> dict[str, int]:
    """recipient -> how many different mails found the mailbox full."""
    if not recipients:
        return {}
    rows = query(
        f"""SELECT recipient_id, COUNT(DISTINCT COALESCE(CAST(delivery_id AS text), key))
        FROM dispatch_feedback
        WHERE kind = 'full' AND at >= %s AND recipient_id IN ({markers(list(recipients))})
        GROUP BY recipient_id""",  # noqa: S608
        [since, *recipients],
    )
    return dict(rows)


def forget_feedback(before: int) -> int:
    """Drops what came back before then."""
    return change("DELETE FROM dispatch_feedback WHERE at < %s AND applied_at IS NOT NULL", [before])


def kinds_since(since: int) -> dict[str, int]:
    """kind -> how many facts."""
    return dict(query("SELECT kind, COUNT(*) FROM dispatch_feedback WHERE at >= %s GROUP BY kind", [since]))


def complaints_since(since: int) -> int:
    """How many readers complained."""
    rows = query(
        "SELECT COUNT(DISTINCT recipient_id) FROM dispatch_feedback WHERE kind = 'complaint' AND at >= %s",
        [since],
    )
    return int(rows[0][0])


def mails_since(since: int, *, at_most: int) -> int:
    """How many mails were accepted, counted no further than `at_most`: whether three complaints are too many
    is known after a thousand mails, and the ledger may hold millions.
    """
    rows = query(
        """SELECT COUNT(*) FROM (SELECT 1 FROM dispatch_delivery
            WHERE version_id IN (SELECT version_id FROM dispatch_version WHERE lifted_at >= %s)
                AND channel = 'mail' AND state = 'accepted' AND done_at >= %s LIMIT %s) AS counted""",
        [since, since, at_most],
    )
    return int(rows[0][0])


def returned_of(version_id: str) -> tuple[int, int]:
    """(mails of this version that came back, complaints about it), each delivery counted once.

    CROSS JOIN: SQLite then reads the few facts and looks up their deliveries, not the other way round.
    """
    rows = query(
        f"""SELECT COUNT(DISTINCT CASE WHEN f.kind IN {_BOUNCES} THEN f.delivery_id END),
            COUNT(DISTINCT CASE WHEN f.kind = 'complaint' THEN f.delivery_id END)
        FROM dispatch_feedback f CROSS JOIN dispatch_delivery d
        WHERE d.id = f.delivery_id AND d.version_id = %s AND f.source <> 'smtp'
            AND f.at >= COALESCE((SELECT lifted_at FROM dispatch_version WHERE lock_id = %s), 0)""",  # noqa: S608
        [version_id, version_id],
    )
    return int(rows[0][0]), int(rows[0][1])


def mails_of_people(people: Sequence[str], since: int) -> list[int]:
    """Mails begun for these people, of versions that went out since then, and their digests."""
    if not people:
        return []
    rows = query(
        f"""SELECT id FROM dispatch_delivery
        WHERE version_id IN (SELECT version_id FROM dispatch_version WHERE lifted_at >= %s)
            AND person_id IN ({markers(people)}) AND channel = 'mail' AND fence > 0
        UNION ALL SELECT id FROM dispatch_delivery
        WHERE version_id BETWEEN %s AND 'digest:9999999999999999' AND lock_id = 'digest'
            AND person_id IN ({markers(people)}) AND fence > 0""",  # noqa: S608
        [since, *people, f"digest:{since}", *people],
    )
    return [row[0] for row in rows]


def mails_of_release(release: str) -> list[int]:
    """Mails begun of a release."""
    rows = query(
        """SELECT id FROM dispatch_delivery
        WHERE lock_id IN (SELECT lock_id FROM dispatch_version WHERE release = %s)
            AND channel = 'mail' AND fence > 0""",
        [release],
    )
    return [row[0] for row in rows]
