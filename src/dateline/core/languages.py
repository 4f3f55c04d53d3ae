"""Languages as normalised BCP 47 tags. No distance matching: it takes Malay for Indonesian."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NewType

import langcodes
from langcodes.tag_parser import LanguageTagError

from dateline.core.errors import BadInput

Language = NewType("Language", str)
"""A BCP 47 tag as the wire stores it: `ko`, `zh-Hant`, `pt-BR`."""


class UnknownLanguage(BadInput):
    """The text is not a language tag that anybody registered."""


WIRE_LANGUAGES: Final[tuple[Language, ...]] = tuple(
    Language(tag)
    for tag in (
        "en",
        "ko",
        "ja",
        "ar",
        "zh-Hans",
        "zh-Hant",
        "vi",
        "th",
        "id",
        "ms",
        "de",
        "ru",
        "fr",
        "es",
        "pt-BR",
    )
)

# What people write -> what we store. Plain Portuguese is read as Brazilian (languages table of the trade
# desk).
_SPELLINGS: Final[Mapping[str, str]] = {
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-hans-cn": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-hant-tw": "zh-Hant",
    "pt": "pt-BR",
    "in": "id",
    "iw": "he",
}

_AUTONYMS: Final[Mapping[str, str]] = {
    "en": "English",
    "ko": "한국어",
    "ja": "日本語",
    "ar": "العربية",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "vi": "Tiếng Việt",
    "th": "ไทย",
    "id": "Bahasa Indonesia",
    "ms": "Bahasa Melayu",
    "de": "Deutsch",
    "ru": "Русский",
    "fr": "Français",
    "es": "Español",
    "pt-BR": "Português (Brasil)",
}

_OPEN_GRAPH: Final[Mapping[str, str]] = {
    "en": "en_US",
    "ko": "ko_KR",
    "ja": "ja_JP",
    "ar": "ar_SA",
    "zh-Hans": "zh_CN",
    "zh-Hant": "zh_TW",
    "vi": "vi_VN",
    "th": "th_TH",
    "id": "id_ID",
    "ms": "ms_MY",
    "de": "de_DE",
    "ru": "ru_RU",
    "fr": "fr_FR",
    "es": "es_ES",
    "pt-BR": "pt_BR",
}

_RTL = frozenset({"ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "dv", "ckb"})
_TAG = re.compile(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")


def parse_language(text: str) -> Language:
    """The tag in the form the wire stores. Raises UnknownLanguage naming the value and the remedy."""
    raw = text.strip()
    key = raw.replace("_", "-").lower()
    if key in _SPELLINGS:
        return Language(_SPELLINGS[key])
    if not _TAG.match(raw):
        raise UnknownLanguage(f"'{raw}' is not a language; use a BCP 47 tag such as ko, zh-Hant or pt-BR")
    try:
        tag = langcodes.standardize_tag(raw)
    except LanguageTagError:
        raise UnknownLanguage(
            f"'{raw}' is not a language; use a BCP 47 tag such as ko, zh-Hant or pt-BR"
        ) from None
    if not langcodes.tag_is_valid(tag):
        raise UnknownLanguage(
            f"'{raw}' is not a registered language; use a BCP 47 tag such as ko, zh-Hant or pt-BR"
        )
    return Language(_SPELLINGS.get(tag.lower(), tag))


def is_rtl(language: str) -> bool:
    """Whether the language is written from right to left."""
    parts = language.split("-")
    return "Arab" in parts or "Hebr" in parts or (parts[0] in _RTL and "Latn" not in parts)


def direction(language: str) -> Literal["ltr", "rtl"]:
    """`dir` of text in the language."""
    return "rtl" if is_rtl(language) else "ltr"


def autonym(language: str) -> str:
    """The language's own name for itself; the tag where nobody wrote it down."""
    return _AUTONYMS.get(language, language)


def serves(wanted: str, available: Language) -> bool:
    """Whether somebody who asks for `wanted` takes an edition in `available`.

    Exactly, or `wanted` is the bare language of a regional or script form (`pt` takes pt-BR and pt-PT, `zh`
    both scripts); `*` takes all.
    """
    return wanted in {"*", available} or ("-" not in wanted and available.split("-")[0] == wanted)


@lru_cache(maxsize=4096)
def wishes(available: str) -> tuple[str, ...]:
    """Every wish that an edition in `available` fulfils: `serves` turned round, so that many wishes are
    looked up and not walked through.
    """
    base = available.split("-", 1)[0]
    return (available, "*") if base == available else (available, base, "*")


def words_in(language: str, texts: Mapping[str, str]) -> str:
    """Of texts by language tag the one in this language, else in another form of it; "" where there is none.
    One language's words never stand in for another's, nor one Chinese script's for the other's.
    """
    if language in texts:
        return texts[language]
    base = language.split("-", maxsplit=1)[0]
    if base == "zh":
        return ""
    return next((text for tag, text in texts.items() if tag.split("-", maxsplit=1)[0] == base), "")


def open_graph_locale(language: str) -> str:
    """Open Graph's form, `ar_SA`."""
    return _OPEN_GRAPH.get(language, language.replace("-", "_"))
