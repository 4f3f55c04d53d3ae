"""Releases that were public elsewhere before they came here: kept as they are, approved by who brings them
in, sent to nobody, told to nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from dateline.core.clock import Instant
from dateline.core.errors import Conflict
from dateline.core.ids import ReleaseId, VersionId, new_event_id, new_release_id, new_version_id
from dateline.core.languages import Language
from dateline.core.words import Circuit, Edition, Finding, Manifest, Story, canonical_bytes, sha256_hex
from dateline.desk import rows, rules
from dateline.desk.drafts import ordered, pictures_in, replace_all
from dateline.desk.editions import editions_of
from dateline.desk.freezing import Frozen, findings_bytes, hash_of, kept_parts
from dateline.desk.locking import frame_of
from dateline.desk.manifests import NOBODY
from dateline.desk.models import Approval, GateRecord, LockedEdition, Override, Release, Version
from dateline.desk.targets import targeting_of
from dateline.issuers import services as issuers
from dateline.plant.db import vault_store

CIRCUIT = "archive"
_NO_LANGUAGE = Language("zxx")
"""BCP 47's word for no linguistic content: a rule that only takes such editions reaches nobody."""


@dataclass(frozen=True, slots=True)
class Archived:
    """A release as it lies in the archive now: its version and editions, the original first."""

    release: ReleaseId
    version_id: VersionId
    editions: tuple[Edition, ...]


def archive(
    stories: Sequence[Story],
    *,
    issuer: str,
    at: Instant,
    by: str,
    findings: Mapping[str, tuple[Finding, ...]],
    override: str = "",
    release: str | None = None,
) -> Archived:
    """Keeps a release that was public before: state `released` as of `at`, no event, no recipient.

    `stories`: the original first; `findings`: language -> what the gate said. `release`: one that was
    archived before and takes this text instead, as long as the wire has not touched it. `override`: the
    reason why blocking findings are let pass. Raises NotFound, BadInput; Conflict for blocking findings
    without a reason (I9), and for a release that is not (only) archived.
    """
    by, now = rules.checked_name(by), rows.now_of(None)
    stories = ordered(stories)
    blocked = _blocked(findings, override)
    issuers.issuer(issuer)
    with transaction.atomic():
        row = _taken_back(release) if release else _new_row(stories, issuer, at, by, now)
        if release:
            _refreshed(row, stories, issuer, at)
        replace_all(row, stories)
        frame = frame_of(row, "release", number=1)
        editions = editions_of(stories, stories[0], frame, new_event_id)
        version_id = _kept(row, editions, stories, findings, at=at, by=by, now=now)
        Release.objects.filter(pk=row.pk).update(slug=editions[0].slug)
        for language, codes in blocked.items():
            sha256 = next(e.sha256 for e in _texts(version_id) if e.language == language)
            Override.objects.bulk_create(
                Override(version_id=version_id, sha256=sha256, code=code, by=by, at=now) for code in codes
            )
        detail = f"{len(editions)} editions as of {at.isoformat()}, sent to nobody"
        rows.write(row, "archived", by=by, detail=detail, reason=override if blocked else "", at=now)
    return Archived(ReleaseId(row.release), version_id, editions)


def _blocked(findings: Mapping[str, tuple[Finding, ...]], override: str) -> dict[str, tuple[str, ...]]:
    found = {tag: rules.blocking(said, frozenset()) for tag, said in findings.items()}
    found = {tag: codes for tag, codes in found.items() if codes}
    if found and not override.strip():
        tag, codes = next(iter(found.items()))
        first = next(f for f in findings[tag] if f.code == codes[0])
        raise Conflict(f"{first.code} in {tag}, {first.where}: {first.message}")
    return found


def _new_row(stories: Sequence[Story], issuer: str, at: Instant, by: str, now: Instant) -> Release:
    original = stories[0]
    return Release.objects.create(
        release=new_release_id(),
        issuer=issuer,
        circuit=CIRCUIT,
        state="released",
        release_class=original.release_class,
        origin=original.origin,
        provider=original.provider[:200],
        original_language=original.language,
        due_at=at,
        lifted_at=at,
        created_at=now,
        created_by=by,
        archived=True,
    )


def _taken_back(release: str) -> Release:
    """The row, its archived version voided. Raises Conflict once the wire has a version of its own."""
    with rows.changing(release) as row:
        live = rows.live(release)
        if not row.archived or row.state != "released" or len(live) != 1:
            raise Conflict(f"{release} was changed on this wire since it came in; it stays as it is")
        Version.objects.filter(pk=live[0].pk).update(state="dropped", lifting=False)
        vault_store.destroy(live[0].version_id)
    return row


def _refreshed(row: Release, stories: Sequence[Story], issuer: str, at: Instant) -> None:
    """Release-wide facts of the newer text; the working name stays, for the page has it in its address."""
    for name, value in {
        "issuer": issuer, "original_language": stories[0].language, "due_at": at, "lifted_at": at,
        "revision": row.revision + 1,
    }.items():  # fmt: skip
        setattr(row, name, value)
    row.save(update_fields=["issuer", "original_language", "due_at", "lifted_at", "revision"])


def _kept(
    row: Release,
    editions: tuple[Edition, ...],
    stories: Sequence[Story],
    findings: Mapping[str, tuple[Finding, ...]],
    *,
    at: Instant,
    by: str,
    now: Instant,
) -> VersionId:
    """The version with its sealed parts, approved and out."""
    rule = Circuit(CIRCUIT, languages=(_NO_LANGUAGE,))
    frozen = Frozen(
        kind="release",
        number=1,
        editions=editions,
        manifest=_nobody(),
        targeting=targeting_of(rule, editions, restrict=editions[0].restrict, origin=editions[0].origin),
        pictures=pictures_in(stories),
        intake={str(story.language): story.findings for story in stories},
        due_at=at,
    )
    version_id = new_version_id()
    version = Version.objects.create(
        version_id=version_id, release=row.release, number=1, kind="release", state="approved",
        hash=hash_of(frozen), manifest_hash=frozen.manifest.hash, counts=dict(NOBODY), due_at=at,
        locked_at=now, locked_by=by, ledger_id=version_id, lifting=True, lifted_at=at,
    )  # fmt: skip
    parts, texts = kept_parts(version_id, frozen)
    LockedEdition.objects.bulk_create(texts)
    parts |= {rows.FINDINGS + t.sha256: findings_bytes(findings.get(t.language, ())) for t in texts}
    vault_store.put_many(version_id, parts)
    GateRecord.objects.bulk_create(
        GateRecord(version_id=version_id, sha256=text.sha256, at=now) for text in texts
    )
    Approval.objects.create(version_id=version_id, person=by, member=_member(by), hash=version.hash, at=now)
    return version_id


def _nobody() -> Manifest:
    rule = {"archive": True}
    covered = {"rule": rule, "rows": [], "counts": dict(NOBODY)}
    return Manifest(rule, (), dict(NOBODY), sha256_hex(canonical_bytes(covered)))


def _member(name: str) -> int | None:
    return next((person.id for person in issuers.people() if person.name == name), None)


def _texts(version_id: str) -> list[LockedEdition]:
    return list(LockedEdition.objects.filter(version_id=version_id))
