"""Where a headline may break in scripts without blanks: budoux's phrases, as <wbr>, which leaves the text
as it is.
"""

import re
from functools import lru_cache
from html import escape
from typing import Final, Protocol, cast

import budoux

_LOADERS: Final = {
    "ja": budoux.load_default_japanese_parser,
    "zh-Hans": budoux.load_default_simplified_chinese_parser,
    "zh-Hant": budoux.load_default_traditional_chinese_parser,
    "th": budoux.load_default_thai_parser,
}
_KEPT_WHOLE: Final = 2000  # characters: nobody balances a text of that length by phrases
_OPENING: Final = tuple("“‘\"'(（「『《〈【[")
_CLOSING: Final = tuple("”’)）」』》〉】]、。，．,.!?！？:：;；%")
_MODEL_NUMBER: Final = re.compile(r"\b[A-Za-z]{1,6}-\d\w{0,6}\b")
"""`HB-7`: a hyphen at which no line should break."""
_WHOLE: Final = r'<span class="whole">\g<0></span>'


class _Phrases(Protocol):
    def parse(self, sentence: str) -> list[str]: ...


@lru_cache(maxsize=4)
def _parser(language: str) -> _Phrases:
    return cast(_Phrases, _LOADERS[language]())


@lru_cache(maxsize=2048)
def with_breaks(text: str, language: str) -> str:
    """`text` as HTML, with <wbr> between phrases in Japanese, Chinese and Thai, and model numbers kept
    whole.
    """
    parts = [text]
    if language in _LOADERS and len(text) <= _KEPT_WHOLE:
        parts = _with_their_marks(_parser(language).parse(text))
    return "<wbr>".join(_MODEL_NUMBER.sub(_WHOLE, escape(part)) for part in parts)


def _with_their_marks(phrases: list[str]) -> list[str]:
    """No phrase begins with a closing mark, none ends with an opening one."""
    joined: list[str] = []
    for phrase in phrases:
        if joined and (joined[-1].endswith(_OPENING) or phrase.startswith(_CLOSING)):
            joined[-1] += phrase
        else:
            joined.append(phrase)
    return joined
