"""Orders for editions: what is wanted of a release, by whom, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal, cast

from django.db import transaction

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, Conflict, NotFound
from dateline.core.languages import Language
from dateline.desk import services as desk
from dateline.languages.engine_settings import read_engines
from dateline.languages.models import TranslationOrder
from dateline.languages.routing import path_for
from dateline.plant.settings import get_settings

OrderState = Literal[
    "waiting", "working", "ready", "locked", "joined", "person", "failed", "cancelled"
]  # fmt: skip
OPEN: Final[tuple[OrderState, ...]] = ("waiting", "working", "ready")
"""States in which it goes on by itself."""
OUT: Final = frozenset({"lifted", "released", "corrected"})
OVER: Final = frozenset({"killed", "withdrawn", "spiked"})
MOST_ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class OrderCard:
    """One wanted edition. `said`: what happened, in sentences without text."""

    release: str
    language: Language
    state: OrderState
    engine: str
    version_id: str
    said: tuple[str, ...]
    attempts: int
    asked_by: str
    asked_at: Instant
    next_at: Instant | None


def order(
    release: str,
    languages: Sequence[Language],
    *,
    by: str,
    engine: str = "",
    clock: Clock | None = None,
) -> tuple[OrderCard, ...]:
    """Wants `release` in `languages`; what is wanted or there already stays as it is.

    It is done before the lock by `translate_drafts`, else after the release. Raises NotFound, Conflict for a
    release that is over, BadInput for the original's language or a pair without an engine.
    """
    card = desk.show(release)
    if card.state in OVER:
        raise Conflict(f"{release} is {card.state}; nothing more is translated of it")
    engines = read_engines(get_settings())
    for language in languages:
        if language == card.original_language:
            raise BadInput(f"{language} is the original's language", where="--translate")
        path_for(engines, card.original_language, language, only=engine)
    now = (clock or SystemClock()).now()
    there = set(card.languages)
    out = card.state in OUT
    with transaction.atomic():
        TranslationOrder.objects.bulk_create(
            [
                TranslationOrder(
                    release=release, language=language, state="waiting", engine_only=engine,
                    asked_by=by[:80], asked_at=now, changed_at=now, next_at=now if out else None,
                )
                for language in dict.fromkeys(languages)
                if language not in there
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        again = TranslationOrder.objects.filter(
            release=release, language__in=languages, state__in=("failed", "cancelled", "person")
        ).exclude(language__in=there)
        again.update(
            state="waiting", attempts=0, said=[], engine_only=engine, changed_at=now, version_id="",
            next_at=now if out else None,
        )  # fmt: skip
    return orders(release)


def orders(release: str) -> tuple[OrderCard, ...]:
    """What is wanted of a release, in the order it was asked."""
    rows = TranslationOrder.objects.filter(release=release).order_by("asked_at", "id")
    return tuple(card_of(row) for row in rows)


def cancel_order(release: str, language: str, *, by: str, clock: Clock | None = None) -> None:
    """Wants it no more; an edition that is locked or out is the desk's. Raises NotFound."""
    done = TranslationOrder.objects.filter(
        release=release, language=language, state__in=("waiting", "person", "failed")
    ).update(state="cancelled", said=[f"cancelled by {by}"], changed_at=(clock or SystemClock()).now())
    if not done:
        raise NotFound(f"nothing of {release} waits to be translated into {language}")


def move(row: TranslationOrder, state: OrderState, now: Instant, **changes: Any) -> None:
    """Compare-and-set from the state that `row` was read in; a lost race changes nothing."""
    TranslationOrder.objects.filter(pk=row.pk, state=row.state).update(state=state, changed_at=now, **changes)


def claim(rows: Iterable[TranslationOrder], now: Instant) -> list[TranslationOrder]:
    """Takes waiting orders for this process; those that somebody else took are left out."""
    taken = []
    for row in rows:
        if TranslationOrder.objects.filter(pk=row.pk, state="waiting").update(
            state="working", changed_at=now
        ):
            row.state = "working"
            taken.append(row)
    return taken


def pause_s(attempts: int) -> timedelta:
    """How long after this many failed attempts the next one waits: 15 s, doubled up to half an hour."""
    return timedelta(seconds=min(1800, 15 * 2 ** max(0, attempts - 1)))


def card_of(row: TranslationOrder) -> OrderCard:
    """The row as a value."""
    return OrderCard(
        row.release,
        Language(row.language),
        cast(OrderState, row.state),
        row.engine,
        row.version_id,
        tuple(row.said),
        row.attempts,
        row.asked_by,
        Instant(row.asked_at),
        Instant(row.next_at) if row.next_at else None,
    )
