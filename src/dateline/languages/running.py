"""Orders are carried out: before the lock into the drafts, after the release as editions that join it.

Engines are asked outside every transaction; what they answered is kept even where the run fails.
"""

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Final, TypeVar

import structlog

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import Language
from dateline.core.words import Story
from dateline.desk import services as desk
from dateline.languages import consents, kept_results, memory, uses
from dateline.languages.engine_settings import Engines, read_engines
from dateline.languages.gating import blocks, holds
from dateline.languages.joining import join, original_edition
from dateline.languages.models import TranslationOrder
from dateline.languages.order_rows import MOST_ATTEMPTS, OUT, OVER, OrderCard, claim, move, orders, pause_s
from dateline.languages.routing import HUMAN, Exposure, path_for
from dateline.languages.segments import segments_of
from dateline.languages.terms_used import terms_of
from dateline.languages.translating import House, translate_all
from dateline.languages.wishes import Outcome, Wish
from dateline.plant.settings import get_settings

log = structlog.get_logger("languages.running")
_T = TypeVar("_T")
_IDLE_S: Final = 0.5
_AT_ONCE: Final = 50


class Stopped(Exception):
    """The process ends; what was being done is done again by the next one."""


def wish_for(
    source: Story,
    target: Language,
    engines: Engines,
    *,
    issuer: str,
    exposure: Exposure,
    only: str = "",
    known: Mapping[Language, Story] | None = None,
    kept: Mapping[str, Any] | None = None,
    deadline: Instant | None = None,
    clock: Clock | None = None,
) -> Wish:
    """All that the database knows for one edition: memory, terms, budget."""
    terms = terms_of(source.language, target, issuer)
    keep = tuple(dict.fromkeys(term.source for term in terms if term.keep))
    return Wish(
        source,
        target,
        exposure,
        only,
        terms,
        memory.exact(segments_of(source, keep), source.language, target, issuer),
        kept or {},
        known or {},
        uses.left(engines, clock=clock),
        deadline,
    )


# --- before the lock --------------------------------------------------------------------------------------


def translate_drafts(
    release: str, *, by: str, deadline: Instant | None = None, clock: Clock | None = None
) -> tuple[OrderCard, ...]:
    """Makes what is wanted of a release that is not out, with engines that may see it, and adds what passed
    to its drafts. What did not, waits until the release is public.

    Raises NotFound, Conflict when the release was locked or changed meanwhile; BadInput for bad settings.
    """
    now = (clock or SystemClock()).now()
    rows = claim(TranslationOrder.objects.filter(release=release, state="waiting"), now)
    try:
        for row, outcome in _outcomes(release, rows, public=False, deadline=deadline, clock=clock):
            _into_drafts(row, outcome, by, (clock or SystemClock()).now())
    finally:
        TranslationOrder.objects.filter(pk__in=[row.pk for row in rows], state="working").update(
            state="waiting"
        )
    return orders(release)


def _into_drafts(row: TranslationOrder, outcome: Outcome, by: str, now: Instant) -> None:
    said = list(outcome.said)
    if outcome.state == "ready" and outcome.story is not None:
        desk.save_draft(row.release, outcome.story, by=by)
        move(row, "ready", now, engine=outcome.engine, said=said)
        log.info("translation.ready", release=row.release, language=row.language, engine=outcome.engine)
        return
    codes = ", ".join((*blocks(outcome.findings), *holds(outcome.findings)))
    why = f"the gate found: {codes}" if codes else "not complete before the lock"
    move(row, "waiting", now, engine=outcome.engine, said=[*said, f"{why}; it follows after the release"])


# --- after the release ------------------------------------------------------------------------------------


def run_due(stop: threading.Event | None = None, *, clock: Clock | None = None) -> int:
    """Carries out the orders that are due, one release after the other; how many it took up."""
    now = (clock or SystemClock()).now()
    due = TranslationOrder.objects.filter(state="waiting", next_at__lte=now).order_by("next_at", "id")
    count = 0
    for release in dict.fromkeys(due.values_list("release", flat=True)[:_AT_ONCE]):
        if stop is not None and stop.is_set():
            break
        rows = claim(due.filter(release=release), now)
        count += len(rows)
        try:
            _late(release, rows, stop, clock)
        except Stopped:
            _give_back(rows, (clock or SystemClock()).now(), ())
            break
        except DatelineError as error:
            _give_back(rows, (clock or SystemClock()).now(), (str(error),), failed=True)
            log.warning("translation.failed", release=release, said=type(error).__name__)
    return count


def _give_back(
    rows: Sequence[TranslationOrder], now: Instant, said: tuple[str, ...], *, failed: bool = False
) -> None:
    for row in rows:
        attempts = row.attempts + failed
        ended = failed and attempts >= MOST_ATTEMPTS
        at = now + pause_s(attempts) if failed else now
        changes = {"next_at": at, "attempts": attempts, **({"said": list(said)} if said else {})}
        move(row, "failed" if ended else "waiting", now, **changes)


def _late(
    release: str, rows: Sequence[TranslationOrder], stop: threading.Event | None, clock: Clock | None
) -> None:
    now = (clock or SystemClock()).now()
    card = desk.show(release)
    if card.state in OVER:
        for row in rows:
            move(row, "cancelled", now, said=[f"the release is {card.state}"])
        kept_results.forget(release)
        return
    if card.state not in OUT:
        for row in rows:
            move(row, "waiting", now, next_at=None)
        return
    source = original_edition(release)
    for row, outcome in _outcomes(release, rows, public=True, stop=stop, clock=clock):
        join(row, outcome, source, (clock or SystemClock()).now())


# --- both -------------------------------------------------------------------------------------------------


def _outcomes(
    release: str,
    rows: Sequence[TranslationOrder],
    *,
    public: bool,
    deadline: Instant | None = None,
    stop: threading.Event | None = None,
    clock: Clock | None = None,
) -> list[tuple[TranslationOrder, Outcome]]:
    """What came of each order; those made from another edition after that one. Results and uses are kept
    whatever happens.
    """
    if not rows:
        return []
    engines = read_engines(get_settings())
    source, *others = desk.drafts(release)
    card = desk.show(release)
    exposure = Exposure(public, card.release_class == "regulated", consents.consents_of(card.issuer))
    known = {story.language: story for story in others}
    found: list[tuple[TranslationOrder, Outcome]] = []
    for group in _groups(rows, engines, source.language):
        kept = kept_results.load(release)
        wishes = [
            wish_for(
                source, Language(row.language), engines, issuer=card.issuer, exposure=exposure,
                only="" if row.engine_only == HUMAN else row.engine_only, known=known, kept=kept,
                deadline=deadline, clock=clock,
            )
            for row in group
        ]  # fmt: skip
        outcomes = asyncio.run(_until(stop, translate_all(wishes, House(engines))))
        for row, outcome in zip(group, outcomes, strict=True):
            kept_results.save(release, outcome.language, outcome.results)
            uses.record(outcome.uses, clock=clock)
            if outcome.state == "ready" and outcome.story is not None:
                known[outcome.language] = outcome.story
            found.append((row, outcome))
    return found


def _groups(rows: Sequence[TranslationOrder], engines: Engines, source: str) -> list[list[TranslationOrder]]:
    """Orders that need no other edition, then those that go over one."""
    first: list[TranslationOrder] = []
    then: list[TranslationOrder] = []
    for row in rows:
        try:
            over = path_for(engines, source, row.language, only=row.engine_only).via
        except BadInput:
            over = ""
        (then if over else first).append(row)
    return [group for group in (first, then) if group]


async def _until(stop: threading.Event | None, work: Coroutine[Any, Any, _T]) -> _T:
    """The result of `work`; raises Stopped when the process is asked to end before."""
    task = asyncio.ensure_future(work)
    while not (await asyncio.wait({task}, timeout=0.2))[0]:
        if stop is not None and stop.is_set():
            task.cancel()
            await asyncio.wait({task})
            raise Stopped
    return task.result()


def run_until(stop: threading.Event) -> None:
    """Carries out orders until `stop`: a thread of the work process. What a crash left is taken up again."""
    from dateline.plant.db.setup import hang_up

    first = True
    while not stop.is_set():
        try:
            if first:
                TranslationOrder.objects.filter(state="working").update(state="waiting")
                first = False
            done = run_due(stop)
        except Exception:
            log.exception("translation.loop_failed", retry_in_s=1)
            hang_up()
            stop.wait(1.0)
            continue
        if not done:
            stop.wait(_IDLE_S)
    hang_up()
