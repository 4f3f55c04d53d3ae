"""What the desk asks of an item, and tells of it."""

from dataclasses import dataclass

from dateline.core.clock import Instant
from dateline.core.errors import NotFound
from dateline.core.words import Story
from dateline.core.words.story_documents import story_from
from dateline.intake.models import ProviderItem
from dateline.intake.providers.keeping import MEDIA, STORY
from dateline.intake.providers.registry import item_owner
from dateline.plant.db import vault_store


@dataclass(frozen=True, slots=True)
class Item:
    """One item as it is now. `story` is None for a kill, and once the desk has taken it."""

    id: int
    provider: str
    label: str
    issuer: str
    circuit: str
    state: str
    revision: int
    expires_at: Instant | None
    auto_approve_by: str
    story: Story | None


def item(number: int) -> Item:
    """The item. Raises NotFound for one whose provider was removed."""
    row = ProviderItem.objects.select_related("provider").filter(pk=number).first()
    if row is None:
        raise NotFound(f"there is no item {number}; its provider may have been removed")
    return Item(
        id=row.pk,
        provider=row.provider.name,
        label=row.provider.label,
        issuer=row.provider.issuer,
        circuit=row.provider.circuit,
        state=row.state,
        revision=row.revision,
        expires_at=Instant(row.expires_at) if row.expires_at else None,
        auto_approve_by=row.provider.auto_approve_by,
        story=_story(row.pk),
    )


def _story(number: int) -> Story | None:
    owner = item_owner(number)
    try:
        data = vault_store.get(owner, STORY)
    except NotFound:
        return None
    pictures = {name.removeprefix(MEDIA): part for name, part in vault_store.get_many(owner, MEDIA).items()}
    return story_from(data, pictures)


def taken(number: int) -> None:
    """The desk has it: the sealed copy here is destroyed."""
    vault_store.destroy(item_owner(number))


def refused(number: int, reason: str) -> None:
    """The desk could not use it; the reason is shown with the provider."""
    ProviderItem.objects.filter(pk=number).update(state="refused", note=" ".join(reason.split())[:300])


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item as lists show it: no word of its text."""

    id: int
    state: str
    language: str
    revision: int
    first_at: Instant
    changed_at: Instant
    expires_at: Instant | None
    like: int | None
    note: str


def items(provider: str, *, limit: int = 50) -> list[ItemLine]:
    """The items of a provider, the newest change first."""
    rows = ProviderItem.objects.filter(provider__name=provider).order_by("-changed_at", "-id")[:limit]
    names = ItemLine.__dataclass_fields__
    return [ItemLine(**{name: getattr(row, name) for name in names}) for row in rows]
