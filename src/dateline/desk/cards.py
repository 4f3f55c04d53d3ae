"""What the room shows of its tables: frozen values for other rooms and faces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Literal, cast

from dateline.core.clock import Instant
from dateline.core.ids import ReleaseId, VersionId
from dateline.core.languages import Language
from dateline.core.words import Origin, ReleaseClass, VersionKind
from dateline.desk.models import Approval, LockedEdition, Release, Version
from dateline.desk.rules import State

VersionState = Literal["locked", "approved", "dropped"]


@dataclass(frozen=True, slots=True)
class ReleaseCard:
    """One release for lists and heads of pages. `at`: the commit once lifted, else T0 as chosen, None on
    approval.

    `version` is the newest public one, 1 before T0. `slug` may be made from the headline: signed-in people
    only.
    """

    release: ReleaseId
    slug: str
    issuer: str
    state: State
    languages: tuple[Language, ...]
    at: Instant | None
    original_language: Language
    circuit: str
    release_class: ReleaseClass
    origin: Origin
    provider: str
    created_at: Instant
    created_by: str
    version: int


@dataclass(frozen=True, slots=True)
class EditionRef:
    """One edition of a lock by its hash."""

    language: Language
    sha256: str
    is_original: bool


@dataclass(frozen=True, slots=True)
class VersionCard:
    """One lock. `ledger_id` is the id its deliveries are kept under: that of the public version which a
    late edition joins, else its own.
    """

    version_id: VersionId
    release: ReleaseId
    number: int
    kind: VersionKind
    state: VersionState
    hash: str
    manifest_hash: str
    counts: Mapping[str, int]
    due_at: Instant | None
    locked_at: Instant
    locked_by: str
    editions: tuple[EditionRef, ...]
    approvals: tuple[str, ...]
    ledger_id: VersionId


@dataclass(frozen=True, slots=True)
class ApprovalState:
    """How many different persons approved, of how many."""

    have: int
    needed: int
    complete: bool


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One act. `detail` may be shown before T0; `reason` is a person's own words, so only to who may see
    the text.
    """

    at: Instant
    by: str
    act: str
    detail: str
    reason: str = ""


def utc(value: object) -> Instant:
    """A database instant as an Instant."""
    return Instant(value.astimezone(UTC))  # type: ignore[attr-defined]


def release_card(row: Release, slug: str, languages: Sequence[str]) -> ReleaseCard:
    """`languages` in any order; the original comes first."""
    at = row.lifted_at or row.due_at
    ordered = sorted(languages, key=lambda tag: tag != row.original_language)
    return ReleaseCard(
        release=ReleaseId(row.release),
        slug=slug,
        issuer=row.issuer,
        state=cast(State, row.state),
        languages=tuple(Language(tag) for tag in ordered),
        at=utc(at) if at else None,
        original_language=Language(row.original_language),
        circuit=row.circuit,
        release_class=cast(ReleaseClass, row.release_class),
        origin=cast(Origin, row.origin),
        provider=row.provider,
        created_at=utc(row.created_at),
        created_by=row.created_by,
        version=row.version,
    )


def version_card(row: Version) -> VersionCard:
    """Two small queries more."""
    editions = LockedEdition.objects.filter(version_id=row.version_id).order_by("position")
    people = Approval.objects.filter(version_id=row.version_id).order_by("id")
    return VersionCard(
        version_id=VersionId(row.version_id),
        release=ReleaseId(row.release),
        number=row.number,
        kind=cast(VersionKind, row.kind),
        state=cast(VersionState, row.state),
        hash=row.hash,
        manifest_hash=row.manifest_hash,
        counts=dict(row.counts),
        due_at=utc(row.due_at) if row.due_at else None,
        locked_at=utc(row.locked_at),
        locked_by=row.locked_by,
        editions=tuple(EditionRef(Language(e.language), e.sha256, e.is_original) for e in editions),
        approvals=tuple(people.values_list("person", flat=True)),
        ledger_id=VersionId(row.ledger_id),
    )
