"""What must happen again and again: leases of the dead reaped, old news expired, replaced versions emptied,
ends noted.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog
from django.db import transaction

from dateline.core.clock import from_micros
from dateline.core.events import Settled
from dateline.core.ids import ReleaseId, VersionId
from dateline.dispatch import begun, pauses, rules, statements, versions
from dateline.dispatch.begun import Known
from dateline.dispatch.rules import SECOND, Reaped, reaped
from dateline.dispatch.sql import MOST_ROWS
from dateline.dispatch.statements import Orphan
from dateline.dispatch.versions import Released
from dateline.plant.db import outbox
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")

DEFAULT_HORIZON_S: Final = 86_400
_rng: Final = random.Random()  # noqa: S311 - jitter


def reap(owner: str, folder: Path, *, now: Callable[[], int], dead_prefix: str = "") -> int:
    """Frees rows whose holder is gone. `folder` holds the journals that say which of them were begun."""
    total = 0
    journals: dict[str, Known | None] = {}
    begun_rows: Counter[str] = Counter()
    while True:
        with transaction.atomic(using=LEDGER):
            found = statements.orphans(owner, now=now(), dead_prefix=dead_prefix)
            for orphan in found:
                if orphan.owner not in journals:
                    journals[orphan.owner] = begun.read(folder, orphan.owner)
            told = [_told(orphan, journals[orphan.owner]) for orphan in found]
            begun_rows.update(orphan.owner for orphan in told if orphan.begun)
            judged = [(o, _judged(o, alone=begun_rows[o.owner] == 1, now=now())) for o in told]
            statements.reap(judged, now=now())
        total += len(found)
        if len(found) < MOST_ROWS:
            break
    if total:
        log.warning("dispatch.reaped", rows=total, begun=begun_rows.total())
    return total


def free(strays: Sequence[Orphan], *, now: int) -> None:
    """Gives back claims of a living owner that are in nobody's hands and never were in a channel's."""
    statements.reap([(stray, _judged(stray, alone=False, now=now)) for stray in strays], now=now)


def _judged(orphan: Orphan, *, alone: bool, now: int) -> Reaped:
    return reaped(losses=orphan.losses, begun=orphan.begun, alone=alone, now=now, rng=_rng)


def _told(orphan: Orphan, journal: Known | None) -> Orphan:
    claim = (orphan.id, orphan.fence)
    if journal is None or claim in journal.begun:
        return orphan
    return replace(orphan, begun=False, looked_at=claim in journal.looked_at)


def tidy(version: Released, horizons: Mapping[str, int], *, now: int) -> bool:
    """Looks after one lifted version. True when it should be looked at again at once: more rows than one
    transaction takes.
    """
    if version.superseded:
        count = statements.cancel_version(version.lock_id, "a newer version replaced this one", now=now)
        more = count == MOST_ROWS
    else:
        more = _expire(version, horizons, now)
    if version.prepared and not more:
        _note_end(version, now)
    return more


def _expire(version: Released, horizons: Mapping[str, int], now: int) -> bool:
    more = False
    for channel in version.channels:
        horizon = rules.horizon_s(horizons.get(channel, DEFAULT_HORIZON_S), version.rank)
        ends_at = version.lifted_at + horizon * SECOND
        if ends_at <= now:
            count = statements.expire_version(version.lock_id, channel, ends_at=ends_at, now=now)
            if count and version.rank == rules.REGULATED:
                log.error("dispatch.regulated_expired", release=version.release, channel=channel, rows=count)
            more = more or count == MOST_ROWS
    return more


def _is_unsettled(version: Released, now: int) -> bool:
    """Asks for the pauses of this moment: by older ones, what goes on again could be taken for held."""
    kept_back = pauses.stops({version.lock_id: version}).keeps_back(version.lock_id)
    return statements.unsettled(version.lock_id, now=now, but=kept_back)


def _note_end(version: Released, now: int) -> None:
    """Settled once, then drained once nothing is open."""
    done = version.settled or _is_unsettled(version, now)
    if not done and versions.settle(version.lock_id, now=now):
        event = Settled(VersionId(version.lock_id), ReleaseId(version.release), from_micros(now))
        outbox.append(event, using=LEDGER)
        log.info("dispatch.settled", release=version.release, lock=version.lock_id)
    if not statements.unsent_of_lock(version.lock_id):
        versions.drain(version.lock_id, now=now)
