"""Which of very many words stand in a text, in the time of the text alone.

A word is filed under one piece of four letters in it, the one that fewest others are filed under; a text is
looked through piece by piece, and only words of pieces that it holds are searched for.
"""

from collections.abc import Iterator
from typing import Final

_SIZE: Final = 4


class Words:
    """A changing set of words (casefolded)."""

    __slots__ = ("_filed", "_place", "_short")

    def __init__(self) -> None:
        self._filed: dict[str, set[str]] = {}
        self._place: dict[str, str] = {}
        self._short: set[str] = set()

    def add(self, word: str) -> None:
        """Takes the word in, once."""
        if len(word) < _SIZE:
            self._short.add(word)
        elif word not in self._place:
            place = min(_pieces(word, _SIZE), key=lambda piece: len(self._filed.get(piece, ())))
            self._place[word] = place
            self._filed.setdefault(place, set()).add(word)

    def remove(self, word: str) -> None:
        """Lets the word go."""
        self._short.discard(word)
        if place := self._place.pop(word, None):
            self._filed[place].discard(word)
            if not self._filed[place]:
                del self._filed[place]

    def found_in(self, text: str) -> Iterator[str]:
        """The words that stand in the text (casefolded), each once."""
        if self._short:
            for size in range(1, _SIZE):
                yield from self._short & _pieces(text, size)
        if self._filed:
            for piece in _pieces(text, _SIZE) & self._filed.keys():
                yield from (word for word in self._filed[piece] if word in text)


def _pieces(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}
