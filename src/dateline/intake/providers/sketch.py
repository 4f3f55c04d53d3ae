"""Whether two texts are the same news: a sketch of each text's shingles, and how alike two sketches are.

Shingles are three words in a row where words are written apart, three characters where they are not (Chinese,
Japanese, Thai and their like), so that no dictionary is needed. A sketch is the bottom k of their hashes: one
hash function, and the likeness it gives is that of the sets themselves (Broder 1997; Cohen and Kaplan 2007).
"""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b, sha256
from heapq import nsmallest
from typing import Final

K: Final = 128
"""Hashes kept of a text; the likeness of two sketches is then right within about 0.04."""
PRINTS: Final = 12
"""The smallest of them, by which candidates are looked up: texts that are 0.8 alike share one of them but for
one pair in many thousands.
"""
SAME: Final = 0.8
SAME_SHORT: Final = 0.9
"""From here on two texts are the same news. Of a short one a single changed word may be the news: the name of
a town in a warning.
"""
SHORT: Final = 100
"""Shingles below which a text is short."""
NEAR: Final = 0.7
"""From here on the desk is told that another item is close."""
LEAST: Final = 12
"""Shingles below which a text is too short to be told from another."""
_MOST_CHARACTERS: Final = 100_000
_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"\d+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f]+"
)
"""Thai, Lao, Burmese, Khmer, kana, Han."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """`hashes`: up to K of 63 bits, ascending. `numbers`: a hash of every number in the text, in order."""

    hashes: tuple[int, ...]
    numbers: str

    @property
    def prints(self) -> tuple[int, ...]:
        """What candidates are looked up by; empty for texts that are too short to be compared."""
        return self.hashes[:PRINTS] if len(self.hashes) >= LEAST else ()

    def packed(self) -> bytes:
        """Eight bytes for each hash."""
        return array("Q", self.hashes).tobytes()


def unpacked(data: bytes, numbers: str) -> Sketch:
    """Reads what `packed` wrote."""
    found = array("Q")
    found.frombytes(data)
    return Sketch(tuple(found), numbers)


def sketch(text: str) -> Sketch:
    """The sketch of a text: capitals, forms of width, marks and punctuation make no difference."""
    folded = unicodedata.normalize("NFKC", text[:_MOST_CHARACTERS]).casefold()
    hashes = {_hash(shingle) for shingle in _shingles(folded)}
    numbers = " ".join(_DIGITS.findall(folded))
    return Sketch(tuple(nsmallest(K, hashes)), sha256(numbers.encode()).hexdigest())


def _shingles(text: str) -> Iterator[str]:
    words: list[str] = []
    for word in _WORD.findall(text):
        if _UNSPACED.search(word):
            for run in re.split(f"({_UNSPACED.pattern})", word):
                if _UNSPACED.fullmatch(run):
                    yield from (run[at : at + 3] for at in range(max(1, len(run) - 2)))
                elif run:
                    words.append(run)
        else:
            words.append(word)
    yield from (" ".join(words[at : at + 3]) for at in range(len(words) - 2))


def _hash(shingle: str) -> int:
    """63 bits: a column of either database takes them."""
    return int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest(), "big") >> 1


def is_same(left: Sketch, right: Sketch) -> bool:
    """Whether two texts are the same news: alike, and with the same numbers in the same order."""
    short = min(len(left.hashes), len(right.hashes)) < SHORT
    alike = likeness(left, right) >= (SAME_SHORT if short else SAME)
    return alike and left.numbers == right.numbers


def likeness(left: Sketch, right: Sketch) -> float:
    """How alike two texts are, 0 to 1: the share of shingles that both have."""
    if not left.hashes or not right.hashes:
        return 0.0
    one, other = set(left.hashes), set(right.hashes)
    joined = nsmallest(K, one | other)
    return sum(value in one and value in other for value in joined) / len(joined)
