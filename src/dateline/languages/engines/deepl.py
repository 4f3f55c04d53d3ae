"""DeepL over its REST interface, or a server that speaks it (`url`)."""

from collections.abc import Sequence
from typing import Any, Final

from dateline.core.clock import Clock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.engines.http import Http
from dateline.languages.translator import Answer, EngineFault, Health, TranslationRequest

FREE: Final = "https://api-free.deepl.com"
PAID: Final = "https://api.deepl.com"
# A target needs a region where the service knows several; a source never has one.
_TARGETS: Final = {"en": "EN-US", "pt": "PT-BR", "pt-BR": "PT-BR", "pt-PT": "PT-PT", "es-419": "ES-419"}
_FORMAL: Final = frozenset({"de", "fr", "es", "pt-BR", "pt-PT", "ru", "ja", "it", "pl", "nl"})
_FORMALITY: Final = {"more": "prefer_more", "less": "prefer_less"}


class DeeplEngine(TextEngine):
    """XML with slots it is told to leave alone; at most 50 texts and 128 KiB a request."""

    style = "xml"
    max_batch = 50
    max_chars = 30_000
    formality = context = True

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        if not (settings.key_env or settings.key_file):
            raise EngineFault("setting", "it has no key; name it with key_env or key_file")
        self._http = Http(self.clock)

    def _server(self, key: str) -> str:
        return self.settings.url or (FREE if key.endswith(":fx") else PAID)

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        key = self.key()
        body: dict[str, Any] = {
            "text": list(texts),
            "source_lang": request.source.partition("-")[0].upper(),
            "target_lang": _TARGETS.get(request.target, request.target.upper()),
            "preserve_formatting": True,
        }
        if sent.style == "xml":
            body |= {"tag_handling": "xml", "ignore_tags": ["x"]}
        if request.context:
            body["context"] = request.context
        if request.formality != "default" and request.target in _FORMAL:
            body["formality"] = _FORMALITY[request.formality]
        if self.model:
            body["model_type"] = self.model
        document = await self._http.json(
            "POST", f"{self._server(key)}/v2/translate", headers=_signed(key), body=body, wait_s=sent.wait_s
        )
        rows = document.get("translations") if isinstance(document, dict) else None
        if not isinstance(rows, list):
            raise EngineFault("answer", "answered without translations")
        return [_answer(row) for row in rows]

    async def check(self) -> Health:
        key = self.key()
        used = await self._http.json("GET", f"{self._server(key)}/v2/usage", headers=_signed(key))
        if not isinstance(used, dict):
            raise EngineFault("answer", "does not tell its usage")
        return Health(
            True, f"{used.get('character_count', '?')} of {used.get('character_limit', '?')} characters used"
        )

    async def aclose(self) -> None:
        await self._http.aclose()


def _signed(key: str) -> dict[str, str]:
    return {"Authorization": f"DeepL-Auth-Key {key}"}


def _answer(row: object) -> Answer:
    text = row.get("text") if isinstance(row, dict) else None
    return Answer(text) if isinstance(text, str) else Answer("", "missing", "no text in the answer")
