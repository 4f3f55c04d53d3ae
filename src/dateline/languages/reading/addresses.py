"""Addresses and codes in a text: URLs, e-mails, phones, handles, tickers, ISINs, LEIs."""

import re
from typing import Final

_URL: Final = re.compile(
    r"(?:https?://|(?<![\w.@/])www\.)[^\s<>\"'“”«»「」『』、，。；：（）()\u0e00-\u0e7f\u0600-\u06ff\u3000-\u303f\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]+",
    re.IGNORECASE,
)
_BARE: Final = re.compile(
    r"(?<![\w.@/-])(?:[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?\.){1,4}(?:com|org|net|example|io|gov|edu|info|int|co\.[a-z]{2})(?![\w-]|\.\w)",
    re.IGNORECASE | re.ASCII,
)
_MAIL: Final = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}")
_PHONE: Final = re.compile(r"\+\d[\d\u00a0 ()/.-]{6,22}\d")
_HANDLE: Final = re.compile(r"(?<![\w@.])[@#][A-Za-z][A-Za-z0-9_]{2,30}(?![\w.@])", re.ASCII)
_SPOILED: Final = re.compile(
    r"https?\s*:\s+/|https?:\s?/\s+/|https?://\s+\S|\bhttps? ?://[\w.-]{1,100}\s\.\s?[a-z]|https?://[\w.-]{1,100}\.\s[a-z]{2,}|\bh?t?tps?://(?<!http://)(?<!https://)"
    r"|https?://[^\s/]{0,100}[^\x00-\x7f]|[\w.]{1,64}\s@\s?[\w-]{1,64}\.\w|[\w.]{1,64}@\s[\w-]{1,64}\.\w|[\w.]{1,64}@[\w-]{1,64}\s\.\s?\w|[\w.]{1,64}@[\w-]{1,64}\.\s[a-z]{2,}",
    re.IGNORECASE | re.ASCII,
)
_TICKER: Final = re.compile(
    r"(?<![A-Za-z])(?P<exchange>NYSE(?: American| Arca)?|NASDAQ|Nasdaq|KRX|KOSPI|KOSDAQ|TSE|TYO|TWSE|HKEX|SEHK|HKG|SSE|SZSE|SET|IDX|BEI|MYX|"
    r"KLSE|HOSE|HNX|LSE|LON|FWB|XETRA|Euronext(?: [A-Z][a-z]+)?|EPA|BME|BMV|B3|BOVESPA|MOEX|MCX|ASX|SGX|TSX|ADX|DFM|TADAWUL|OTC)"
    r"\s?[:：]\s?(?P<symbol>[A-Z0-9][A-Z0-9.-]{0,9})"
)
_ISIN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}[A-Z0-9]{9}\d(?![A-Za-z0-9])")
_LEI: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{18}\d\d(?![A-Za-z0-9])")


def urls_of(text: str) -> set[str]:
    """URLs without scheme, `www.` and closing marks, and bare domains of the usual endings, in small letters.

    >>> sorted(urls_of("See https://A.example/b. Or www.b.example"))
    ['a.example/b', 'b.example']
    """
    found = {_bare_url(match) for match in _URL.findall(text)}
    rest = _MAIL.sub(" ", _URL.sub(" ", text))
    return found | {match.casefold().removeprefix("www.") for match in _BARE.findall(rest)}


def _bare_url(url: str) -> str:
    url = url.casefold().rstrip(".,;:!?)]}’”»*")
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/")


def mails_of(text: str) -> set[str]:
    """E-mail addresses in small letters."""
    return {match.casefold().rstrip(".") for match in _MAIL.findall(text)}


def phones_of(text: str) -> set[str]:
    """International phone numbers as digits."""
    return {re.sub(r"\D", "", match) for match in _PHONE.findall(text)}


def handles_of(text: str) -> set[str]:
    """Handles and hashtags in Latin letters; hashtags in other scripts are words and may be translated."""
    return {match.casefold() for match in _HANDLE.findall(text) if match.startswith("@")}


def spoiled_address(text: str) -> str:
    """The first address with a space, a lost colon or a foreign letter in it; "" when there is none."""
    found = _SPOILED.search(text)
    return found[0] if found else ""


def tickers_of(text: str) -> set[str]:
    """`NYSE:AURF` for every exchange and symbol."""
    return {f"{m['exchange'].upper().split()[0]}:{m['symbol'].rstrip('.-')}" for m in _TICKER.finditer(text)}


def isins_of(text: str) -> set[str]:
    """What has the form of an ISIN."""
    return set(_ISIN.findall(text))


def leis_of(text: str) -> set[str]:
    """What has the form of an LEI (ISO 17442) and holds letters and digits both."""
    return {m for m in _LEI.findall(text) if not m.isdigit() and sum(c.isdigit() for c in m) > 3}


def without_addresses(text: str, by: str = " ") -> str:
    """The text with `by` for each of its URLs, e-mails and phones."""
    if "@" not in text and "//" not in text and "www" not in text and "+" not in text:
        return text
    for pattern in (_URL, _MAIL, _PHONE):
        text = pattern.sub(by, text)
    return text
