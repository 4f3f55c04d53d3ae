"""Where the words of a query stand in a text as it is written, for marking them."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from dateline.wire import search_words
from dateline.wire.search_words import Needle, is_run

Span = tuple[int, int]
_BEFORE: Final = 80
_AFTER: Final = 180
_SEEK: Final = 24
"""Characters within which a cut looks for a blank."""


def hits(text: str, query: str, language: str) -> tuple[Span, ...]:
    """(first, after the last) of each hit in a short text, in order, none in another. Words are marked as a
    whole; of scripts without blanks what was asked for.
    """
    wordings = search_words.asked(query, language).wordings
    for number, needles in enumerate(wordings):
        pieces = _located(text, marks=len(wordings) > 1 and number == 0)
        found = [span for needle in needles for span in _spans(needle, pieces, language)]
        if found:
            return _joined(found)
    return ()


def excerpt(texts: Iterable[str], query: str, language: str) -> str:
    """What stands around the first hit in the first of the texts that has one; empty when none has."""
    kept = list(texts)
    for needles in search_words.asked(query, language).wordings:
        strings = [needle.string(language) for needle in needles]
        for text in kept:
            folded = " " + " ".join(search_words.words(text)) + " "
            if any(string in folded for string in strings) and (found := hits(text, query, language)):
                return _around(text, found[0])
    return ""


def _around(text: str, hit: Span) -> str:
    """The hit with what is before and after it, cut at blanks where there are any."""
    first, last = max(0, hit[0] - _BEFORE), min(len(text), hit[1] + _AFTER)
    if first:
        first = next((at + 1 for at in range(first, min(first + _SEEK, hit[0])) if text[at].isspace()), first)
    if last < len(text):
        last = next((at for at in range(last, max(last - _SEEK, hit[1]), -1) if text[at].isspace()), last)
    return ("… " if first else "") + text[first:last].strip() + (" …" if last < len(text) else "")


@dataclass(frozen=True, slots=True)
class _Located:
    """`places`: where in the text each character of `word` comes from; of a word all are the whole of it."""

    word: str
    places: Sequence[Span]


def _located(text: str, *, marks: bool) -> list[_Located]:
    fold, bare = (
        (search_words.folded_with_marks, search_words.tones_last)
        if marks
        else (search_words.folded, search_words.bare)
    )
    letters: list[str] = []
    places: list[Span] = []
    for start, end in _clusters(text):
        said = fold(text[start:end])
        letters.append(said)
        places += [(start, end)] * len(said)
    found = []
    for match in search_words.PIECE.finditer("".join(letters)):
        own = places[match.start() : match.end()]
        if is_run(match[0]):
            found.append(_Located(match[0], own))
        else:
            word = bare(match[0])
            found.append(_Located(word, [(own[0][0], own[-1][1])] * len(word)))
    return found


def _clusters(text: str) -> Iterator[Span]:
    """Each character with the marks, joiners and Hangul vowels after it: what is folded together."""
    start = 0
    for at in range(1, len(text)):
        if not _joins(text[at]):
            yield start, at
            start = at
    if text:
        yield start, len(text)


def _joins(letter: str) -> bool:
    if letter.isascii():
        return False
    voiced = letter in "\uff9e\uff9f"  # half-width kana carry their marks as letters
    return voiced or unicodedata.category(letter) in {"Mn", "Cf"} or "\u1160" <= letter <= "\u11ff"


def _spans(needle: Needle, pieces: Sequence[_Located], language: str) -> Iterator[Span]:
    count = len(needle.pieces)
    if count == 1 and is_run(needle.pieces[0]):
        for piece in pieces:
            yield from _within(piece, needle.pieces[0])
        return
    for at in range(len(pieces) - count + 1):
        some = pieces[at : at + count]
        if _fits(needle, [piece.word for piece in some], language):
            first, last = some[0], some[-1]
            start, end = first.places[0][0], last.places[-1][1]
            if is_run(first.word):
                start = first.places[-len(needle.pieces[0])][0]
            if is_run(last.word):
                end = last.places[len(needle.pieces[-1]) - 1][1]
            yield start, end


def _within(piece: _Located, run: str) -> Iterator[Span]:
    at = piece.word.find(run)
    while at >= 0:
        yield piece.places[at][0], piece.places[at + len(run) - 1][1]
        at = piece.word.find(run, at + len(run))


def _fits(needle: Needle, words: Sequence[str], language: str) -> bool:
    """What `Needle.string` says of a kept text, of as many words as it has."""
    if len(words) == 1:
        word, wanted = words[0], needle.pieces[0]
        if needle.may_be_inside(language):
            return wanted in word
        return word == wanted if needle.whole else word.startswith(wanted)
    first, *middle, last = words
    wanted_first, *wanted_middle, wanted_last = needle.pieces
    begins = first.endswith(wanted_first) if is_run(wanted_first) else first == wanted_first
    is_open = is_run(wanted_last) or not needle.whole
    ends = last.startswith(wanted_last) if is_open else last == wanted_last
    return begins and ends and middle == wanted_middle


def _joined(found: Iterable[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in sorted(found):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
