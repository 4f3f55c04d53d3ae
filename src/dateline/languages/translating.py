"""One edition through memory, engines and gate, in that order, until every segment has a text that passed.

Plain asyncio without a database: what it needs is handed in, what it found is handed back, and no fault of
an engine loses what another one did.
"""

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from dateline.core.clock import Clock, SystemClock
from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Finding, Story, Translation
from dateline.languages import keys
from dateline.languages.engine_settings import Engines, EngineSettings
from dateline.languages.engines.base import REVISION
from dateline.languages.engines.registry import engine_of
from dateline.languages.gating import Gate, blocks, holds
from dateline.languages.limits import breaker_of, is_temporary
from dateline.languages.masking import damage, moved, words_only
from dateline.languages.routing import HUMAN, Path, path_for, refused
from dateline.languages.segments import put_back, segments_of
from dateline.languages.translator import (
    EngineFault,
    Segment,
    TranslationRequest,
    TranslationResult,
    Translator,
)
from dateline.languages.wishes import Outcome, OutcomeState, Part, Use, Wish

log = structlog.get_logger("languages.translating")

LONGEST_WAIT_S: Final = 20.0
"""An engine that asks for a pause up to this long is waited for; for a longer one the next is asked."""
_LOOP: Final = re.compile(r"(.{4,40}?)\1{2,}", re.DOTALL)
_LOOP_CHARS: Final = 6000
Make = Callable[[EngineSettings, Clock | None], Translator]


@dataclass
class House:
    """The engines of this installation, the gate and the clock; engines are opened when first asked."""

    engines: Engines
    gate: Gate = field(default_factory=Gate)
    clock: Clock = field(default_factory=SystemClock)
    make: Make = engine_of
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
class _Work:
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


async def translate(wish: Wish, house: House) -> Outcome:
    """The edition. Raises BadInput when no engine is set up for the pair; an engine's fault is in `said`."""
    path = path_for(house.engines, wish.source.language, wish.target, only=wish.only)
    if path.via:
        return await _over(wish, path, house)
    keep = tuple(dict.fromkeys(term.source for term in wish.terms if term.keep))
    segments = await asyncio.to_thread(segments_of, wish.source, keep)
    work = _Work(wish, {segment.id: segment for segment in segments}, keep)
    _remember(work, house)
    for name in path.engines:
        if name != HUMAN and work.pending():
            await _ask(work, name, house)
    return _outcome(work, path, house)


async def translate_all(wishes: Sequence[Wish], house: House, at_once: int = 4) -> list[Outcome]:
    """Several editions, some at once; the engines are closed at the end. Raises BadInput as `translate`."""
    gate = asyncio.Semaphore(at_once)

    async def one(wish: Wish) -> Outcome:
        async with gate:
            return await translate(wish, house)

    try:
        return list(await asyncio.gather(*(one(wish) for wish in wishes)))
    finally:
        await house.aclose()


# --- over another language --------------------------------------------------------------------------------


async def _over(wish: Wish, path: Path, house: House) -> Outcome:
    """First into `via`, then from there: an edition in it that is there already is taken as it is."""
    via = Language(path.via)
    known = wish.known.get(via)
    first = Outcome(via, "ready", known, engine=_made_by(known)) if known else None
    if first is None:
        first = await translate(replace(wish, target=via, only="", memory={}), house)
    if first.story is None:
        return replace(
            first, language=wish.target, said=(*first.said, f"there is no edition in {via} to go on from")
        )
    bridge = replace(first.story, origin=wish.source.origin, original=True)
    direct = replace(wish, source=bridge, memory={}, only=next(iter(path.engines), ""))
    second = await translate(direct, house)
    story, findings, state = second.story, second.findings, second.state
    engine = "+".join(name for name in dict.fromkeys((first.engine, second.engine)) if name)
    if story is not None:
        story = replace(story, translation=Translation("machine", engine))
        findings = house.gate.story(story, replace(wish.source, findings=()))
        state = "held" if first.state == "held" else _state(findings)
    return replace(
        second,
        story=story,
        state=state,
        findings=findings,
        engine=engine,
        said=(*first.said, *second.said),
        results={**first.results, **second.results},
        uses=(*first.uses, *second.uses),
        retry=first.retry or second.retry,
    )


def _made_by(story: Story | None) -> str:
    made = story.translation if story is not None else None
    return (made.engine or "") if made is not None and made.kind == "machine" else ""


# --- memory -----------------------------------------------------------------------------------------------


def _remember(work: _Work, house: House) -> None:
    for place, text in work.wish.memory.items():
        segment = work.segments.get(place)
        if segment is not None and not _wrong(segment, text, work, house):
            work.parts[place] = Part(place, text, "memory")


def _wrong(segment: Segment, text: str, work: _Work, house: House) -> str:
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


async def _ask(work: _Work, name: str, house: House) -> None:
    """Asks one engine for what has no text yet, and takes from its answers what passes."""
    settings = house.engines.engines[name]
    try:
        request, engine = _prepared(work, settings, house)
    except EngineFault as fault:
        work.said.append(f"{name}: {fault.said}")
        work.retry = work.retry or is_temporary(fault) or fault.kind == "budget"
        return
    options = {"formality": settings.formality, **settings.options}
    context = engine.capabilities().context
    named = {
        s.id: keys.result_key(
            s, request, engine=f"{settings.kind}/{name}", model=settings.model, revision=REVISION,
            options=options, context=context,
        )
        for s in request.segments
    }  # fmt: skip
    _reuse(work, request, named, name, house)
    if (left := _still(work, request)) is not None:
        await _asked(work, left, _Turn(engine, settings, named, house))


def _prepared(work: _Work, settings: EngineSettings, house: House) -> tuple[TranslationRequest, Translator]:
    """The request and the engine. Raises EngineFault when it must not or cannot be asked now."""
    wish = work.wish
    if why := refused(settings, wish.exposure):
        raise EngineFault("consent", why)
    if left_s := breaker_of(settings).left_s():
        raise EngineFault("busy", f"rests for {left_s:.0f} s more after faults", wait_s=left_s)
    if wish.deadline is not None and house.clock.now() >= wish.deadline:
        raise EngineFault("late", "the deadline is over")
    pending = work.pending()
    needed = sum(len(words_only(segment.text)) for segment in pending)
    if settings.name in wish.left and needed > wish.left[settings.name]:
        raise EngineFault("budget", f"its budget of today has no room for {needed} characters")
    try:
        engine = house.engine(settings.name)
    except BadInput as error:
        raise EngineFault("setting", str(error)) from None
    can = engine.capabilities()
    if not can.speaks(work.source, str(wish.target)):
        raise EngineFault("pair", f"does not translate {work.source} to {wish.target}")
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
    work: _Work, request: TranslationRequest, named: Mapping[str, str], name: str, house: House
) -> None:
    """What the same engine answered to the same question before."""
    for segment in request.segments:
        old = work.wish.cached.get(named[segment.id])
        if old is not None and old.finish == "ok" and not _wrong(segment, old.text, work, house):
            work.parts[segment.id] = _part(old, segment.id, name, reused=True)


def _still(work: _Work, request: TranslationRequest) -> TranslationRequest | None:
    left = work.pending()
    return replace(request, segments=left) if left else None


async def _asked(work: _Work, request: TranslationRequest, turn: _Turn) -> None:
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


async def _tried(work: _Work, request: TranslationRequest, turn: _Turn) -> EngineFault | None:
    fault = await _collected(work, request, turn)
    if fault is not None:
        breaker_of(turn.settings).failed(fault)
    return fault


async def _collected(work: _Work, request: TranslationRequest, turn: _Turn) -> EngineFault | None:
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
            work.uses.append(Use(turn.name, result.characters, result.cost))
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


def _taken(work: _Work, segment: Segment, result: TranslationResult, turn: _Turn) -> str:
    """Keeps the result where it is good; else says why it is not."""
    if result.finish != "ok":
        return result.error or result.finish
    if why := _wrong(segment, result.text, work, turn.house):
        return why
    work.results[turn.named[segment.id]] = result
    work.parts[segment.id] = _part(result, segment.id, turn.name)
    return ""


def _part(result: TranslationResult, place: str, engine: str, *, reused: bool = False) -> Part:
    return Part(
        place, result.text, "engine", engine, result.model, result.revision,
        0 if reused else result.characters, None if reused else result.cost, reused,
    )  # fmt: skip


# --- the edition ------------------------------------------------------------------------------------------


def _outcome(work: _Work, path: Path, house: House) -> Outcome:
    parts = tuple(work.parts[place] for place in work.segments if place in work.parts)
    engine = label_of(parts)
    outcome = Outcome(
        work.wish.target,
        "incomplete",
        None,
        parts,
        tuple(segment.id for segment in work.pending()),
        said=tuple(dict.fromkeys(work.said)),
        engine=engine,
        results=work.results,
        uses=tuple(work.uses),
        retry=work.retry,
        human=HUMAN in path.engines,
    )
    if outcome.missing:
        return outcome
    made = Translation("machine", engine or None)
    story = put_back(work.wish.source, work.wish.target, outcome.texts, keep=work.keep, made=made)
    findings = house.gate.story(story, work.wish.source)
    return replace(outcome, state=_state(findings), story=story, findings=findings)


def _state(findings: tuple[Finding, ...]) -> OutcomeState:
    return "held" if blocks(findings) or holds(findings) else "ready"


def label_of(parts: Sequence[Part]) -> str:
    """The engines of an edition as its label names them: most used first; `memory` beside them."""
    count: dict[str, int] = {}
    for part in parts:
        name = "memory" if part.origin == "memory" else part.engine
        if name:
            count[name] = count.get(name, 0) + 1
    return "+".join(sorted(count, key=lambda name: (name == "memory", -count[name], name)))
