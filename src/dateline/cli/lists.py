"""Lists on the command line: commas and repeats mean the same."""

from collections.abc import Sequence


def split(values: Sequence[str]) -> tuple[str, ...]:
    """`["KR,JP", "DE"]` -> `("KR", "JP", "DE")`."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())
