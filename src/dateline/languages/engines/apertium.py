"""Apertium behind its own web service (apertium-apy): rules and dictionaries, local, also without a network.

It is GPL and runs as a process of its own. Pairs are named with ISO 639-3 codes and, for some, a variant.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from dateline.core.clock import Clock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.engines.http import Http
from dateline.languages.translator import Answer, EngineFault, Health, TranslationRequest

_CODES: Final[dict[str, tuple[str, ...]]] = {
    "en": ("eng",),
    "es": ("spa",),
    "fr": ("fra",),
    "pt-BR": ("por_BR", "por"),
    "pt-PT": ("por_PT", "por"),
    "id": ("ind",),
    "ms": ("zlm", "msa"),
    "de": ("deu",),
    "ru": ("rus",),
    "ar": ("arb", "ara"),
    "it": ("ita",),
    "ca": ("cat",),
    "zh-Hans": ("zho",),
}
_AT_ONCE: Final = 4


class ApertiumEngine(TextEngine):
    """One text a request; words it does not know stay as they are, unmarked."""

    style = "none"
    max_batch = 16

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        if not settings.url:
            raise EngineFault("setting", "it has no url; write the address of apertium-apy")
        self._http = Http(self.clock)
        self._modes: frozenset[tuple[str, str]] | None = None

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        mode = await self._mode(request.source, request.target, sent.wait_s)
        gate = asyncio.Semaphore(_AT_ONCE)

        async def one(text: str) -> Answer:
            async with gate:
                return await self._one(text, mode, sent.wait_s)

        return list(await asyncio.gather(*(one(text) for text in texts)))

    async def _one(self, text: str, mode: str, wait_s: float) -> Answer:
        document = await self._http.json(
            "POST",
            f"{self.settings.url}/translate",
            form={"q": text, "langpair": mode, "format": "txt", "markUnknown": "no"},
            wait_s=wait_s,
        )
        data = document.get("responseData") if isinstance(document, dict) else None
        found = data.get("translatedText") if isinstance(data, dict) else None
        if not isinstance(found, str):
            raise EngineFault("answer", "answered without translatedText")
        # It ends each sentence with a blank of its own beside the one that was there.
        return Answer(found if "  " in text else re.sub(" {2,}", " ", found), model=mode)

    async def _mode(self, source: str, target: str, wait_s: float) -> str:
        pairs = await self._pairs(wait_s)
        for left in _codes(source):
            for right in _codes(target):
                if (left, right) in pairs:
                    return f"{left}|{right}"
        raise EngineFault("pair", f"has no pair {source} to {target} installed")

    async def _pairs(self, wait_s: float) -> frozenset[tuple[str, str]]:
        if self._modes is None:
            document = await self._http.json("GET", f"{self.settings.url}/listPairs", wait_s=wait_s)
            rows = document.get("responseData") if isinstance(document, dict) else None
            if not isinstance(rows, list):
                raise EngineFault("answer", "does not list its pairs; is it apertium-apy?")
            self._modes = frozenset(
                (str(row.get("sourceLanguage")), str(row.get("targetLanguage")))
                for row in rows
                if isinstance(row, dict)
            )
        return self._modes

    async def check(self) -> Health:
        pairs = await self._pairs(10.0)
        tags = {code: tag for tag, codes in _CODES.items() for code in codes}
        known = {(tags[s], tags[t]) for s, t in pairs if s in tags and t in tags}
        return Health(True, f"{len(pairs)} pairs installed", "apertium", tuple(sorted(known)))

    async def aclose(self) -> None:
        await self._http.aclose()


def _codes(tag: str) -> tuple[str, ...]:
    return _CODES.get(tag, (tag.partition("-")[0],))
