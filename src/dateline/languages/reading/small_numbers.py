"""Numbers from two to twelve as words: what a translation may write out or write in digits."""

import re
from functools import lru_cache
from typing import Final

from dateline.languages.reading.characters import base_of

_WORDS: Final = {  # two ... twelve; alternatives by `|`
    "en": "two|twice|both|pair three|third|triple four|fourth|quadruple five|fifth six|sixth seven|seventh eight|eighth nine|ninth "
    "ten|tenth eleven|eleventh twelve|twelfth|dozen",
    "de": "zwei|zwei\\w{0,3}|zweit\\w*|beide\\w?|doppelt\\w* drei|dreier|dritt\\w*|dreifach\\w* vier|viert\\w* fünf|fünft\\w* sechs|sechst\\w* "
    "sieben|siebt\\w* acht|acht\\w{1,2} neun|neunt\\w* zehn|zehnt\\w* elf|elft\\w* zwölf|zwölft\\w*|Dutzend",
    "fr": "deux|deuxième|second\\w? trois|troisième|triple quatre|quatrième cinq|cinquième six|sixième sept|septième huit|huitième "
    "neuf|neuvième dix|dixième onze|onzième douze|douzième|douzaine",
    "es": "dos|segund\\w{1,2}|ambos|ambas|doble tres|tercer\\w? cuatro|cuart\\w cinco|quint\\w seis|sext\\w siete|séptim\\w ocho|octav\\w "
    "nueve|noven\\w diez|décim\\w once doce|docena",
    "pt": "dois|duas|segund\\w|ambos|ambas|dobro três|terceir\\w quatro|quart\\w cinco|quint\\w seis|meia|sext\\w sete|sétim\\w oito|oitav\\w "
    "nove|non\\w dez|décim\\w onze doze|dúzia",
    "id": "dua|kedua|kembar tiga|ketiga empat|keempat lima|kelima enam|keenam tujuh|ketujuh delapan|kedelapan sembilan|kesembilan "
    "sepuluh|kesepuluh sebelas dua_belas",
    "ms": "dua|kedua\\w* tiga|ketiga\\w* empat|keempat\\w* lima|kelima enam|keenam tujuh|ketujuh lapan|kelapan sembilan|kesembilan "
    "sepuluh|kesepuluh sebelas dua_belas",
    "vi": "hai|đôi|thứ_hai ba|thứ_ba bốn|thứ_tư thứ_năm sáu|thứ_sáu bảy|thứ_bảy tám chín mười mười_một mười_hai",
    "ru": "дв[аеу]\\w{0,2}|втор\\w+|оба|обе|двой\\w* тр(?:[иёе]х?|ое|оих|ём)\\w{0,2}|трет\\w+ четыр\\w+|четвер\\w+|четвёр\\w+ пят[ьи]\\w{0,2}|пят\\w+ шест\\w+ "
    "семь\\w?|седьм\\w+|семи\\w? восем\\w+|восьм\\w+ девят\\w+ десят\\w+ одиннадцат\\w+ двенадцат\\w+|дюжин\\w*",
    "ar": "اثنان|اثنين|اثنتان|اثنتين|الثاني\\w?|كلا\\w* ثلاث\\w?|الثالث\\w? أربع\\w?|الرابع\\w? خمس\\w?|الخامس\\w? ست\\w?|السادس\\w? "
    "سبع\\w?|السابع\\w? ثماني\\w?|ثمان|الثامن\\w? تسع\\w?|التاسع\\w? عشر\\w?|العاشر\\w? أحد_عشر|إحدى_عشرة اثن\\w+_عشر\\w?",
    "th": "สอง|ทั้งคู่ สาม สี่ ห้า หก เจ็ด แปด เก้า สิบ(?!เอ็ด|สอง) สิบเอ็ด สิบสอง",
    "zh": "[二两兩贰双雙] [三叁] 四 五 六 七 八 九 十(?![一二三四五六七八九]) 十一 十二",
    "ja": "[二2２]|両(?=者|社|国|方) 三 四 五 六 七 八 九 十(?![一二三四五六七八九]) 十一 十二",
    "ko": "(?:두|둘)(?![가-힣]다)|이중 세|셋|삼 네|넷 다섯|오(?=개|년|명) 여섯 일곱 여덟 아홉 열(?!기|린|리|어|었|고|정) 열한 열두",
}
_UNSPACED: Final = frozenset({"zh", "ja", "ko", "th"})


@lru_cache(maxsize=32)
def _pattern(base: str) -> re.Pattern[str] | None:
    words = _WORDS.get(base, "").split()
    if not words:
        return None
    groups = "|".join(
        f"(?P<v{value}>{word.replace('_', ' ')})" for value, word in reversed(list(enumerate(words, 2)))
    )
    if base in _UNSPACED:
        return re.compile(groups)
    prefix = "[وبلف]?" if base == "ar" else ""
    return re.compile(rf"(?<![^\W\d_]){prefix}(?:{groups})(?![^\W\d_])", re.IGNORECASE)


def small_words(text: str, language: str) -> set[int]:
    """Values from 2 to 12 that the text writes as words.

    >>> sorted(small_words("three of the twelve, twice", "en")), sorted(small_words("сообщили трое из двенадцати", "ru"))
    ([2, 3, 12], [3, 12])
    """
    pattern = _pattern(base_of(language))
    if pattern is None:
        return set()
    return {int(str(match.lastgroup)[1:]) for match in pattern.finditer(text)}


_HAN: Final = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "兩": 2}
_HAN_UNITS: Final = {
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "萬": 10**4,
    "亿": 10**8,
    "億": 10**8,
    "兆": 10**12,
}
_HAN_RUN: Final = re.compile("[〇零一二三四五六七八九两兩十百千万萬亿億兆]{2,}|[十百千万萬亿億]")
_KOREAN: Final = str.maketrans("일이삼사오육칠팔구십백천만억조", "一二三四五六七八九十百千万億兆")
_KOREAN_RUN: Final = re.compile("[일이삼사오육칠팔구십백천만억조]{2,}")
_ENGLISH: Final = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
        "nineteen".split()
    )
} | {
    word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_ENGLISH_UNITS: Final = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_ENGLISH_RUN: Final = re.compile(
    rf"\b(?:(?:{'|'.join([*_ENGLISH, *_ENGLISH_UNITS, 'and', 'a'])})[ -]?)+\b(?:ieth)?", re.IGNORECASE
)
_ROMAN: Final = re.compile(r"(?<![A-Za-z])[IVX]{2,6}(?![A-Za-z])")


def spelled(text: str, language: str) -> set[int]:
    """Values above 12 that the text spells out in English, Han numerals or Korean, and Roman numerals.

    They may answer for digits on the other side and are never asked for.

    >>> sorted(spelled("thirty-two thousand", "en")), sorted(spelled("三十二億と一千年", "ja")), spelled("XIX век", "ru")
    ([32000], [1000, 3200000000], {19})
    """
    found = {value for match in _ROMAN.findall(text) if (value := _roman(match)) > 0}
    base = base_of(language)
    if base in {"zh", "ja"}:
        found |= {_han(match) for match in _HAN_RUN.findall(text)}
    elif base == "ko":
        found |= {_han(match.translate(_KOREAN)) for match in _KOREAN_RUN.findall(text)}
    elif base == "en":
        found |= {_english(match) for match in _ENGLISH_RUN.findall(text)}
    return {value for value in found if value > 12}


def _roman(text: str) -> int:
    total = 0
    values = [{"I": 1, "V": 5, "X": 10}[letter] for letter in text]
    for value, following in zip(values, [*values[1:], 0], strict=True):
        total += -value if value < following else value
    return total


def _han(text: str) -> int:
    if all(c in _HAN for c in text):  # 二〇二六
        return int("".join(str(_HAN[c]) for c in text))
    total = section = digit = 0
    for c in text:
        if c in _HAN:
            digit = _HAN[c]
        elif (unit := _HAN_UNITS[c]) >= 10**4:
            total, section, digit = total + (section + digit or 1) * unit, 0, 0
        else:
            section, digit = section + (digit or 1) * unit, 0
    return total + section + digit


def _english(text: str) -> int:
    total = part = 0
    for word in re.findall(r"[a-z]+", text.casefold()):
        if word in _ENGLISH:
            part += _ENGLISH[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _ENGLISH_UNITS:
            total, part = total + (part or 1) * _ENGLISH_UNITS[word], 0
    return total + part
