"""Values on the command line: lists, where commas and repeats mean the same, and language tags."""

from collections.abc import Sequence

from dateline.core.errors import BadInput
from dateline.core.languages import Language, parse_language


def split(values: Sequence[str]) -> tuple[str, ...]:
    """`["KR,JP", "DE"]` -> `("KR", "JP", "DE")`."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def parse_tag(text: str, option: str) -> Language:
    """The language of an option. Raises BadInput naming the option."""
    try:
        return parse_language(text)
    except BadInput as error:
        raise BadInput(error.message, where=option) from None
