"""What outlets read: the notice that deliveries have stopped, and their own pages, in every language of the
wire.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from dateline.core.errors import NotFound
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases.plurals import counted


@cache
def outlet_words(tag: str) -> Mapping[str, str]:
    """All words of one of the wire's languages, as `outlet_words` keeps them."""
    module = "id_" if tag == "id" else tag.lower().replace("-", "_")
    words: dict[str, str] = import_module(f"dateline.core.phrases.outlet_words.{module}").PHRASES
    return words


def outlet_phrase(key: str, language: str, **values: object) -> str:
    """The phrase in the language, else in its base language, else in English. Raises NotFound for a key that
    does not exist.
    """
    base = language.partition("-")[0]
    candidates = (language, base, {"zh": "zh-Hans", "pt": "pt-BR"}.get(base, "en"))
    words = outlet_words(next((tag for tag in candidates if tag in WIRE_LANGUAGES), "en"))
    if key not in words:
        raise NotFound(f"there is no phrase '{key}'; see core/phrases/outlet_words/en.py")
    text = words[key]
    return text.format(**counted(values, language)) if values else text
