"""Decides on each arrival, and keeps what is news: row, sealed story, event for the desk, in short chunks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import Final

from django.db import transaction

from dateline.core.clock import Instant
from dateline.core.events import ItemArrived
from dateline.core.words import Story
from dateline.core.words.story_documents import pictures_of, story_bytes
from dateline.intake.models import ItemPrint, Provider, ProviderItem
from dateline.intake.providers import rules
from dateline.intake.providers.arrivals import Arrival, Refusal
from dateline.intake.providers.dressing import content_sha256, dressed, text_of
from dateline.intake.providers.registry import item_owner, terms_of
from dateline.intake.providers.sketch import NEAR, Sketch, is_same, likeness, sketch, unpacked
from dateline.plant.db import outbox, vault_store

STORY: Final = "story"
MEDIA: Final = "media/"
NEAR_DAYS: Final = 30
"""Days for which a text is remembered as one that another may repeat."""
_CHUNK: Final = 25
_MOST_NOTED: Final = 50


@dataclass
class Kept:
    """What came of a document. `items` are the numbers of those the desk was told of."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    killed: int = 0
    refused: int = 0
    left: int = 0
    refusals: list[dict[str, str]] = field(default_factory=list)
    unmapped: Counter[str] = field(default_factory=Counter)
    items: list[int] = field(default_factory=list)

    @property
    def taken(self) -> int:
        """Items that were work: the limit of a poll counts these."""
        return self.new + self.updated + self.duplicate + self.killed

    def refuse(self, where: str, reason: str) -> None:
        """Notes what could not be used; beyond fifty only their number."""
        self.refused += 1
        if len(self.refusals) < _MOST_NOTED:
            self.refusals.append({"where": where[:200], "reason": reason[:300]})

    def most_unmapped(self) -> dict[str, int]:
        """The categories seen most often, at most fifty."""
        return dict(self.unmapped.most_common(_MOST_NOTED))


@dataclass(frozen=True, slots=True)
class _Ready:
    """An arrival with all that can be worked out before the transaction."""

    arrival: Arrival
    key: str
    sha256: str = ""
    text: tuple[Story, Sketch] | None = None


def keep(
    provider: Provider, found: Iterable[Arrival | Refusal], kept: Kept, *, now: Instant, limit: int
) -> None:
    """Takes the arrivals in and adds what came of them to `kept`; beyond `limit` they are only counted."""
    items = iter(found)
    while chunk := list(islice(items, _CHUNK)):
        ready = list(_ready(chunk, kept))
        if ready:
            _Chunk(provider, ready, kept, now, limit).keep()


def _ready(chunk: Sequence[Arrival | Refusal], kept: Kept) -> Iterator[_Ready]:
    for arrival in chunk:
        if isinstance(arrival, Refusal):
            kept.refuse(arrival.where, arrival.reason)
            continue
        story = arrival.story
        if story is None:
            if not arrival.id:
                kept.refuse(arrival.where, "is a kill that names no item")
                continue
            yield _Ready(arrival, _key(arrival.id))
            continue
        digest = content_sha256(story, arrival.expires)
        key = _key(arrival.id or f"text:{digest}")
        yield _Ready(arrival, key, digest, (story, sketch(text_of(story))))


def _key(id_: str) -> str:
    return sha256(id_.encode()).hexdigest()


class _Chunk:
    """Some arrivals in one transaction; the events last, for the outbox's head stays locked from there."""

    def __init__(
        self, provider: Provider, ready: Sequence[_Ready], kept: Kept, now: Instant, limit: int
    ) -> None:
        self._provider, self._ready, self._kept, self._now, self._limit = provider, ready, kept, now, limit
        self._terms = terms_of(provider)
        self._events: list[ItemArrived] = []
        self._near: list[tuple[int, Sketch]] = []

    def keep(self) -> None:
        with transaction.atomic():
            keys = [one.key for one in self._ready]
            rows = ProviderItem.objects.select_for_update().filter(provider=self._provider, key__in=keys)
            known = {row.key: row for row in rows}
            self._near = self._neighbours()
            for one in self._ready:
                row = self._one(one, known.get(one.key))
                if row is not None:
                    known[one.key] = row
            for event in self._events:
                outbox.append(event)

    def _neighbours(self) -> list[tuple[int, Sketch]]:
        """Items, of any provider, that share a print with one of this chunk."""
        prints = {value for one in self._ready if one.text for value in one.text[1].prints}
        if not prints:
            return []
        near = ItemPrint.objects.filter(
            value__in=prints, item__changed_at__gte=self._now - timedelta(days=NEAR_DAYS), item__state="live"
        )
        ids = set(near.values_list("item_id", flat=True)[:500])
        rows = ProviderItem.objects.filter(pk__in=ids).values_list("pk", "sketch", "numbers")
        return [(pk, unpacked(bytes(data), numbers)) for pk, data, numbers in rows]

    def _one(self, one: _Ready, row: ProviderItem | None) -> ProviderItem | None:
        arrival = one.arrival
        known = None if row is None else rules.Seen(row.version, row.sha256, row.state == "killed")
        decision = rules.decided(known, rules.Seen(arrival.version, one.sha256, arrival.state == "killed"))
        if decision.act == "unchanged":
            self._kept.unchanged += 1
            return row
        if self._kept.taken >= self._limit:
            self._kept.left += 1
            return row
        if one.text is None:
            return self._killed(one, row)
        return self._live(one, one.text, row, decision)

    def _killed(self, one: _Ready, row: ProviderItem | None) -> ProviderItem:
        self._kept.killed += 1
        was_live = row is not None and row.state == "live"
        row = row or ProviderItem(
            provider=self._provider, key=one.key, first_at=self._now, sketch=b"", revision=0
        )
        row.state, row.version = "killed", one.arrival.version or row.version
        row.language = row.language or self._provider.language
        row.changed_at, row.revision = self._now, row.revision + 1
        row.save()
        ItemPrint.objects.filter(item=row).delete()
        vault_store.destroy(item_owner(row.pk))
        if was_live:
            self._tell(row)
        return row

    def _live(
        self, one: _Ready, text: tuple[Story, Sketch], row: ProviderItem | None, decision: rules.Decision
    ) -> ProviderItem:
        story, own = text
        like, note = self._like(own, row)
        notes = [words for words in (decision.note, note) if words]
        story, unmapped = dressed(story, one.arrival, self._terms, notes)
        self._kept.unmapped.update(unmapped)
        fresh = row is None or row.state == "duplicate"
        row = row or ProviderItem(provider=self._provider, key=one.key, first_at=self._now, revision=0)
        row.version, row.sha256, row.language = one.arrival.version, one.sha256, story.language
        row.changed_at, row.expires_at, row.like = self._now, one.arrival.expires, like
        row.sketch, row.numbers, row.note = own.packed(), own.numbers, ""
        row.revision += 1
        # What the desk has already is followed whatever else says the same by now.
        row.state = "duplicate" if like is not None and fresh else "live"
        row.save()
        if row.state == "duplicate":
            self._kept.duplicate += 1
            return row
        self._kept.new += fresh
        self._kept.updated += not fresh
        self._seal(row, story)
        self._print(row, own)
        self._tell(row)
        return row

    def _like(self, own: Sketch, row: ProviderItem | None) -> tuple[int | None, str]:
        """(the item that says the same, "") or (None, what the desk should know of a near one)."""
        best = max(
            (
                (likeness(own, other), pk, other)
                for pk, other in self._near
                if own.prints
                and (row is None or pk != row.pk)
                and not set(own.prints).isdisjoint(other.hashes)
            ),
            default=None,
            key=lambda found: found[:2],
        )
        if best is None or best[0] < NEAR:
            return None, ""
        alike, pk, other = best
        if not self._provider.take_duplicates and is_same(own, other):
            return pk, ""
        return None, f"{round(alike * 100)} % the same as item {pk}: look whether it is news"

    def _seal(self, row: ProviderItem, story: Story) -> None:
        parts = {STORY: story_bytes(story)}
        parts |= {MEDIA + sha: data for sha, data in pictures_of(story).items()}
        vault_store.destroy(item_owner(row.pk))
        vault_store.put_many(item_owner(row.pk), parts)

    def _print(self, row: ProviderItem, own: Sketch) -> None:
        ItemPrint.objects.filter(item=row).delete()
        ItemPrint.objects.bulk_create(ItemPrint(item=row, value=value) for value in own.prints)
        self._near.append((row.pk, own))

    def _tell(self, row: ProviderItem) -> None:
        self._kept.items.append(row.pk)
        self._events.append(ItemArrived(row.pk, row.revision, self._provider.name, self._now))
