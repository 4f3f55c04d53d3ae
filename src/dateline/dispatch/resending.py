"""Another try for what did not arrive, on the word of a named person."""

from typing import Final

from django.db import transaction

from dateline.core.clock import Clock, SystemClock, to_micros
from dateline.core.errors import BadInput
from dateline.dispatch import statements, versions
from dateline.dispatch.rules import SECOND
from dateline.dispatch.sql import MOST_ROWS, query
from dateline.plant.db.databases import LEDGER

_HORIZON_S: Final = 86_400


def resend_missing(version_id: str, *, by: str, clock: Clock | None = None) -> int:
    """Puts refused, expired and uncertain rows of a version back in the queue; each says who asked. Returns
    how many.

    Uncertain ones may arrive twice, under the same id. Not for a version that a newer one has replaced.
    """
    if not by.strip():
        raise BadInput("resending needs the name of a person", where="by")
    now = to_micros((clock or SystemClock()).now())
    total = 0
    while True:
        with transaction.atomic(using=LEDGER):
            rows = query(
                """SELECT d.id, d.lock_id FROM dispatch_delivery d
                JOIN dispatch_version v ON v.lock_id = d.lock_id AND v.superseded_at IS NULL
                WHERE d.version_id = %s AND d.state IN ('refused', 'expired', 'uncertain') LIMIT %s""",
                [version_id, MOST_ROWS],
            )
            ids = [row[0] for row in rows]
            total += statements.replay(ids, by, now=now, expires_at=now + _HORIZON_S * SECOND)
            versions.reopen({row[1] for row in rows})
        if len(rows) < MOST_ROWS:
            return total
