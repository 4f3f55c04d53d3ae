"""Google Translate v2 over REST, or a server that speaks it (`url`)."""

from collections.abc import Sequence
from typing import Any, Final

from dateline.core.clock import Clock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.engines.http import Http
from dateline.languages.translator import Answer, EngineFault, Health, TranslationRequest

SERVER: Final = "https://translation.googleapis.com"
_NAMES: Final = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW", "zh-Hant-HK": "zh-TW", "pt-BR": "pt"}


class GoogleEngine(TextEngine):
    """HTML with slots it leaves alone; entities are undone here, so that none reaches a reader."""

    style = "html"
    max_batch = 100
    max_chars = 30_000

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        if not (settings.key_env or settings.key_file):
            raise EngineFault("setting", "it has no key; name it with key_env or key_file")
        self._http = Http(self.clock)
        self._url = settings.url or SERVER

    def _head(self) -> dict[str, str]:
        # In a header, not in the query: addresses end in logs.
        return {"X-Goog-Api-Key": self.key()}

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        body: dict[str, Any] = {
            "q": list(texts),
            "source": _NAMES.get(request.source, request.source),
            "target": _NAMES.get(request.target, request.target),
            # Always said: what the service takes for granted is HTML, and its entities reach readers.
            "format": "html" if sent.style == "html" else "text",
        }
        if self.model:
            body["model"] = self.model
        document = await self._http.json(
            "POST", f"{self._url}/language/translate/v2", headers=self._head(), body=body, wait_s=sent.wait_s
        )
        data = document.get("data") if isinstance(document, dict) else None
        rows = data.get("translations") if isinstance(data, dict) else None
        if not isinstance(rows, list):
            raise EngineFault("answer", "answered without translations")
        return [_answer(row) for row in rows]

    async def check(self) -> Health:
        document = await self._http.json(
            "GET", f"{self._url}/language/translate/v2/languages", headers=self._head()
        )
        data = document.get("data") if isinstance(document, dict) else None
        rows = data.get("languages") if isinstance(data, dict) else None
        return Health(True, f"{len(rows) if isinstance(rows, list) else 0} languages", self.model)

    async def aclose(self) -> None:
        await self._http.aclose()


def _answer(row: object) -> Answer:
    text = row.get("translatedText") if isinstance(row, dict) else None
    model = row.get("model") if isinstance(row, dict) else ""
    if not isinstance(text, str):
        return Answer("", "missing", "no text in the answer")
    return Answer(text, model=model if isinstance(model, str) else "")
