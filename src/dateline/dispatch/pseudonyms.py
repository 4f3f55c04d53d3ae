"""What becomes of people in archived rows: another keyed hash in place of theirs, and no address in any text.

After thirteen months for all, and at once for somebody who asked to be erased. Whoever knows an address can
still ask `why`, for the same keys lead there; nobody can go the other way.
"""

import hmac
import re
from functools import lru_cache
from pathlib import Path
from typing import Final

from dateline.plant.settings import get_settings

PEOPLE: Final = "j_"
PREFIX: Final = "x_"
_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+")
_GONE: Final = "(address)"


def is_person(recipient: str) -> bool:
    """Whether the recipient is a person who has no pseudonym yet."""
    return recipient.startswith(PEOPLE)


def pseudonym(recipient: str) -> str:
    """What stands for a person's recipient id; outlets and what is a pseudonym already stay as they are."""
    if not is_person(recipient):
        return recipient
    return PREFIX + hmac.digest(_key(get_settings().home), recipient.encode(), "sha256").hex()[:32]


def scrubbed(text: str) -> str:
    """The words of a server without the addresses that it quoted."""
    return _ADDRESS.sub(_GONE, text)


def person_pseudonym(person: str | None) -> str | None:
    """The same for the person's own id."""
    return None if person is None else pseudonym(PEOPLE + person).removeprefix(PREFIX)


@lru_cache(maxsize=4)
def _key(home: Path) -> bytes:
    return get_settings().secret("archive")
