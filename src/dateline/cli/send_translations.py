"""What `dateline send --translate` adds to `send`: editions before the lock where there is time, after the
release where there is not. The original waits only when it was told to.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import typer

from dateline.cli.lists import parse_tag, split
from dateline.cli.main import EXIT_BLOCKED
from dateline.core.clock import Instant, SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Story

MARGIN_S: Final = 20.0
"""Seconds before T0 by which the lock must be there; translations end before."""
_AGAIN_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options: which languages, and whether the original waits for them, how long, and what then."""

    languages: tuple[Language, ...] = ()
    together: bool = False
    within_s: float = 600.0
    otherwise: str = "go"


def wanted(
    translate: Sequence[str], together: float | None, otherwise: str, stories: Sequence[Story]
) -> Wanted:
    """The options checked. Raises BadInput naming the option."""
    tags = tuple(dict.fromkeys(parse_tag(tag, "--translate") for tag in split(translate)))
    there = [story.language for story in stories if story.language in tags]
    if there:
        raise BadInput(f"there is an edition in {there[0]} already", where="--translate")
    if otherwise not in {"go", "stop"}:
        raise BadInput(f"'{otherwise}' is not go or stop", where="--otherwise")
    if together is not None and not tags:
        raise BadInput("together with what? name languages with --translate", where="--together")
    _must_have_ways(stories[0].language, tags)
    return Wanted(tags, together is not None, together or 0.0, otherwise)


def _must_have_ways(source: Language, tags: Sequence[Language]) -> None:
    """Raises BadInput now, before anything is added, for a pair that no engine is set up for."""
    from dateline.languages.engine_settings import read_engines
    from dateline.languages.routing import path_for
    from dateline.plant.settings import get_settings

    if tags:
        engines = read_engines(get_settings())
        for tag in tags:
            path_for(engines, source, tag)


def before_lock(release: str, asked: Wanted, *, by: str) -> None:
    """Orders the languages and makes what there is time for. Raises typer.Exit when the original must not go
    alone and something is missing.
    """
    if not asked.languages:
        return
    from dateline.desk import services as desk
    from dateline.languages.order_rows import order

    order(release, asked.languages, by=by)
    now = SystemClock().now()
    ends = _deadline(asked, desk.show(release).at, now)
    if ends is None or ends <= now:
        return
    missing = _made(release, asked, ends, by)
    if missing and asked.together and asked.otherwise == "stop":
        typer.echo(
            f"{release} is not sent: {', '.join(missing)} not ready; it stays a draft: "
            f"dateline translations list {release}",
            err=True,
        )
        raise typer.Exit(EXIT_BLOCKED)


def _deadline(asked: Wanted, at: Instant | None, now: Instant) -> Instant | None:
    """Until when translations may take before the lock; None: not at all, for the original goes at once."""
    limits = []
    if at is not None:
        left_s = (at - now).total_seconds()
        limits.append(now + timedelta(seconds=left_s - max(MARGIN_S, left_s / 10)))
    if asked.together:
        limits.append(now + timedelta(seconds=asked.within_s))
    return Instant(min(limits)) if limits else None


def _made(release: str, asked: Wanted, ends: Instant, by: str) -> list[str]:
    """Tries until all are ready or, of what goes together, until the deadline; the languages not ready."""
    from dateline.languages.running import translate_drafts

    while True:
        cards = translate_drafts(release, by=by, deadline=ends)
        missing = [card.language for card in cards if card.state != "ready"]
        left_s = (ends - SystemClock().now()).total_seconds()
        if not missing or not asked.together or left_s <= _AGAIN_S:
            return [str(language) for language in missing]
        time.sleep(_AGAIN_S)


def is_done(release: str) -> bool:
    """Whether nothing of the release is being translated any more, and what was made is on its way: out, and
    taken up by dispatch.
    """
    from dateline.dispatch import services as dispatch
    from dateline.dispatch.jobs import CONSUMER
    from dateline.languages.order_rows import OPEN, orders
    from dateline.plant.db import outbox
    from dateline.plant.db.databases import LEDGER
    from dateline.wire import services as wire

    cards = orders(release)
    if not cards:
        return True
    if any(card.state in OPEN for card in cards):
        return False
    for card in cards:
        if card.state != "joined":
            continue
        hold = wire.hold(card.version_id)
        if hold is None or hold.state != "lifted" or not dispatch.is_prepared(card.version_id):
            return False
    return outbox.position(CONSUMER, using=LEDGER) >= outbox.head()


def add_rows(release: str, document: dict[str, Any], asked: Wanted) -> dict[str, Any]:
    """The document of `send` with what became of the languages."""
    if not asked.languages:
        return document
    from dateline.cli.translations import rows_of
    from dateline.languages.order_rows import orders

    return document | {"translations": rows_of(orders(release))}


def tell(release: str, asked: Wanted, say: Callable[[str], None] = typer.echo) -> None:
    """What became of the languages, one line each."""
    if not asked.languages:
        return
    from dateline.languages.order_rows import orders

    for card in orders(release):
        made = f" by {card.engine}" if card.engine else ""
        said = f": {card.said[-1]}" if card.said and card.state not in {"joined", "ready"} else ""
        say(f"{card.language} {card.state}{made}{said}")
