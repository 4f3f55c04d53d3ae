"""A correction of what still waits for a digest: its reader is told of the corrected text, in that digest."""

from typing import Final, NamedTuple

from dateline.core.words import ManifestRow
from dateline.dispatch.sql import change, query, values
from dateline.dispatch.statements.rows import NewDelivery
from dateline.dispatch.upstream import LockFacts


class Kept(NamedTuple):
    """When a row would have gone, and why it waited."""

    recipient_id: str
    held: str
    due_at: int
    expires_at: int


class CarriedOver(NamedTuple):
    """Rows of a correction whose readers never got an earlier version, with what holds them."""

    rows: list[ManifestRow]
    kept: dict[str, Kept]


NOTHING: Final = CarriedOver([], {})


def carried_over(facts: LockFacts) -> CarriedOver:
    """Who waits for a digest with an earlier version, or did until the correction cancelled it. Kills and
    withdrawals carry nothing over: the release is simply left out.
    """
    if facts.kind != "correction":
        return NOTHING
    found = query(
        """SELECT d.recipient_id, COALESCE(d.person_id, ''), d.channel, d.endpoint_id, d.domain, d.language,
            d.format, d.kind, d.country, d.held, d.due_at, d.expires_at
        FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
        WHERE v.release = %s AND v.number < %s AND v.lifted_at IS NOT NULL AND d.fence = 0
            AND d.digest <> 0 AND d.state IN ('waiting', 'cancelled')
            AND NOT EXISTS (SELECT 1 FROM dispatch_delivery c WHERE c.id = d.digest AND c.fence > 0)
        ORDER BY v.number, d.id""",
        [facts.release, facts.number],
    )
    rows: dict[str, ManifestRow] = {}
    kept: dict[str, Kept] = {}
    for recipient, person, channel, endpoint, domain, language, form, kind, country, held, due, ends in found:
        spoken = language if language in facts.languages else facts.original
        rows[recipient] = ManifestRow(
            recipient, person, channel, endpoint, domain, spoken, form, kind, country
        )
        kept[recipient] = Kept(recipient, held, due, ends)
    return CarriedOver(list(rows.values()), kept)


def fan_out_held(version_id: str, lock_id: str, rows: list[tuple[NewDelivery, Kept]]) -> int:
    """Inserts one chunk of rows that wait for a digest from the first moment: the pump never sees them
    free.
    """
    listed, params = values(
        [(*new, kept.held, kept.due_at, kept.expires_at) for new, kept in rows],
        [*["text"] * len(NewDelivery._fields), "text", "bigint", "bigint"],  # type: ignore[list-item]
    )
    names = ", ".join((*NewDelivery._fields, "held", "due_at", "expires_at"))
    return change(
        f"""WITH v({names}) AS ({listed})
        INSERT INTO dispatch_delivery (version_id, lock_id, {names}, digest)
        SELECT CAST(%s AS text), CAST(%s AS text), {names}, -1 FROM v WHERE true
        ON CONFLICT DO NOTHING""",  # noqa: S608
        [*params, version_id, lock_id],
    )
