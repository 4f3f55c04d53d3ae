"""The small models of Firefox (Bergamot), run by fxtranslate on the CPU. Local; nothing is downloaded here.

A folder per pair with model*.bin, lex*.bin and vocab*.spm (or srcvocab* and trgvocab*), 17-44 MB.
"""

import asyncio
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from typing import Any

from dateline.core.clock import Clock
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.translator import Answer, EngineFault, Health, TranslationRequest
from dateline.plant.settings import get_settings


class _Model:
    """One model on a thread of its own, which is the only one that may touch it."""

    def __init__(self, folder: Path) -> None:
        self._jobs: queue.SimpleQueue[tuple[str, Future[str]]] = queue.SimpleQueue()
        self._files = _files(folder)
        self._thread = threading.Thread(target=self._run, name=f"firefox-{folder.name}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        translator: Any = None
        while True:
            text, told = self._jobs.get()
            if not told.set_running_or_notify_cancel():
                continue  # nobody waits for it any more
            try:
                translator = translator or self._loaded()
                told.set_result(str(translator.translate_long(text)))
            except Exception as error:
                told.set_exception(error)

    def _loaded(self) -> Any:
        from fxtranslate import Translator

        *needed, shortlist = self._files
        model, source, target = (path.read_bytes() for path in needed if path)
        return Translator(model, source, target, shortlist.read_bytes() if shortlist else None)

    def ask(self, text: str) -> "Future[str]":
        """The translation, later."""
        told: Future[str] = Future()
        self._jobs.put((text, told))
        return told


@lru_cache(maxsize=8)
def _model(folder: Path) -> _Model:
    return _Model(folder)


def _files(folder: Path) -> tuple[Path, Path, Path, Path | None]:
    """Model, source vocabulary, target vocabulary, shortlist. Raises EngineFault naming what is missing."""
    if not folder.is_dir():
        raise EngineFault("setting", f"there is no folder {folder.name} with a model")

    def first(*patterns: str) -> Path | None:
        return next((path for pattern in patterns for path in sorted(folder.glob(pattern))), None)

    model = first("model*.bin")
    source = first("srcvocab*.spm", "vocab*.spm")
    target = first("trgvocab*.spm", "vocab*.spm")
    if model is None or source is None or target is None:
        raise EngineFault("setting", f"the folder {folder.name} lacks model*.bin or vocab*.spm")
    return model, source, target, first("lex*.bin")


class FirefoxEngine(TextEngine):
    """One pair; the setting `pairs` says which."""

    style = "none"
    max_batch = 64
    remote = False

    def __init__(self, settings: EngineSettings, clock: Clock | None = None) -> None:
        super().__init__(settings, clock)
        if not settings.folder or len(settings.pairs) != 1:
            raise EngineFault("setting", "it needs the folder of a model and the one pair that it speaks")
        self._folder = get_settings().home / Path(settings.folder).expanduser()
        self.model = settings.model or self._folder.name

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        model = self._installed()
        waiting = [asyncio.wrap_future(model.ask(text)) for text in texts]
        try:
            return [Answer(text) for text in await asyncio.gather(*waiting)]
        except (ValueError, RuntimeError, OSError) as error:
            raise EngineFault("down", f"the model failed ({type(error).__name__})") from None

    def _installed(self) -> _Model:
        try:
            import fxtranslate  # noqa: F401
        except ImportError:
            raise EngineFault(
                "setting", "fxtranslate is not installed: pip install 'dateline[firefox]'"
            ) from None
        return _model(self._folder)

    async def check(self) -> Health:
        self._installed()
        return Health(True, "ready", self.model, tuple(sorted(self.settings.pair_set or ())))
