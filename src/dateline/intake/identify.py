"""Tells which language a text is written in, for files that do not say and for the gate."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from dateline.core.languages import WIRE_LANGUAGES, Language
from dateline.core.words import Block

MIN_LETTERS = 60
SURE = 0.85
"""Probability from which the library's answer counts as confident."""
PAIR_WORDS = 100
"""Indonesian and Malay are told apart on this many words or more."""
_CUT = re.compile(r"https?://\S+|\S{1,100}@\S{1,100}|\b[A-Z]{2,}[A-Z0-9.:]*\b|[\d.,%]+")
_INDONESIAN_TEXT = """
agustus aktivitas bagian bahwa berbeda bisa desember ekspor eropa fasilitas ilmuwan impor istri
jepang juli jumat kamis kantor karena karyawan kasus kecelakaan kesehatan konsumen kualitas laba
lingkungan listrik manajemen maret miliar mobil otoritas persen perusahaan petugas polisi prancis
provinsi publik resmi sebagian sedangkan senin serikat situs standar tim triliun uang universitas
yaitu
"""
_INDONESIAN: Final = frozenset(_INDONESIAN_TEXT.split())
_MALAY_TEXT = """
aktiviti bahagian baharu bahawa berbeza berkenaan bilion disember eksport elektrik eropah haiwan
hospital iaitu ialah isnin isteri jepun julai jumaat kakitangan kemalangan kemudahan kerajaan kerana
kereta kes kesihatan keuntungan khamis khas kualiti mac manakala mempunyai ogos pejabat pengurusan
perancis peratus persekitaran polis rasmi saintis sebahagian selepas semasa syarikat tiada trilion
universiti wang
"""
_MALAY: Final = frozenset(_MALAY_TEXT.split())
# Frequent characters that only one of the two scripts writes; the partners stand at the same place.
_SIMPLIFIED: Final = frozenset(
    "这国们来为说时会对发经过动现开无问实么产关进应该间样将还点业电长两头东气给声学认识让带爱万个车门见书写马鱼鸟龙达边运远选还"
)
_TRADITIONAL: Final = frozenset(
    "這國們來為說時會對發經過動現開無問實麼產關進應該間樣將還點業電長兩頭東氣給聲學認識讓帶愛萬個車門見書寫馬魚鳥龍達邊運遠選還"
)


@dataclass(frozen=True, slots=True)
class Identified:
    """`language` is a tag of the wire, or "" when nothing fits; `sure` when an answer may be acted upon."""

    language: str
    sure: bool
    letters: int


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(sorted({tag.split("-")[0] for tag in WIRE_LANGUAGES}))
    return found


def words_for(headline: str, blocks: Sequence[Block]) -> str:
    """The running text of a story: headline, paragraphs, quotes and items; tables and addresses tell
    nothing.
    """
    kept = [block.text for block in blocks if block.kind in {"paragraph", "quote", "list", "heading"}]
    return "\n".join([headline, *kept])


def identify(text: str) -> Identified:
    """The language of `text` among the wire's own.

    >>> identify("Das Unternehmen eröffnet im Frühjahr ein neues Werk und stellt viele ein.").language
    'de'
    """
    prose = _CUT.sub(" ", text[:20_000])
    letters = sum(character.isalpha() for character in prose)
    if letters < 8:
        return Identified("", False, letters)
    base, confidence = _identifier().classify(prose)
    enough = letters >= (MIN_LETTERS if not _cjk(prose) else MIN_LETTERS // 3)
    if base == "zh":
        script = chinese_script(prose)
        return Identified(script or "zh-Hans", bool(script) and enough and confidence >= SURE, letters)
    if base in {"id", "ms"}:
        return _pair(prose, str(base), enough and confidence >= SURE / 2, letters)
    tag = next((tag for tag in WIRE_LANGUAGES if tag.split("-")[0] == base), str(base))
    return Identified(tag, enough and confidence >= SURE, letters)


def _cjk(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    wide = sum(unicodedata.east_asian_width(character) == "W" for character in letters)
    return wide * 2 > len(letters)


def _pair(text: str, base: str, sure: bool, letters: int) -> Identified:
    words = re.findall(r"[a-z]+", text.casefold())
    indonesian = sum(word in _INDONESIAN for word in words)
    malay = sum(word in _MALAY for word in words)
    if indonesian != malay:
        base = "id" if indonesian > malay else "ms"
    return Identified(base, sure and len(words) >= PAIR_WORDS and abs(indonesian - malay) >= 3, letters)


def chinese_script(text: str) -> str:
    """`zh-Hans` or `zh-Hant` by characters that only one script writes; "" when they are few or mixed."""
    both = _SIMPLIFIED & _TRADITIONAL
    simplified = sum(character in _SIMPLIFIED and character not in both for character in text)
    traditional = sum(character in _TRADITIONAL and character not in both for character in text)
    if simplified >= 3 and simplified > 3 * traditional:
        return "zh-Hans"
    return "zh-Hant" if traditional >= 3 and traditional > 3 * simplified else ""


def same_language(claimed: Language | str, found: str) -> bool:
    """Whether `found` does not contradict `claimed`; regional forms of one language agree, the Chinese
    scripts do not.
    """
    if claimed.split("-")[0] != found.split("-", maxsplit=1)[0]:
        return False
    if not claimed.startswith("zh"):
        return True
    hant = {"Hant", "TW", "HK", "MO"}
    return bool(hant & set(claimed.split("-"))) == bool(hant & set(found.split("-")))
