"""Engines for tests: settings in one line, a gate that lets everything pass, an engine written down."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.registry import engine_of
from dateline.languages.gating import Gate
from dateline.languages.translator import (
    Capabilities,
    Cost,
    Health,
    Segment,
    TranslationRequest,
    TranslationResult,
)

OPEN = Gate(segment=lambda *_: (), story=lambda *_: ())
"""A gate that never says anything: for tests of what comes before it."""


def settings(kind: str, **values: Any) -> EngineSettings:
    """An engine named `test`."""
    return EngineSettings(**{"name": "test", "kind": kind, **values})


def segments(*texts: str) -> tuple[Segment, ...]:
    """Segments without slots."""
    return tuple(Segment(f"blocks[{n}]", text) for n, text in enumerate(texts))


def asked(
    given: EngineSettings, *found: Segment, source: str = "en", target: str = "id", **more: Any
) -> list[TranslationResult]:
    """All answers of an engine; raises its EngineFault."""

    async def run() -> list[TranslationResult]:
        engine = engine_of(given)
        try:
            return [r async for r in engine.translate(TranslationRequest(source, target, found, **more))]
        finally:
            await engine.aclose()

    return asyncio.run(run())


def health(given: EngineSettings) -> Health:
    """What the engine says of itself."""

    async def run() -> Health:
        engine = engine_of(given)
        try:
            return await engine.health()
        finally:
            await engine.aclose()

    return asyncio.run(run())


class Written:
    """An engine that answers what a function says of each segment, or raises what it raises."""

    def __init__(self, given: EngineSettings, says: Callable[[Segment], Any], **can: Any) -> None:
        self.name, self._says, self._can = given.name, says, can
        self.requests: list[TranslationRequest] = []

    def capabilities(self) -> Capabilities:
        return Capabilities(**self._can)

    async def estimate(self, request: TranslationRequest) -> Cost:
        return Cost(0)

    async def translate(self, request: TranslationRequest) -> AsyncIterator[TranslationResult]:
        self.requests.append(request)
        for segment in request.segments:
            said = self._says(segment)
            for one in said if isinstance(said, list) else [said]:
                yield (
                    one
                    if isinstance(one, TranslationResult)
                    else TranslationResult(segment.id, one, self.name, characters=len(segment.text))
                )

    async def health(self) -> Health:
        return Health(True)

    async def aclose(self) -> None:
        return
