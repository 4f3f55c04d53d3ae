"""What the translation desk lists: every edition that is wanted, worked on or there, with its state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from dateline.core.clock import Instant
from dateline.core.languages import Language
from dateline.desk import services as desk
from dateline.languages.models import TranslationOrder, TranslationSheet
from dateline.languages.order_rows import OUT, OVER
from dateline.languages.translator_links import Task, tasks

Standing = Literal[
    "waiting", "working", "machine", "held", "person", "handed-in", "failed", "joined", "there", "cancelled"
]  # fmt: skip
_OF_ORDER: Final[Mapping[str, Standing]] = {
    "waiting": "waiting", "working": "working", "ready": "machine", "locked": "held", "joined": "joined",
    "person": "person", "failed": "failed", "cancelled": "cancelled",
}  # fmt: skip
OPEN_FIRST: Final[tuple[Standing, ...]] = (
    "handed-in", "held", "failed", "person", "waiting", "working", "machine", "there", "joined", "cancelled",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One edition. `counts`: state of a block -> how many, empty where nobody opened its sheet; `there`: in
    the drafts of an issuer, or public, without an order.
    """

    release: str
    language: Language
    standing: Standing
    engine: str = ""
    said: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    changed_at: Instant | None = None
    changed_by: str = ""
    task: Task | None = None
    is_ordered: bool = False


def worklist(cards: Sequence[desk.ReleaseCard]) -> list[WorkLine]:
    """Of these releases, in four queries: what needs a person first, then the newest."""
    names = [card.release for card in cards]
    orders = {(o.release, o.language): o for o in TranslationOrder.objects.filter(release__in=names)}
    sheets = {(s.release, s.language): s for s in TranslationSheet.objects.filter(release__in=names)}
    with_people = tasks(names)
    found = []
    for card in cards:
        mine = (tag for release, tag in (*orders, *sheets, *with_people) if release == card.release)
        for tag in dict.fromkeys((*card.languages, *mine)):
            if tag != card.original_language:
                key = (card.release, str(tag))
                found.append(_line(card, tag, orders.get(key), sheets.get(key), with_people.get(key)))
    place = {str(card.release): n for n, card in enumerate(cards)}
    return sorted(
        found, key=lambda line: (OPEN_FIRST.index(line.standing), place[line.release], line.language)
    )


def _line(
    card: desk.ReleaseCard,
    tag: str,
    order: TranslationOrder | None,
    sheet: TranslationSheet | None,
    task: Task | None,
) -> WorkLine:
    at = sheet.changed_at if sheet is not None else order.changed_at if order is not None else None
    return WorkLine(
        card.release,
        Language(tag),
        _standing(card, tag, order, task),
        order.engine if order is not None else "",
        tuple(order.said) if order is not None else (),
        dict(sheet.counts) if sheet is not None else {},
        Instant(at) if at is not None else None,
        sheet.changed_by if sheet is not None else "",
        task,
        order is not None,
    )


def _standing(
    card: desk.ReleaseCard, tag: str, order: TranslationOrder | None, task: Task | None
) -> Standing:
    if card.state in OVER:
        return "cancelled"
    is_out, is_there = card.state in OUT, tag in card.languages
    state = order.state if order is not None else ""
    # Somebody put a text there while engines were to make one.
    overtaken = is_there and not is_out and state in {"waiting", "failed"}
    if state in {"", "cancelled"} or overtaken:
        if is_there:
            return "joined" if is_out else "there"
        if state and task is None:
            return "cancelled"
        state = "person"
    if state == "person" and task is not None and task.state == "done":
        return "handed-in"
    return _OF_ORDER[state]


def line_of(lines: Iterable[WorkLine], language: str) -> WorkLine | None:
    """The line of a language."""
    return next((line for line in lines if line.language == language), None)
