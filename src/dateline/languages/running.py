"""Orders are carried out: before the lock into the drafts, after the release as editions that join it.

Engines are asked outside every transaction; what they answered is kept even where the run fails.
"""

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final, TypeVar

import structlog

from dateline.core.clock import Clock, Instant, SystemClock
from dateline.core.errors import BadInput, DatelineError
from dateline.core.languages import Language
from dateline.core.words import Story
from dateline.desk import services as desk
from dateline.formats.stories import story_of
from dateline.languages import consents, kept_results, memory, uses
from dateline.languages.asking import House
from dateline.languages.correcting import correct
from dateline.languages.engine_settings import Engines, read_engines
from dateline.languages.gating import blocks, holds
from dateline.languages.joining import join
from dateline.languages.models import TranslationOrder
from dateline.languages.order_rows import MOST_ATTEMPTS, OUT, OVER, OrderCard, claim, move, orders, pause_s
from dateline.languages.outdated import Published, is_taken_up, published, still_standing
from dateline.languages.routing import HUMAN, Exposure, path_for
from dateline.languages.segments import segments_of
from dateline.languages.terms_used import terms_of
from dateline.languages.translating import translate_all
from dateline.languages.wishes import Outcome, Wish
from dateline.plant.settings import get_settings

log = structlog.get_logger("languages.running")
_T = TypeVar("_T")
_IDLE_S: Final = 0.5
_AT_ONCE: Final = 50
_TAKEN_UP: Final = timedelta(seconds=1)
"""How long to wait for the desk, which takes up a corrected text when it is public."""


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
        for row, outcome in _outcomes(release, rows, deadline=deadline, clock=clock):
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
    found = published(release)
    if card.state not in OUT or found is None:
        for row in rows:
            move(row, "waiting", now, next_at=None)
        return
    if not is_taken_up(found, desk.drafts(release)[0]):
        for row in rows:
            move(row, "waiting", now, next_at=now + _TAKEN_UP)
        return
    rows = [row for row in rows if not _is_there(row, found, now)]
    source = found.edition(found.original)
    made = _outcomes(release, rows, out=found, stop=stop, clock=clock)
    now = (clock or SystemClock()).now()
    older = [one for one in made if one[1].story is not None and one[1].language in found.newest]
    correct(older, source, now, found)
    for row, outcome in made:
        if (row, outcome) not in older:
            join(row, outcome, source, now)


def _is_there(row: TranslationOrder, found: Published, now: Instant) -> bool:
    """Whether an edition of today's original is approved already: a crash came before that was noted."""
    language = Language(row.language)
    if language not in found.newest or found.is_outdated(language):
        return False
    move(row, "joined", now, version_id=found.newest[language].version_id)
    return True


# --- both -------------------------------------------------------------------------------------------------


def _outcomes(
    release: str,
    rows: Sequence[TranslationOrder],
    *,
    out: Published | None = None,
    deadline: Instant | None = None,
    stop: threading.Event | None = None,
    clock: Clock | None = None,
) -> list[tuple[TranslationOrder, Outcome]]:
    """What came of each order; those made from another edition after that one. `out`: what is public of the
    release, None before. Results and uses are kept whatever happens.
    """
    if not rows:
        return []
    engines = read_engines(get_settings())
    source, *others = desk.drafts(release)
    card = desk.show(release)
    exposure = Exposure(out is not None, card.release_class == "regulated", consents.consents_of(card.issuer))
    known = {story.language: story for story in others} if out is None else _known(out)
    found: list[tuple[TranslationOrder, Outcome]] = []
    for group in _groups(rows, engines, source.language):
        kept = kept_results.load(release)
        wishes = [
            _with_standing(
                wish_for(
                    source, Language(row.language), engines, issuer=card.issuer, exposure=exposure,
                    only="" if row.engine_only == HUMAN else row.engine_only, known=known, kept=kept,
                    deadline=deadline, clock=clock,
                ),
                out,
            )
            for row in group
        ]  # fmt: skip
        house = House(engines)
        try:
            outcomes = asyncio.run(_until(stop, translate_all(wishes, house)))
        finally:
            for language, results in house.heard.items():
                kept_results.save(release, language, results)
            uses.record(house.uses, clock=clock)
        for row, outcome in zip(group, outcomes, strict=True):
            if outcome.state == "ready" and outcome.story is not None:
                known[outcome.language] = outcome.story
            found.append((row, outcome))
    return found


def _known(out: Published) -> dict[Language, Story]:
    """The editions that another one may be converted from: those of today's original."""
    tags = [tag for tag in out.newest if tag != out.original and not out.is_outdated(tag)]
    return {tag: story_of(out.edition(tag)) for tag in tags}


def _with_standing(wish: Wish, out: Published | None) -> Wish:
    """With the blocks of an edition that is out of date which did not change: no engine is asked for them."""
    if out is None or not out.is_outdated(wish.target):
        return wish
    keep = tuple(dict.fromkeys(term.source for term in wish.terms if term.keep))
    made = out.edition(wish.target).translation
    texts = still_standing(out, wish.target, wish.source, keep)
    return replace(wish, kept=texts, kept_by=(made.engine if made else None) or "")


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
