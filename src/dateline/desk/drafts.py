"""Drafts: a release comes in, its text, circuit and T0 change, and every change drops the lock that was
there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from dateline.audience import services as audience
from dateline.core.clock import Clock, Instant
from dateline.core.errors import BadInput
from dateline.core.ids import ReleaseId, new_release_id
from dateline.core.languages import Language
from dateline.core.words import Story
from dateline.desk import rows, rules
from dateline.desk.models import Draft, Release
from dateline.desk.rows import MEDIA, STORY, drafts_owner
from dateline.desk.stories import pictures_of, story_bytes, story_from
from dateline.issuers import services as issuers
from dateline.plant.db import vault_store


def add_release(
    stories: Sequence[Story],
    *,
    issuer: str,
    circuit: str,
    at: Instant | None,
    by: str,
    clock: Clock | None = None,
) -> ReleaseId:
    """Adds a draft. `stories`: the original first, one in each language; `at`: T0, None = on approval.

    Raises NotFound for an unknown issuer or circuit; BadInput for a second original, a language given
    twice, a picture without bytes, a T0 that is not ahead.
    """
    now = rows.now_of(clock)
    by = rules.checked_name(by)
    stories = ordered(stories)
    issuers.issuer(issuer)
    circuit = audience.circuit(circuit).name
    original = _fitting(stories[0])
    pictures = pictures_in(stories)
    with transaction.atomic():
        row = Release.objects.create(
            release=new_release_id(),
            issuer=issuer,
            circuit=circuit,
            state="draft",
            release_class=original.release_class,
            origin=original.origin,
            provider=original.provider,
            original_language=original.language,
            due_at=rules.checked_instant(at, now),
            created_at=now,
            created_by=by,
        )
        _keep(row, stories, pictures)
        rows.write(row, "added", by=by, detail=" ".join(s.language for s in stories), at=now)
    return ReleaseId(row.release)


def ordered(stories: Sequence[Story]) -> tuple[Story, ...]:
    """The stories with the first one marked as the original, which it is also when none says so.

    Raises BadInput when another one says so, or a language is there twice.
    """
    stories = once_each(stories)
    marked = [story.language for story in stories if story.original]
    if len(marked) > 1:
        raise BadInput(f"{' and '.join(marked)} both say they are the original; one may", where="editions")
    if marked and not stories[0].original:
        raise BadInput(f"the original ({marked[0]}) must come first", where="editions")
    return tuple(replace(story, original=number == 0) for number, story in enumerate(stories))


def once_each(stories: Sequence[Story]) -> tuple[Story, ...]:
    """The stories. Raises BadInput when there is none or a language is there twice."""
    languages = [story.language for story in stories]
    if not languages:
        raise BadInput("give at least one edition", where="editions")
    twice = next((tag for number, tag in enumerate(languages) if tag in languages[:number]), None)
    if twice is not None:
        raise BadInput(f"there are two editions in {twice}", where="editions")
    return tuple(stories)


def save_draft(release: str, story: Story, *, by: str) -> None:
    """Replaces or adds the draft in the story's language. A lock that was there is dropped.

    Raises NotFound, Conflict when the release is public, BadInput for a picture without bytes.
    """
    by, now = rules.checked_name(by), rows.now_of(None)
    with rows.changing(release) as row:
        rows.allowed(row, "edit")
        kept = {s.language: s for s in drafts(release)}
        pictures = pictures_in(kept.values())
        pictures |= pictures_of(story, pictures)
        story = _fitting(replace(story, original=story.language == row.original_language))
        kept[story.language] = story
        _keep(row, tuple(kept.values()), pictures)
        rows.write(row, "text saved", by=by, detail=story.language, at=now)
        facts = {}
        if story.original:
            facts = {
                "release_class": story.release_class,
                "origin": story.origin,
                "provider": story.provider,
            }
        _edited(row, **facts)


def remove_draft(release: str, language: str, *, by: str) -> None:
    """Removes the draft in one language, not the original's. A lock that was there is dropped.

    Raises NotFound, BadInput for the original or a language without a draft, Conflict when the release is
    public.
    """
    by, now = rules.checked_name(by), rows.now_of(None)
    with rows.changing(release) as row:
        rows.allowed(row, "edit")
        if language == row.original_language:
            raise BadInput(
                f"{language} is the original, which cannot be removed; spike the release", where="language"
            )
        kept = {s.language: s for s in drafts(release)}
        if kept.pop(Language(language), None) is None:
            raise BadInput(f"{release} has no draft in {language}", where="language")
        _keep(row, tuple(kept.values()), pictures_in(kept.values()))
        rows.write(row, "text removed", by=by, detail=language, at=now)
        _edited(row)


def set_circuit(release: str, circuit: str, *, by: str) -> None:
    """Chooses who gets it. A lock that was there is dropped. Raises NotFound, Conflict when the release is
    public.
    """
    by = rules.checked_name(by)
    name = audience.circuit(circuit).name
    with rows.changing(release) as row:
        rows.allowed(row, "edit")
        rows.write(row, "circuit chosen", by=by, detail=name, at=rows.now_of(None))
        _edited(row, circuit=name)


def set_time(release: str, at: Instant | None, *, by: str, clock: Clock | None = None) -> None:
    """Chooses T0; None = on approval. A lock that was there is dropped.

    Raises NotFound, BadInput for a time that is not ahead, Conflict when the release is public.
    """
    by, now = rules.checked_name(by), rows.now_of(clock)
    rules.checked_instant(at, now)
    with rows.changing(release) as row:
        rows.allowed(row, "edit")
        rows.write(row, "T0 chosen", by=by, detail=at.isoformat() if at else "on approval", at=now)
        _edited(row, due_at=at)


def drafts(release: str) -> tuple[Story, ...]:
    """The drafts, the original first, each with its pictures. After T0: the newest public text. Raises
    NotFound.
    """
    row = rows.found(release)
    languages = list(Draft.objects.filter(release=release).order_by("id").values_list("language", flat=True))
    parts = vault_store.get_many(drafts_owner(release), STORY)
    pictures = {
        name.removeprefix(MEDIA): data
        for name, data in vault_store.get_many(drafts_owner(release), MEDIA).items()
    }
    found = [story_from(parts[STORY + tag], pictures) for tag in languages if STORY + tag in parts]
    return tuple(sorted(found, key=lambda story: story.language != row.original_language))


def adopt(row: Release, stories: Sequence[Story]) -> None:
    """Takes the text of a version that went out as the drafts of its languages, inside the caller's
    transaction.
    """
    kept = {s.language: s for s in drafts(row.release)}
    kept |= {s.language: s for s in stories}
    _keep(row, tuple(kept.values()), pictures_in(kept.values()))


def replace_all(row: Release, stories: Sequence[Story]) -> None:
    """Makes these the drafts and deletes the others, inside the caller's transaction."""
    _keep(row, tuple(stories), pictures_in(stories))


def _fitting(original: Story) -> Story:
    """Raises BadInput when what lists show of it does not fit there."""
    if len(original.provider) > 200:
        raise BadInput("longer than 200 characters; name the provider", where="provider")
    return original


def _edited(row: Release, **changes: object) -> None:
    """The end of every edit: the release's own row moves, then its open locks are dropped."""
    rows.move(row, "edit", **changes)
    rows.drop(rows.open_locks(row.release))


def pictures_in(stories: Iterable[Story]) -> dict[str, bytes]:
    """SHA-256 -> bytes of all their pictures. Raises BadInput naming one whose bytes are missing."""
    return {sha: data for story in stories for sha, data in pictures_of(story).items()}


def _keep(row: Release, stories: Sequence[Story], pictures: Mapping[str, bytes]) -> None:
    """Makes these the drafts: parts of the vault, rows, and the cover; what is no longer among them is
    deleted.
    """
    used = {item.sha256 for story in stories for item in story.media}
    parts = {STORY + story.language: story_bytes(story) for story in stories}
    parts |= {MEDIA + sha: data for sha, data in pictures.items() if sha in used}
    owner = drafts_owner(row.release)
    before = [*vault_store.names(owner, STORY), *vault_store.names(owner, MEDIA)]
    vault_store.remove(owner, [name for name in before if name not in parts])
    vault_store.put_many(owner, parts)
    languages = {story.language for story in stories}
    known = Draft.objects.filter(release=row.release)
    known.exclude(language__in=languages).delete()
    new = languages - set(known.values_list("language", flat=True))
    Draft.objects.bulk_create(
        Draft(release=row.release, language=story.language) for story in stories if story.language in new
    )
    original, *others = sorted(stories, key=lambda s: s.language != row.original_language)
    # The working name is fixed once pages are addressed by it.
    rows.cover(row, row.slug or rules.slug_for((original, *others), row.issuer), original.headline)
