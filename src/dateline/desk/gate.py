"""The gate's records: what the checks said of each locked edition, and who overrode what with which reason
(I9).
"""

from collections.abc import Mapping

from dateline.core.errors import BadInput, Conflict, NotAllowed
from dateline.core.ids import VersionId
from dateline.core.languages import Language
from dateline.core.words import Finding
from dateline.desk import rows, rules
from dateline.desk.drafts import drafts
from dateline.desk.freezing import findings_bytes, findings_from
from dateline.desk.models import GateRecord, LockedEdition, Override, Version
from dateline.desk.rows import FINDINGS, INTAKE
from dateline.plant.db import vault_store


def record_findings(sha256: str, findings: tuple[Finding, ...], *, release: str) -> None:
    """Keeps what the gate said of the locked edition with this hash, also when it said nothing; replaces an
    older record.

    Raises NotFound, Conflict when no lock that awaits approval holds such an edition (any more).
    """
    with rows.changing(release) as row:
        version = _holding(release, sha256)
        now = rows.now_of(None)
        vault_store.put(version.version_id, FINDINGS + sha256, findings_bytes(findings))
        GateRecord.objects.update_or_create(
            version_id=version.version_id, sha256=sha256, defaults={"at": now}
        )
        blocking = len(rules.blocking(findings, frozenset()))
        detail = f"{sha256[:12]}: {len(findings)} findings, {blocking} codes block"
        rows.write(row, "checked", by="gate", detail=detail, at=now)


def findings(release: str) -> dict[Language, tuple[Finding, ...]]:
    """Language -> what intake and the gate say of the newest lock; of the drafts, by intake alone, before
    there is one.

    For signed-in people: messages may quote the text. Raises NotFound.
    """
    rows.found(release)
    locks = rows.live(release)
    if not locks:
        return {story.language: story.findings for story in drafts(release)}
    return version_findings(locks[-1].version_id)


def version_findings(version_id: str) -> dict[Language, tuple[Finding, ...]]:
    """Language -> what intake and the gate say of one lock, each finding once."""
    parts = vault_store.get_many(version_id, FINDINGS) | vault_store.get_many(version_id, INTAKE)
    found: dict[Language, tuple[Finding, ...]] = {}
    for text in LockedEdition.objects.filter(version_id=version_id).order_by("position"):
        said = [
            *findings_from(parts.get(INTAKE + text.language, b"[]")),
            *findings_from(parts.get(FINDINGS + text.sha256, b"[]")),
        ]
        found[Language(text.language)] = tuple(dict.fromkeys(said))
    return found


def gate_missing(version_id: str) -> tuple[Language, ...]:
    """Languages of a lock that the gate has not looked at."""
    seen = GateRecord.objects.filter(version_id=version_id).values_list("sha256", flat=True)
    texts = LockedEdition.objects.filter(version_id=version_id).exclude(sha256__in=list(seen))
    return tuple(Language(text.language) for text in texts.order_by("position"))


def override(release: str, sha256: str, code: str, *, reason: str, by: str) -> None:
    """A named person takes it upon them that this edition goes out although findings of this code block it.

    Raises NotFound, Conflict when the lock is gone, BadInput without a reason or when no such finding blocks.
    """
    by, reason = rules.checked_name(by), rules.checked_reason(reason)
    with rows.changing(release) as row:
        version = _holding(release, sha256)
        text = LockedEdition.objects.get(version_id=version.version_id, sha256=sha256)
        said = version_findings(version.version_id)[Language(text.language)]
        if code not in rules.blocking(said, frozenset()):
            raise BadInput(f"no finding '{code}' blocks the edition in {text.language}", where="code")
        now = rows.now_of(None)
        Override.objects.update_or_create(
            version_id=version.version_id, sha256=sha256, code=code, defaults={"by": by, "at": now}
        )
        detail = f"{code} in {text.language}, edition {sha256[:12]}"
        rows.write(row, "overrode", by=by, detail=detail, reason=reason, at=now)


def must_pass(version: Version) -> None:
    """Raises NotAllowed unless every edition was checked and nothing blocks that nobody overrode (I9).
    Quotes no text.
    """
    if missing := gate_missing(version.version_id):
        raise NotAllowed(
            f"{version.release} cannot be approved: {', '.join(missing)} not checked yet; "
            f"run: dateline release lock {version.release}"
        )
    if still := _blocking(VersionId(version.version_id)):
        codes = "; ".join(f"{', '.join(found)} in {tag}" for tag, found in still.items())
        raise NotAllowed(
            f"{version.release} cannot be approved: {codes} blocks; mend the text and lock it again, "
            "or override it with a reason"
        )


def _blocking(version_id: VersionId) -> Mapping[Language, tuple[str, ...]]:
    said = version_findings(version_id)
    lifted: dict[str, set[str]] = {}
    for sha256, code in Override.objects.filter(version_id=version_id).values_list("sha256", "code"):
        lifted.setdefault(sha256, set()).add(code)
    hashes = dict(LockedEdition.objects.filter(version_id=version_id).values_list("language", "sha256"))
    found = {
        tag: rules.blocking(findings, frozenset(lifted.get(hashes[tag], ())))
        for tag, findings in said.items()
    }
    return {tag: codes for tag, codes in found.items() if codes}


def _holding(release: str, sha256: str) -> Version:
    """The lock that awaits approval and holds this edition: what was approved is not looked at anew."""
    locks = {version.version_id: version for version in rows.open_locks(release, states=("locked",))}
    held = LockedEdition.objects.filter(version_id__in=list(locks), sha256=sha256).first()
    if held is None:
        raise Conflict(
            f"no lock of {release} that awaits approval holds the edition {sha256[:12]}; lock it again"
        )
    return locks[held.version_id]
