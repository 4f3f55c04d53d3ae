"""One edition through memory, engines and gate, in that order, until every segment has a text that passed.

Plain asyncio without a database: what it needs is handed in, what it found is handed back, and no fault of
an engine loses what another one did.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from dateline.core.errors import BadInput
from dateline.core.languages import Language
from dateline.core.words import Finding, Story, Translation
from dateline.languages.asking import House, Work, ask, remember
from dateline.languages.gating import blocks, holds
from dateline.languages.routing import HUMAN, Path, path_for
from dateline.languages.segments import put_back, segments_of
from dateline.languages.wishes import Outcome, OutcomeState, Part, Wish


async def translate(wish: Wish, house: House) -> Outcome:
    """The edition. Raises BadInput when no engine is set up for the pair; an engine's fault is in `said`."""
    path = path_for(house.engines, wish.source.language, wish.target, only=wish.only)
    if path.via:
        return await _over(wish, path, house)
    keep = tuple(dict.fromkeys(term.source for term in wish.terms if term.keep))
    segments = await asyncio.to_thread(segments_of, wish.source, keep)
    work = Work(wish, {segment.id: segment for segment in segments}, keep)
    remember(work, house)
    for name in path.engines:
        if name != HUMAN and work.pending():
            await ask(work, name, house)
    return _outcome(work, path, house)


async def translate_all(wishes: Sequence[Wish], house: House, at_once: int = 4) -> list[Outcome]:
    """Several editions, some at once; the engines are closed at the end. One that has no way says so in its
    outcome, and the others are made.
    """
    gate = asyncio.Semaphore(at_once)

    async def one(wish: Wish) -> Outcome:
        async with gate:
            try:
                return await translate(wish, house)
            except BadInput as error:
                return Outcome(wish.target, "incomplete", None, said=(str(error),))

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
        first = await translate(replace(wish, target=via, only="", memory={}, kept={}), house)
    if first.story is None:
        return replace(
            first, language=wish.target, said=(*first.said, f"there is no edition in {via} to go on from")
        )
    bridge = replace(
        first.story, origin=wish.source.origin, attachments=wish.source.attachments, original=True
    )
    direct = replace(wish, source=bridge, memory={}, kept={}, only=next(iter(path.engines), ""))
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


# --- the edition ------------------------------------------------------------------------------------------


def _outcome(work: Work, path: Path, house: House) -> Outcome:
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
        for name in ("memory",) if part.origin == "memory" else part.engine.split("+"):
            count[name] = count.get(name, 0) + 1
    count.pop("", None)
    return "+".join(sorted(count, key=lambda name: (name == "memory", -count[name], name)))
