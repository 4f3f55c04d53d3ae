"""What readers of the terminal page see, in every language of the wire; the same keys also go to its scripts."""

from functools import lru_cache
from importlib import import_module
from typing import Final

from dateline.core.errors import NotFound
from dateline.core.languages import WIRE_LANGUAGES

TERMINAL_LANGUAGES: Final[dict[str, str]] = {
    tag: "id_" if tag == "id" else tag.lower().replace("-", "_") for tag in WIRE_LANGUAGES
}
"""Tag -> module."""


@lru_cache(maxsize=32)
def terminal_phrases(language: str) -> dict[str, str]:
    """All words in the language, else in English; placeholders stay unfilled, scripts fill them."""
    module = TERMINAL_LANGUAGES.get(language, "en")
    found: dict[str, str] = import_module(f"{__name__}.{module}").PHRASES
    return found


def terminal_phrase(key: str, language: str, **values: object) -> str:
    """One phrase, filled. Raises NotFound for a key that does not exist."""
    words = terminal_phrases(language)
    if key not in words:
        raise NotFound(f"there is no phrase '{key}'; see core/phrases/terminal/en.py")
    return words[key].format(**values) if values else words[key]
