"""Currencies beside numbers: signs, codes and names in fifteen languages -> ISO 4217."""

import re
from typing import Final

# Names of currencies as the press writes them; stems of three letters and more take endings where marked by `~`.
_NAMES: Final = {
    "USD": "US_dollar~ U.S._dollar~ US-Dollar~ dollar~ dólar~ dolar~ доллар~ долл. دولار~ 미국_달러 미_달러 달러 米ドル ドル 美元 美金 "
    "ดอลลาร์สหรัฐ ดอลลาร์ เหรียญสหรัฐ đô_la_Mỹ đô_la USD dolar_AS dolar_Amerika",
    "EUR": "euro~ евро يورو اليورو 유로 ユーロ 欧元 歐元 ยูโร EUR",
    "JPY": "yen~ ienes iene ien~ иен~ йен~ ين الين ينّ 엔 円 日元 日圓 日円 เยน yên JPY",
    "KRW": "won wons wones вон~ وون 원 ウォン 韩元 韓元 韓圜 韩圆 วอน KRW",
    "CNY": "yuan~ юан~ يوان 위안 人民元 人民币 人民幣 元 หยวน nhân_dân_tệ renminbi CNY RMB",
    "GBP": "pound~ Pfund~ livre~_sterling livre~ libra~_esterlina~ libra~ фунт~_стерлингов фунт~ جنيه_إسترليني 파운드 "
    "ポンド 英镑 英鎊 ปอนด์ bảng_Anh bảng pound~_sterling poundsterling paun~ GBP",
    "CHF": "Swiss_franc~ Schweizer_Franken Franken franc~_suisse~ franco~_suizo~ franco~_suíço~ швейцарск~_франк~ "
    "فرنك_سويسري 스위스_프랑 スイスフラン スイス・フラン 瑞士法郎 ฟรังก์สวิส franc_Thụy_Sĩ franc_Swiss franc~ franco~ франк~ CHF",
    "IDR": "rupiah~ rupia~_indonesia~ рупи~_индонезии роупий~ рупи~ روبية_إندونيسية 루피아 ルピア 印尼盾 印尼卢比 รูเปียห์ Rupiah IDR",
    "MYR": "ringgit~ ринггит~ رينغيت 링깃 リンギット リンギ 令吉 林吉特 ริงกิต MYR",
    "THB": "baht~ бат~ بات باهت 바트 バーツ 泰铢 泰銖 บาท THB",
    "VND": "đồng dong~ донг~ دونغ 동 ドン 越南盾 ด่ง ดอง VND",
    "AED": "dirham~ dirhem~ dírham~ dirrã~ дирхам~ درهم~ دراهم 디르함 ディルハム 迪拉姆 ดีร์แฮม เดอร์แฮม AED",
    "SAR": "riyal~ rial~ riyales риал~ риял~ ريال~ 리얄 リヤル 里亚尔 里亞爾 ริยัล SAR",
    "BRL": "real reais reales reals reáis Real реал~ ريال_برازيلي 헤알 レアル 雷亚尔 雷亞爾 黑奥 เรอัล BRL",
    "RUB": "rouble~ ruble~ rublo~ Rubel rubel руб. рубл~ روبل 루블 ルーブル 卢布 盧布 รูเบิล rúp RUB",
    "INR": "rupee~ rupia~ Rupie~ roupie~ rúpia~ рупи~ روبية 루피 ルピー 卢比 盧比 รูปี INR",
    "TWD": "新台幣 新臺幣 新台币 台幣 臺幣 대만_달러 台湾ドル NT_dollar~ TWD NTD",
    "HKD": "港元 港币 港幣 홍콩_달러 香港ドル Hong_Kong_dollar~ HKD",
    "SGD": "新加坡元 新元 싱가포르_달러 シンガポールドル Singapore_dollar~ SGD",
    "MXN": "peso~ песо بيزو 페소 ペソ 比索 เปโซ MXN",
    "NOK": "krone~ kroner coronas coroas couronne~ Krone~ крон~ كرونة 크로네 크로나 クローネ クローナ 克朗 โครน curon NOK SEK DKK",
}
_ALSO: Final = {  # names that more than one currency bears; the first is the likeliest
    "USD": {"AUD", "CAD", "HKD", "SGD", "TWD", "NZD"}, "CNY": {"TWD", "HKD", "SGD"},
    "MXN": {"ARS", "CLP", "COP", "PHP"}, "NOK": {"SEK", "DKK", "CZK", "ISK"}, "SAR": {"QAR", "OMR", "BRL", "IRR"},
    "IDR": {"INR"}, "INR": {"IDR", "LKR", "PKR"}, "GBP": {"EGP"}, "CHF": {"XOF", "XAF"}, "AED": {"MAD"},
}  # fmt: skip
_SIGNS: Final = {
    "US$": "USD", "A$": "AUD", "C$": "CAD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "R$": "BRL", "MX$": "MXN", "$": "USD",
    "€": "EUR", "£": "GBP", "¥": "JPY", "₩": "KRW", "₫": "VND", "฿": "THB", "₽": "RUB", "₹": "INR", "Rp": "IDR", "RM": "MYR",
    "د.إ": "AED",
}  # fmt: skip
CODES: Final = frozenset(
    "USD EUR JPY KRW CNY GBP CHF IDR MYR THB VND AED SAR BRL RUB INR TWD HKD SGD MXN NOK SEK DKK AUD CAD NZD QAR RMB "
    "PHP ARS CLP COP EGP TRY ZAR PLN CZK ILS".split()
)


def _form(word: str) -> str:
    escaped = re.escape(word).replace("_", "[ \u00a0-]").replace(r"\~", r"[^\W\d_]{0,4}")
    return escaped + (r"(?![^\W\d_])" if word[0].isascii() or "\u0400" <= word[0] < "\u0700" else "")


_FORMS: Final = {
    word.replace("_", " ").rstrip("~").casefold(): iso
    for iso, words in _NAMES.items()
    for word in words.split()
}
_ORDERED: Final = sorted((w for words in _NAMES.values() for w in words.split()), key=len, reverse=True)
_AFTER: Final = re.compile(
    r"[ \u00a0\u202f-]?(?:(?:de|di|del)[ \u00a0]|d[’'])?(?P<name>" + "|".join(map(_form, _ORDERED)) + ")",
    re.IGNORECASE,
)
_SIGN_AFTER: Final = re.compile(
    r"[ \u00a0\u202f]?(?P<letters>[kKmMbBT]{1,2}|bn|mn|mln|Mds?|Mrd\.?|Mio\.?)?[ \u00a0\u202f]?(?P<sign>US\$|[$€£¥₩₫฿₽₹])"
)
_BEFORE: Final = re.compile(
    r"(?:(?<![A-Za-z])(?P<code>[A-Z]{3})|(?P<sign>(?<![A-Z])(?:US|A|C|HK|NT|S|R|MX)\$|[$€£¥₩₫฿₽₹]|(?<![A-Za-z])(?:Rp|RM)\.?))"
    r"[ \u00a0\u202f]?$"
)
_LETTERS: Final = re.compile(
    r"[ \u00a0\u202f]?(k|K|MM|M|mn|mln|mio|m|bn|bln|B|b|Mds?|Mrd\.?|tn|trn|T|jt|rb)(?![A-Za-z])"
)


def currency_at(text: str, start: int, end: int) -> tuple[frozenset[str], str]:
    """(possible ISO codes of the sum that stands at `start`..`end`, letters of scale behind it).

    Both empty where no currency stands beside the number.

    >>> currency_at("for $3.2bn in cash", 5, 8)[1], sorted(currency_at("3,2 Mio. Euro", 0, 8)[0])
    ('bn', ['EUR'])
    """
    before = _BEFORE.search(text, max(0, start - 6), start)
    if before and (before["sign"] or before["code"] in CODES):
        letters = _LETTERS.match(text, end)
        return _of_sign(before["sign"] or before["code"]), letters[1] if letters else ""
    if (after := _AFTER.match(text, end)) is not None:
        return _of_name(after["name"]), ""
    if (sign := _SIGN_AFTER.match(text, end)) is not None:
        return _of_sign(sign["sign"]), sign["letters"] or ""
    return frozenset(), ""


def _of_sign(sign: str) -> frozenset[str]:
    sign = sign.rstrip(".")
    iso = _SIGNS.get(sign, {"RMB": "CNY", "NTD": "TWD"}.get(sign, sign))
    return frozenset({"JPY", "CNY"}) if sign == "¥" else _wide(iso) if sign == "$" else frozenset({iso})


def _wide(iso: str) -> frozenset[str]:
    return frozenset({iso, *_ALSO.get(iso, set())})


def _of_name(name: str) -> frozenset[str]:
    folded = re.sub("[\u00a0-]", " ", name).casefold()
    while folded and folded not in _FORMS:
        folded = folded[:-1]
    iso = _FORMS.get(folded, "")
    if not iso:
        return frozenset()
    exact = folded.isupper() or " " in folded or folded in {"美元", "米ドル", "日元", "円", "欧元"}
    return frozenset({iso}) if exact else _wide(iso)
