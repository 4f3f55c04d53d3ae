"""Scale words of fifteen languages: what stands behind digits and multiplies them (checked against ICU's long
compact forms of every locale, 10^3 to 10^14).
"""

import re
from functools import lru_cache
from typing import Final

# word, power of ten; `_` is a space, `~` takes any ending of letters.
_WORDS: Final = {
    "en": "thousand 3 million 6 mn 6 mln 6 billion 9 bn 9 bln 9 trillion 12 tn 12 trn 12 lakh 5 crore 7 hundred 2",
    "de": "Tausend 3 Tsd. 3 Million 6 Millionen 6 Mio. 6 Mio 6 Milliarde 9 Milliarden 9 Mrd. 9 Mrd 9 Billion 12 "
    "Billionen 12 Bio. 12 Billiarde 15 Billiarden 15 Hundert 2",
    "fr": "mille 3 millier 3 milliers 3 million 6 millions 6 milliard 9 milliards 9 Md 9 Mds 9 billion 12 billions 12",
    "es": "mil_millones 9 miles_de_millones 9 millardo 9 millardos 9 mil 3 miles 3 millón 6 millones 6 billón 12 "
    "billones 12",
    "pt": "mil_milhões 9 mil 3 milhão 6 milhões 6 mi 6 bilhão 9 bilhões 9 bi 9 trilhão 12 trilhões 12 tri 12 "
    "bilião 12 biliões 12",
    "ru": "тысяч~ 3 тыс. 3 миллион~ 6 млн 6 миллиард~ 9 млрд 9 триллион~ 12 трлн 12",
    "ar": "ألف~ 3 الف 3 آلاف 3 مليون~ 6 ملايين 6 مليار~ 9 بليون 9 بلايين 9 تريليون~ 12 ترليون 12",
    "id": "ribu 3 rb 3 juta 6 jt 6 miliar 9 milyar 9 triliun 12 ratus 2",
    "ms": "ribu 3 juta 6 bilion 9 trilion 12 ratus 2",
    "vi": "nghìn_tỷ 12 ngàn_tỷ 12 nghìn_tỉ 12 nghìn 3 ngàn 3 triệu 6 tr 6 tỷ 9 tỉ 9 trăm 2",
    "th": "ล้านล้าน 12 แสนล้าน 11 หมื่นล้าน 10 พันล้าน 9 ร้อยล้าน 8 สิบล้าน 7 ล้าน 6 แสน 5 หมื่น 4 พัน 3 ร้อย 2",
    "zh": "万亿 12 萬億 12 兆 12 千亿 11 千億 11 百亿 10 百億 10 十亿 9 十億 9 亿 8 億 8 千万 7 千萬 7 百万 6 百萬 6 "
    "十万 5 十萬 5 万 4 萬 4 千 3 百 2",
    "ja": "京 16 兆 12 千億 11 百億 10 十億 9 億 8 千万 7 百万 6 十万 5 万 4 千 3 百 2",
    "ko": "경 16 조 12 천억 11 백억 10 십억 9 억 8 천만 7 백만 6 십만 5 만 4 천 3 백 2 십 1",
}
# What must not follow: 900千瓦 are kilowatts, พันธุ์ is a breed, 兆瓦 are megawatts.
_NOT_BEFORE: Final = {
    "zh": "(?![瓦克米卡赫帕位伏字分度])", "ja": "(?!(?:キロ|メートル))", "th": "(?!ธ|ธ์)", "ko": "",
}  # fmt: skip
_LETTERS_OF_MONEY: Final = {
    "k": 3, "K": 3, "m": 6, "M": 6, "MM": 6, "mn": 6, "mln": 6, "mio": 6, "Mio": 6, "Mio.": 6, "B": 9, "b": 9, "bn": 9,
    "bln": 9, "Md": 9, "Mds": 9, "Mrd": 9, "Mrd.": 9, "T": 12, "tn": 12, "trn": 12,
}  # fmt: skip
_INDONESIAN_LETTERS: Final = {"M": 9, "T": 12, "jt": 6, "rb": 3}


@lru_cache(maxsize=32)
def powers(base: str) -> dict[str, int]:
    """Small-letter scale word (a stem where endings follow) -> power of ten."""
    parts = _WORDS.get(base, "").split()
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return {word.replace("_", " ").rstrip("~").casefold(): int(power) for word, power in pairs}


@lru_cache(maxsize=32)
def scale_pattern(base: str) -> str:
    """A group `scale` of the language's scale words, longest first; one that never matches where it has none."""
    words = sorted(_WORDS.get(base, "").split()[::2], key=len, reverse=True)
    if not words:
        return r"(?P<scale>(?!))"
    shaped = []
    for word in words:
        escaped = re.escape(word.rstrip("~")).replace("_", rf"[{' '}\u00a0\u202f]")
        shaped.append(escaped + ("[^\\W\\d_]{0,4}" if word.endswith("~") else ""))
    ends = _NOT_BEFORE.get(base, r"(?![^\W\d_])")
    return rf"(?P<scale>(?>{'|'.join(shaped)}){ends})"


_MYRIADS: Final = {"만": 4, "억": 8, "조": 12, "万": 4, "萬": 4, "亿": 8, "億": 8}


def myriad_of(word: str) -> int:
    """Power of ten of the myriad that a CJK scale word ends in: `십만` -> 4; 0 for others."""
    return _MYRIADS.get(word[-1:], 0)


def letters_of_money(base: str, letters: str) -> int | None:
    """Power of ten of `bn`, `M`, `k` beside a currency; Indonesian M is a thousand million."""
    if base == "id" and letters in _INDONESIAN_LETTERS:
        return _INDONESIAN_LETTERS[letters]
    return _LETTERS_OF_MONEY.get(letters)
