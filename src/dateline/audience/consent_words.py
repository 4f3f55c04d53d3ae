"""Where an address came from, as its owner reads it: what our own form wrote down, in their language."""

import re
from functools import lru_cache
from typing import Final

from dateline.core.languages import direction
from dateline.core.phrases import phrase

_FORM: Final = re.compile(
    r"asked at https?://(?P<place>\S+) on (?P<asked>\S+), confirmed by the mailed link on (?P<confirmed>\S+)"
)
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):.*Z")


@lru_cache(maxsize=1024)
def consent_words(consent: str, language: str) -> str:
    """The record as it stands in the database is evidence, to the millisecond and in English (`joining`); a
    person needs the place and the minute. What a list or an operator wrote stays as it is.
    """
    found = _FORM.fullmatch(consent)
    if found is None:
        return consent
    values = {name: _MOMENT.sub(r"\1 \2 UTC", value).rstrip("/") for name, value in found.groupdict().items()}
    if direction(language) == "rtl":  # each a run of its own direction
        values = {name: f"\u2068{value}\u2069" for name, value in values.items()}
    return phrase("mail.source-form", language, **values)
