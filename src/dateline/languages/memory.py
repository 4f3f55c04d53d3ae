"""Translation memory: approved segments of what has been public, found again exactly, or nearly as a
suggestion for people. An issuer's entries are its own; those without an issuer are the house's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Edition
from dateline.formats.stories import story_of
from dateline.languages.keys import neighbours_hash, source_hash
from dateline.languages.masking import TOKEN, words_only
from dateline.languages.models import MemoryEntry
from dateline.languages.segments import segments_of
from dateline.languages.tmx import Entry, read_tmx, tmx_of
from dateline.languages.translator import Segment, Slot

_CHUNK: Final = 400
_MOST_SEARCHED: Final = 10_000
_LONGEST_QUERY: Final = 120
_AT_A_TIME: Final = 100
"""Texts compared before others of this process have their turn: comparing keeps the interpreter's lock."""
_LEAST_SCORE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A near match for people, never published by itself. `score` 0-100."""

    score: float
    source: str
    target: str
    source_language: Language
    target_language: Language
    issuer: str
    release: str


def exact(segments: Sequence[Segment], source: str, target: str, issuer: str) -> dict[str, str]:
    """Place -> approved text for segments known word for word with their slots; one with the same
    neighbours wins, then the issuer's own over the house's, then the newest.
    """
    hashes = {segment.id: source_hash(segment) for segment in segments}
    found: dict[str, list[MemoryEntry]] = {}
    wanted = sorted(set(hashes.values()))
    for start in range(0, len(wanted), _CHUNK):
        rows = MemoryEntry.objects.filter(
            source_language=source,
            target_language=target,
            source_hash__in=wanted[start : start + _CHUNK],
            issuer__in={issuer, ""},
        )
        for row in rows:
            found.setdefault(row.source_hash, []).append(row)
    around = _around(segments)
    texts = {}
    for segment in segments:
        rows_ = found.get(hashes[segment.id], [])
        if rows_:
            best = max(rows_, key=lambda r: (r.context_hash == around[segment.id], r.issuer != "", r.at))
            texts[segment.id] = best.target
    return texts


def _around(segments: Sequence[Segment]) -> dict[str, str]:
    padded: list[Segment | None] = [None, *segments, None]
    return {s.id: neighbours_hash(padded[n], padded[n + 2]) for n, s in enumerate(segments)}


# --- learning ---------------------------------------------------------------------------------------------


def learn(original: Edition, edition: Edition, *, clock: Clock | None = None) -> int:
    """Takes the segments of a public edition that a person made or checked; how many it took.

    Machine text that nobody read is not taken, nor a block whose slots are not those of its source.
    """
    made = edition.translation
    if made is None or (made.kind == "machine" and not made.reviewed_by):
        return 0
    now = (clock or SystemClock()).now()
    sources = segments_of(story_of(original))
    around = _around(sources)
    targets = {segment.id: segment for segment in segments_of(story_of(edition))}
    rows = [
        MemoryEntry(
            issuer=edition.issuer.slug,
            source_language=original.language,
            target_language=edition.language,
            source_hash=source_hash(source),
            context_hash=around[source.id],
            source=source.text,
            target=text,
            slots=[slot.kind for slot in source.slots],
            role=source.role,
            release=edition.release,
            reviewer=made.reviewed_by or "",
            at=now,
        )
        for source in sources
        if (text := aligned(source, targets.get(source.id)))
    ]
    _keep(rows)
    return len(rows)


def aligned(source: Segment, target: Segment | None) -> str:
    """The target's text with the ids of the source's slots; "" when they are not the same ones."""
    if target is None:
        return ""
    free = list(source.slots)
    ids: dict[int, int] = {}
    for slot in target.slots:
        same = next((s for s in free if (s.kind, s.original) == (slot.kind, slot.original)), None)
        if same is None:
            return ""
        free.remove(same)
        ids[slot.id] = same.id
    if free:
        return ""
    return TOKEN.sub(
        lambda t: f'<x id="{ids[int(t[1])]}"/>' if t[1] else f'<g id="{ids[int(t[2])]}">' if t[2] else t[0],
        target.text,
    )


def _keep(rows: Sequence[MemoryEntry]) -> None:
    unique = {
        (r.issuer, r.source_language, r.target_language, r.source_hash, r.context_hash): r for r in rows
    }
    MemoryEntry.objects.bulk_create(
        list(unique.values()),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["issuer", "source_language", "target_language", "source_hash", "context_hash"],
        update_fields=["source", "target", "slots", "role", "release", "reviewer", "at"],
    )


def forget(release: str) -> None:
    """Nothing of a killed release is proposed, found or set again."""
    MemoryEntry.objects.filter(release=release).delete()


# --- import, export, search -------------------------------------------------------------------------------


def import_tmx(
    data: bytes, *, issuer: str, where: str, own_only: bool = False, clock: Clock | None = None
) -> Mapping[str, object]:
    """`{"created", "updated", "unchanged", "rejected": [{"line", "reason"}]}`. Entries without an issuer of
    their own become `issuer`'s. Raises BadInput for what is no TMX, and with `own_only` for a file that holds
    another issuer's.
    """
    now = (clock or SystemClock()).now()
    entries, rejected = read_tmx(data, where, now)
    if own_only and (others := sum(entry.issuer not in {"", issuer} for entry in entries)):
        raise BadInput(f"{others} of its entries belong to another issuer; take them out", where=where)
    made = [(entry, _row(entry, issuer)) for entry in entries]
    known = {_name(row): row for row in _existing([row for _, row in made])}
    count = {"created": 0, "updated": 0, "unchanged": 0}
    changed = []
    for _, row in made:
        old = known.get(_name(row))
        if old is not None and (old.target, old.reviewer, old.role) == (row.target, row.reviewer, row.role):
            count["unchanged"] += 1
            continue
        count["updated" if old is not None else "created"] += 1
        known[_name(row)] = row
        changed.append(row)
    _keep(changed)
    return {**count, "rejected": [{"line": line, "reason": reason} for line, reason in rejected]}


def _name(row: MemoryEntry) -> tuple[str, str, str, str, str]:
    return (row.issuer, row.source_language, row.target_language, row.source_hash, row.context_hash)


def _existing(rows: Sequence[MemoryEntry]) -> Iterator[MemoryEntry]:
    hashes = sorted({row.source_hash for row in rows})
    for start in range(0, len(hashes), _CHUNK):
        yield from MemoryEntry.objects.filter(source_hash__in=hashes[start : start + _CHUNK])


def _row(entry: Entry, issuer: str) -> MemoryEntry:
    slots = tuple(Slot(n, kind, "") for n, kind in enumerate(entry.slots, 1))
    segment = Segment("-", entry.source, slots)
    return MemoryEntry(
        issuer=entry.issuer or issuer,
        source_language=entry.source_language,
        target_language=entry.target_language,
        source_hash=source_hash(segment),
        context_hash=entry.context,
        source=entry.source,
        target=entry.target,
        slots=list(entry.slots),
        role=entry.role,
        release=entry.release,
        reviewer=entry.reviewer,
        at=entry.at,
    )


def export_tmx(*, issuer: str | None = None, source: str = "", target: str = "") -> bytes:
    """All entries (of one issuer, "" the house's) as TMX, the same bytes for the same entries."""
    rows = MemoryEntry.objects.all()
    if issuer is not None:
        rows = rows.filter(issuer=issuer)
    if source:
        rows = rows.filter(source_language=source)
    if target:
        rows = rows.filter(target_language=target)
    return tmx_of(_entry(row) for row in rows.iterator(chunk_size=2000))


def _entry(row: MemoryEntry) -> Entry:
    return Entry(
        Language(row.source_language),
        Language(row.target_language),
        row.source,
        row.target,
        tuple(row.slots),
        row.role,
        row.issuer,
        row.release,
        row.reviewer,
        row.context_hash,
        Instant(row.at),
    )


def search(
    text: str, *, source: str = "", target: str = "", issuer: str | None = None, limit: int = 20
) -> list[Suggestion]:
    """Entries like `text` on either side, best first, from the newest 10,000; of `text` the first 120
    characters count. Raises BadInput for an empty text.
    """
    from rapidfuzz import fuzz, process, utils

    if not text.strip():
        raise BadInput("say what to look for", where="TEXT")
    rows = MemoryEntry.objects.order_by("-at", "-id")
    if issuer is not None:
        rows = rows.filter(issuer__in={issuer, ""})
    if source:
        rows = rows.filter(source_language=source)
    if target:
        rows = rows.filter(target_language=target)
    found = list(rows[:_MOST_SEARCHED])
    scores: dict[int, float] = {}
    for side in ([words_only(r.source) for r in found], [words_only(r.target) for r in found]):
        for start in range(0, len(side), _AT_A_TIME):
            for _, score, number in process.extract(
                text[:_LONGEST_QUERY],
                side[start : start + _AT_A_TIME],
                scorer=fuzz.WRatio,
                processor=utils.default_process,
                limit=limit,
                score_cutoff=_LEAST_SCORE,
            ):
                scores[start + number] = max(score, scores.get(start + number, 0.0))
    best = sorted(scores, key=lambda n: (-scores[n], n))[:limit]
    return [_suggestion(found[n], scores[n]) for n in best]


def _suggestion(row: MemoryEntry, score: float) -> Suggestion:
    return Suggestion(
        round(score, 1),
        row.source,
        row.target,
        Language(row.source_language),
        Language(row.target_language),
        row.issuer,
        row.release,
    )
