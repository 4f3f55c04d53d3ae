"""How many people, as those may know it who must not learn who they are (I15)."""

from collections.abc import Callable
from typing import Final

Shown = Callable[[int], int]
"""A count of people as it is shown to somebody."""


def exact(count: int) -> int:
    """As it is: for desk and operator."""
    return count


def rounded(count: int) -> int:
    """For issuers: two significant digits, at least a ten. 86,214 is 86,000; 4 is 10; 0 stays 0."""
    if count <= 0:
        return 0
    step: int = 10 ** max(1, len(str(count)) - 2)
    return max(step, round(count / step) * step)


PERSON: Final = "journalist"
"""The kind of a delivery that goes to a person."""
