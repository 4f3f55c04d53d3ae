"""The engines of a wire, and one of them asked for what has no text yet: what passes is taken, what does not
is told. Plain asyncio without a database.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput
from dateline.languages import keys
from dateline.languages.engine_settings import Engines, EngineSettings
from dateline.languages.engines.base import REVISION
from dateline.languages.engines.registry import engine_of
from dateline.languages.gating import Gate, blocks
from dateline.languages.limits import breaker_of, is_temporary
from dateline.languages.masking import damage, moved, words_only
from dateline.languages.routing import refused
from dateline.languages.translator import (
    EngineFault,
    Segment,
    TranslationRequest,
    TranslationResult,
    Translator,
)
from dateline.languages.wishes import Part, Use, Wish

log = structlog.get_logger("languages.translating")

LONGEST_WAIT_S: Final = 20.0
"""An engine that asks for a pause up to this long is waited for; for a longer one the next is asked."""
_LOOP: Final = re.compile(r"(.{4,40}?)\1{2,}", re.DOTALL)
_LOOP_CHARS: Final = 6000
Make = Callable[[EngineSettings, Clock | None], Translator]


@dataclass
class House:
    """The engines of this installation, the gate and the clock; engines are opened when first asked.

    `heard` (target -> key -> result) and `uses` gather what engines answered to all wishes, so that whoever
    ends the work early keeps it. `taken`: engine -> characters sent, off the budgets of all wishes.
    """

    engines: Engines
    gate: Gate = field(default_factory=Gate)
    clock: Clock = field(default_factory=SystemClock)
    make: Make = engine_of
    heard: dict[str, dict[str, TranslationResult]] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    _open: dict[str, Translator] = field(default_factory=dict)

    def engine(self, name: str) -> Translator:
        """The engine. Raises EngineFault or BadInput for settings it cannot use."""
        if name not in self._open:
            self._open[name] = self.make(self.engines.engines[name], self.clock)
        return self._open[name]

    async def aclose(self) -> None:
        """Closes what was opened."""
        for engine in self._open.values():
            await engine.aclose()
        self._open.clear()


@dataclass
class Work:
    """What is known of one wish while it runs."""

    wish: Wish
    segments: dict[str, Segment]
    keep: tuple[str, ...]
    parts: dict[str, Part] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    results: dict[str, TranslationResult] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)
    retry: bool = False

    @property
    def source(self) -> str:
        return str(self.wish.source.language)

    def pending(self) -> tuple[Segment, ...]:
        """Segments without a text, in order."""
        return tuple(s for place, s in self.segments.items() if place not in self.parts)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One engine's turn: itself, its settings, and the keys that its results are kept under."""

    engine: Translator
    settings: EngineSettings
    named: Mapping[str, str]
    house: House

    @property
    def name(self) -> str:
        return self.settings.name


def remember(work: Work, house: House) -> None:
    """What an older edition says of blocks that did not change, then memory: both judged like answers."""
    for place, text in work.wish.kept.items():
        segment = work.segments.get(place)
        if segment is not None and not wrong(segment, text, work, house):
            work.parts[place] = Part(place, text, "kept", work.wish.kept_by)
    for place, text in work.wish.memory.items():
        segment = work.segments.get(place)
        if segment is not None and place not in work.parts and not wrong(segment, text, work, house):
            work.parts[place] = Part(place, text, "memory")


def wrong(segment: Segment, text: str, work: Work, house: House) -> str:
    """Why this text must not stand for the segment; "" when it may."""
    if not words_only(text).strip():
        return "an empty text"
    if said := damage(text, segment.slots) or moved(segment.text, text):
        return said
    if _LOOP.search(text[:_LOOP_CHARS]) and not _LOOP.search(segment.text[:_LOOP_CHARS]):
        return "a loop"
    found = house.gate.segment(segment, text, work.source, str(work.wish.target))
    return f"the gate: {', '.join(codes)}" if (codes := blocks(found)) else ""


# --- engines ----------------------------------------------------------------------------------------------


async def ask(work: Work, name: str, house: House) -> None:
    """Asks one engine for what has no text yet, and takes from its answers what passes. What it answered to
    the same question before is taken first, also while it rests.
    """
    settings = house.engines.engines[name]
    try:
        request, engine = _prepared(work, settings, house)
        named = _names(request, settings, context=engine.capabilities().context)
        _reuse(work, request, named, name, house)
        if (left := _still(work, request)) is None:
            return
        _may_be_asked(work, left, settings, house)
    except EngineFault as fault:
        work.said.append(f"{name}: {fault.said}")
        work.retry = work.retry or is_temporary(fault) or fault.kind == "budget"
        return
    await _asked(work, left, _Turn(engine, settings, named, house))


def _names(request: TranslationRequest, settings: EngineSettings, *, context: bool) -> Mapping[str, str]:
    """Segment -> key that its result is kept under."""
    options = {"formality": settings.formality, **settings.options}
    return {
        s.id: keys.result_key(
            s, request, engine=f"{settings.kind}/{settings.name}", model=settings.model, revision=REVISION,
            options=options, context=context,
        )
        for s in request.segments
    }  # fmt: skip


def _may_be_asked(work: Work, request: TranslationRequest, settings: EngineSettings, house: House) -> None:
    """Takes its characters off the budget. Raises EngineFault while it rests, when it is too late, or when
    the budget has no room.
    """
    name, wish = settings.name, work.wish
    if left_s := breaker_of(settings).left_s():
        raise EngineFault("busy", f"rests for {left_s:.0f} s more after faults", wait_s=left_s)
    if wish.deadline is not None and house.clock.now() >= wish.deadline:
        raise EngineFault("late", "the deadline is over")
    needed = sum(len(words_only(segment.text)) for segment in request.segments)
    if name in wish.left and needed > wish.left[name] - house.taken.get(name, 0):
        raise EngineFault("budget", f"its budget of today has no room for {needed} characters")
    house.taken[name] = house.taken.get(name, 0) + needed


def _prepared(work: Work, settings: EngineSettings, house: House) -> tuple[TranslationRequest, Translator]:
    """The request and the engine. Raises EngineFault when the engine must not see the text, cannot be opened,
    or does not speak the languages.
    """
    wish = work.wish
    if why := refused(settings, wish.exposure):
        raise EngineFault("consent", why)
    try:
        engine = house.engine(settings.name)
    except BadInput as error:
        raise EngineFault("setting", str(error)) from None
    can = engine.capabilities()
    if not can.speaks(work.source, str(wish.target)):
        raise EngineFault("pair", f"does not translate {work.source} to {wish.target}")
    pending = work.pending()
    text = " ".join(segment.text for segment in pending)
    request = TranslationRequest(
        source=work.source,
        target=str(wish.target),
        segments=pending,
        context=wish.source.headline if can.context else "",
        terms=keys.matched(wish.terms, text) if can.terms else (),
        formality=settings.formality,
        style=wish.style,
        exposure="remote" if settings.remote else "local",
        consent=wish.exposure.consents.get(settings.name) if settings.remote else None,
        deadline=wish.deadline,
    )
    return request, engine


def _reuse(
    work: Work, request: TranslationRequest, named: Mapping[str, str], name: str, house: House
) -> None:
    """What the same engine answered to the same question before."""
    for segment in request.segments:
        old = work.wish.cached.get(named[segment.id])
        if old is not None and old.finish == "ok" and not wrong(segment, old.text, work, house):
            work.parts[segment.id] = _part(old, segment.id, name, reused=True)


def _still(work: Work, request: TranslationRequest) -> TranslationRequest | None:
    left = work.pending()
    return replace(request, segments=left) if left else None


async def _asked(work: Work, request: TranslationRequest, turn: _Turn) -> None:
    """One try, and one more for what was not answered, after the pause that the engine asked for."""
    fault = await _tried(work, request, turn)
    if fault is not None and fault.kind == "busy" and 0 < (fault.wait_s or 0.0) <= LONGEST_WAIT_S:
        await asyncio.sleep(fault.wait_s or 0.0)
        left = _still(work, request)
        fault = await _tried(work, left, turn) if left is not None else None
    if fault is None:
        return
    work.said.append(f"{turn.name}: {fault.said}")
    work.retry = work.retry or is_temporary(fault)
    log.warning("engine.failed", engine=turn.name, kind=fault.kind, said=fault.said)


async def _tried(work: Work, request: TranslationRequest, turn: _Turn) -> EngineFault | None:
    fault = await _collected(work, request, turn)
    if fault is not None:
        breaker_of(turn.settings).failed(fault)
    return fault


async def _collected(work: Work, request: TranslationRequest, turn: _Turn) -> EngineFault | None:
    """Takes answers until the engine ends or fails; the fault, None when it answered to the end."""
    known = {segment.id: segment for segment in request.segments}
    seen: set[str] = set()
    reasons: dict[str, int] = {}
    fault: EngineFault | None = None
    try:
        async for result in turn.engine.translate(request):
            segment = known.get(result.segment_id)
            if segment is None or segment.id in seen:
                reasons["an answer nobody asked for"] = reasons.get("an answer nobody asked for", 0) + 1
                continue
            seen.add(segment.id)
            use = Use(turn.name, result.characters, result.cost)
            work.uses.append(use)
            turn.house.uses.append(use)
            if why := _taken(work, segment, result, turn):
                reasons[why] = reasons.get(why, 0) + 1
    except EngineFault as error:
        fault = error
    except Exception as error:  # an engine of another package: its fault must not end the others' work
        fault = EngineFault("answer", f"failed ({type(error).__name__})")
        log.exception("engine.broken", engine=turn.name)
    if fault is None:
        breaker_of(turn.settings).fine()
        if missing := len(known) - len(seen):
            reasons["no answer"] = missing
    work.said += [f"{turn.name}: {count} x {why}" for why, count in reasons.items()]
    return fault


def _taken(work: Work, segment: Segment, result: TranslationResult, turn: _Turn) -> str:
    """Keeps the result where it is good; else says why it is not."""
    if result.finish != "ok":
        return result.error or result.finish
    if why := wrong(segment, result.text, work, turn.house):
        return why
    key = turn.named[segment.id]
    work.results[key] = turn.house.heard.setdefault(str(work.wish.target), {})[key] = result
    work.parts[segment.id] = _part(result, segment.id, turn.name)
    return ""


def _part(result: TranslationResult, place: str, engine: str, *, reused: bool = False) -> Part:
    return Part(
        place, result.text, "engine", engine, result.model, result.revision,
        0 if reused else result.characters, None if reused else result.cost, reused,
    )  # fmt: skip
