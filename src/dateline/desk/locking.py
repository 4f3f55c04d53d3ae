"""Locks: editions, recipients and T0 frozen under one hash, for a first version and for all that may follow
it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from dateline.audience import services as audience
from dateline.core.countries import Country
from dateline.core.errors import BadInput, Conflict
from dateline.core.ids import ReleaseId, VersionId, new_event_id
from dateline.core.languages import Language
from dateline.core.words import Circuit, Edition, Finding, Origin, ReleaseClass, Story, VersionKind
from dateline.desk import reading, rows, rules
from dateline.desk.cards import VersionCard, utc
from dateline.desk.drafts import drafts, once_each, pictures_in
from dateline.desk.editions import Frame, completed, editions_of, in_order, notice_of, restrictions
from dateline.desk.freezing import Frozen, freeze
from dateline.desk.manifests import received
from dateline.desk.models import LockedEdition, Release, Version
from dateline.desk.targets import rule_in, targeting_of
from dateline.formats.stories import story_of
from dateline.intake.services import providers
from dateline.issuers import services as issuers
from dateline.plant.db import vault_store
from dateline.plant.settings import get_settings

Public = Mapping[Language, reading.PublicText]


def lock(release: str, *, by: str, revision: int | None = None) -> VersionCard:
    """Freezes the drafts, who gets them, and T0. Draws version id and event ids anew; an older lock is
    dropped. With `revision` only what the caller saw under it.

    Raises NotFound; Conflict when the state forbids it or the release was changed meanwhile.
    """
    with rows.changing(release) as row:
        rows.must_be(row, revision)
        rows.allowed(row, "lock")
        stories = drafts(release)
    frame = _frame(row, "release", number=1)
    editions = editions_of(stories, stories[0], frame, new_event_id)
    targeting = targeting_of(
        audience.circuit(row.circuit),
        editions,
        restrict=editions[0].restrict,
        origin=frame.origin,
        home=_home(editions),
    )
    frozen = Frozen(
        kind="release",
        number=1,
        editions=editions,
        manifest=audience.resolve(targeting),
        targeting=targeting,
        pictures=pictures_in(stories),
        intake=_intake(stories),
        due_at=utc(row.due_at) if row.due_at else None,
    )
    return freeze(row, frozen, by=by, replaces=rows.open_locks)


def _home(editions: Sequence[Edition]) -> Country:
    """Where the issuer is at home."""
    return Country(issuers.issuer(editions[0].issuer.slug).country)


def lock_late_edition(release: str, stories: Sequence[Story], *, by: str) -> VersionCard:
    """Freezes editions in further languages of what is public; due on approval.

    They keep number and ledger id of the newest public version. Raises Conflict when nothing is public or a
    language is there already, BadInput for a language given twice.
    """
    stories = once_each([replace(story, original=False) for story in stories])
    with rows.changing(release) as row:
        rows.allowed(row, "lock a late edition")
        public = reading.newest_public(row)
        base = reading.newest_numbered(release)
    _refuse_present(row, stories, public)
    frame = _frame(row, "late-edition", number=base.number)
    original = story_of(public[frame.original_language].edition)
    editions = editions_of(stories, original, frame, new_event_id)
    targeting = targeting_of(
        _rule(base),
        editions,
        restrict=editions[0].restrict,
        origin=frame.origin,
        public=[found.edition for found in public.values()],
        home=_home(editions),
    )
    frozen = Frozen(
        kind="late-edition",
        number=base.number,
        editions=editions,
        manifest=audience.resolve(targeting),
        targeting=targeting,
        public={str(tag): found.version_id for tag, found in public.items()},
        pictures=pictures_in(stories),
        intake=_intake(stories),
        ledger_id=VersionId(base.ledger_id),
    )
    languages = {story.language for story in stories}
    return freeze(row, frozen, by=by, replaces=lambda name: _waiting_in(name, languages))


def lock_correction(release: str, stories: Sequence[Story], *, reason: str, by: str) -> VersionCard:
    """Freezes the next version in the languages that were wrong; the others keep their older edition.

    Facts that the new text does not repeat (sectors, contacts, labels ...) are those of the edition it
    replaces. Goes to whoever received the release. Raises Conflict when nothing is public, BadInput for a
    language that is not public.
    """
    reason = rules.checked_reason(reason)
    stories = once_each(stories)
    with rows.changing(release) as row:
        rows.allowed(row, "lock a correction")
        public = reading.newest_public(row)
        base = reading.newest_numbered(release)
    missing = [story.language for story in stories if story.language not in public]
    if missing:
        raise BadInput(f"{', '.join(missing)} is not public; send it as a late edition", where="editions")
    supersedes = {str(tag): found.sha256 for tag, found in public.items()}
    frame = _frame(row, "correction", number=base.number + 1, reason=reason, supersedes=supersedes)
    editions = _corrected(stories, public, frame)
    return _to_receivers(
        row, frame, editions, base, by=by, pictures=pictures_in(stories), intake=_intake(stories)
    )


def lock_kill(release: str, *, reason: str, by: str) -> VersionCard:
    """Freezes a notice in every public language that takes the place of the release.

    Raises Conflict when nothing is public.
    """
    return _lock_notice(release, "kill", reason, by)


def lock_withdrawal(release: str, *, reason: str, by: str) -> VersionCard:
    """As `lock_kill`, but the page will stay, marked, and so does the headline."""
    return _lock_notice(release, "withdrawal", reason, by)


def _lock_notice(release: str, kind: VersionKind, reason: str, by: str) -> VersionCard:
    reason = rules.checked_reason(reason)
    with rows.changing(release) as row:
        rows.allowed(row, rules.LOCKS[kind])
        public = reading.newest_public(row)
        base = reading.newest_numbered(release)
    frame = _frame(row, kind, number=base.number + 1, reason=reason)
    notices = in_order(notice_of(found.edition, frame, new_event_id()) for found in public.values())
    return _to_receivers(row, frame, notices, base, by=by)


def _to_receivers(
    row: Release,
    frame: Frame,
    editions: tuple[Edition, ...],
    base: Version,
    *,
    by: str,
    **more: Any,
) -> VersionCard:
    """The lock of a version that goes to whoever received the release; it takes the place of one of its
    kind that still awaits approval.
    """
    frozen = Frozen(
        kind=frame.kind,
        number=frame.number,
        editions=editions,
        manifest=received(frame.release),
        targeting=targeting_of(_rule(base), editions, restrict=editions[0].restrict, origin=frame.origin),
        **more,
    )
    return freeze(
        row,
        frozen,
        by=by,
        reason=frame.reason,
        replaces=lambda name: rows.open_locks(name, kinds=(frame.kind,), states=("locked",)),
    )


def _corrected(stories: Sequence[Story], public: Public, frame: Frame) -> tuple[Edition, ...]:
    olds = {tag: story_of(found.edition) for tag, found in public.items()}
    restrict = restrictions((*olds.values(), *stories))
    mended = []
    for story in stories:
        old = olds[story.language]
        told = replace(story, translation=story.translation or old.translation)
        # Completed from its own older edition first: what that language said of itself (contacts, say) stays.
        mended.append(replace(completed(told, old, restrict), translation=told.translation))
    original = next(
        (s for s in mended if s.language == frame.original_language), olds[frame.original_language]
    )
    return editions_of(mended, original, frame, new_event_id)


def _frame(row: Release, kind: VersionKind, *, number: int, **more: Any) -> Frame:
    settings = get_settings()
    return Frame(
        release=ReleaseId(row.release),
        number=number,
        kind=kind,
        original_language=Language(row.original_language),
        slug=reading.slug_of(row),
        issuer=issuers.issuer_ref(row.issuer),
        lei=issuers.issuer(row.issuer).lei,
        wire=settings.wire_name,
        release_class=cast(ReleaseClass, row.release_class),
        origin=cast(Origin, row.origin),
        provider=row.provider,
        standing_disclaimer=settings.standing_disclaimer,
        disclaimers=providers.disclaimers_of(row.provider) if row.origin == "third-party" else None,
        **more,
    )


def frame_of(row: Release, kind: VersionKind, *, number: int) -> Frame:
    """The frame of a version that this module does not lock."""
    return _frame(row, kind, number=number)


def _rule(base: Version) -> Circuit:
    """The circuit as it was locked with the public version: later editions follow it, whatever became of it
    since.
    """
    return rule_in(vault_store.get(base.version_id, rows.TARGETING))


def _intake(stories: Iterable[Story]) -> dict[str, tuple[Finding, ...]]:
    return {str(story.language): story.findings for story in stories}


def _refuse_present(row: Release, stories: Sequence[Story], public: Public) -> None:
    there = [story.language for story in stories if story.language in public]
    if there:
        raise Conflict(
            f"{row.release} has an edition in {', '.join(there)} already; to change it, correct the release"
        )


def _waiting_in(release: str, languages: set[Language]) -> list[Version]:
    """Late editions that await approval in one of these languages: the new lock takes their place."""
    waiting = rows.open_locks(release, kinds=("late-edition",), states=("locked",))
    ids = [version.version_id for version in waiting]
    same = LockedEdition.objects.filter(version_id__in=ids, language__in=languages)
    found = set(same.values_list("version_id", flat=True))
    return [version for version in waiting if version.version_id in found]
