"""Writes a lock: its hash, its rows, its sealed parts, in one short transaction that a change of the
release defeats.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC

from dateline.audience.services import Targeting
from dateline.core.clock import Instant
from dateline.core.errors import Conflict
from dateline.core.ids import VersionId, new_version_id
from dateline.core.words import (
    Edition,
    Finding,
    Manifest,
    VersionKind,
    canonical_bytes,
    edition_document,
    edition_sha256,
)
from dateline.desk import rows, rules
from dateline.desk.cards import VersionCard, version_card
from dateline.desk.manifests import lock_hash, manifest_bytes
from dateline.desk.models import LockedEdition, Release, Version
from dateline.desk.targets import targeting_bytes
from dateline.plant.db import vault_store

ON_APPROVAL = "on-approval"
"""What the hash says in place of T0 when the approval is T0."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """All that one lock holds. `public`: language -> version id of editions that are out already;
    `pictures`: SHA-256 -> bytes; `intake`: language -> what intake said of the file; `due_at` None: on
    approval.
    """

    kind: VersionKind
    number: int
    editions: tuple[Edition, ...]
    manifest: Manifest
    targeting: Targeting
    public: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    intake: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    ledger_id: VersionId | None = None
    due_at: Instant | None = None


def hash_of(frozen: Frozen) -> str:
    """The one hash that approvals sign."""
    t0 = ON_APPROVAL
    if frozen.due_at is not None:
        t0 = frozen.due_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return lock_hash({e.language: edition_sha256(e) for e in frozen.editions}, frozen.manifest.hash, t0)


def freeze(
    seen: Release,
    frozen: Frozen,
    *,
    by: str,
    replaces: Callable[[str], Sequence[Version]],
    reason: str = "",
) -> VersionCard:
    """Writes the lock and drops those it `replaces` (asked with the release id).

    Resolving an audience takes seconds, which no transaction may last: the clock writes to the same file.
    So the release was read before, as `seen`, and its revision is compared and set here. Raises Conflict
    when it changed meanwhile.
    """
    by, now = rules.checked_name(by), rows.now_of(None)
    version_id, parts = new_version_id(), _parts(frozen)
    with rows.changing(seen.release) as row:
        if row.revision != seen.revision:
            raise Conflict(
                f"{row.release} was changed while it was being locked; look at it and lock it again"
            )
        rows.move(row, rules.LOCKS[frozen.kind])
        old = replaces(row.release)
        version = Version.objects.create(
            version_id=version_id,
            release=row.release,
            number=frozen.number,
            kind=frozen.kind,
            state="locked",
            hash=hash_of(frozen),
            manifest_hash=frozen.manifest.hash,
            counts=dict(frozen.manifest.counts),
            due_at=frozen.due_at,
            locked_at=now,
            locked_by=by,
            ledger_id=frozen.ledger_id or version_id,
        )
        LockedEdition.objects.bulk_create(_edition_rows(version_id, frozen.editions))
        vault_store.put_many(version_id, parts)
        detail = f"{frozen.kind} {frozen.number}, {len(frozen.editions)} editions, hash {version.hash}"
        rows.write(row, "locked", by=by, detail=detail, reason=reason, at=now)
        rows.drop(old)
    return version_card(version)


def kept_parts(version_id: VersionId, frozen: Frozen) -> tuple[dict[str, bytes], list[LockedEdition]]:
    """(parts for the vault, rows of the editions), for a version that is not locked by `freeze`."""
    return _parts(frozen), _edition_rows(version_id, frozen.editions)


def _edition_rows(version_id: VersionId, editions: Sequence[Edition]) -> list[LockedEdition]:
    return [
        LockedEdition(
            version_id=version_id,
            language=edition.language,
            sha256=edition_sha256(edition),
            is_original=edition.is_original,
            position=position,
        )
        for position, edition in enumerate(editions)
    ]


def _parts(frozen: Frozen) -> dict[str, bytes]:
    parts = {rows.EDITION + e.language: canonical_bytes(edition_document(e)) for e in frozen.editions}
    parts |= {rows.MEDIA + sha: data for sha, data in frozen.pictures.items()}
    parts |= {rows.INTAKE + tag: findings_bytes(found) for tag, found in frozen.intake.items()}
    parts[rows.MANIFEST] = manifest_bytes(frozen.manifest)
    parts[rows.TARGETING] = targeting_bytes(frozen.targeting, frozen.public)
    return parts


def findings_bytes(findings: Sequence[Finding]) -> bytes:
    """JSON of what a check said."""
    return json.dumps([asdict(finding) for finding in findings], ensure_ascii=False).encode()


def findings_from(data: bytes) -> tuple[Finding, ...]:
    """Reads what `findings_bytes` wrote."""
    return tuple(Finding(**document) for document in json.loads(data))
