"""Which kinds of engine there are, and one engine made from its settings."""

from functools import lru_cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final

from dateline.core.clock import Clock
from dateline.core.errors import BadInput
from dateline.languages.engine_settings import EngineSettings
from dateline.languages.translator import GROUP, Translator

_BUILT_IN: Final = {
    "opencc": "opencc_:OpenccEngine",
    "apertium": "apertium:ApertiumEngine",
    "firefox": "firefox:FirefoxEngine",
    "ctranslate2": "ctranslate2_:Ctranslate2Engine",
    "openai": "openai_compat:OpenaiEngine",
    "libretranslate": "libretranslate:LibretranslateEngine",
    "deepl": "deepl:DeeplEngine",
    "google": "google:GoogleEngine",
}


def kinds() -> tuple[str, ...]:
    """Every kind that an `[engine.NAME]` may have."""
    return tuple(sorted({*_BUILT_IN, *_others()}))


@lru_cache(maxsize=1)
def _others() -> dict[str, Any]:
    return {point.name: point for point in entry_points(group=GROUP)}


def engine_of(settings: EngineSettings, clock: Clock | None = None) -> Translator:
    """The engine. Raises BadInput for an unknown kind, EngineFault for settings that it cannot use."""
    if settings.kind in _BUILT_IN:
        module, _, name = _BUILT_IN[settings.kind].partition(":")
        made = getattr(import_module(f"dateline.languages.engines.{module}"), name)
    elif settings.kind in _others():
        made = _others()[settings.kind].load()
    else:
        raise BadInput(
            f"there is no kind '{settings.kind}'; there are {', '.join(kinds())}",
            where=f"[engine.{settings.name}] kind",
        )
    found: Translator = made(settings, clock)
    return found
