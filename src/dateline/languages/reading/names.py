"""Names of people and organisations, and the same name in another script."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Final

from anyascii import anyascii

from dateline.languages.reading.characters import base_of
from dateline.languages.reading.words import latin

_PARTICLES: Final = "de|del|della|di|da|do|dos|das|van|von|der|den|ter|ten|la|le|el|al|bin|binti|ibn|y|e"
_CAPITAL: Final = r"[A-ZÀ-ÖØ-ÞĀĂĄĆČĐĒĘĚĞĪŁŃŇŌŐŘŚŞŠŢŤŪŮŰŹŻŽƠƯẠ-ỸА-ЯЁ]"
_WORD: Final = rf"{_CAPITAL}[^\W\d_]*(?:[’'-][^\W\d_]+)*"
_SEQUENCE: Final = re.compile(
    rf"(?<![^\W_]){_WORD}(?:\.?[ \u00a0](?:(?:{_PARTICLES})[ \u00a0])?{_WORD}){{0,4}}"
)
_STARTS: Final = re.compile(r"(?:^|[.!?:;…\n\t|“«„\"'(–—-])\s*$")
_SPLIT: Final = re.compile(r"[\s・·•‧=＝,.;:!?\"“”«»„()（）「」『』、。，：；—–-]+")
_DOTTED: Final = re.compile(
    "[ァ-ヺー]+(?:[・=＝･][ァ-ヺー]+)+|[\u4e00-\u9fff]{1,6}[·•‧・][\u4e00-\u9fff]{1,6}"
)
_SILENT: Final = re.compile("[ก-ฮ]์")
_CLASS: Final = str.maketrans({
    "b": "p", "f": "p", "v": "p", "c": "k", "g": "k", "q": "k", "x": "k", "d": "t", "z": "s", "j": "s", "r": "l",
    **dict.fromkeys("aeiouhwy'`", None),
})  # fmt: skip


@lru_cache(maxsize=4096)
def skeleton(word: str) -> str:
    """The classes of a name's consonants: what survives transliteration.

    >>> skeleton("Keller"), skeleton("켈러"), skeleton("Келлер"), skeleton("كيلر")
    ('kll', 'kl', 'kll', 'kll')
    """
    plain = anyascii(_SILENT.sub("", word)).casefold()
    plain = re.sub(r"(.)\1+", r"\1", re.sub("[^a-z']", "", plain))
    for letters, one in (
        ("sch", "s"),
        ("tch", "s"),
        ("ch", "s"),
        ("sh", "s"),
        ("zh", "s"),
        ("th", "t"),
        ("ph", "p"),
        ("kh", "k"),
        ("ng", "n"),
    ):
        plain = plain.replace(letters, one)
    return plain.translate(_CLASS)


def sequences(text: str, language: str) -> list[str]:
    """Names in a text of Latin or Cyrillic letters: capitalised words in a row, or one inside a sentence.

    German writes all nouns so: there only rows of two and more count.

    >>> sequences("The plant, said Maria Keller of Aurora Foods, opens in Busan.", "en")
    ['Maria Keller', 'Aurora Foods', 'Busan']
    """
    found = []
    for match in _SEQUENCE.finditer(text):
        name = match[0]
        first = _STARTS.search(text, 0, match.start()) is not None
        if first and " " in name and name.split(" ", 1)[0].casefold() in _OPENERS:
            name = name.split(" ", 1)[1]
        elif first and " " not in name:
            continue
        name = _TITLES.sub("", name)
        if base_of(language) == "de" and name.count(" ") > 1 and not re.search(rf" (?:{_PARTICLES}) ", name):
            name = " ".join(name.split()[-2:])
        if " " not in name and (base_of(language) == "de" or len(name) < 3):
            continue
        if not name.isupper():
            found.append(name)
    return found


_TITLES: Final = re.compile(
    r"^(?:(?:Mr|Mrs|Ms|Dr|Prof|Professor|Sir|Dame|Puan|Encik|Cik|Datuk|Dato|Tan Sri|Bapak|Ibu|Pak|Bu|Herr|Frau|M|Mme|Sr|Sra|Dra|Ông|Bà|President|"
    r"Minister|Chief|Director|CEO|Geschäftsführerin|Geschäftsführer)\.?[ \u00a0])+"
)
_ASIAN: Final = re.compile(
    r"\b(?:Kim|Lee|Park|Choi|Jung|Jeong|Kang|Cho|Yoon|Yun|Jang|Lim|Han|Oh|Seo|Shin|Kwon|Hwang|Ahn|Song|Yoo|Hong|Nguyen|Nguyễn|Tran|Trần|Le|Lê|Pham|Phạm|"
    r"Hoang|Hoàng|Vo|Võ|Dang|Đặng|Bui|Bùi|Do|Đỗ|Wang|Li|Zhang|Liu|Chen|Yang|Huang|Zhao|Wu|Zhou|Xu|Sun|Ma|Zhu|Hu|Guo|He|Lin|Gao|Luo|Lin|Chan|Wong|Tan|Tanaka|Sato|"
    r"Suzuki|Takahashi|Watanabe|Ito|Yamamoto|Nakamura|Kobayashi|Kato|Hayase|Ishikawa|[A-Z][a-z]+(?:ko|moto|mura|yama|gawa|zaki|hara|shima|guchi|sawa))\b|-[a-z]{2,6}\b|[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđĐ]"
)
_OPENERS: Final = frozenset(
    "the a an in on at for with from by and but if when while as after before this that these its our his her der die das ein eine im am in "
    "bei mit von für le la les un une en au aux à pour par dans el los las un una en con por para o os as um uma em no na com para pada di "
    "dari untuk dengan menurut menteri presiden tại theo ông bà в на по с к о об от до из за при для как и но а".split()
)


def answers(name: str, text: str, language: str) -> bool | None:
    """Whether `text` holds `name` in any spelling; None where that cannot be told.

    In Latin letters one telling word of the name is enough, elsewhere its skeleton is looked for.

    >>> answers("Maria Keller", "마리아 켈러 최고경영자는", "ko"), answers("Maria Keller", "강도윤 대표는", "ko")
    (True, False)
    """
    tokens = [
        token
        for token in _SPLIT.split(name)
        if len(token) > 1 and not re.fullmatch(_PARTICLES, token.casefold())
    ]
    folded = text.casefold()
    if any(len(token) > 2 and token.casefold() in folded for token in tokens):
        return True
    bones = [bone for token in tokens if len(bone := skeleton(token)) > 1]
    if not bones or sum(map(len, bones)) < 3:
        return None
    if latin(language) or base_of(language) == "ru":
        stems = [token.casefold()[:4] for token in tokens if len(token) > 4]
        if any(stem in folded for stem in stems):
            return True
    base = base_of(language)
    if base in {"zh", "ja"} and _ASIAN.search(name):
        return None
    if base in {"zh", "ja"}:
        return _somewhere(bones, text, base)
    ending = _PARTICLE_ENDS if base == "ko" else None
    others = [
        skeleton(ending.sub("", word) if ending and len(word) > 2 else word)
        for word in _SPLIT.split(text)
        if word
    ]
    return _in_words(bones, others) or (base == "th" and "".join(bones) in "".join(others))


_PARTICLE_ENDS: Final = re.compile("(?:에게서|에게|께서|으로|은|는|이|가|을|를|의|와|과|도|로|씨)$")


def _in_words(bones: list[str], words: list[str]) -> bool:
    """A long bone on its own, or two neighbours for two parts of the name, in either order."""
    hits = [[_like(bone, word) for word in words] for bone in bones]
    if any(len(bone) > 3 and any(hit) for bone, hit in zip(bones, hits, strict=True)):
        return True
    if len(bones) == 1:
        return any(hits[0])
    near = [[_near_by(bone, word) for word in words] for bone in bones]
    for (one, two), (loose, loose_two) in zip(pairwise(hits), pairwise(near), strict=True):
        for at in range(len(words)):
            if (one[at] and _around(loose_two, at)) or (loose[at] and _around(two, at)):
                return True
    return False


def _around(hits: list[bool], at: int) -> bool:
    return any(hits[max(0, at - 2) : at]) or any(hits[at + 1 : at + 3])


def _near_by(bone: str, word: str) -> bool:
    return _like(bone, word) or (
        len(bone) == len(word) > 2 and word[0] == bone[0] and _distance(bone, word) <= 1
    )


def _like(bone: str, word: str) -> bool:
    """Equal up to a weak l or an ending of two letters; long ones may differ in one letter."""
    if not word:
        return False
    if word.startswith(bone) and len(word) <= len(bone) + 2:
        return True
    short = _weak(bone)
    if len(short) > 1 and word.startswith(short) and len(word) <= len(short) + 1:
        return True
    return len(bone) > 3 and abs(len(bone) - len(word)) <= 1 and _distance(bone, word) <= 1


def _weak(bone: str) -> str:
    """Without the last l or r, which many scripts do not write."""
    return bone[:-1] if len(bone) > 2 and bone[-1] == "l" else bone


def _distance(one: str, two: str) -> int:
    row = list(range(len(two) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(two, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def _somewhere(bones: list[str], text: str, base: str) -> bool:
    """Scripts without spaces: the bones beside each other, where a dot parts names around it alone."""
    dotted = _DOTTED.findall(text)
    runs = dotted or re.split(r"[\s,.，。、；;「」“”]+", text)
    whole, weak = "".join(bones), "".join(map(_weak, bones))
    for run in runs:
        bone = skeleton(run)
        if dotted and any(len(_weak(one)) > 3 and _weak(one) in bone for one in bones):
            return True
        if (
            whole in bone
            or (len(weak) > 2 and weak in bone)
            or (dotted and len(whole) > 4 and _near(whole, bone))
        ):
            return True
    return False


def _near(bone: str, text: str) -> bool:
    size = len(bone)
    return any(
        _distance(bone, text[at : at + size + extra]) <= 1
        for at in range(max(1, len(text) - size + 2))
        for extra in (-1, 0, 1)
    )
