"""What all adapters share: batches, slots in the engine's own form, deadlines, and asking again, once and
alone, for what was not answered.
"""

import asyncio
import re
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dateline.core.clock import Clock, SystemClock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.limits import pace_of
from dateline.languages.masking import TOKEN, damage, has_words, words_only
from dateline.languages.slots import decoded, encoded, pieces, sentences
from dateline.languages.translator import (
    Answer,
    Capabilities,
    Cost,
    EngineFault,
    Health,
    Segment,
    SlotStyle,
    TranslationRequest,
    TranslationResult,
)
from dateline.plant.settings import get_settings

REVISION: Final = "1"
"""Of the adapters: raised when what they send or read changes, so that old results are not reused."""
_MILLION: Final = 1_000_000
_BEFORE: Final = re.compile(r"^[\s.,;:!?)\]}»”’、。，；：！？）」』]+")
_AFTER: Final = re.compile(r"[\s(\[{«“‘（「『]+$")


@dataclass(frozen=True, slots=True)
class _Part:
    """A text to send for a segment: the whole of it, or a piece between slots."""

    segment: int
    text: str


@dataclass(frozen=True, slots=True)
class Sent:
    """How the texts of one `ask` are written, and for how many seconds their answer may be awaited."""

    style: SlotStyle
    wait_s: float


class TextEngine(ABC):
    """An engine that translates a list of texts. Adapters give `ask`; all else is here."""

    style: SlotStyle = "none"
    max_batch = 32
    max_chars = 10_000
    remote = True
    terms = formality = context = False

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        self.settings = settings
        self.name = settings.name
        self.clock = clock or SystemClock()
        self.model = settings.model

    @abstractmethod
    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        """One answer for each text, in order. Raises EngineFault when none of them can be used."""

    async def check(self) -> Health:
        """Asks the engine whether it is there; may raise EngineFault."""
        return Health(True, "ready", self.model)

    async def aclose(self) -> None:
        """Closes what was opened; nothing where nothing was."""
        return

    def key(self) -> str:
        """The engine's key, "" where none is named. Raises EngineFault naming where it should be."""
        return self.settings.key(get_settings().home)

    def capabilities(self) -> Capabilities:
        given = self.settings
        return Capabilities(
            pairs=given.pair_set,
            max_batch=given.max_batch or self.max_batch,
            max_chars=given.max_chars or self.max_chars,
            slot_style=given.slot_style or self.style,
            terms=self.terms,
            formality=self.formality,
            context=self.context,
            remote=given.remote,
        )

    async def health(self) -> Health:
        try:
            async with asyncio.timeout(min(self.settings.timeout_s, 10.0)):
                return await self.check()
        except EngineFault as fault:
            return Health(False, fault.said)
        except TimeoutError:
            return Health(False, "did not answer in time")

    async def estimate(self, request: TranslationRequest) -> Cost:
        return self.cost_of(sum(len(words_only(s.text)) for s in request.segments))

    def cost_of(self, characters: int) -> Cost:
        """What so many characters are charged."""
        price = self.settings.price_per_million
        return Cost(characters, None if price is None else price * characters / _MILLION)

    async def translate(self, request: TranslationRequest) -> AsyncIterator[TranslationResult]:
        limits = self.capabilities()
        for batch in _batches(request.segments, limits):
            style = limits.slot_style
            answers = await self._answers(batch, request, style, limits.max_chars)
            if style != "none":
                answers = await self._whole(batch, answers, request, limits.max_chars)
            for segment, answer in zip(batch, answers, strict=True):
                yield self._result(segment, answer)

    async def _whole(
        self, batch: Sequence[Segment], answers: list[Answer], request: TranslationRequest, most: int
    ) -> list[Answer]:
        """Asks once more, cut at the slots, for texts whose slots came back damaged."""
        hurt = [
            n
            for n, (segment, answer) in enumerate(zip(batch, answers, strict=True))
            if answer.finish == "ok" and segment.slots and damage(answer.text, segment.slots)
        ]
        if hurt:
            again = await self._answers([batch[n] for n in hurt], request, "none", most)
            for n, answer in zip(hurt, again, strict=True):
                answers[n] = answer
        return answers

    async def _answers(
        self, batch: Sequence[Segment], request: TranslationRequest, style: SlotStyle, most: int
    ) -> list[Answer]:
        parts = [part for n, segment in enumerate(batch) for part in _parts(n, segment, style, most)]
        asked = [part for part in parts if not TOKEN.fullmatch(part.text) and has_words(part.text)]
        texts = [_bare(part.text) for part in asked]
        told = iter(await self._asked(texts, request, style) if texts else ())
        by_segment: dict[int, list[Answer]] = {}
        for part in parts:
            kept = TOKEN.fullmatch(part.text) or not has_words(part.text)
            answer = (
                Answer(part.text)
                if kept
                else _spaced(part.text, next(told), request.target if style == "none" else "", style)
            )
            by_segment.setdefault(part.segment, []).append(answer)
        return [_joined(by_segment.get(n, [])) for n in range(len(batch))]

    async def _asked(self, texts: list[str], request: TranslationRequest, style: SlotStyle) -> list[Answer]:
        answers = await self._once(texts, request, style)
        for n, answer in enumerate(answers):
            if answer.finish == "missing":
                (answers[n],) = await self._once([texts[n]], request, style)
        return [
            replace(a, finish="failed", error=a.error or "no answer for this text")
            if a.finish == "missing"
            else a
            for a in answers
        ]

    async def _once(self, texts: list[str], request: TranslationRequest, style: SlotStyle) -> list[Answer]:
        wait_s = self.settings.timeout_s
        if request.deadline is not None:
            wait_s = min(wait_s, (request.deadline - self.clock.now()).total_seconds())
        if wait_s <= 0:
            raise EngineFault("late", "the deadline is over")
        try:
            async with asyncio.timeout(wait_s):
                await pace_of(self.settings).turn()
                answers = await self.ask(texts, request, Sent(style, wait_s))
        except TimeoutError:
            raise EngineFault("late", f"no answer within {wait_s:.0f} s") from None
        if len(answers) != len(texts):
            return [Answer("", "missing", "as many answers as texts were expected")] * len(texts)
        return [
            replace(a, finish="failed", error="an empty answer")
            if a.finish == "ok" and not a.text.strip()
            else a
            for a in answers
        ]

    def _result(self, segment: Segment, answer: Answer) -> TranslationResult:
        count = len(words_only(segment.text))
        return TranslationResult(
            segment.id,
            answer.text if answer.finish == "ok" else "",
            self.name,
            answer.model or self.model,
            REVISION,
            "failed" if answer.finish == "missing" else answer.finish,
            answer.error,
            answer.score,
            count,
            self.cost_of(count).money,
        )


def _batches(segments: Sequence[Segment], limits: Capabilities) -> Iterator[list[Segment]]:
    batch: list[Segment] = []
    size = 0
    for segment in segments:
        length = len(segment.text)
        if batch and (len(batch) >= limits.max_batch or size + length > limits.max_chars):
            yield batch
            batch, size = [], 0
        batch.append(segment)
        size += length
    if batch:
        yield batch


def _parts(number: int, segment: Segment, style: SlotStyle, most: int) -> Iterator[_Part]:
    whole = style != "none" and len(segment.text) <= most
    if whole:
        yield _Part(number, encoded(segment.text, segment.slots, style))
        return
    for piece in pieces(segment.text):
        for part in [piece] if TOKEN.fullmatch(piece) else sentences(piece, most):
            yield _Part(number, part if style == "none" else encoded(part, (), style))


def _spaced(sent: str, answer: Answer, target: str, style: SlotStyle) -> Answer:
    """The answer between the blanks that the piece had, which engines eat; slots as tokens again.

    A piece from within a sentence begins small again: engines take it for a sentence. Not in German, whose
    nouns are written so.
    """
    if answer.finish != "ok":
        return answer
    text = answer.text.strip()
    text = text if style == "none" else decoded(text, style)
    if target and target != "de" and _bare(sent)[:1].islower() and text[1:2].islower():
        text = text[:1].lower() + text[1:]
    return replace(answer, text=f"{_edge(_BEFORE, sent)}{text}{_edge(_AFTER, sent)}")


def _edge(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[0] if found else ""


def _bare(text: str) -> str:
    """What is sent of a piece: without blanks and marks that belong to its neighbours, which engines eat or
    double.
    """
    return _AFTER.sub("", _BEFORE.sub("", text))


def _joined(answers: Sequence[Answer]) -> Answer:
    bad = next((answer for answer in answers if answer.finish != "ok"), None)
    if bad is not None:
        return replace(bad, text="")
    model = next((answer.model for answer in answers if answer.model), "")
    scores = [answer.score for answer in answers if answer.score is not None]
    return Answer(
        "".join(a.text for a in answers).strip(), score=min(scores) if scores else None, model=model
    )
