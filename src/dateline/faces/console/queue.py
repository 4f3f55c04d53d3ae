"""The editors' queue: what is overdue, what waits for approval, what is held, what just went out."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dateline.core.clock import Instant
from dateline.desk import services as desk
from dateline.faces.portal.access import Viewer, desk_only
from dateline.faces.portal.page import approvals_needed

LIMIT = 200
RECENT = 20
_CLASSES = {"regulated": 0, "priority": 1, "normal": 2}


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the queue. `since` is when it began to wait; `due_at` its T0, None on approval."""

    card: desk.ReleaseCard
    headline: str
    kind: str
    since: Instant
    due_at: Instant | None
    by: str
    have: int = 0
    needed: int = 1
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of the queue."""

    name: str
    title: str
    empty: str
    items: tuple[Item, ...]


def sections(viewer: Viewer) -> list[Section]:
    """The queue in the order in which things need a person."""
    cards = desk.list_releases(limit=LIMIT)
    headlines = desk.headlines([card.release for card in cards])
    waiting: list[Item] = []
    overdue: list[Item] = []
    reading: list[Item] = []
    held: list[Item] = []
    recent: list[Item] = []
    for card in cards:
        lock = (
            None if card.state in {"draft", "in review", "returned", "spiked"} else desk.pending(card.release)
        )
        item = _item(card, headlines.get(card.release, ""), lock, viewer)
        if lock is not None:
            waiting.append(item)
        if card.state == "overdue":
            overdue.append(item)
        elif card.state in {"approved", "held"}:
            held.append(item)
        elif card.state in {"draft", "in review", "returned"}:
            reading.append(item)
        elif card.state not in {"locked", "spiked"} and len(recent) < RECENT:
            recent.append(item)
    return [
        Section("overdue", _("Overdue: decide"), "", tuple(sorted(overdue, key=_order))),
        Section(
            "waiting",
            _("Waiting for approval"),
            _("Nothing waits for approval."),
            tuple(sorted(waiting, key=_order)),
        ),
        Section(
            "reading", _("Drafts and in review"), _("No drafts."), tuple(sorted(reading, key=_by_review))
        ),
        Section("held", _("Held until T0"), _("Nothing is held."), tuple(sorted(held, key=_by_due))),
        Section("recent", _("Recent releases"), _("Nothing has gone out yet."), tuple(recent)),
    ]


def _item(card: desk.ReleaseCard, headline: str, lock: desk.VersionCard | None, viewer: Viewer) -> Item:
    return Item(
        card=card,
        headline=headline,
        kind=lock.kind if lock else "release",
        since=lock.locked_at if lock else card.created_at,
        due_at=lock.due_at if lock else card.at,
        by=lock.locked_by if lock else card.created_by,
        have=len(lock.approvals) if lock else 0,
        needed=approvals_needed(card),
        mine=bool(lock and viewer.name in lock.approvals),
    )


def _order(item: Item) -> tuple[bool, int, Instant]:
    """Kills before all, then by class, then the oldest first."""
    return item.kind != "kill", _CLASSES.get(item.card.release_class, 2), item.since


def _by_review(item: Item) -> tuple[bool, int, Instant]:
    """What was handed in before what is still being written."""
    return item.card.state != "in review", _CLASSES.get(item.card.release_class, 2), item.since


def _by_due(item: Item) -> tuple[bool, Instant]:
    return item.due_at is None, item.due_at or item.since


@desk_only
@require_safe
def queue(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """`/console/`."""
    return render(request, "console/queue.html", {"sections": sections(viewer), "viewer": viewer})
