"""Another try for what did not arrive, on the word of a named person."""

from typing import Final

from django.db import transaction

from dateline.core.clock import Clock, SystemClock, to_micros
from dateline.core.errors import BadInput, Conflict
from dateline.dispatch import statements, versions
from dateline.dispatch.models import Version
from dateline.dispatch.rules import SECOND, horizon_s
from dateline.dispatch.sql import MOST_ROWS, query
from dateline.plant.db.databases import LEDGER

HORIZON_S: Final = 86_400
"""What a delivery gets again from now on; of a regulated release three times that, as at first."""


def resend_missing(version_id: str, *, by: str, clock: Clock | None = None) -> int:
    """Puts refused, expired and uncertain rows of a version back in the queue; each says who asked. Returns
    how many.

    Uncertain ones may arrive twice, under the same id. Not for a version that a newer one has replaced.
    Raises BadInput without a name, Conflict when its rows are archived.
    """
    if not by.strip():
        raise BadInput("resending needs the name of a person", where="by")
    now = to_micros((clock or SystemClock()).now())
    total = 0
    while True:
        with transaction.atomic(using=LEDGER):
            must_be_here(version_id)
            rows = query(
                """SELECT d.id, d.lock_id, v.rank FROM dispatch_delivery d
                JOIN dispatch_version v ON v.lock_id = d.lock_id AND v.superseded_at IS NULL
                WHERE d.version_id = %s AND d.state IN ('refused', 'expired', 'uncertain') LIMIT %s""",
                [version_id, MOST_ROWS],
            )
            for rank in sorted({row[2] for row in rows}):
                ids = [row[0] for row in rows if row[2] == rank]
                ends = now + horizon_s(HORIZON_S, rank) * SECOND
                total += statements.replay(ids, by, now=now, expires_at=ends)
            versions.reopen({row[1] for row in rows})
        if len(rows) < MOST_ROWS:
            return total


def resend_release(release: str, *, by: str, clock: Clock | None = None) -> int:
    """The same for every version of the release that stands: its newest, with late editions. Raises Conflict
    when nothing of it is out.
    """
    standing = Version.objects.filter(release=release, lifted_at__isnull=False, superseded_at__isnull=True)
    found = sorted(set(standing.exclude(version_id="").values_list("version_id", flat=True)))
    if not found:
        raise Conflict(f"nothing of {release} is out, so nothing of it is missing anywhere")
    return sum(resend_missing(version_id, by=by, clock=clock) for version_id in found)


def must_be_here(version_id: str) -> None:
    """Locks the versions against the archive for as long as the transaction lasts. Raises Conflict when the
    archive has them.
    """
    locked = Version.objects.select_for_update().filter(version_id=version_id)
    if any(row.archived_at is not None for row in locked):
        raise Conflict(
            "these deliveries ended long ago and are archived; nobody wants old news: "
            "send a correction, or a new release"
        )
