"""Where a headline may break in scripts without blanks: budoux's phrases, as <wbr>, which leaves the text
as it is.
"""

import re
import unicodedata
from collections.abc import Iterable
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
_UNITS: Final = (
    r"%|°[CF]|[kMGTcmµ]?(?:Wh|W|Hz|m|g|V|A|B|l|L|t)[²³]?|ha|"
    r"(?:USD|EUR|GBP|JPY|KRW|CNY|TWD|HKD|SGD|THB|VND|IDR|MYR|RUB|BRL|AED|SAR)"
)
_THAI_UNITS: Final = (
    "(?:แสน|หมื่น|พัน|ร้อย)?(?:ล้าน|แสน|หมื่น|พัน|ร้อย)?"
    "(?:บาท|ดอลลาร์|ยูโร|คน|ราย|แห่ง|ตัน|ปี|เดือน|วัน|เปอร์เซ็นต์|(?:กิโล|เซนติ|เมกะ|ตาราง)?(?:เมตร|กรัม|วัตต์)|(?<=[นสพย]))"
)
_MEASURE: Final = re.compile(rf"\d[\d.,]*[ \u00a0\u202f](?:(?:{_UNITS})(?![A-Za-z0-9])|{_THAI_UNITS})")
"""`500 kW`, `50 ล้านบาท`: a number, a blank and its unit."""
_NUMBER: Final = re.compile(
    r"\d[\d.,:]*(?:[%％]|(?:[百千万萬億亿兆]|平方|立方)*(?:[\u30a1-\u30fa\u30fc]{1,8}|[\u4e00-\u9fff])?)"
)
"""`3.2億`, `1,250億円`, `24日`: a number with what counts or measures, written without a blank."""
_WHOLE: Final = '<span class="whole">{}</span>'


class _Phrases(Protocol):
    def parse(self, sentence: str) -> list[str]: ...


@lru_cache(maxsize=4)
def _parser(language: str) -> _Phrases:
    return cast(_Phrases, _LOADERS[language]())


@lru_cache(maxsize=2048)
def with_breaks(text: str, language: str) -> str:
    """`text` as HTML, with <wbr> between phrases in Japanese, Chinese and Thai; model numbers, and numbers
    with their units, kept whole.
    """
    parts = [text]
    if language in _LOADERS and len(text) <= _KEPT_WHOLE:
        phrases = _with_their_marks(_parser(language).parse(text))
        parts = phrases if language == "th" else [piece for phrase in phrases for piece in _pieces(phrase)]
        parts = _with_their_units(text, parts)
    return "<wbr>".join(_written(part) for part in parts)


def _written(part: str) -> str:
    """A part as HTML; what must not break at its hyphen or blank stands in a span."""
    html, at = "", 0
    spans = sorted(found.span() for kind in (_MODEL_NUMBER, _MEASURE) for found in kind.finditer(part))
    for start, end in spans:
        if start >= at:
            html += escape(part[at:start]) + _WHOLE.format(escape(part[start:end]))
            at = end
    return html + escape(part[at:])


def _with_their_units(text: str, parts: list[str]) -> list[str]:
    """No part ends within a number, or between it and its unit: the models cut there at times."""
    kept = {
        at
        for kind in (_NUMBER, _MEASURE)
        for f in kind.finditer(text)
        for at in range(f.start() + 1, f.end())
    }
    joined: list[str] = []
    at = 0
    for part in parts:
        if joined and at in kept:
            joined[-1] += part
        else:
            joined.append(part)
        at += len(part)
    return joined


def with_hits(text: str, language: str, spans: Iterable[tuple[int, int]]) -> str:
    """The same with the spans in <mark>; no line breaks within one."""
    parts, at = [], 0
    for start, end in spans:
        parts += [with_breaks(text[at:start], language), f"<mark>{escape(text[start:end])}</mark>"]
        at = end
    return "".join([*parts, with_breaks(text[at:], language)])


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
