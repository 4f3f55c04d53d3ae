"""What a number counts: per cent, percentage points, units of measure."""

import re
from decimal import Decimal
from typing import Final, Literal

Share = Literal["", "percent", "points"]
_PERCENT: Final = re.compile(
    r"[ \u00a0\u202f-]?(?:%|per ?cent\b|pct\b|퍼센트|프로(?=[ 가-힣])|パーセント|เปอร์เซ็นต์|persen\b|peratus\b|phần trăm|Prozent\b"
    r"|-?prozentig|pour cent\b|por ?cent[oi]\b|процент(?:а|ов|ы)?\b|(?:في|ب)?[ \u00a0]?المئة|بالمئة|في المائة|بالمائة)"
)
_BEFORE: Final = re.compile(r"(?:百分之|ร้อยละ)[ \u00a0]?$")
_POINTS: Final = re.compile(
    r"[ \u00a0\u202f-]?(?:%p|%?[ ]?(?:포인트|ポイント)|퍼센트[ ]?포인트|パーセントポイント|个百分点|個百分點|(?:điểm phần trăm|điểm %)"
    r"|จุด|(?:poin|mata) (?:persen|peratus)\w*|Prozentpunkte?n?\b|percentage[- ]points?\b|pp\b|points? de pourcentage"
    r"|puntos? porcentuales?|pontos? percentua(?:is|l)|процентн\w+ пункт\w*|п\. ?п\.|(?:نقطة|نقاط|نقطتان|نقطتين) (?:مئوية|أساس))"
)
_UNITS: Final = {
    "km": "kilometers? kilometres? kilometer kilómetros? quilômetros? kilomètres? Kilometern? километр\\w* كيلومتر\\w* 킬로미터 "
    "キロメートル キロ(?!ワット|グラム|ボルト) 公里 千米 ki-?lô-?mét กิโลเมตร กม\\. км km",
    "m": "meters? metres? mètres? metros? Metern? метр\\w* متر\\w* أمتار 미터 メートル 公尺 米(?!ドル) mét เมตร м m",
    "cm": "centimeters? centimetres? sentimeter centímetros? centimètres? Zentimetern? сантиметр\\w* سنتيمترا?ت? 센티미터 "
    "センチメートル センチ 厘米 公分 xen-?ti-?mét เซนติเมตร см cm",
    "mm": "millimeters? millimetres? milimeter milímetros? millimètres? Millimetern? миллиметр\\w* مليمترا?ت? 밀리미터 ミリメートル ミリ "
    "毫米 公釐 mi-?li-?mét มิลลิเมตร мм mm",
    "mi": "miles? millas milhas? Meilen? миль мил[яи] أميال ميلا?ً? 마일 マイル 英里 英哩 dặm ไมล์",
    "kg": "kilograms? kilogrammes? kilogram kilogramos? quilogramas? quilos? kilos? Kilogramm Kilo килограмм\\w* كيلوغرام\\w* كيلوجرام\\w* "
    "킬로그램 キログラム 公斤 千克 ki-?lô-?gam kilôgam กิโลกรัม กก\\. кг kg",
    "g": "grams? grammes? gram gramos? gramas? Gramm грамм\\w* غرام\\w* 그램 グラム 克 gam กรัม",
    "t": "tons? tonnes? toneladas? Tonnen? тонн\\w* أطنان طنا?ً?ًا?\\w? 톤 トン 吨 公吨 公噸 噸 tấn ตัน tan",
    "l": "liters? litres? liter litros? Litern? литр\\w* لترا?ت?ً?ًا? 리터 リットル 升 公升 lít ลิตร",
    "m2": "square_met(?:er|re)s? meter_persegi mètres_carrés metros_cuadrados metros_quadrados Quadratmetern? "
    "квадратн\\w+_метр\\w* кв\\._?м متر\\w*_مربع\\w* أمتار_مربعة 제곱미터 평방미터 平方メートル 平方米 平方公尺 mét_vuông ตารางเมตร ตร\\.ม\\. "
    "m2 m² м2 м² ㎡",
    "km2": "square_kilomet(?:er|re)s? kilometer_persegi kilomètres_carrés kilómetros_cuadrados quilômetros_quadrados "
    "Quadratkilometern? квадратн\\w+_километр\\w* كيلومتر\\w*_مربع\\w* 제곱킬로미터 平方キロメートル 平方公里 km2 km²",
    "ha": "hectares? hektare? hektar hectáreas? Hektar гектар\\w* هكتار\\w* 헥타르 ヘクタール 公顷 公頃 héc-?ta hecta เฮกตาร์ ha га",
    "kW": "kilowatts? kilowatt quilowatts? kilovatios? Kilowatt киловатт\\w* كيلووا[طت]\\w* 킬로와트 キロワット 千瓦 กิโลวัตต์ кВт kW",
    "MW": "megawatts? mégawatts? megavatios? Megawatt мегаватт\\w* ميغاوا[طت]\\w* ميجاوا[طت]\\w* 메가와트 メガワット 兆瓦 百萬瓦 百万瓦 เมกะวัตต์ МВт MW",
    "GW": "gigawatts? gigavatios? Gigawatt гигаватт\\w* غيغاوا[طت]\\w* 기가와트 ギガワット 吉瓦 จิกะวัตต์ ГВт GW",
    "kWh": "kilowatt-?_?hours? kilowattheures? kilovatios?-?_?hora quilowatts?-hora Kilowattstunden? киловатт-час\\w* كيلوواط_ساعة 킬로와트시 "
    "キロワット時 千瓦时 千瓦時 kilowatt_giờ กิโลวัตต์ชั่วโมง kilowatt-jam kilowatt_jam кВт·?ч kWh",
    "MWh": "megawatt-?_?hours? mégawattheures? megavatios?-?_?hora megawatts?-hora Megawattstunden? мегаватт-час\\w* ميغاواط_ساعة 메가와트시 "
    "メガワット時 兆瓦时 兆瓦時 百萬瓦時 megawatt_giờ เมกะวัตต์ชั่วโมง megawatt-jam megawatt_jam МВт·?ч MWh",
    "C": "degrees_Celsius °C ℃ Grad_Celsius degrés_Celsius grados_Celsius graus_Celsius 도씨 摄氏度 攝氏度 องศาเซลเซียส độ_C",
    "F": "degrees_Fahrenheit °F ℉ Grad_Fahrenheit degrés_Fahrenheit grados_Fahrenheit 华氏度 華氏度",
    "kn": "knots? Knoten nœuds? nudos? nós узл\\w+ عقدة 노트 ノット 节 節 hải_lý น็อต knot",
    "nmi": "nautical_miles? Seemeilen? milles?_marins? millas_náuticas milhas_náuticas морск\\w+_мил\\w+ 해리 海里 浬 mil_laut",
}


def _compiled() -> tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...]]:
    forms = [(_shaped(form), unit) for unit, words in _UNITS.items() for form in words.split()]
    forms.sort(key=lambda pair: -len(pair[0]))
    either = "|".join(_bounded(form) for form, _ in forms)
    return re.compile(rf"[ \u00a0\u202f-]?(?P<unit>{either})", re.IGNORECASE), tuple(
        (re.compile(form, re.IGNORECASE), unit) for form, unit in forms
    )


def _shaped(form: str) -> str:
    """Symbols of up to three letters keep their case: `M` is no metre."""
    spaced = form.replace("_", "[ \u00a0]")
    return f"(?-i:{spaced})" if len(form) <= 3 and form[0].isalpha() and ord(form[0]) < 0x0530 else spaced


def _bounded(form: str) -> str:
    first = form.removeprefix("(?-i:")[0]
    return form + (r"(?![^\W_])" if first.isalpha() and ord(first) < 0x0530 else "")


_UNIT, _EACH = _compiled()


def share_at(text: str, start: int, end: int) -> Share:
    """Whether the number at `start`..`end` is a percentage or counts percentage points.

    >>> share_at("2.5 percentage points", 0, 3), share_at("百分之12", 3, 5), share_at("12 boxes", 0, 2)
    ('points', 'percent', '')
    """
    if _POINTS.match(text, end):
        return "points"
    if _PERCENT.match(text, end) or _BEFORE.search(text, max(0, start - 8), start):
        return "percent"
    return ""


def unit_at(text: str, end: int) -> str:
    """The unit behind a number that ends at `end`, as its symbol; "" for none or one of no table.

    >>> unit_at("45.000 Quadratmeter", 6), unit_at("18 메가와트", 2)
    ('m2', 'MW')
    """
    found = _UNIT.match(text, end)
    if found is None:
        return ""
    return _unit_of(found["unit"])


def _unit_of(word: str) -> str:
    return next((unit for pattern, unit in _EACH if pattern.fullmatch(word)), "")


_SI: Final = {  # unit -> (dimension, factor)
    "km": ("length", 1000.0), "m": ("length", 1.0), "cm": ("length", 0.01), "mm": ("length", 0.001), "mi": ("length", 1609.34),
    "nmi": ("length", 1852.0), "kg": ("mass", 1.0), "g": ("mass", 0.001), "t": ("mass", 1000.0), "m2": ("area", 1.0),
    "km2": ("area", 1e6), "ha": ("area", 1e4), "kW": ("power", 1.0), "MW": ("power", 1e3), "GW": ("power", 1e6),
    "kWh": ("energy", 1.0), "MWh": ("energy", 1e3), "l": ("volume", 1.0),
}  # fmt: skip
_NEAR: Final = 0.06


def comparable(value: Decimal, unit: str, other: Decimal, other_unit: str) -> bool:
    """Whether two quantities in different units are the same but for rounding.

    >>> comparable(Decimal(100), "mi", Decimal(161), "km"), comparable(Decimal(18), "MW", Decimal(18), "kW")
    (True, False)
    """
    if unit == other_unit or unit not in _SI or other_unit not in _SI:
        return False
    (dimension, factor), (other_dimension, other_factor) = _SI[unit], _SI[other_unit]
    if dimension != other_dimension:
        return False
    one, two = float(value) * factor, float(other) * other_factor
    return abs(one - two) <= _NEAR * max(abs(one), abs(two))
