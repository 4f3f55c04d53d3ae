"""Plural forms inside a phrase: `{days:# день|# дня|# дней}` takes the form that the number asks for.

The forms stand in the order of the CLDR categories of the language (Arabic: zero, one, two, few, many, other;
Russian: one, few, many; the rest of the inflecting ones: one, other); `#` in a form is the number itself.
Languages without plural forms write the number alone.
"""

from collections.abc import Mapping
from typing import Final

FORMS: Final[Mapping[str, int]] = {"ar": 6, "ru": 3}
"""Base language -> number of forms. Two elsewhere, where a phrase has any."""

_NONE_IS_ONE: Final = frozenset({"fr", "pt"})
"""Languages that say nought in the singular."""


def plural_form(language: str, number: int) -> int:
    """Which form, from 0, a number takes. `language` is any tag; a negative number counts as its size."""
    base, n = language.partition("-")[0], abs(number)
    if base == "ar":
        return _arabic(n)
    if base == "ru":
        return _russian(n)
    return int(n > 1) if base in _NONE_IS_ONE else int(n != 1)


def _arabic(n: int) -> int:
    if n < 3:
        return n
    rest = n % 100
    return 3 if 3 <= rest <= 10 else 4 if rest >= 11 else 5


def _russian(n: int) -> int:
    teens = 11 <= n % 100 <= 14
    if n % 10 == 1 and not teens:
        return 0
    return 1 if 2 <= n % 10 <= 4 and not teens else 2


class Count(int):
    """A number that knows the language of the phrase it is put into."""

    language: str

    def __new__(cls, number: int, language: str) -> "Count":
        made = super().__new__(cls, number)
        made.language = language
        return made

    def __format__(self, spec: str) -> str:
        """Raises IndexError for a phrase with too few forms: a mistake in our own words."""
        if "|" not in spec:
            return int(self).__format__(spec)
        return spec.split("|")[plural_form(self.language, self)].replace("#", str(int(self)))


def counted(values: Mapping[str, object], language: str) -> dict[str, object]:
    """The values of a phrase, its whole numbers able to choose their form."""
    return {name: Count(v, language) if type(v) is int else v for name, v in values.items()}
