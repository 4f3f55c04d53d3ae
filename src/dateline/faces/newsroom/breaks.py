"""Where a headline may break in scripts without blanks: budoux's phrases, as <wbr>, which leaves the text
as it is.
"""

import re
import unicodedata
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
_NEVER_FIRST: Final = frozenset("".join(_CLOSING) + "ーァィゥェォッャュョヮぁぃぅぇぉっゃゅょゎンん々・")
_LONG: Final = 10  # letters: a phrase of so many may be wider than a line of a phone
_PIECE: Final = 5
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
        phrases = _with_their_marks(_parser(language).parse(text))
        parts = phrases if language == "th" else [piece for phrase in phrases for piece in _pieces(phrase)]
    return "<wbr>".join(_MODEL_NUMBER.sub(_WHOLE, escape(part)) for part in parts)


def _with_their_marks(phrases: list[str]) -> list[str]:
    """No phrase begins with a closing mark or a sign that stands on the letter before it (the Thai model cuts
    there at times); none ends with an opening mark.
    """
    joined: list[str] = []
    for phrase in phrases:
        tied = phrase.startswith(_CLOSING) or unicodedata.category(phrase[0]).startswith("M")
        if joined and (tied or joined[-1].endswith(_OPENING)):
            joined[-1] += phrase
        else:
            joined.append(phrase)
    return joined


def _pieces(phrase: str) -> list[str]:
    """A long phrase in parts, none of which begins with what must not begin a line. Without them the browser
    would break it anywhere, and leave a comma to begin a line.
    """
    if len(phrase) < _LONG or phrase.isascii():
        return [phrase]
    cuts = [0]
    for at in range(1, len(phrase)):
        fits = at - cuts[-1] >= _PIECE and len(phrase) - at >= _PIECE - 1
        wide = not (phrase[at - 1].isascii() or phrase[at].isascii())
        if fits and wide and phrase[at] not in _NEVER_FIRST and phrase[at - 1] not in _OPENING:
            cuts.append(at)
    return [phrase[one:other] for one, other in zip(cuts, [*cuts[1:], len(phrase)], strict=True)]
