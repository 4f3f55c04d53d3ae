"""Worksheets in the vault: read with what engines, memory and the drafts had, changed by one at a time."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from django.db import transaction

from dateline.core.clock import SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Edition, Story
from dateline.desk import services as desk
from dateline.formats.stories import story_of
from dateline.languages import kept_results, memory
from dateline.languages.keys import beginning, source_hash
from dateline.languages.masking import damage, masked, runs_of
from dateline.languages.models import TranslationOrder, TranslationSheet
from dateline.languages.order_rows import OUT
from dateline.languages.outdated import published
from dateline.languages.segments import segments_of
from dateline.languages.terms_used import terms_of
from dateline.languages.translator import Segment, TranslationResult
from dateline.languages.worksheets import (
    Kept,
    Made,
    Row,
    Worksheet,
    document_of,
    kept_from,
    merged,
    why_not,
)
from dateline.plant.db import vault_store

_PART: Final = "work/"


def open_sheet(release: str, language: Language) -> Worksheet:
    """The worksheet as it stands; looking keeps nothing. Raises NotFound, BadInput for the original's own
    language.
    """
    source, *others = desk.drafts(release)
    if language == source.language:
        raise BadInput("is the original's own language", where=str(language))
    segments = segments_of(source)
    parts = vault_store.get_many(kept_results.owner_of(release), _PART + language)
    if data := parts.get(_PART + language):
        known, accepted = kept_from(json.loads(data))
        there = {kept.source_hash for kept in known.values()}
        fresh = _answers(release, source, language, [s for s in segments if source_hash(s) not in there])
        rows = tuple(_answered(row, fresh.get(row.place)) for row in merged(segments, known))
        return Worksheet(release, source, language, rows, accepted)
    card = desk.show(release)
    known = _answers(release, source, language, segments)
    known |= _from_memory(segments, source, language, card.issuer)
    known |= _from_edition(release, card, source, language, others)
    return Worksheet(release, source, language, merged(segments, known))


def change(release: str, language: Language, by: str, act: Callable[[Worksheet], Worksheet]) -> Worksheet:
    """Puts what `act` makes of the worksheet in its place, while everybody else who changes it waits.

    From the first change on a person has the edition: no engine puts another text in its place.
    """
    now = SystemClock().now()
    with transaction.atomic():
        TranslationSheet.objects.bulk_create(
            [TranslationSheet(release=release, language=language, changed_at=now, changed_by=by[:80])],
            ignore_conflicts=True,
        )
        row = TranslationSheet.objects.select_for_update().get(release=release, language=language)
        before = open_sheet(release, language)
        after = act(before)
        if after == before:
            return before
        document = json.dumps(document_of(after), ensure_ascii=False).encode()
        vault_store.put(kept_results.owner_of(release), _PART + language, document)
        row.revision, row.counts = row.revision + 1, dict(after.counts)
        row.changed_at, row.changed_by = now, by[:80]
        row.save()
        TranslationOrder.objects.filter(
            release=release, language=language, state__in=("waiting", "failed")
        ).update(state="person", next_at=None, changed_at=now, said=[f"{by} works on it"])
    return after


# --- what was there before a person came --------------------------------------------------------------------


def fitted(segment: Segment, text: str, other: Segment) -> str:
    """`text`, which holds the slots of `other`, with those of `segment`; "" when they are not the same ones.

    The pipeline cuts out names to keep, the worksheet does not: both make the same runs.
    """
    if damage(text, other.slots):
        return ""
    cut = masked(runs_of(text, other.slots))
    said = memory.aligned(segment, Segment(segment.id, cut.text, cut.slots))
    return "" if said and why_not(segment, said) else said


def _answered(row: Row, fresh: Kept | None) -> Row:
    """The row with what an engine said of its new original: beside the text of a person, in the place of an
    engine's.
    """
    if fresh is None or row.state not in {"empty", "outdated"}:
        return row
    if row.kept.by or row.kept.checked_by or row.kept.made in {"person", "memory"}:
        return replace(
            row,
            kept=replace(row.kept, proposal=fresh.text, proposal_by=fresh.engine, proposal_made="machine"),
        )
    return replace(row, kept=fresh)


def kept_of(
    segment: Segment, text: str, made: Made, engine: str = "", *, by: str = "", checked_by: str = ""
) -> Kept:
    """A text for the words of this segment."""
    return Kept(text, made, engine, by, checked_by, source_hash(segment), segment.text)


def _answers(release: str, source: Story, language: Language, segments: Sequence[Segment]) -> dict[str, Kept]:
    """What engines answered for these blocks before."""
    if not segments:
        return {}
    answered: dict[str, TranslationResult] = {
        key.partition(".")[0]: result
        for key, result in kept_results.load(release, language).items()
        if result.finish == "ok"
    }
    if not answered:
        return {}
    terms = terms_of(source.language, language, desk.show(release).issuer)
    keep = tuple(dict.fromkeys(term.source for term in terms if term.keep))
    asked = {segment.id: segment for segment in segments_of(source, keep)}
    found = {}
    for segment in segments:
        other = asked.get(segment.id)
        result = answered.get(beginning(other)) if other is not None else None
        if other is not None and result is not None and (text := fitted(segment, result.text, other)):
            found[segment.id] = kept_of(segment, text, "machine", result.engine)
    return found


def _from_memory(
    segments: Sequence[Segment], source: Story, language: Language, issuer: str
) -> dict[str, Kept]:
    known = memory.exact(segments, source.language, language, issuer)
    return {s.id: kept_of(s, known[s.id], "memory") for s in segments if s.id in known}


def _from_edition(
    release: str, card: desk.ReleaseCard, source: Story, language: Language, others: list[Story]
) -> dict[str, Kept]:
    """The texts of the edition that is there: held under a lock, in the drafts, or public, where they belong
    to the original that they were made from.
    """
    held = TranslationOrder.objects.filter(release=release, language=language, state="locked").first()
    if held is not None and any(v.version_id == held.version_id for v in desk.versions(release)):
        return _texts(source, story_of(desk.edition(held.version_id, language)))
    draft = next((story for story in others if story.language == language), None)
    if draft is None:
        return {}
    before = _made_from(release, language) if card.state in OUT else None
    return _texts(source if before is None else story_of(before), draft)


def _made_from(release: str, language: Language) -> Edition | None:
    """The original that the public edition in `language` was made from."""
    found = published(release)
    return found.made_of(language) if found is not None and language in found.newest else None


def _texts(source: Story, told: Story) -> dict[str, Kept]:
    made = told.translation
    is_machine = made is not None and made.kind == "machine"
    reader = (made.reviewed_by or "") if made is not None else ""
    targets: Mapping[str, Segment] = {segment.id: segment for segment in segments_of(told)}
    found = {}
    for segment in segments_of(source):
        text = memory.aligned(segment, targets.get(segment.id))
        if text and not why_not(segment, text):
            engine = (made.engine or "") if made is not None and is_machine else ""
            kind: Made = "machine" if is_machine else "person"
            found[segment.id] = kept_of(segment, text, kind, engine, checked_by=reader)
    return found
