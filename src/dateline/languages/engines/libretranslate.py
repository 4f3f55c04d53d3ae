"""LibreTranslate and servers that speak its protocol."""

from collections.abc import Sequence
from typing import Any, Final

from dateline.core.clock import Clock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.engines.http import Http
from dateline.languages.translator import Answer, EngineFault, Health, TranslationRequest

# Names differ between releases of the server; the first that /languages lists is taken.
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "zh-Hans": ("zh-Hans", "zh", "zh-CN"),
    "zh-Hant": ("zh-Hant", "zt", "zh-TW"),
    "pt-BR": ("pt-BR", "pb", "pt"),
    "pt-PT": ("pt-PT", "pt"),
}


class LibretranslateEngine(TextEngine):
    """Lists of plain text; slots are kept by cutting the text there, for its small models eat them."""

    style = "none"
    max_batch = 25

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        if not settings.url:
            raise EngineFault("setting", "it has no url; write the address of the server")
        self._http = Http(self.clock)
        self._languages: dict[str, frozenset[str]] | None = None

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        source, target = await self._names(request.source, request.target, sent.wait_s)
        body: dict[str, Any] = {"q": list(texts), "source": source, "target": target, "format": "text"}
        if key := self.key():
            body["api_key"] = key
        document = await self._http.json(
            "POST", f"{self.settings.url}/translate", body=body, wait_s=sent.wait_s
        )
        found = document.get("translatedText") if isinstance(document, dict) else None
        if not isinstance(found, list):
            raise EngineFault("answer", "answered without a list of translatedText")
        return [
            Answer(text) if isinstance(text, str) else Answer("", "missing", "no text in the answer")
            for text in found
        ]

    async def _names(self, source: str, target: str, wait_s: float) -> tuple[str, str]:
        known = await self._known(wait_s)
        left = next((name for name in _names(source) if name in known), "")
        right = next((name for name in _names(target) if name in known.get(left, ())), "")
        if not left or not right:
            raise EngineFault("pair", f"has no pair {source} to {target}")
        return left, right

    async def _known(self, wait_s: float) -> dict[str, frozenset[str]]:
        if self._languages is None:
            rows = await self._http.json("GET", f"{self.settings.url}/languages", wait_s=wait_s)
            if not isinstance(rows, list):
                raise EngineFault("answer", "does not list its languages")
            codes = [str(row.get("code")) for row in rows if isinstance(row, dict)]
            self._languages = {
                str(row.get("code")): frozenset(row.get("targets") or codes)
                for row in rows
                if isinstance(row, dict)
            }
        return self._languages

    async def check(self) -> Health:
        known = await self._known(10.0)
        return Health(True, f"{len(known)} languages", self.model)

    async def aclose(self) -> None:
        await self._http.aclose()


def _names(tag: str) -> tuple[str, ...]:
    return _NAMES.get(tag, (tag,))
