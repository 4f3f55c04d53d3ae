"""Reader-facing words in the languages of the wire: pages, feeds and mail all take them from here."""

from functools import lru_cache
from importlib import import_module
from typing import Final

from dateline.core.errors import NotFound
from dateline.core.languages import WIRE_LANGUAGES
from dateline.core.phrases.en import PHRASES as _ENGLISH
from dateline.core.phrases.plurals import counted


class UnknownPhrase(NotFound):
    """No phrase has this key: a mistake in our own code."""


KEYS: Final[frozenset[str]] = frozenset(_ENGLISH)
_MODULES: Final[dict[str, str]] = {
    tag: "id_" if tag == "id" else tag.lower().replace("-", "_") for tag in WIRE_LANGUAGES
}


@lru_cache(maxsize=64)
def _phrases(language: str) -> dict[str, str]:
    """The words of the exact tag, else of its base language, else English."""
    candidates = (
        language,
        language.split("-", maxsplit=1)[0],
        "pt-BR" if language.startswith("pt") else "en",
    )
    tag = next((c for c in candidates if c in _MODULES), "en")
    found: dict[str, str] = import_module(f"{__name__}.{_MODULES[tag]}").PHRASES
    return found


def phrase(key: str, language: str, **values: object) -> str:
    """The phrase in the language, its `{placeholders}` filled, each `{number:one|other}` in the form its number asks
    for. Raises UnknownPhrase for a key that does not exist.
    """
    text = _phrases(language).get(key) or _ENGLISH.get(key)
    if text is None:
        raise UnknownPhrase(f"there is no phrase '{key}'; see core/phrases/en.py")
    return text.format_map(_Values(counted(values, language))) if "{" in text else text


class _Values(dict[str, object]):
    """Values of a phrase; one that was not given stays visible as `{name}`."""

    def __missing__(self, key: str) -> str:
        return _Blank("{" + key + "}")


class _Blank(str):
    """A placeholder without a value: whatever its plural forms, it is written as it is."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return str(self)
