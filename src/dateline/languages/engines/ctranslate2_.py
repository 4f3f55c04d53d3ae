"""A folder with a CTranslate2 model (OPUS-MT, NLLB, MADLAD): run here on the CPU. Local.

Beside model.bin it may hold source.spm and target.spm (or one sentencepiece.model); without them texts are
cut at blanks.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from dateline.core.clock import Clock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.slots import sentences
from dateline.languages.translator import Answer, EngineFault, Health, TranslationRequest
from dateline.plant.settings import get_settings

_SENTENCE_CHARS: Final = 400
_LONGEST: Final = 512
_END: Final = "</s>"
NLLB: Final = {
    "en": "eng_Latn", "ko": "kor_Hang", "ja": "jpn_Jpan", "ar": "arb_Arab", "zh-Hans": "zho_Hans",
    "zh-Hant": "zho_Hant", "vi": "vie_Latn", "th": "tha_Thai", "id": "ind_Latn", "ms": "zsm_Latn",
    "de": "deu_Latn", "ru": "rus_Cyrl", "fr": "fra_Latn", "es": "spa_Latn", "pt-BR": "por_Latn",
    "pt-PT": "por_Latn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Loaded:
    translator: Any
    source: Any
    target: Any


@lru_cache(maxsize=4)
def _loaded(folder: Path, threads: int) -> _Loaded:
    import ctranslate2

    translator = ctranslate2.Translator(str(folder), device="cpu", intra_threads=threads)
    source, target = _pieces(folder, "source.spm"), _pieces(folder, "target.spm")
    return _Loaded(translator, source, target)


def _pieces(folder: Path, name: str) -> Any:
    for path in (folder / name, folder / "sentencepiece.model"):
        if path.is_file():
            try:
                import sentencepiece
            except ImportError:
                raise EngineFault(
                    "setting", "sentencepiece is not installed: pip install 'dateline[ctranslate2]'"
                ) from None
            return sentencepiece.SentencePieceProcessor(model_file=str(path))
    return None


class Ctranslate2Engine(TextEngine):
    """Sentences in one batch. `options`: `family = "nllb"` for models told the languages by a token, `beam`,
    `threads`.
    """

    style = "none"
    max_batch = 64
    remote = False

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        if not settings.folder:
            raise EngineFault("setting", "it needs the folder of a model")
        self._folder = get_settings().home / Path(settings.folder).expanduser()
        self.model = settings.model or self._folder.name
        self._nllb = settings.options.get("family") == "nllb"

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        return await asyncio.to_thread(self._ask, texts, request)

    def _ask(self, texts: Sequence[str], request: TranslationRequest) -> list[Answer]:
        loaded = self._ready()
        cut = [sentences(text, _SENTENCE_CHARS) for text in texts]
        flat = [self._tokens(part, loaded, request.source) for parts in cut for part in parts]
        results = loaded.translator.translate_batch(
            flat,
            target_prefix=[[self._tag(request.target)]] * len(flat) if self._nllb else None,
            beam_size=int(self.settings.options.get("beam", 2)),
            repetition_penalty=1.2,
            max_decoding_length=_LONGEST,
            return_scores=True,
        )
        said = iter(results)
        return [self._joined([next(said) for _ in parts], loaded) for parts in cut]

    def _ready(self) -> _Loaded:
        if not (self._folder / "model.bin").is_file():
            raise EngineFault("setting", f"the folder {self._folder.name} holds no model.bin")
        try:
            return _loaded(self._folder, int(self.settings.options.get("threads", 0)))
        except ImportError:
            raise EngineFault(
                "setting", "ctranslate2 is not installed: pip install 'dateline[ctranslate2]'"
            ) from None
        except (RuntimeError, ValueError) as error:
            raise EngineFault("setting", f"the model cannot be read ({type(error).__name__})") from None

    def _tag(self, language: str) -> str:
        if language not in NLLB:
            raise EngineFault("pair", f"the model has no name for {language}")
        return NLLB[language]

    def _tokens(self, text: str, loaded: _Loaded, source: str) -> list[str]:
        tokens = loaded.source.encode(text.strip(), out_type=str) if loaded.source else text.split()
        tokens = [*tokens, _END]
        return [self._tag(source), *tokens] if self._nllb else tokens

    def _joined(self, results: Sequence[Any], loaded: _Loaded) -> Answer:
        texts, scores = [], []
        for result in results:
            tokens = [t for t in result.hypotheses[0] if t != _END]
            if len(tokens) >= _LONGEST:
                return Answer("", "truncated", "the model stopped at its limit")
            tokens = tokens[1:] if self._nllb else tokens
            texts.append(loaded.target.decode(tokens) if loaded.target else " ".join(tokens))
            scores.append(float(result.scores[0]) if result.scores else 0.0)
        return Answer(" ".join(texts), score=min(scores, default=None))

    async def check(self) -> Health:
        self._ready()
        return Health(True, "ready", self.model, tuple(sorted(self.settings.pair_set or ())))
