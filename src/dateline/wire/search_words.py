"""What search compares: the words of texts and queries in one folded form, the same for both databases.

A word of a query must begin a word of the text. In scripts that set no blanks between words, and in Korean,
whose words carry their particles, it may stand anywhere. Words are kept as a text with single blanks, so that
"contains this string" is the whole question; the tokens beside it only narrow down where it is asked
(docs/decisions/0014-search.md).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

MOST_CHARACTERS: Final = 100_000
"""Of one text, folded; what comes after them is not found. Its tokens have at most 800 kB."""
_MOST_BYTES: Final = 900_000
"""Of the tokens of one text: a tsvector of more than 1 MB would be an error, and a lift may not fail."""
_MOST_NEEDLES: Final = 12
_MOSTPIECES: Final = 40
_TOKEN: Final = 12
"""Letters of a word that its token keeps: longer ones are told apart by the text."""

# Han, kana, Hangul, Thai, Lao, Burmese, Khmer; without the baht sign and the middle dot of kana.
_RUN: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u1100-\u11ff\u3131-\u318e"
    "\uac00-\ud7ff\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3"
)
# Indian scripts write vowels as marks, which are no letters to `re`; their punctuation is left out.
_MARKED: Final = "\u0900-\u0963\u0966-\u0dff"
PIECE: Final = re.compile(rf"[{_RUN}]+|(?:[^\W_{_RUN}]|[{_MARKED}])+")
_IS_RUN: Final = re.compile(rf"[{_RUN}]")

_UNSEEN: Final = re.compile(
    "[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)
"""What shapes a line and says nothing: soft hyphens, joiners, directions, the Arabic stroke."""
_MARKS: Final = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]"
)
"""Accents of Latin, Greek and Cyrillic, points of Hebrew, vowels and hamzas of Arabic; none of Thai, kana or
Indian scripts, where a mark is as much as a letter.
"""
_LETTERS: Final = str.maketrans(
    {
        "đ": "d", "ð": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه",
    }
)  # fmt: skip
_OTHER_DIGIT: Final = re.compile(r"(?![0-9])\d")
_ARTICLE: Final = re.compile("[وف]?(?:[بك]?ال|لل)(?=.{3})")
"""The Arabic article with the words that are written to it: "and the port" is found as "port"."""
_TONES: Final = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_QUOTES: Final = str.maketrans(dict.fromkeys("“”„‟«»＂「」『』", '"'))
_ITEM: Final = re.compile(r'"([^"]*)"|([^\s"]+)')

_WITH_TONES: Final = frozenset({"vi"})
"""Languages in which a word with its marks is another word."""
_INSIDE: Final = frozenset({"de", "id", "ms"})
"""Languages that build words out of words, or before them: "museum" is in "Hafenmuseum"."""
_SHORTEST_INSIDE: Final = 4


def folded(text: str) -> str:
    """The text without case, width, accents, Arabic vowels and the like; digits as 0 to 9."""
    if text.isascii():
        return text.lower()
    text = _without_case(text)
    text = _MARKS.sub("", unicodedata.normalize("NFD", text)).translate(_LETTERS)
    return _digits(unicodedata.normalize("NFC", text))


def _without_case(text: str) -> str:
    text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
    return unicodedata.normalize("NFKC", text.casefold())


def _digits(text: str) -> str:
    return _OTHER_DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)


def words(text: str) -> list[str]:
    """Folded words and runs of the text, in order."""
    return [bare(found) for found in PIECE.findall(folded(text))]


def bare(word: str) -> str:
    """A folded word without the Arabic article."""
    return _ARTICLE.sub("", word, count=1) if word[0] in "افبكلو" else word


def folded_with_marks(text: str) -> str:
    """The text without case and width, with its accents."""
    return _digits(_without_case(text))


def words_with_marks(text: str) -> list[str]:
    """`words` with their accents. Tones stand at the end of their syllable, for writers differ in where they
    put them (hòa, hoà).
    """
    found = PIECE.findall(folded_with_marks(text))
    return [word if word.isascii() else tones_last(word) for word in found]


def tones_last(word: str) -> str:
    """A word in lower case with its Vietnamese tones at the end."""
    parted = unicodedata.normalize("NFD", word)
    tones = "".join(_TONES.findall(parted))
    return unicodedata.normalize("NFC", _TONES.sub("", parted)) + tones


@dataclass(frozen=True, slots=True)
class Indexed:
    """A text as search keeps it: `text` is asked for needles, `tokens` narrow down where."""

    text: str
    tokens: str


def indexed(parts: Iterable[str], language: str) -> Indexed:
    """Headline, paragraphs and the rest of an edition; no phrase reaches from one part into the next."""
    base = language.partition("-")[0]
    kept = [part for part in parts if part]
    lines = [words(part) for part in kept]
    if base in _WITH_TONES:
        lines += [words_with_marks(part) for part in kept]
    text = (" " + " \n ".join(" ".join(line) for line in lines))[: MOST_CHARACTERS - 1] + " "
    pieces = dict.fromkeys(text.split())
    found = {token for piece in pieces for token in _tokens(piece)}
    if base in _INSIDE:
        _add_endings(found, pieces)
    return Indexed(text, " ".join(sorted(found)))


def _tokens(piece: str) -> Iterator[str]:
    if is_run(piece):
        yield from (_ascii(one + other) for one, other in pairwise(piece))
        yield _ascii(piece[-1])
    else:
        yield _ascii(piece[:_TOKEN])


def _add_endings(found: set[str], pieces: Iterable[str]) -> None:
    """Each ending of a word as a token, so that words are found within words, as far as there is room."""
    room = _MOST_BYTES - sum(map(len, found))
    for piece in pieces:
        if is_run(piece):
            continue
        for at in range(1, len(piece) - _SHORTEST_INSIDE + 1):
            token = _ascii(piece[at : at + _TOKEN])
            if token not in found:
                room -= len(token)
                if room < 0:
                    return
                found.add(token)


def is_run(piece: str) -> bool:
    """Whether a piece is of a script without blanks."""
    return not piece.isascii() and _IS_RUN.match(piece) is not None


def _ascii(piece: str) -> str:
    """Letters and digits alone, so that both databases take the piece for one token: four digits of base 36
    for every other character. Different pieces may become one token; the text tells them apart.
    """
    return piece if piece.isascii() else "".join(c if c.isascii() else _base36(ord(c)) for c in piece)


def _base36(number: int) -> str:
    digits = ""
    for _ in range(4):
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return digits


# --- what is asked ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Needle:
    """One word of a query, or several that stand together: all of "state-of-the-art", or what was quoted."""

    pieces: tuple[str, ...]
    whole: bool = False
    """Whether the last word is whole, as in quotes."""

    def string(self, language: str | None) -> str:
        """What the kept text must contain."""
        inside = self.may_be_inside(language)
        first = "" if inside or is_run(self.pieces[0]) else " "
        last = " " if self.whole and not is_run(self.pieces[-1]) else ""
        return first + " ".join(self.pieces) + last

    def tokens(self) -> Iterator[tuple[str, bool]]:
        """(token, whether it is only the beginning of one): a text with the string has all of them."""
        for piece in self.pieces[:-1]:
            yield from self._of(piece, whole=True)
        yield from self._of(self.pieces[-1], whole=self.whole)

    def _of(self, piece: str, *, whole: bool) -> Iterator[tuple[str, bool]]:
        if not is_run(piece):
            yield _ascii(piece[:_TOKEN]), not whole
        elif len(piece) == 1:
            yield _ascii(piece), True
        else:
            yield from ((_ascii(one + other), False) for one, other in pairwise(piece))

    def may_be_inside(self, language: str | None) -> bool:
        """Whether the one word is also found within longer words."""
        return (
            language is not None
            and language.partition("-")[0] in _INSIDE
            and len(self.pieces) == 1
            and not self.whole
            and len(self.pieces[0]) >= _SHORTEST_INSIDE
        )


@dataclass(frozen=True, slots=True)
class Query:
    """`wordings`: the needles, all of which must be there; where marks were typed in a language that tells
    words apart by them, first with these, then without, for when nothing was found.
    """

    wordings: tuple[tuple[Needle, ...], ...]
    is_blank: bool
    """Nothing was asked; a query of nothing but signs is not blank and finds nothing."""


def asked(query: str, language: str | None = None) -> Query:
    """The words of a query, each once, at most twelve; more are not asked for."""
    plain = _needles(query, marks=False)
    wordings: tuple[tuple[Needle, ...], ...] = (plain,) if plain else ()
    if language is not None and language.partition("-")[0] in _WITH_TONES:
        marked = _needles(query, marks=True)
        wordings = (marked, plain) if plain and marked != plain else wordings
    return Query(wordings, is_blank=not query.strip())


def _needles(query: str, *, marks: bool) -> tuple[Needle, ...]:
    found: dict[Needle, None] = {}
    left = _MOSTPIECES
    for quoted, bare in _ITEM.findall(query.translate(_QUOTES)):
        pieces = (words_with_marks if marks else words)(quoted or bare)[:left]
        if pieces and len(found) < _MOST_NEEDLES:
            left -= len(pieces)
            found.setdefault(Needle(tuple(pieces), whole=bool(quoted)))
    return tuple(found)
