"""Runs of combining marks. To put a long one in order (NFC, NFKC) takes the square of its length, and the
interpreter's lock for as long: texts from outside are cut or refused before that.
"""

import unicodedata
from typing import Final

MOST_MARKS: Final = 8
"""In a row. No language writes more on one letter."""


def too_many_marks(text: str) -> bool:
    """Whether more than MOST_MARKS stand in a row."""
    return not text.isascii() and fewer_marks(text) != text


def fewer_marks(text: str, most: int = MOST_MARKS) -> str:
    """The text without what goes beyond `most` marks in a row."""
    run = 0
    kept = []
    for character in text:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= most:
            kept.append(character)
    return "".join(kept)
