"""Simplified or traditional: characters that only one of the two old national character sets holds."""

from functools import lru_cache
from typing import Final

_BOTH: Final = frozenset(
    "里后面台并系松制冲准布征志折云丑了出千升卷干几舍范致郁"
)  # written in both, though only one set counts them


@lru_cache(maxsize=1)
def _sets() -> tuple[frozenset[str], frozenset[str]]:
    simplified, traditional = set(), set()
    for code in range(0x4E00, 0x9FA6):
        character = chr(code)
        in_mainland, in_taiwan = _holds(character, "gb2312"), _holds(character, "big5")
        if in_mainland and not in_taiwan:
            simplified.add(character)
        elif in_taiwan and not in_mainland:
            traditional.add(character)
    return frozenset(simplified - _BOTH), frozenset(traditional - _BOTH)


def _holds(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def chinese_marks(text: str) -> tuple[int, int]:
    """(characters of simplified writing alone, characters of traditional writing alone).

    >>> chinese_marks("这家公司将开设新工厂"), chinese_marks("這家公司將開設新工廠")
    ((4, 0), (0, 5))
    """
    simplified, traditional = _sets()
    return sum(c in simplified for c in text), sum(c in traditional for c in text)
