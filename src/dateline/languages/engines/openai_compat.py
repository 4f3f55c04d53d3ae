"""Any server that speaks `/v1/chat/completions`: vLLM, llama.cpp, Ollama, or a hosted model."""

from collections.abc import Sequence
from typing import Any

import structlog

from dateline.core.clock import Clock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.engines.http import Http
from dateline.languages.engines.openai_prompt import answers, messages, room_for
from dateline.languages.translator import Answer, EngineFault, Health, TranslationRequest

log = structlog.get_logger("languages.engines")


class OpenaiEngine(TextEngine):
    """One JSON array with ids a request. Never without a limit of tokens: a loop must end."""

    style = "xml"
    max_batch = 8
    max_chars = 4000
    terms = formality = context = True

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        if not settings.url or not settings.model:
            raise EngineFault("setting", "it needs a url (without /v1) and the name of a model")
        self._http = Http(self.clock)

    def _head(self) -> dict[str, str]:
        key = self.key()
        return {"Authorization": f"Bearer {key}"} if key else {}

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        body: dict[str, Any] = {
            "model": self.model,
            "messages": messages(texts, request),
            "temperature": 0,
            "max_tokens": room_for(texts),
            "stream": False,
            **self.settings.options,
        }
        document = await self._http.json(
            "POST",
            f"{self.settings.url}/v1/chat/completions",
            headers=self._head(),
            body=body,
            wait_s=sent.wait_s,
        )
        told, strange = answers(document, len(texts))
        if strange:
            log.warning("engine.strange_ids", engine=self.name, said=strange)
        return told

    async def check(self) -> Health:
        document = await self._http.json("GET", f"{self.settings.url}/v1/models", headers=self._head())
        rows = document.get("data") if isinstance(document, dict) else None
        if not isinstance(rows, list):
            raise EngineFault("answer", "does not list its models")
        names = [str(row.get("id")) for row in rows if isinstance(row, dict)]
        if self.model not in names:
            return Health(False, f"does not serve {self.model}; it has {', '.join(names[:5]) or 'none'}")
        return Health(True, "ready", self.model)

    async def aclose(self) -> None:
        await self._http.aclose()
