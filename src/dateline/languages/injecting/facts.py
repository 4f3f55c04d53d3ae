"""Errors of facts: numbers, scale words, currencies, percentages, dates, times, units, addresses, codes."""

import re
from collections.abc import Mapping, Sequence
from random import Random
from typing import Final

SCALES: Final[Mapping[str, str]] = {  # neighbours in size: each is swapped for the next or the one before
    "en": "million billion trillion",
    "ko": "만 억 조",
    "ja": "万 億 兆",
    "ar": "مليون مليار تريليون",
    "zh-Hans": "万 亿 万亿",
    "zh-Hant": "萬 億 兆",
    "vi": "triệu tỷ",
    "th": "ล้าน พันล้าน ล้านล้าน",
    "id": "juta miliar triliun",
    "ms": "juta bilion trilion",
    "de": "Millionen Milliarden Billionen",
    "ru": "миллионов миллиарда триллионов",
    "fr": "millions milliards billions",
    "es": "millones billones",
    "pt-BR": "milhões bilhões trilhões",
}
CURRENCIES: Final[Mapping[str, str]] = {
    "en": "dollars euros yen pounds",
    "ko": "달러 유로 엔 파운드",
    "ja": "ドル ユーロ 円 ポンド",
    "ar": "دولار يورو ين درهم",
    "zh-Hans": "美元 欧元 日元 英镑",
    "zh-Hant": "美元 歐元 日圓 英鎊",
    "vi": "đô_la euro yên bảng_Anh",
    "th": "ดอลลาร์ ยูโร เยน ปอนด์",
    "id": "dolar euro yen ringgit",
    "ms": "dolar euro yen rupiah",
    "de": "Dollar Euro Yen Pfund",
    "ru": "долларов евро иен фунтов",
    "fr": "dollars euros yens livres",
    "es": "dólares euros yenes libras",
    "pt-BR": "dólares euros ienes libras",
}
MONTHS: Final[Mapping[str, str]] = {
    "en": "January July November December October",
    "ar": "يناير يوليو نوفمبر ديسمبر أكتوبر",
    "th": "มกราคม กรกฎาคม พฤศจิกายน ธันวาคม ตุลาคม",
    "id": "Januari Juli November Desember Oktober",
    "ms": "Januari Julai November Disember Oktober",
    "de": "Januar Juli November Dezember Oktober",
    "ru": "января июля ноября декабря октября",
    "fr": "janvier juillet novembre décembre octobre",
    "es": "enero julio noviembre diciembre octubre",
    "pt-BR": "janeiro julho novembro dezembro outubro",
}
WEEKDAYS: Final[Mapping[str, str]] = {
    "en": "Monday Tuesday Wednesday Sunday",
    "ko": "월요일 화요일 수요일 일요일",
    "ja": "月曜日 火曜日 水曜日 日曜日",
    "ar": "الاثنين الثلاثاء الأربعاء الأحد",
    "zh-Hans": "星期一 星期二 星期三 星期日",
    "zh-Hant": "星期一 星期二 星期三 星期日",
    "vi": "thứ_Hai thứ_Ba thứ_Tư Chủ_nhật",
    "th": "วันจันทร์ วันอังคาร วันพุธ วันอาทิตย์",
    "id": "Senin Selasa Rabu Minggu",
    "ms": "Isnin Selasa Rabu Ahad",
    "de": "Montag Dienstag Mittwoch Sonntag",
    "ru": "понедельник вторник среду воскресенье",
    "fr": "lundi mardi mercredi dimanche",
    "es": "lunes martes miércoles domingo",
    "pt-BR": "segunda-feira terça-feira quarta-feira domingo",
}
UNITS: Final[Mapping[str, Sequence[tuple[str, str]]]] = {
    "en": (("megawatts", "kilowatts"), ("tons", "kilograms"), ("square meters", "hectares")),
    "ko": (("메가와트", "킬로와트"), ("톤", "킬로그램"), ("제곱미터", "헥타르")),
    "ja": (("メガワット", "キロワット"), ("トン", "キログラム"), ("平方メートル", "ヘクタール")),
    "ar": (("ميغاواط", "كيلوواط"), ("متر مربع", "كيلومتر")),
    "zh-Hans": (("兆瓦", "千瓦"), ("吨", "公斤"), ("平方米", "公顷")),
    "zh-Hant": (("兆瓦", "千瓦"), ("公噸", "公斤"), ("平方公尺", "公頃")),
    "vi": (("megawatt", "kilowatt"), ("tấn", "kilôgam"), ("mét vuông", "hecta")),
    "th": (("เมกะวัตต์", "กิโลวัตต์"), ("ตัน", "กิโลกรัม"), ("ตารางเมตร", "เฮกตาร์")),
    "id": (("megawatt", "kilowatt"), ("ton ", "kilogram "), ("meter persegi", "hektare")),
    "ms": (("megawatt", "kilowatt"), ("tan ", "kilogram "), ("meter persegi", "hektar")),
    "de": (("Megawatt", "Kilowatt"), ("Tonnen", "Kilogramm"), ("Quadratmeter", "Hektar")),
    "ru": (("мегаватт", "киловатт"), ("тонн ", "килограммов "), ("квадратных метров", "гектаров")),
    "fr": (("mégawatts", "kilowatts"), ("tonnes", "kilogrammes"), ("mètres carrés", "hectares")),
    "es": (("megavatios", "kilovatios"), ("toneladas", "kilogramos"), ("metros cuadrados", "hectáreas")),
    "pt-BR": (("megawatts", "quilowatts"), ("toneladas", "quilogramas"), ("metros quadrados", "hectares")),
}
_PERCENT: Final = re.compile(r" ?(?:[%％٪](?!포인트|p)|percent\b|persen\b|peratus\b|Prozent\b)")
_MIXED: Final = re.compile(r"https?://\S+|\S+@\S+|\+\d[\d ]+|[A-Z]{2}[A-Z0-9]{9}\d|(?<=: )[A-Z]{2,6}\b")
_BIG: Final = re.compile(r"(?<![\d.,])\d[\d.,\u00a0\u202f]*\d(?![\d.,])")
_TIME: Final = re.compile(r"(?<!\d)(\d{1,2})( h |h|[:.]|시 |時|时| giờ )(\d{2})(?!\d)")
_SWAPS: Final = tuple(
    pair
    for one, other in (
        ("a.m.", "p.m."), ("a. m.", "p. m."), ("오전", "오후"), ("午前", "午後"), ("上午", "下午"),
        ("صباحًا", "مساءً"), (" sáng", " tối"), (" pagi", " malam"),
    )
    for pair in ((one, other), (other, one))
)  # fmt: skip


def _numbers(text: str) -> list[re.Match[str]]:
    """Numbers of two digits and more outside addresses and codes, above 12."""
    taken = [match.span() for match in _MIXED.finditer(text)]
    return [
        match
        for match in _BIG.finditer(text)
        if not any(start <= match.start() < end for start, end in taken)
        and not _TIME.match(text, match.start())
        and (len(match[0]) > 2 or int(match[0]) > 24)
    ]


def _changed(text: str, match: re.Match[str], by: str) -> str:
    return text[: match.start()] + by + text[match.end() :]


def digit_changed(text: str, language: str, random: Random) -> str | None:
    if not (found := _numbers(text)):
        return None
    match = random.choice(found)
    places = [n for n, c in enumerate(match[0]) if c.isdecimal()]
    at = random.choice(places)
    digit = (int(match[0][at]) + random.randrange(1, 9)) % 10 or 5
    if str(digit) == match[0][at]:
        digit = 6
    return _changed(text, match, match[0][:at] + str(digit) + match[0][at + 1 :])


def zero_added(text: str, language: str, random: Random) -> str | None:
    found = [match for match in _numbers(text) if match[0].isdecimal()]
    return _changed(text, (m := random.choice(found)), m[0] + "0") if found else None


def digit_lost(text: str, language: str, random: Random) -> str | None:
    found = [match for match in _numbers(text) if len(match[0]) > 2]
    return _changed(text, (m := random.choice(found)), m[0][:-1].rstrip(".,")) if found else None


def _words(table: Mapping[str, str], language: str) -> list[str]:
    return [word.replace("_", " ") for word in table.get(language, "").split()]


def _bounded(word: str) -> str:
    """Whole words where the script parts them."""
    spaced = ord(word[0]) < 0x0700
    return rf"(?<![^\W\d_]){re.escape(word)}(?![^\W\d_])" if spaced else re.escape(word)


def _swapped(text: str, words: Sequence[str], random: Random, *, after_digit: bool = False) -> str | None:
    lead = r"(?<=\d)[ \u00a0\u202f]?" if after_digit else ""
    found = [
        match
        for word in sorted(words, key=len, reverse=True)
        for match in re.finditer(lead + _bounded(word), text)
    ]
    if not found:
        return None
    match = random.choice(found)
    here = match[0].strip()
    other = random.choice([word for word in words if word != here and here not in word])
    return _changed(text, match, match[0].replace(here, other))


def scale_changed(text: str, language: str, random: Random) -> str | None:
    words = _words(SCALES, language)
    pattern = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    found = list(re.finditer(rf"(?<=\d)([ \u00a0\u202f]?)({pattern})", text))
    if not found:
        return None
    match = random.choice(found)
    at = words.index(match[2])
    near = [words[n] for n in (at - 1, at + 1) if 0 <= n < len(words)]
    return _changed(text, match, match[1] + random.choice(near))


def scale_lost(text: str, language: str, random: Random) -> str | None:
    pattern = "|".join(sorted(map(re.escape, _words(SCALES, language)), key=len, reverse=True))
    found = list(re.finditer(rf"(?<=\d)[ \u00a0\u202f]?(?:{pattern})", text))
    return _changed(text, random.choice(found), "") if found else None


def currency_changed(text: str, language: str, random: Random) -> str | None:
    return _swapped(text, _words(CURRENCIES, language), random)


def percent_lost(text: str, language: str, random: Random) -> str | None:
    found = list(_PERCENT.finditer(text))
    return _changed(text, random.choice(found), "") if found else None


def month_changed(text: str, language: str, random: Random) -> str | None:
    if language in MONTHS:
        return _swapped(text, _words(MONTHS, language), random)
    found = list(re.finditer(r"(?<=tháng )\d{1,2}|\d{1,2}(?=월|月)", text))
    if not found:
        return None
    match = random.choice(found)
    return _changed(text, match, str(int(match[0]) % 12 + 1))


def day_changed(text: str, language: str, random: Random) -> str | None:
    months = "|".join(_words(MONTHS, language)) or "tháng"
    found = list(
        re.finditer(
            rf"(?<!\d)\d{{1,2}}(?=\.? (?:de )?(?:{months}))|(?<=[a-z] )\d{{1,2}}(?=, \d{{4}})"
            r"|(?<=[월月] )\d{1,2}(?=일)|(?<=月)\d{1,2}(?=日)", text,
        )
    )  # fmt: skip
    if not found:
        return None
    match = random.choice(found)
    day = int(match[0])
    return _changed(text, match, str(day - 1 if day > 1 else day + 1))


def year_changed(text: str, language: str, random: Random) -> str | None:
    found = list(re.finditer(r"(?<!\d)(?:19|20|25)\d\d(?!\d)", text))
    if not found:
        return None
    match = random.choice(found)
    return _changed(text, match, str(int(match[0]) + random.choice((-1, 1))))


def era_twice(text: str, language: str, random: Random) -> str | None:
    found = list(re.finditer(r"(?<!\d)25\d\d(?!\d)", text)) if language == "th" else []
    return _changed(text, (m := random.choice(found)), str(int(m[0]) + 543)) if found else None


def weekday_changed(text: str, language: str, random: Random) -> str | None:
    return _swapped(text, _words(WEEKDAYS, language), random)


def time_changed(text: str, language: str, random: Random) -> str | None:
    for one, other in _SWAPS:
        if one in text and random.random() < 0.5:
            return text.replace(one, other, 1)
    found = list(_TIME.finditer(text))
    if not found:
        return None
    match = random.choice(found)
    return _changed(text, match, f"{int(match[1]) + 1:02}{match[2]}{match[3]}")


def zone_changed(text: str, language: str, random: Random) -> str | None:
    return text.replace("GMT", random.choice(("KST", "CET", "EST"))) if "GMT" in text else None


def unit_changed(text: str, language: str, random: Random) -> str | None:
    found = [
        (m, pair) for pair in UNITS.get(language, ()) for m in re.finditer(_bounded(pair[0].strip()), text)
    ]
    return _changed(text, (chosen := random.choice(found))[0], chosen[1][1].strip()) if found else None


def address_broken(text: str, language: str, random: Random) -> str | None:
    found = list(re.finditer(r"https?://[^\s，、]+|[\w.]+@[\w.]+\w", text))
    if not found:
        return None
    match = random.choice(found)
    every = (("://", ":// "), (".example", ". example"), ("aurora", "aurorra"), ("@", " "), ("https", "htps"))
    ways = [way for way in every if way[0] in match[0]]
    return _changed(text, match, match[0].replace(*random.choice(ways), 1)) if ways else None


def phone_changed(text: str, language: str, random: Random) -> str | None:
    match = re.search(r"\+\d[\d ]{6,}\d", text)
    return _changed(text, match, match[0][:-1] + str((int(match[0][-1]) + 3) % 10)) if match else None


def code_changed(text: str, language: str, random: Random) -> str | None:
    every = (
        ("AURF", "AURE"),
        ("US0378331005", "US0378331006"),
        ("US0378331005", "US037833100"),
        ("NYSE", "NASDAQ"),
    )
    ways = [way for way in every if way[0] in text]
    return text.replace(*random.choice(ways), 1) if ways else None
