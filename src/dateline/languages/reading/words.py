"""Words that give a language away, and words that a language writes in small letters."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from dateline.languages.reading.characters import base_of

_FUNCTION: Final[Mapping[str, str]] = {
    "en": "the and of with that this will from have has was were which their its said for not are been would by they also into these",
    "de": "der die das und mit für von ist nicht ein eine einer wird werden wurde auch sich dem den des auf im zum zur bei nach aus",
    "fr": "le la les des et du une dans pour est qui que avec sur par pas plus sont aux été cette ces leur ses nous elle",
    "es": "el los las del una que con por para es se su más fue han como este esta sus al lo sobre entre desde hasta",
    "pt": "o os as do da dos das um uma que com por para é se seu sua mais foi não ao pela pelo como em na no nas nos",
    "id": "yang dan di untuk dengan dari ini itu pada akan tidak dalam adalah oleh telah juga ke karena bahwa",
    "ms": "yang dan di untuk dengan dari ini itu pada akan tidak dalam adalah oleh telah juga ke kerana bahawa",
    "vi": "của và các được cho trong là với những này một không đã người từ sẽ tại có để",
}
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")


@lru_cache(maxsize=64)
def telling(language: str, other: str) -> frozenset[str]:
    """Function words of `language` that `other` does not write."""
    mine = frozenset(_FUNCTION.get(base_of(language), "").split())
    theirs = frozenset(_FUNCTION.get(base_of(other), "").split())
    cognates = frozenset("a o e i as do no me on an in is it de la se en es un man war also die".split())
    return mine - theirs - cognates


@lru_cache(maxsize=512)
def words(text: str) -> tuple[str, ...]:
    """Words of spaced scripts in their order."""
    return tuple(_WORD.findall(text))


def latin(language: str) -> bool:
    """Whether the language is written in Latin letters."""
    return base_of(language) not in {"ko", "ja", "zh", "ar", "th", "ru", "uk", "bg", "el", "he", "fa", "hi"}


def reads_as_own(text: str, language: str) -> bool:
    """Whether a text of Latin letters holds more function words of its language than of any other, and one in
    eight words is one: enough to spare it the identifier.
    """
    small = [word.casefold() for word in words(text)]
    own = sum(word in _SETS.get(base_of(language), ()) for word in small)
    if own * 8 < len(small) or own < 3:
        return False
    return all(
        sum(word in others for word in small) < own
        for base, others in _SETS.items()
        if base != base_of(language)
    )


_SETS: Final = {base: frozenset(text.split()) for base, text in _FUNCTION.items()}
