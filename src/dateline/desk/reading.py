"""Reads releases, locks and what is sealed under them; changes nothing."""

import json
from dataclasses import dataclass

from dateline.audience.services import Targeting
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.languages import Language
from dateline.core.words import Edition, Manifest, edition_from
from dateline.desk import rows
from dateline.desk.cards import (
    HistoryLine,
    ReleaseCard,
    VersionCard,
    release_card,
    utc,
    version_card,
)
from dateline.desk.manifests import manifest_from
from dateline.desk.models import Draft, History, LockedEdition, Release, Version
from dateline.desk.rows import COVER, EDITION, MANIFEST, MEDIA, TARGETING, drafts_owner
from dateline.desk.targets import public_in, targeting_from
from dateline.plant.db import vault_store


@dataclass(frozen=True, slots=True)
class PublicText:
    """The newest approved edition in one language, and the lock it lies under."""

    edition: Edition
    sha256: str
    version_id: str


# --- releases ---------------------------------------------------------------------------------------------


def show(release: str) -> ReleaseCard:
    """The release. Raises NotFound."""
    return _cards([rows.found(release)])[0]


def list_releases(
    *,
    issuer: str | None = None,
    state: str | None = None,
    before: str | None = None,
    limit: int = 200,
    archived: bool = False,
) -> list[ReleaseCard]:
    """Newest first, of one issuer or of all, in one state or in any; `before` is the last release seen.
    `archived`: those that came in as an archive instead, which are no work of today's desk.

    Raises BadInput where `before` is not among them: of another issuer's nothing can be learned.
    """
    found = Release.objects.filter(archived=archived).order_by("-id")
    if issuer is not None:
        found = found.filter(issuer=issuer)
    if before is not None:
        last = found.filter(release=before).values_list("id", flat=True).first()
        if last is None:
            raise BadInput("it names no release of this list; begin anew without it", where="after")
        found = found.filter(id__lt=last)
    if state is not None:
        found = found.filter(state=state)
    return _cards(list(found[:limit]))


def is_of(release: str, issuer: str | None = None) -> bool:
    """Whether there is such a release, of this issuer where one is named: one look that costs the same for
    another issuer's as for one that never was (I1).
    """
    found = Release.objects.filter(release=release)
    return (found if issuer is None else found.filter(issuer=issuer)).exists()


def revision(release: str) -> int:
    """The number that grows with every change of text, circuit, T0, lock or state. Raises NotFound."""
    return rows.found(release).revision


def headline(release: str) -> str:
    """The original draft's headline, for signed-in people. Raises NotFound."""
    return _covers([rows.found(release)])[release]["headline"]


def headlines(releases: list[str]) -> dict[str, str]:
    """Headlines of many releases at once, for queues that signed-in people see; unknown ids are left out."""
    known = Release.objects.filter(release__in=releases)
    return {release: cover["headline"] for release, cover in _covers(list(known)).items()}


def slug_of(row: Release) -> str:
    """The working name, which lies in the vault until T0."""
    return row.slug or _covers([row])[row.release]["slug"]


def history(release: str) -> tuple[HistoryLine, ...]:
    """Every act on the release, the oldest first. Raises NotFound."""
    rows.found(release)
    reasons = vault_store.get_many(drafts_owner(release), "reason/")
    lines = History.objects.filter(release=release).order_by("id")
    return tuple(
        HistoryLine(
            utc(line.at), line.by, line.act, line.detail, reasons.get(f"reason/{line.pk}", b"").decode()
        )
        for line in lines
    )


def _cards(found: list[Release]) -> list[ReleaseCard]:
    languages: dict[str, list[str]] = {}
    drafts = Draft.objects.filter(release__in=[row.release for row in found]).order_by("id")
    for release, language in drafts.values_list("release", "language"):
        languages.setdefault(release, []).append(language)
    sealed = _covers([row for row in found if not row.slug])
    return [
        release_card(row, row.slug or sealed[row.release]["slug"], languages.get(row.release, []))
        for row in found
    ]


def _covers(found: list[Release]) -> dict[str, dict[str, str]]:
    parts = vault_store.get_each([drafts_owner(row.release) for row in found], COVER)
    return {row.release: json.loads(parts[drafts_owner(row.release)]) for row in found}


# --- locks ------------------------------------------------------------------------------------------------


def version(version_id: str) -> VersionCard:
    """One lock, dropped ones too. Raises NotFound."""
    return version_card(_version(version_id))


def latest_version(release: str) -> VersionCard:
    """The newest lock that is not dropped and not a late edition; of a release withdrawn before T0 its last
    one.

    Raises NotFound, Conflict when there is none.
    """
    row = rows.found(release)
    numbered = Version.objects.filter(release=release).exclude(kind="late-edition").order_by("-id")
    newest = numbered.exclude(state="dropped").first()
    if newest is None and row.state == "withdrawn":
        newest = numbered.first()
    if newest is None:
        raise Conflict(f"{release} is not locked yet; lock it with: dateline release lock {release}")
    return version_card(newest)


def pending(release: str) -> VersionCard | None:
    """The newest lock that awaits approval, of any kind. Raises NotFound."""
    rows.found(release)
    waiting = rows.newest_waiting(release)
    return version_card(waiting) if waiting else None


def versions(release: str) -> tuple[VersionCard, ...]:
    """Every lock that is not dropped, the oldest first. Raises NotFound."""
    rows.found(release)
    return tuple(version_card(row) for row in rows.live(release))


def editions(version_id: str) -> tuple[Edition, ...]:
    """The editions of a lock, the original first. Raises NotFound, also when the lock was dropped."""
    row = _undropped(version_id)
    parts = vault_store.get_many(version_id, EDITION)
    order = LockedEdition.objects.filter(version_id=row.version_id).order_by("position")
    return tuple(
        edition_from(json.loads(parts[EDITION + tag])) for tag in order.values_list("language", flat=True)
    )


def edition(version_id: str, language: str) -> Edition:
    """One edition of a lock. Raises NotFound, also when the lock was dropped."""
    _undropped(version_id)
    if not LockedEdition.objects.filter(version_id=version_id, language=language).exists():
        raise NotFound(f"version {version_id} has no edition in {language}")
    return edition_from(json.loads(vault_store.get(version_id, EDITION + language)))


def media(version_id: str) -> dict[str, tuple[bytes, str]]:
    """SHA-256 -> (bytes, media type) of every picture of a lock. Raises NotFound, Conflict when it was
    dropped.
    """
    types = {item.sha256: item.media_type for found in editions(version_id) for item in found.media}
    parts = vault_store.get_many(version_id, MEDIA)
    return {sha: (parts[MEDIA + sha], media_type) for sha, media_type in types.items()}


def manifest(version_id: str) -> Manifest:
    """Who gets the lock. Raises NotFound, also when it was dropped."""
    _undropped(version_id)
    return manifest_from(vault_store.get(version_id, MANIFEST))


def targeting(version_id: str) -> Targeting:
    """What the audience was asked at lock, for explaining. Raises NotFound, Conflict when the lock was
    dropped.
    """
    told = vault_store.get(_undropped(version_id).version_id, TARGETING)
    public = [edition(version, tag) for tag, version in public_in(told).items()]
    return targeting_from(told, editions(version_id), public)


def newest_public(row: Release) -> dict[Language, PublicText]:
    """Language -> newest text that was lifted, the original's first; notices are none. For a release that has
    been out. What is approved and not out yet is no text that a correction or kill may name.
    """
    out = Version.objects.filter(
        release=row.release, lifting=True, kind__in=("release", "late-edition", "correction")
    )
    found: dict[Language, PublicText] = {}
    for version_id in out.order_by("number", "id").values_list("version_id", flat=True):
        for text in LockedEdition.objects.filter(version_id=version_id).order_by("position"):
            tag = Language(text.language)
            found[tag] = PublicText(edition(version_id, tag), text.sha256, version_id)
    main = Language(row.original_language)
    return {main: found[main]} | found


def newest_numbered(release: str) -> Version:
    """The newest approved version that has a number of its own. Raises Conflict when there is none."""
    approved = Version.objects.filter(release=release, state="approved").exclude(kind="late-edition")
    row = approved.order_by("-number").first()
    if row is None:
        raise Conflict(f"no version of {release} is approved")
    return row


def _version(version_id: str) -> Version:
    row = Version.objects.filter(version_id=version_id).first()
    if row is None:
        raise NotFound(f"there is no version '{version_id}'")
    return row


def _undropped(version_id: str) -> Version:
    row = _version(version_id)
    if row.state == "dropped":
        raise NotFound(f"the lock {version_id} of {row.release} was dropped; its text is gone")
    return row
