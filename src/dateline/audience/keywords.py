"""Finds a keyword in a text of any script: folded alike, at the edges of words where a script has them."""

import unicodedata

# Scripts without blanks between words, as (first, last) code points: Thai to Lao, Myanmar, Khmer, kana to
# Han, and their extensions. Between such letters every place may be the edge of a word.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x3005, 0x3007),
    (0x3041, 0x30FF),
    (0x31F0, 0x31FF),
    (0x3400, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_HANGUL = ((0x1100, 0x11FF), (0x3131, 0x318E), (0xAC00, 0xD7FF))


def fold(text: str) -> str:
    """NFKC, then case folding, with the two i of Turkish made one; both sides of a comparison go through
    it."""
    return unicodedata.normalize("NFKC", text).replace("İ", "i").replace("ı", "i").casefold()


def says(folded_text: str, folded_keyword: str) -> bool:
    """Whether the text has the keyword as a word or phrase of its own. Both must be folded.

    >>> says(fold("Lithium-Batterien"), "lithium"), says("lithiumfrei", "lithium"), says("배터리를", "배터리")
    (True, False, True)
    """
    if not folded_keyword:
        return False
    start = folded_text.find(folded_keyword)
    while start >= 0:
        end = start + len(folded_keyword)
        if _opens(folded_text[start - 1 : start], folded_keyword[0]) and _closes(
            folded_keyword[-1], folded_text[end : end + 1]
        ):
            return True
        start = folded_text.find(folded_keyword, start + 1)
    return False


def _opens(before: str, first: str) -> bool:
    return not (
        _is_word(before)
        and not _within(before, _UNSPACED)
        and not _within(first, _UNSPACED)
        and _within(before, _HANGUL) == _within(first, _HANGUL)
    )


def _closes(last: str, after: str) -> bool:
    # Korean particles attach on the right, so Hangul after a keyword never makes it part of a longer word.
    return not (
        _is_word(after)
        and not _within(after, _UNSPACED)
        and not _within(last, _UNSPACED)
        and not _within(after, _HANGUL)
    )


def _is_word(character: str) -> bool:
    """Letters, digits and combining marks; `isalnum` alone is false for vowel signs of Devanagari and
    Thai."""
    return bool(character) and (character.isalnum() or unicodedata.category(character)[0] == "M")


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return bool(character) and any(first <= ord(character) <= last for first, last in ranges)


def too_short(keyword: str) -> bool:
    """Whether the keyword would be found nearly everywhere: under two characters, three in Thai."""
    folded = fold(keyword)
    return len(folded) < (3 if any("\u0e00" <= c <= "\u0e7f" for c in folded) else 2)
