"""Makes a version ready to leave: parcels into the vault, one row per delivery, in chunks that survive any
crash.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import structlog
from django.db import transaction

from dateline.core.clock import from_micros
from dateline.core.events import Prepared
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.words import ManifestRow, canonical_bytes, sha256_hex
from dateline.dispatch import parcels, statements, versions
from dateline.dispatch.carrying_over import carried_over, fan_out_held
from dateline.dispatch.models import Version
from dateline.dispatch.pseudonyms import PREFIX, person_pseudonym
from dateline.dispatch.reading import reading
from dateline.dispatch.rules import EXPANDED_KINDS
from dateline.dispatch.sql import MOST_ROWS, query
from dateline.dispatch.statements import NewDelivery
from dateline.dispatch.upstream import LockFacts, Upstream
from dateline.plant.db import outbox, vault_store
from dateline.plant.db.databases import LEDGER

log = structlog.get_logger("dispatch")

_SUPERSEDED: Final = "a newer version replaced this one"
_shuffle: Final = random.SystemRandom().shuffle  # unpredictable, so that nobody can arrange to be first (I12)


def prepare(
    version: Version, upstream: Upstream, *, now: Callable[[], int], between: Callable[[], None]
) -> bool:
    """Parcels, rows, then the mark. False when the lock was dropped on the way. May run again after any
    crash.

    `between` is called after each chunk, outside of a transaction: there others get their turn.
    """
    lock_id = version.lock_id
    facts = upstream.facts(lock_id)
    versions.know(facts)
    if facts.kind in EXPANDED_KINDS and version.lifted_at is None:
        return False
    held = carried_over(facts)
    wanted, addendum = _recipients(facts, upstream, held.rows)
    everyone = [*wanted, *held.rows]
    hashes = parcels.render(
        lock_id,
        {(row.language, parcels.parcel_format(row.channel, row.format)) for row in everyone},
        upstream,
    )
    versions.name_channels(lock_id, {row.channel for row in everyone})
    _shuffle(wanted)
    for chunk in _chunks(wanted):
        rows = [_new(row, hashes) for row in chunk]
        with transaction.atomic(using=LEDGER):
            if versions.is_void(lock_id):
                return False
            statements.fan_out(facts.version_id, lock_id, rows, now=now())
        between()
    for chunk in _chunks(held.rows):
        waiting = [(_new(row, hashes), held.kept[row.recipient]) for row in chunk]
        with transaction.atomic(using=LEDGER):
            fan_out_held(facts.version_id, lock_id, waiting)
        between()
    return _mark(facts, len(everyone), addendum, now())


def _mark(facts: LockFacts, rows: int, addendum: str, now: int) -> bool:
    with transaction.atomic(using=LEDGER):
        done = versions.prepared(facts.lock_id, rows=rows, addendum=addendum, now=now)
        if done:
            outbox.append(
                Prepared(VersionId(facts.lock_id), ReleaseId(facts.release), rows, from_micros(now)),
                using=LEDGER,
            )
    if done:
        log.info("dispatch.prepared", release=facts.release, lock=facts.lock_id, rows=rows)
    return done


def _recipients(
    facts: LockFacts, upstream: Upstream, held: Sequence[ManifestRow]
) -> tuple[list[ManifestRow], str]:
    if facts.kind not in EXPANDED_KINDS:
        rows = list(upstream.manifest(facts.lock_id).rows)
        return _without_archived(facts, rows), ""
    rows = received(facts)
    return rows, addendum_hash([*rows, *held])


def _without_archived(facts: LockFacts, rows: list[ManifestRow]) -> list[ManifestRow]:
    """I4 for a late edition of a version whose rows are archived: the unique index does not see these."""
    if facts.version_id == facts.lock_id or not versions.is_archived(facts.version_id):
        return rows
    with reading(facts.release):
        had = {
            row[0]
            for row in query(
                "SELECT person_id FROM dispatch_delivery WHERE version_id = %s AND person_id IS NOT NULL",
                [facts.version_id],
            )
        }
    return [r for r in rows if not r.person or not had & {r.person, person_pseudonym(r.person)}]


def received(facts: LockFacts) -> list[ManifestRow]:
    """Everyone with a row ever leased in an earlier version, over the same channel and in the same format.

    In the language they had, or the original where the new version lacks it; nobody twice in one language.
    """
    with reading(facts.release):
        found = query(
            """SELECT d.recipient_id, COALESCE(d.person_id, ''), d.channel, d.endpoint_id, d.domain,
                d.language, d.format, d.kind, d.country
            FROM dispatch_delivery d JOIN dispatch_version v ON v.lock_id = d.lock_id
            WHERE v.release = %s AND v.number < %s AND v.lifted_at IS NOT NULL
            AND (d.fence > 0 OR EXISTS (
                SELECT 1 FROM dispatch_delivery c WHERE c.id = d.digest AND c.fence > 0))
                AND d.recipient_id NOT LIKE %s
            ORDER BY v.number, d.id""",
            [facts.release, facts.number, f"{PREFIX}%"],
        )
    rows: dict[tuple[str, str, str], ManifestRow] = {}
    for recipient, person, channel, endpoint, domain, language, format_, kind, country in found:
        spoken = language if language in facts.languages else facts.original
        rows[recipient, channel, spoken] = ManifestRow(
            recipient, person, channel, endpoint, domain, spoken, format_, kind, country
        )
    return list(rows.values())


def addendum_hash(rows: Sequence[ManifestRow]) -> str:
    """SHA-256 of the sorted recipients, channels, languages and formats: what `received(release)` came to."""
    return sha256_hex(canonical_bytes(sorted([r.recipient, r.channel, r.language, r.format] for r in rows)))


def cancel_older(release: str, *, now: Callable[[], int], between: Callable[[], None]) -> int:
    """Ends the unsent rows of every superseded version of the release, in chunks. Returns how many."""
    total = 0
    locks = Version.objects.filter(release=release, superseded_at__isnull=False, drained_at__isnull=True)
    for lock_id in locks.values_list("lock_id", flat=True):
        while count := statements.cancel_version(lock_id, _SUPERSEDED, now=now()):
            total += count
            between()
    return total


def forget(lock_id: str, *, now: Callable[[], int], between: Callable[[], None]) -> None:
    """Deletes rows and parcels of a lock that will never be released (I1)."""
    while statements.drop_rows(lock_id):
        between()
    vault_store.destroy(lock_id, using=LEDGER)
    with transaction.atomic(using=LEDGER):
        versions.gone(lock_id, now=now())
    log.info("dispatch.dropped", lock=lock_id)


def _chunks(rows: Sequence[ManifestRow]) -> Iterator[Sequence[ManifestRow]]:
    for start in range(0, len(rows), MOST_ROWS):
        yield rows[start : start + MOST_ROWS]


def _new(row: ManifestRow, hashes: dict[tuple[str, str], str]) -> NewDelivery:
    return NewDelivery(
        language=row.language,
        recipient_id=row.recipient,
        channel=row.channel,
        person_id=row.person or None,
        endpoint_id=row.endpoint,
        domain=row.domain,
        parcel=hashes[row.language, parcels.parcel_format(row.channel, row.format)],
        kind=row.kind,
        country=row.country,
        format=row.format,
        state="suppressed" if row.suppressed else "waiting",
        reason=row.suppressed[:400],
    )
