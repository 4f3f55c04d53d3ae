"""OpenCC: between the two ways of writing Chinese, with the words of Taiwan or Hong Kong. Local, no model."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from dateline.languages.engines.base import Sent, TextEngine
from dateline.languages.translator import Answer, Capabilities, EngineFault, Health, TranslationRequest

CONVERSIONS: Final = {
    ("zh-Hans", "zh-Hant"): "s2twp",
    ("zh-Hans", "zh-Hant-HK"): "s2hk",
    ("zh-Hant", "zh-Hans"): "tw2sp",
    ("zh-Hant-HK", "zh-Hans"): "hk2s",
}
_INTO_TRADITIONAL: Final = str.maketrans("“”‘’", "「」『』")
_INTO_SIMPLIFIED: Final = str.maketrans("「」『』", "“”‘’")
_APOSTROPHE: Final = re.compile(r"(?<=[A-Za-z])’(?=[A-Za-z])")


@lru_cache(maxsize=8)
def _converter(name: str) -> Any:
    import opencc

    return opencc.OpenCC(name)


def converted(text: str, source: str, target: str) -> str:
    """`text` in the other script; into Traditional also with its quotation marks.

    >>> converted("“软件”", "zh-Hans", "zh-Hant")
    '「軟體」'
    """
    found = str(_converter(CONVERSIONS[source, target]).convert(text))
    if target.startswith("zh-Hant"):
        kept = _APOSTROPHE.sub("\x00", found)  # the apostrophe of a Latin name is no quotation mark
        return kept.translate(_INTO_TRADITIONAL).replace("\x00", "’")
    return found.translate(_INTO_SIMPLIFIED)


class OpenccEngine(TextEngine):
    """zh-Hans to zh-Hant (Taiwan), to zh-Hant-HK, and back. Tokens pass through untouched."""

    style = "xml"
    max_batch = 500
    max_chars = 200_000

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), pairs=frozenset(CONVERSIONS))

    async def ask(self, texts: Sequence[str], request: TranslationRequest, sent: Sent) -> list[Answer]:
        pair = (request.source, request.target)
        if pair not in CONVERSIONS:
            raise EngineFault("pair", f"does not convert {request.source} to {request.target}")
        model = CONVERSIONS[pair]
        return [Answer(converted(text, *pair), model=model) for text in texts]

    async def check(self) -> Health:
        _converter("s2twp")
        return Health(True, "ready", "s2twp, s2hk, tw2sp, hk2s", tuple(sorted(CONVERSIONS)))
