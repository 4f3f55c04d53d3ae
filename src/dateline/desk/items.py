"""Content providers' items at the desk: new ones become drafts, newer versions follow, kills are put aside.

What a person changed is never overwritten. What is public changes only by a lock that awaits approval: the
wire makes it, outside any transaction (`wanted`), and approves where the operator allowed this provider.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, cast

from django.db import transaction

from dateline.core.clock import Clock, Instant, parse_instant
from dateline.core.errors import BadInput, Conflict, DatelineError, NotFound
from dateline.core.events import ItemArrived
from dateline.core.ids import ReleaseId
from dateline.core.words import Story
from dateline.desk import rows, rules
from dateline.desk.approval import spike
from dateline.desk.drafts import add_release, save_draft, set_time
from dateline.desk.models import History, ItemRelease, Release
from dateline.intake.services import providers

Wanted = Literal["", "approve", "correct", "kill", "look"]
_FOR_THE_WIRE: Final = ("approve", "correct", "kill")
_TOUCHES: Final = ("text saved", "text removed", "circuit chosen", "T0 chosen")
_BEFORE_T0: Final = ("draft", "in review", "returned", "locked", "approved", "held", "overdue")
_PUBLIC: Final = ("lifted", "released", "corrected")
_KILLED: Final = "the provider killed this item"
_EXPIRED: Final = "the provider's rights to this item have ended"


@dataclass(frozen=True, slots=True)
class ItemCard:
    """An item's release, and what is still to be done about it."""

    item: int
    provider: str
    release: ReleaseId
    revision: int
    wanted: Wanted
    at: Instant
    expires_at: Instant | None
    note: str


def by_of(provider: str) -> str:
    """Who acts where a provider's item does."""
    return f"provider {provider}"


# --- an item arrives --------------------------------------------------------------------------------------


def arrived(event: ItemArrived) -> None:
    """Follows an item to where it is now. Told twice, or late, it changes nothing more."""
    try:
        item = providers.item(event.item)
    except NotFound:
        return
    link = ItemRelease.objects.filter(item=event.item).first()
    if link is not None and link.revision >= item.revision:
        return
    try:
        with transaction.atomic():
            _follow(item, link)
    except DatelineError as error:
        # One item that the desk cannot use must keep back no other.
        providers.refused(item.id, str(error))
        ItemRelease.objects.filter(item=item.id).update(revision=item.revision, note=str(error)[:300])


def _follow(item: providers.Item, link: ItemRelease | None) -> None:
    if item.state == "killed":
        if link is not None:
            _killed(item, link)
    elif item.story is not None:
        if link is None or (link.aside and rows.found(link.release).state not in _BEFORE_T0):
            _draft(item, item.story, link)
        else:
            _newer(item, item.story, link)


def _draft(item: providers.Item, story: Story, link: ItemRelease | None) -> None:
    """A new draft; again one for what the provider had killed and sends anew."""
    release = add_release(
        (story,), issuer=item.issuer, circuit=item.circuit, at=_embargo(story), by=by_of(item.provider)
    )
    link = link or ItemRelease(item=item.id, provider=item.provider)
    link.release, link.aside = release, False
    _keep(link, item, "approve" if item.auto_approve_by else "")


def _newer(item: providers.Item, story: Story, link: ItemRelease) -> None:
    row = rows.found(link.release)
    if row.state in _PUBLIC or rows.is_public(row):
        wanted: Wanted = "correct" if row.state in _PUBLIC else ""
        note = "" if wanted else f"a newer version came; the release is {row.state}"
        _keep(link, item, wanted, note)
    elif row.state not in _BEFORE_T0:
        _keep(link, item, "", f"a newer version came; the release is {row.state}")
    elif _touched(link):
        _keep(link, item, "look", "a newer version came, and the draft was changed by a person")
    else:
        _overwrite(row, item, story)
        _keep(link, item, "approve" if item.auto_approve_by else "")


def _overwrite(row: Release, item: providers.Item, story: Story) -> None:
    by = by_of(item.provider)
    if story.language != row.original_language:
        raise BadInput(
            f"a newer version came in {story.language}; the draft is in {row.original_language}",
            where="language",
        )
    save_draft(row.release, story, by=by)
    due_at = _embargo(story)
    if due_at is not None and due_at != row.due_at:
        set_time(row.release, due_at, by=by)


def _touched(link: ItemRelease) -> bool:
    """Whether a person changed what the provider sent."""
    acts = History.objects.filter(release=link.release, act__in=_TOUCHES)
    return acts.exclude(by=by_of(link.provider)).exists()


def _killed(item: providers.Item, link: ItemRelease) -> None:
    row = rows.found(link.release)
    if row.state in _PUBLIC or rows.is_public(row):
        _keep(link, item, "kill" if row.state in _PUBLIC else "", _KILLED)
    elif row.state in _BEFORE_T0:
        spike(link.release, reason=_KILLED, by=by_of(item.provider))
        link.aside = True
        _keep(link, item, "", _KILLED)
    else:
        link.aside = True
        _keep(link, item, "", _KILLED)


def _keep(link: ItemRelease, item: providers.Item, wanted: Wanted, note: str = "") -> None:
    link.revision, link.wanted, link.note = item.revision, wanted, note
    link.expires_at, link.at = item.expires_at, rows.now_of(None)
    link.save()
    if wanted not in {"correct", "look"}:
        providers.taken(item.id)


def _embargo(story: Story) -> Instant | None:
    """T0 as the provider asks for it, while that is ahead."""
    if not story.embargo:
        return None
    at = parse_instant(story.embargo)
    return at if at > rows.now_of(None) else None


# --- what is still to be done -----------------------------------------------------------------------------


def wanted_items(*, limit: int = 20) -> list[ItemCard]:
    """What the wire is to do, the oldest first."""
    found = ItemRelease.objects.filter(wanted__in=_FOR_THE_WIRE).order_by("at", "id")[:limit]
    return [_card(row) for row in found]


def item_done(card: ItemCard, note: str = "", *, look: bool = False) -> None:
    """The wire has done it, or could not and says why: then it is for a person to `look`. A newer revision
    that came meanwhile stays to be done.
    """
    rest: Wanted = "look" if look else ""
    done = ItemRelease.objects.filter(item=card.item, revision=card.revision, wanted=card.wanted)
    if done.update(wanted=rest, note=note[:300]) and not look:
        providers.taken(card.item)


def take_item(release: str, *, by: str) -> None:
    """Puts the provider's newer version in place of what a person had made of the older one.

    Raises NotFound when none waits, Conflict when the release is public.
    """
    by = rules.checked_name(by)
    link = ItemRelease.objects.filter(release=release, wanted="look").first()
    story = providers.item(link.item).story if link is not None else None
    if link is None or story is None:
        raise NotFound(f"no newer version of {release} waits to be taken")
    row = rows.found(release)
    if rows.is_public(row):
        raise Conflict(f"{release} is out; correct it with the provider's text instead")
    save_draft(release, story, by=by)
    ItemRelease.objects.filter(pk=link.pk).update(wanted="", note=f"taken by {by}"[:300])
    providers.taken(link.item)


def leave_item(release: str) -> bool:
    """Leaves a newer version aside; False when none waited."""
    link = ItemRelease.objects.filter(release=release, wanted="look").first()
    if link is None:
        return False
    ItemRelease.objects.filter(pk=link.pk).update(wanted="", note="left aside")
    providers.taken(link.item)
    return True


def put_aside_expired(*, clock: Clock | None = None, limit: int = 20) -> int:
    """Spikes drafts whose provider's rights have ended; what is public is noted for the desk. How many."""
    now = rows.now_of(clock)
    over = list(ItemRelease.objects.filter(expires_at__lte=now).order_by("id")[:limit])
    for link in over:
        note = f"rights ended at {link.expires_at:%Y-%m-%d %H:%M} UTC"
        try:
            if rows.found(link.release).state in _BEFORE_T0:
                spike(link.release, reason=_EXPIRED, by=by_of(link.provider))
        except DatelineError as error:
            note = f"{note}; {error}"
        ItemRelease.objects.filter(pk=link.pk).update(expires_at=None, note=note[:300])
    return len(over)


def items_of(provider: str, *, limit: int = 50) -> list[ItemCard]:
    """Releases of a provider's items, the newest change first."""
    found = ItemRelease.objects.filter(provider=provider).order_by("-at", "-id")[:limit]
    return [_card(row) for row in found]


def releases_of_items(items: Iterable[int]) -> dict[int, ReleaseId]:
    """Item -> its release, of those that have one."""
    rows_ = ItemRelease.objects.filter(item__in=list(items)).values_list("item", "release")
    return {item: ReleaseId(release) for item, release in rows_}


def item_of(release: str) -> ItemCard | None:
    """The item that a release came from; None for one that people wrote."""
    row = ItemRelease.objects.filter(release=release).first()
    return None if row is None else _card(row)


def _card(row: ItemRelease) -> ItemCard:
    return ItemCard(
        row.item,
        row.provider,
        ReleaseId(row.release),
        row.revision,
        cast(Wanted, row.wanted),
        Instant(row.at),
        Instant(row.expires_at) if row.expires_at else None,
        row.note,
    )
